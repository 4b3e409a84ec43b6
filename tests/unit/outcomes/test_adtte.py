"""Endpoint tables as ADTTE: keys, wording, sources, and files that lose nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cimara.outcomes import EndpointTable, Facts, Schedule, catalogue, derive_endpoint
from cimara.outcomes.endpoints.adtte import to_adtte
from cimara.outcomes.endpoints.errors import DerivationError
from cimara.response.transport.dataset_json import read_dataset_json
from cimara.response.transport.xpt import XptError, read_xpt
from tests.spec.outcomes.dated_facts import read_table

WRITTEN = dt.datetime(2025, 1, 2, 3, 4, 5)
ALIVE = "2024-01-01 | RANDOMISATION\n2024-03-01 | ADEQUATE_SCAN | CNS\n2024-05-01 | LAST_ALIVE"
DEAD = "2024-01-01 | RANDOMISATION\n2024-02-01 | DEATH"
TREATED = "2024-01-01 | CNS_THERAPY | | A | modality=SRS\n2024-01-01 | CNS_THERAPY | | B | modality=SRS"


def made(name: str, *tables: str) -> EndpointTable:
    rows = [fact for number, table in enumerate(tables) for fact in read_table(table, f"P{number}")]
    return derive_endpoint(catalogue[name], Facts.of(rows), schedule=Schedule(56))


def test_sequence_numbers_are_unique_in_a_subject_and_follow_the_parameter() -> None:
    tables = [made(name, ALIVE, DEAD) for name in ("OS", "CNSTTP", "CNSPFS")]
    adtte = to_adtte(tables, study="S1").adtte
    assert adtte is not None
    assert adtte.frame.select("USUBJID", "ASEQ", "PARAMCD").rows() == [
        ("P0", 1, "CNSPFS"),
        ("P0", 2, "CNSTTP"),
        ("P0", 3, "OS"),
        ("P1", 1, "CNSPFS"),
        ("P1", 2, "CNSTTP"),
        ("P1", 3, "OS"),
    ]


def test_competing_events_have_their_own_number_unless_cause_specific() -> None:
    table = made("CNSTTP", ALIVE, DEAD)
    for style, numbers in (("competing", [1, 2]), ("cause_specific", [1, 1])):
        adtte = table.to_adtte(cnsr_style=style).adtte
        assert adtte is not None
        assert adtte.frame["CNSR"].to_list() == numbers
        assert adtte.frame["EVCODE"].to_list() == [0, 2]


def test_what_happened_and_where_censored() -> None:
    adtte = made("CNSPFS", ALIVE, DEAD).to_adtte().adtte
    assert adtte is not None
    assert adtte.frame.select("EVNTDESC", "CNSDTDSC", "CNSREAS", "AVAL", "AVALU").rows() == [
        (None, "last adequate brain scan", "EVENT_FREE", 61, "DAYS"),
        ("death from any cause", None, None, 32, "DAYS"),
    ]


def test_the_wording_of_admiralonco() -> None:
    adtte = made("OS", ALIVE, DEAD).to_adtte(compat="admiralonco").adtte
    assert adtte is not None
    assert adtte.frame.select("EVNTDESC", "CNSDTDSC", "CNSR").rows() == [
        ("Alive", "Alive During Study", 1),
        ("Death", None, 0),
    ]


def test_lesions_go_to_a_data_set_of_their_own() -> None:
    both = to_adtte([made("LOCFAIL", TREATED), made("OS", ALIVE)])
    assert both.adtte is not None
    assert both.adttel is not None
    assert both.adttel.name == "ADTTEL"
    assert both.adttel.frame["TRLNKID"].to_list() == ["A", "B"]
    assert "TRLNKID" not in both.adtte.frame.columns
    with pytest.raises(DerivationError, match="two"):
        both.write_xpt(Path("never.xpt"))


def test_arm_and_age_from_adsl() -> None:
    adsl = pl.DataFrame({"USUBJID": ["P0"], "ARM": ["Active"], "AGE": [61]})
    adtte = made("OS", ALIVE, DEAD).to_adtte(adsl=adsl).adtte
    assert adtte is not None
    assert adtte.frame.select("ARM", "AGE").rows() == [("Active", 61), (None, None)]


def test_a_rate_is_refused() -> None:
    with pytest.raises(DerivationError, match="no time-to-event"):
        made("ICORR", " | MEASURABLE_CNS\n" + ALIVE).to_adtte()


def test_two_definitions_of_one_id_are_refused() -> None:
    with pytest.raises(DerivationError, match="one id"):
        to_adtte([made("OS", ALIVE), made("OS", DEAD)])


def test_xpt_gives_back_every_value_and_date(tmp_path: Path) -> None:
    table = made("CNSTTP", ALIVE, DEAD)
    adtte = table.to_adtte(study="S1").adtte
    path = table.write_xpt(tmp_path / "adtte.xpt", study="S1")
    assert adtte is not None
    again = read_xpt(path).frame
    assert_frame_equal(again, adtte.frame, check_dtypes=False)


def test_dataset_json_gives_back_every_value_and_equal_bytes(tmp_path: Path) -> None:
    table = made("CNSTTP", ALIVE, DEAD)
    path = table.write_dataset_json(tmp_path / "adtte.json", created=WRITTEN, study="S1")
    adtte = table.to_adtte(study="S1").adtte
    assert adtte is not None
    assert_frame_equal(read_dataset_json(path).frame, adtte.frame)
    assert path.read_bytes() == table.to_adtte(study="S1").dataset_json(created=WRITTEN)


def test_xpt_refuses_text_that_it_would_lose(tmp_path: Path) -> None:
    with pytest.raises(XptError, match="STUDYID"):
        made("OS", ALIVE).write_xpt(tmp_path / "adtte.xpt", study="Studie Ä")


def test_each_source_is_a_fact_of_that_day() -> None:
    rows = pl.DataFrame({"patient_id": ["P"], "date": ["2024-02-01"]})
    start = pl.DataFrame({"patient_id": ["P"], "randomisation_date": ["2024-01-01"]})
    facts = Facts.from_tables(patients=start, deaths=rows)
    row = derive_endpoint(catalogue["OS"], facts).frame.row(0, named=True)
    source = facts.frame.filter(
        (pl.col("srcdom") == row["srcdom"])
        & (pl.col("srcvar") == row["srcvar"])
        & (pl.col("srcseq") == row["srcseq"])
    )
    assert source["date"].to_list() == [row["adt"]]
    assert (row["srcdom"], row["srcvar"], row["srcseq"]) == ("DEATHS", "DATE", 1)


def test_define_lists_every_variable_with_its_derivation() -> None:
    made_sets = made("OS", ALIVE).to_adtte()
    assert made_sets.adtte is not None
    table = pl.read_csv(made_sets.define_csv().encode())
    assert table["variable"].to_list() == made_sets.adtte.frame.columns
    assert table["derivation"].null_count() == 0


def test_labels_and_names_fit_sas() -> None:
    made_sets = made("OS", ALIVE).to_adtte()
    assert made_sets.adtte is not None
    assert all(len(one.name) <= 8 and len(one.label) <= 40 for one in made_sets.adtte.variables)


def test_a_kaplan_meier_view_of_competing_risks_must_be_asked_for() -> None:
    table = made("CNSTTP", ALIVE, DEAD)
    with pytest.raises(DerivationError, match="competing"):
        table.to_survival()
    assert table.to_survival(cause_specific=True)["event"].to_list() == [0, 0]
    assert table.to_competing_risks("days")["event"].to_list() == [0, 2]


def test_months_and_years() -> None:
    table = made("OS", DEAD)
    assert table.to_survival("months")["time"].item() == pytest.approx(32 / 30.4375)
    assert table.to_survival("years")["time"].item() == pytest.approx(32 / 365.25)
    with pytest.raises(DerivationError, match="unit of time"):
        table.to_survival("weeks")
