"""ADRS: parameters, codes, flags and sources, from small tables made by hand."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cimara.response.adrs import CODES, LABELS, Subjects, to_adrs
from cimara.response.results import BEST, FINDINGS, LESIONS, TIMEPOINTS, ResultTables
from cimara.response.transport.xpt import losses, read_xpt, write_xpt

START = dt.date(2024, 1, 10)
Row = dict[str, Any]


def day(number: int) -> dt.date:
    """The day so many days after the start."""
    return START + dt.timedelta(days=number)


def table(rows: list[Row], schema: dict[str, pl.DataType]) -> pl.DataFrame:
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def seen(on: int, response: str, **more: Any) -> Row:
    return {
        "patient_id": "P1",
        "visit_id": f"D{on}",
        "date": day(on),
        "evaluator": "INV",
        "criterion": "recist11",
        "compartment": "ANY",
        "response": response,
        "rule_id": f"R-{response}",
        "reasons": "SUM_UP",
        "policy_hash": "f" * 64,
        "n_targets": 1,
        **more,
    }


def best(**more: Any) -> Row:
    return {
        "patient_id": "P1",
        "evaluator": "INV",
        "criterion": "recist11",
        "compartment": "ANY",
        "policy_hash": "f" * 64,
        **more,
    }


def adrs(
    timepoints: list[Row],
    bests: list[Row],
    findings: list[Row] | None = None,
    discordance: pl.DataFrame | None = None,
    deaths: dict[str, dt.date | None] | None = None,
    alive: frozenset[str] = frozenset(),
) -> pl.DataFrame:
    results = ResultTables(
        table(timepoints, TIMEPOINTS),
        table([], LESIONS),
        table(bests, BEST),
        table(findings or [], FINDINGS),
        discordance,
    )
    return to_adrs(results, Subjects({"P1": START}, deaths or {}, alive), study_id="S1").frame


COURSE = [seen(56, "PR"), seen(112, "PR"), seen(168, "PD"), seen(224, "SD")]
SUMMARY = best(
    bor="PR",
    bor_date=day(56),
    confirmed_bor="PR",
    confirmed_bor_date=day(56),
    pd_date=day(168),
    response_start=day(56),
)


def values(frame: pl.DataFrame) -> dict[str, tuple[str, int | None, dt.date | None]]:
    single = frame.filter(~pl.col("PARAMCD").str.starts_with("OVR"))
    return {row["PARAMCD"]: (row["AVALC"], row["AVAL"], row["ADT"]) for row in single.iter_rows(named=True)}


def test_the_parameters_of_a_whole_body_criterion() -> None:
    assert values(adrs(COURSE, [SUMMARY], deaths={"P1": day(300)})) == {
        "PD": ("Y", 1, day(168)),
        "RSP": ("Y", 1, day(56)),
        "CRSP": ("Y", 1, day(56)),
        "CB": ("Y", 1, day(56)),
        "CCB": ("Y", 1, day(56)),
        "BOR": ("PR", 2, day(56)),
        "CBOR": ("PR", 2, day(56)),
        "BCP": ("Y", 1, day(56)),
        "CBCP": ("Y", 1, day(56)),
        "LSTA": ("SD", 3, day(224)),
        "MDIS": ("Y", 1, None),
        "DEATH": ("Y", 1, day(300)),
    }


def test_cbcp_follows_cbor_and_not_bor() -> None:
    unconfirmed = best(bor="PR", bor_date=day(56), confirmed_bor="SD", confirmed_bor_date=day(56))
    found = values(adrs([seen(56, "PR")], [unconfirmed]))
    assert (found["BCP"][0], found["CBCP"][0]) == ("Y", "N")
    assert (found["CB"][0], found["CCB"][0], found["CRSP"][0]) == ("Y", "Y", "N")


def test_stable_disease_is_benefit_and_no_response() -> None:
    stable = best(bor="SD", bor_date=day(56), confirmed_bor="SD", confirmed_bor_date=day(56))
    found = values(adrs([seen(56, "SD")], [stable]))
    assert (found["CB"][0], found["RSP"][0], found["BCP"][0], found["PD"][0]) == ("Y", "N", "N", "N")


def test_a_subject_without_time_points_is_missing_and_has_no_last_assessment() -> None:
    found = values(adrs([], [best(bor="MISSING", confirmed_bor="MISSING")]))
    assert found["BOR"] == ("MISSING", 7, None)
    assert "LSTA" not in found


def test_death_is_written_only_where_it_is_known() -> None:
    def death(**known: Any) -> tuple[str, int | None, dt.date | None] | None:
        return values(adrs(COURSE, [SUMMARY], **known)).get("DEATH")

    assert death(deaths={"P1": day(300)}) == ("Y", 1, day(300))
    assert death(deaths={"P1": None}) == ("Y", 1, None)
    assert death(alive=frozenset({"P1"})) == ("N", 0, None)
    assert death() is None
    assert death(deaths={"P2": day(300)}, alive=frozenset({"P3"})) is None


def test_the_codes_of_the_words() -> None:
    words = ("CR", "PR", "SD", "NON-CR/NON-PD", "PD", "NE", "MISSING")
    assert [CODES[word] for word in words] == [1, 2, 3, 4, 5, 6, 7]


def flagged(frame: pl.DataFrame, name: str) -> list[tuple[str, dt.date]]:
    chosen = frame.filter((pl.col("PARAMCD") == "OVR") & (pl.col(name) == "Y"))
    return [(row["AVALC"], row["ADT"]) for row in chosen.iter_rows(named=True)]


def test_the_worst_response_of_each_date_from_the_start_on_is_flagged() -> None:
    order = ["NE", "CR", "PR", "SD", "NON-CR/NON-PD", "PD"]
    for better, worse in pairwise(order):
        for pair in ((better, worse), (worse, better)):
            rows = [seen(0, word, visit_id=f"V{place}") for place, word in enumerate(pair)]
            assert flagged(adrs(rows, []), "ANL01FL") == [(worse, day(0))]
    assert flagged(adrs([seen(-1, "PD")], []), "ANL01FL") == []


def test_responses_are_cut_at_the_first_progression_inclusive() -> None:
    frame = adrs(COURSE, [SUMMARY])
    assert [word for word, _ in flagged(frame, "ANL01FL")] == ["PR", "PR", "PD", "SD"]
    assert [word for word, _ in flagged(frame, "ANL02FL")] == ["PR", "PR", "PD"]


def test_an_imputed_date_is_flagged_with_what_follows_from_it() -> None:
    finding = {
        "code": "DATE_IMPUTED_DAY",
        "severity": "warning",
        "text": "",
        "patient_id": "P1",
        "visit_id": "D168",
    }
    frame = adrs(COURSE, [SUMMARY], [finding])
    marked = frame.filter(pl.col("ADTF") == "D")
    assert marked["PARAMCD"].to_list() == ["OVR", "PD"]


def test_every_date_has_a_source_that_exists() -> None:
    frame = adrs(COURSE, [SUMMARY], deaths={"P1": day(300)})
    dated = frame.filter(pl.col("ADT").is_not_null())
    by_number = {row["ASEQ"]: row for row in frame.iter_rows(named=True)}
    for row in dated.iter_rows(named=True):
        if row["SRCDOM"] == "ADRS":
            source = by_number[row["SRCSEQ"]]
            assert (source["ADT"], source["PARAMCD"], row["SRCVAR"]) == (row["ADT"], "OVR", "ADT")
            assert row["RULEID"] == source["RULEID"]
        elif row["SRCDOM"] == "TIMEPNTS":
            assert (COURSE[row["SRCSEQ"] - 1]["date"], row["SRCVAR"]) == (row["ADT"], "response")
        else:
            assert (row["PARAMCD"], row["SRCDOM"], row["SRCVAR"]) == ("DEATH", "ADSL", "DTHDT")


def test_progression_is_sourced_to_the_record_that_says_so() -> None:
    same_day = [seen(56, "SD", visit_id="A"), seen(56, "PD", visit_id="B")]
    frame = adrs(same_day, [best(bor="PD", bor_date=day(56), pd_date=day(56))])
    (rule,) = frame.filter(pl.col("PARAMCD") == "PD")["RULEID"]
    assert rule == "R-PD"


def test_keys_are_unique_and_the_categories_say_who_and_by_what() -> None:
    both = [SUMMARY, {**SUMMARY, "evaluator": "R1"}]
    frame = adrs([*COURSE, seen(56, "SD", evaluator="R1")], both, alive=frozenset({"P1"}))
    assert frame.select("USUBJID", "ASEQ").is_unique().all()
    single = frame.filter(pl.col("PARAMCD") != "OVR")
    assert single.select("USUBJID", "PARAMCD", "PARCAT2", "PARCAT3").is_unique().all()
    assert frame["PARCAT1"].unique().to_list() == ["Tumor Response"]
    assert set(frame["PARCAT2"]) == {"INV", "R1", None}
    assert set(frame["PARCAT3"]) == {"RECIST 1.1", None}


def crossed(rows: list[tuple[str, str]]) -> pl.DataFrame:
    named = [
        {"patient_id": "P1", "evaluator": "INV", "level": level, "label": label, "rule_id": "X"}
        for level, label in rows
    ]
    return pl.DataFrame(named)


def test_the_parameters_of_the_cns() -> None:
    cns = {"compartment": "CNS", "criterion": "rano_bm"}
    sys = {"compartment": "SYS"}
    leptomeningeal = {"compartment": "LM", "criterion": "rano_lm_2019"}
    rows = [seen(56, "PR", **cns), seen(56, "PD", **sys), seen(56, "SD", **leptomeningeal)]
    bests = [
        best(**cns, bor="PR", bor_date=day(56), confirmed_bor="SD", confirmed_bor_date=day(56)),
        best(**sys, bor="PD", bor_date=day(56), pd_date=day(56)),
        best(**leptomeningeal, bor="SD", bor_date=day(56)),
    ]
    discordance = crossed([("visit", "PD_BOTH"), ("bor", "SYSTEMIC_ONLY_PD"), ("confirmed_bor", "UNKNOWN")])
    frame = adrs(rows, bests, discordance=discordance)
    found = {name: value for name, (value, _, _) in values(frame).items()}
    assert found == {
        "PDCNS": "N",
        "RSPCNS": "Y",
        "CRSPCNS": "N",
        "BORCNS": "PR",
        "CBORCNS": "SD",
        "LSTACNS": "PR",
        "MDISCNS": "Y",
        "PDSYS": "Y",
        "DISCORD": "SYSTEMIC_ONLY_PD",
    }
    assert set(frame["PARAMCD"]) >= {"OVRCNS", "OVRSYS", "OVRLM"}


def test_long_reasons_go_on_in_another_variable() -> None:
    codes = [f"CODE_NUMBER_{number:03d}" for number in range(40)]
    frame = adrs([seen(56, "PD", reasons=";".join(codes))], [])
    texts = frame.filter(pl.col("PARAMCD") == "OVR").select(pl.selectors.starts_with("REASONS")).row(0)
    assert ";".join(text for text in texts if text) == ";".join(codes)
    assert max(len(text) for text in texts if text) <= 200


def test_names_labels_and_texts_fit_xpt_and_come_back(tmp_path: Path) -> None:
    results = ResultTables(
        table(COURSE, TIMEPOINTS), table([], LESIONS), table([SUMMARY], BEST), table([], FINDINGS)
    )
    dataset = to_adrs(results, Subjects({"P1": START}), study_id="S1")
    assert list(losses(dataset)) == []
    write_xpt(dataset, tmp_path / "adrs.xpt")
    found = read_xpt(tmp_path / "adrs.xpt").frame
    assert found.cast(dict(dataset.frame.schema)).equals(dataset.frame)


@pytest.mark.parametrize(("code", "label"), LABELS.items())
def test_each_parameter_fits_its_columns(code: str, label: str) -> None:
    assert len(code) <= 8
    assert len(label) <= 40
