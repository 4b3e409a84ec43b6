"""Dates of which a part is missing, as each kind of fact treats them."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from cimara.outcomes import Facts, catalogue, derive_endpoint
from cimara.outcomes.endpoints.errors import DerivationError
from tests.spec.outcomes.dated_facts import check, read_table

START = pl.DataFrame(
    {"patient_id": ["P"], "randomisation_date": ["2024-01-01"], "last_alive": ["2024-03-18"]}
)


def date_of(facts: Facts, word: str) -> tuple[dt.date | None, str]:
    row = facts.frame.filter(pl.col("fact") == word).select("date", "date_flag").row(0)
    return row[0], row[1]


def test_death_without_a_day_lies_after_last_alive() -> None:
    """Death, day missing. 2024-03 with last alive 2024-03-18: 2024-03-19, flag D."""
    deaths = pl.DataFrame({"patient_id": ["P"], "date": ["2024-03"]})
    facts = Facts.from_tables(patients=START, deaths=deaths)
    assert date_of(facts, "DEATH") == (dt.date(2024, 3, 19), "D")
    row = derive_endpoint(catalogue["OS"], facts).frame.row(0, named=True)
    assert (row["aval"], row["adt_flag"]) == (79, "D")


def test_death_without_a_day_in_a_later_month() -> None:
    """Death, day missing. The first of its month."""
    deaths = pl.DataFrame({"patient_id": ["P"], "date": ["2024-05"]})
    assert date_of(Facts.from_tables(patients=START, deaths=deaths), "DEATH") == (dt.date(2024, 5, 1), "D")


def test_death_in_a_month_before_last_alive_is_a_conflict() -> None:
    """Limits that cross. 2024-02 with last alive 2024-03-18: DATE_CONFLICT, undated."""
    deaths = pl.DataFrame({"patient_id": ["P"], "date": ["2024-02"]})
    facts = Facts.from_tables(patients=START, deaths=deaths)
    assert date_of(facts, "DEATH") == (None, "missing")
    assert next((one.code, one.row, one.column) for one in facts.findings) == ("DATE_CONFLICT", 1, "date")


@pytest.mark.parametrize(
    ("allowed", "expect"), [(False, (None, "missing")), (True, (dt.date(2024, 3, 19), "M"))]
)
def test_death_without_a_month(allowed: bool, expect: tuple[dt.date | None, str]) -> None:
    """Death, month missing. Only where asked for: 1 January, or last alive + 1."""
    deaths = pl.DataFrame({"patient_id": ["P"], "date": ["2024"]})
    facts = Facts.from_tables(patients=START, deaths=deaths, impute_month=allowed)
    assert date_of(facts, "DEATH") == expect


def test_scan_without_a_day() -> None:
    """Scan, day missing. 2014-01: 2014-01-31, flag D; not after the cut."""
    events = pl.DataFrame(
        {"patient_id": ["P"], "lesion_id": ["A"], "date": ["2014-01"], "event": ["LESION_ASSESSED"]}
    )
    assert date_of(Facts.from_tables(lesion_events=events), "LESION_ASSESSED") == (dt.date(2014, 1, 31), "D")
    early = Facts.from_tables(lesion_events=events, cut_date=dt.date(2014, 1, 20))
    assert date_of(early, "LESION_ASSESSED") == (dt.date(2014, 1, 20), "D")


def test_therapy_without_a_day() -> None:
    """Therapy, day missing. The first of its month, or the treatment start in that month."""
    patients = pl.DataFrame({"patient_id": ["P"], "treatment_start": ["2024-03-11"]})
    therapies = pl.DataFrame(
        {"patient_id": ["P"], "kind": ["systemic"], "start": ["2024-03"], "new_line": ["yes"]}
    )
    found = Facts.from_tables(patients=patients, therapies=therapies)
    assert date_of(found, "SYSTEMIC_THERAPY") == (dt.date(2024, 3, 11), "D")
    found = Facts.from_tables(therapies=therapies)
    assert date_of(found, "SYSTEMIC_THERAPY") == (dt.date(2024, 3, 1), "D")


def test_last_alive_without_a_day() -> None:
    """Last alive, day missing. The first of its month: no time that was not observed."""
    patients = pl.DataFrame({"patient_id": ["P"], "last_alive": ["2024-03"]})
    assert date_of(Facts.from_tables(patients=patients), "LAST_ALIVE") == (dt.date(2024, 3, 1), "D")


def test_start_without_a_day() -> None:
    """Start of the clock, day missing. NO_START unless impute_start is yes."""
    patients = pl.DataFrame({"patient_id": ["P"], "randomisation_date": ["2024-03"]})
    facts = Facts.from_tables(patients=patients)
    assert derive_endpoint(catalogue["OS"], facts).report.excluded == (("NO_START", 1),)
    asked = derive_endpoint(catalogue["OS"].replace(option={"impute_start": "yes"}), facts)
    assert asked.frame.select("start", "start_flag").row(0) == (dt.date(2024, 3, 1), "D")


def test_text_that_is_no_date_is_told_with_its_row_and_never_shown() -> None:
    """Input. File, row and column of what cannot be read; the rest goes on."""
    deaths = pl.DataFrame({"patient_id": ["P", "Q"], "date": ["2024-05-01", "May 2nd"]})
    facts = Facts.from_tables(deaths=deaths)
    (told, undated) = facts.findings
    assert (told.code, told.file, told.row, told.column) == ("DATE_UNREADABLE", "deaths", 2, "date")
    assert "May" not in told.text
    assert undated.code == "UNDATED_FACT"


def test_a_table_without_a_column_is_refused() -> None:
    """Input. The table and the column that is missing."""
    with pytest.raises(DerivationError, match=r"deaths.*date"):
        Facts.from_tables(deaths=pl.DataFrame({"patient_id": ["P"]}))


def test_necrosis_settles_the_growth_of_its_day() -> None:
    """RN. Growth on the onset day of confirmed necrosis is no local failure; possible is too little."""
    for certainty, adjudged in (("confirmed", "rn"), ("possible", "open")):
        events = pl.DataFrame(
            {
                "patient_id": ["P", "P"],
                "lesion_id": ["A", "A"],
                "date": ["2023-08-20", "2023-08-20"],
                "event": ["LOCAL_PD", "RN"],
                "certainty": ["", certainty],
                "decided_on": ["", "2023-09-15"],
            }
        )
        facts = Facts.from_tables(lesion_events=events)
        grown = facts.frame.filter(pl.col("fact") == "LOCAL_PD")["fields"].item()
        assert grown == f"adjudged={adjudged}"
        earlier = Facts.from_tables(lesion_events=events, as_of=dt.date(2023, 9, 1))
        assert earlier.frame.filter(pl.col("fact") == "LOCAL_PD")["fields"].item() == "adjudged=open"
        on_the_day = Facts.from_tables(lesion_events=events, as_of=dt.date(2023, 9, 15))
        assert on_the_day.frame.equals(facts.frame)


@pytest.mark.parametrize(
    ("last_alive", "expect"),
    [("2024-03-01", []), ("2024-03-02", ["warning"]), ("2024-03-03", ["error"])],
)
def test_alive_after_death(last_alive: str, expect: list[str]) -> None:
    """Hard checks. Death before last alive is an error, by one day a warning; its place is told."""
    patients = pl.DataFrame({"patient_id": ["P"], "last_alive": [last_alive]})
    deaths = pl.DataFrame({"patient_id": ["P"], "date": ["2024-03-01"]})
    told = Facts.from_tables(patients=patients, deaths=deaths).findings
    assert [one.severity for one in told] == expect
    assert all((one.file, one.row, one.column) == ("PATIENTS", 1, "LAST_ALIVE") for one in told)


def test_a_scan_after_death_and_a_progression_before_the_start() -> None:
    """Hard checks. Both are errors, and neither is used."""
    table = "2024-01-01 | RANDOMISATION\n2023-12-01 | PD | CNS\n2024-02-01 | DEATH\n2024-03-01 | PD | CNS"
    facts = Facts.of(read_table(table))
    assert [(one.code, one.severity) for one in facts.findings] == [
        ("SCAN_AFTER_DEATH", "error"),
        ("PD_BEFORE_START", "error"),
    ]
    check("CNSPFS", table, "DEATH 32")
