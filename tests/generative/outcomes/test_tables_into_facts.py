"""Facts from tidy tables and from derived responses."""

from __future__ import annotations

import datetime as dt
from functools import cache

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cimara.outcomes import Facts, Schedule, catalogue, derive_endpoint
from cimara.outcomes.endpoints.errors import DerivationError
from cimara.response import Policy, derive_compartments, derive_study
from cimara.response.results import BEST, FINDINGS, LESIONS, TIMEPOINTS, ResultTables
from cimara.response.synth import SyntheticStudy, SynthOptions, synth_study

DAY = dt.date(2024, 3, 1)


def timepoint(**changes: object) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(TIMEPOINTS)
    row |= {"patient_id": "P", "visit_id": "W8", "date": DAY, "evaluator": "INV", "criterion": "rano_bm"}
    return {**row, "compartment": "CNS", "response": "SD", "reasons": "", "flags": "", **changes}


def best(**changes: object) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(BEST)
    row |= {"patient_id": "P", "evaluator": "INV", "criterion": "rano_bm", "compartment": "CNS"}
    return {**row, **changes}


def lesion(**changes: object) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(LESIONS)
    row |= {"patient_id": "P", "lesion_id": "A", "visit_id": "W8", "date": DAY, "evaluator": "INV"}
    row |= {"lesion_compartment": "BRAIN", "role": "TARGET", "status": "MEASURED", "lesion_status": "SD"}
    return {**row, "radiation_necrosis": False, **changes}


def words(
    points: list[dict[str, object]] | None = None,
    bests: list[dict[str, object]] | None = None,
    lesions: list[dict[str, object]] | None = None,
    **tables: pl.DataFrame,
) -> list[tuple[object, ...]]:
    """Fact, month and fields of each fact that the result tables make."""
    result = ResultTables(
        timepoints=pl.DataFrame(points or [], schema=TIMEPOINTS),
        best=pl.DataFrame(bests or [], schema=BEST),
        lesions=pl.DataFrame(lesions or [], schema=LESIONS),
        findings=pl.DataFrame(schema=FINDINGS),
    )
    frame = Facts.from_response(result, **tables).frame
    return frame.select("fact", pl.col("date").dt.month(), "fields").rows()


def test_a_stable_scan_is_adequate() -> None:
    assert words([timepoint()]) == [("ADEQUATE_SCAN", 3, "word=SD"), ("ANY_SCAN", 3, "word=SD")]


@pytest.mark.parametrize("response", ["NE", "UNDETERMINED"])
def test_a_scan_that_could_not_be_judged_is_a_scan_only(response: str) -> None:
    assert [row[0] for row in words([timepoint(response=response)])] == ["ANY_SCAN"]


def test_a_visit_that_scanned_other_parts_is_no_scan() -> None:
    assert words([timepoint(response="NE", flags="NOT_SCANNED")]) == []


@pytest.mark.parametrize(
    ("parts", "kind"),
    [
        ({"target": "PD", "clinical": "WORSE"}, "target"),
        ({"nontarget": "PD"}, "non-target"),
        ({"new_lesion": "yes"}, "new"),
        ({"new_lesion": "review", "clinical": "WORSE"}, "clinical"),
    ],
)
def test_what_a_progression_was_seen_on(parts: dict[str, str], kind: str) -> None:
    found = words([timepoint(response="PD", **parts)])
    assert ("PD", 3, f"kind={kind};word=PD") in found


def test_a_progression_moved_back_has_its_own_date() -> None:
    found = words(bests=[best(pd_date=dt.date(2024, 2, 1), pd_kind="new")])
    assert found == [("PD", 2, "kind=new")]


def test_confirmed_pending_calls_are_not_pending() -> None:
    points = [
        timepoint(response="iUPD", date=dt.date(2024, month, 1), criterion="irecist") for month in (1, 3, 5)
    ]
    told = best(pd_date=dt.date(2024, 3, 1), pd_kind="target", criterion="irecist")
    found = words(points, [told])
    assert [row[1] for row in found if row[0] == "PD_UNCONFIRMED"] == [1]


def test_a_response_begins_where_response_assessment_says() -> None:
    told = best(confirmed_bor="CR", confirmed_bor_date=DAY, response_start=dt.date(2024, 1, 1))
    assert ("RESPONSE_CONFIRMED", 1, "word=CR") in words(bests=[told])
    assert words(bests=[best(confirmed_bor="SD", confirmed_bor_date=DAY)]) == []


def test_no_baseline_becomes_a_flag() -> None:
    points = [
        timepoint(response="NE", reasons="NO_BASELINE"),
        timepoint(response="NE", reasons="NO_BASELINE"),
    ]
    assert [row for row in words(points) if row[0] == "NO_BASELINE"] == [("NO_BASELINE", None, "")]


def test_the_day_of_a_steroid_increase_is_a_progression_of_its_own_kind() -> None:
    flagged = timepoint(response="PD", flags="PD_MAY_START_AT_STEROID_INCREASE:2024-01-05")
    assert ("PD", 1, "kind=steroid;word=PD") in words([flagged])


@pytest.mark.parametrize(
    ("row", "fact"),
    [
        ({"role": "NEW", "status": "", "lesion_status": "UNEQUIVOCAL"}, "NEW_LESION"),
        ({"role": "NEW", "lesion_status": "UNEQUIVOCAL", "lesion_compartment": "LEPTOMENINGEAL"}, "LMD"),
        ({"lesion_status": "PD"}, "LOCAL_PD"),
        ({"role": "NON_TARGET", "status": "", "lesion_status": "UNEQUIVOCAL_PD"}, "LOCAL_PD"),
    ],
)
def test_what_a_lesion_did(row: dict[str, str], fact: str) -> None:
    assert sorted(one[0] for one in words(lesions=[lesion(**row)])) == sorted(["LESION_ASSESSED", fact])


@pytest.mark.parametrize(
    "row",
    [
        {"role": "NEW", "lesion_status": "EQUIVOCAL"},
        {"status": "NOT_EVALUABLE", "lesion_status": "NE"},
        {"lesion_compartment": "EXTRACRANIAL", "lesion_status": "PD"},
    ],
)
def test_what_counts_for_no_lesion_event(row: dict[str, str]) -> None:
    found = {one[0] for one in words(lesions=[lesion(**row)])}
    assert found <= {"LESION_ASSESSED"}


def decision(kind: str, day: dt.date, event: str) -> dict[str, object]:
    return {"event_id": event, "patient_id": "P", "kind": kind, "decided_on": day, "lesion_id": "A"}


def test_necrosis_is_dated_at_the_scan_and_at_the_decision() -> None:
    decided = pl.DataFrame(
        [decision("RADIATION_NECROSIS", dt.date(2024, 4, 9), "E1") | {"basis": "pathology"}]
    )
    found = words(lesions=[lesion(lesion_status="PD", radiation_necrosis=True)], adjudications=decided)
    told = "basis=pathology;certainty=confirmed;dated={};symptomatic=no"
    assert ("RN", 3, told.format("onset")) in found
    assert ("RN", 4, told.format("decision")) in found
    assert ("LOCAL_PD", 3, "adjudged=rn;type=parenchymal") in found


def test_words_out_of_their_lists_are_told_all_at_once_with_row_and_column() -> None:
    deaths = pl.DataFrame({"patient_id": ["P", "Q"], "date": [DAY, DAY], "cause": ["neuro", "brain"]})
    therapies = pl.DataFrame({"patient_id": ["P"], "kind": ["cns"], "start": [DAY], "modality": ["gamma"]})
    with pytest.raises(DerivationError) as caught:
        Facts.from_tables(deaths=deaths, therapies=therapies)
    for place in ("deaths row 1 column cause", "deaths row 2", "therapies row 1 column modality"):
        assert place in str(caught.value)
    assert "gamma" not in str(caught.value)


def test_columns_that_are_not_read_are_told() -> None:
    table = pl.DataFrame({"patient_id": ["P"], "date": [DAY], "hospital": ["H"]})
    assert [(one.code, one.column) for one in Facts.from_tables(deaths=table).findings] == [
        ("EXTRA_COLUMN", "hospital")
    ]


def test_a_therapy_to_two_lesions_is_two_facts() -> None:
    table = pl.DataFrame({"patient_id": ["P"], "kind": ["cns"], "start": [DAY], "lesion_ids": ["A; B"]})
    frame = Facts.from_tables(therapies=table).frame.filter(pl.col("fact") == "CNS_THERAPY")
    assert frame.select("lesion_id", "fields", "srcdom", "srcseq").rows() == [
        ("A", "intent=unknown", "THERAPIE", 1),
        ("B", "intent=unknown", "THERAPIE", 1),
    ]


@cache
def made_study() -> SyntheticStudy:
    return synth_study(SynthOptions(patients=40, seed=4))


@cache
def made_facts() -> Facts:
    """A made-up study through response assessment, compartments apart and together."""
    study = made_study()
    apart = derive_compartments(study.study, Policy.preset("rano_bm"), Policy.preset("recist11"))
    together = derive_study(study.study, Policy.preset("recist11"))
    return Facts.from_response([apart, together], study.supplements)


@pytest.mark.parametrize("name", list(catalogue))
def test_every_entry_derives_on_a_made_up_study(name: str) -> None:
    schedule = Schedule(56)
    quick = derive_endpoint(catalogue[name], made_facts(), schedule=schedule)
    readable = derive_endpoint(catalogue[name], made_facts(), schedule=schedule, engine="reference")
    assert_frame_equal(quick.frame, readable.frame)
    assert quick.report.analysed > 0
    assert quick.report.population == quick.report.analysed + sum(n for _, n in quick.report.excluded)


def test_overall_survival_is_the_truth_of_the_made_up_study() -> None:
    study = made_study()
    died = study.supplements["deaths"].select("patient_id", "date").sort("patient_id")
    found = derive_endpoint(catalogue["OS"], made_facts()).frame.filter(pl.col("evcode") == 1)
    assert found.select("patient_id", "adt").rows() == died.rows()


def test_pooled_and_by_sites_give_the_same_rows() -> None:
    patients = made_facts().patients()
    sites = {
        f"S{number}": Facts(made_facts().frame.filter(pl.col("patient_id").is_in(patients[number::5])))
        for number in range(5)
    }
    pooled = Facts.pooled(sites)
    for name in ("OS", "CNSPFS", "CNSTTP", "LOCFAIL", "ICORR"):
        whole = derive_endpoint(catalogue[name], pooled, schedule=Schedule(56)).frame
        apart = [derive_endpoint(catalogue[name], one, schedule=Schedule(56)).frame for one in sites.values()]
        order = ["patient_id", "lesion_id", "start"]
        assert_frame_equal(whole.drop("site"), pl.concat(apart).drop("site").sort(order))


def test_fda_and_ema_differ_and_each_changed_patient_is_explained() -> None:
    from cimara.outcomes.endpoints.compare import changed_rows, explained

    fda = derive_endpoint(catalogue["CNSPFS"], made_facts(), schedule=Schedule(56))
    other = catalogue["CNSPFS"].replace(switch={"preset": "ema"})
    ema = derive_endpoint(other, made_facts(), schedule=Schedule(56))
    rows = changed_rows(fda, ema)
    assert rows.height > 0
    reasons = set(rows.filter(pl.col("evcode") == 0)["reason"].to_list())
    assert reasons <= {"MISSED_VISITS", "NEW_SYSTEMIC_THERAPY", "CNS_LOCAL_THERAPY", "WITHDRAWAL"}
    assert len(explained(fda, ema)) == rows.height


def test_a_row_is_numbered_as_in_its_file_whatever_rows_before_it_are_left_out() -> None:
    table = pl.DataFrame(
        {"patient_id": ["P", "Q"], "kind": ["cns", "systemic"], "start": ["2024-01-01", "spring"]}
    )
    told = next(one for one in Facts.from_tables(therapies=table).findings if one.file)
    assert (told.file, told.row, told.column) == ("therapies", 2, "start")


def test_scores_that_are_no_numbers_are_refused_without_being_shown() -> None:
    table = pl.DataFrame({"patient_id": ["P"], "date": [DAY], "test": ["COWA"], "score": ["twelve"]})
    with pytest.raises(DerivationError, match=r"COGNITION\.score.*no number") as caught:
        derive_endpoint(catalogue["NCOGDET"], Facts.from_tables(cognition=table))
    assert "twelve" not in str(caught.value)


def test_declines_that_a_study_tells_count_only_where_there_are_no_tests() -> None:
    told = [("P", "RANDOMISATION", dt.date(2024, 1, 1)), ("P", "COGNITIVE_DECLINE", dt.date(2024, 2, 1))]
    tested = [("P", "COGNITION", dt.date(2024, 1, 1)), ("P", "COGNITION", dt.date(2024, 2, 1))]
    for rows, expect in ((told, "DECLINE"), (told + tested, "LAST_TEST")):
        frame = pl.DataFrame(rows, schema=["patient_id", "fact", "date"], orient="row")
        test = pl.when(pl.col("fact") == "COGNITION").then(pl.lit("score=10;test=COWA")).otherwise(pl.lit(""))
        table = derive_endpoint(catalogue["NCOGDET"], Facts(frame.with_columns(fields=test)))
        assert table.frame["code"].item() == expect


def test_a_date_with_more_behind_it_is_no_date() -> None:
    deaths = pl.DataFrame({"patient_id": ["P", "Q"], "date": ["2024-03-171", "2024-03-17T08:15"]})
    facts = Facts.from_tables(deaths=deaths)
    assert facts.frame.select("patient_id", "date").rows() == [("P", None), ("Q", dt.date(2024, 3, 17))]
    assert ("DATE_UNREADABLE", 1) in {(one.code, one.row) for one in facts.findings}
