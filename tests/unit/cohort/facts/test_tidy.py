"""The cohort as the tables that endpoint facts are read from, and endpoints with known answers on them."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from cimara.cohort.dataset import Dataset
from cimara.cohort.facts.lesion_events import Assessed
from cimara.cohort.facts.scans import FACT_COLUMNS, scan_facts
from cimara.cohort.facts.tidy import COGNITIVE_TESTS, COLUMNS, MODALITIES, tidy_facts
from cimara.cohort.model import data_model
from cimara.outcomes import Facts, catalogue, derive_endpoint
from cimara.outcomes.endpoints.cognition import SIGN
from cimara.outcomes.endpoints.facts import FACTS
from cimara.outcomes.endpoints.tidy_tables import TABLES
from cimara.outcomes.endpoints.words import FIELDS, FactWord
from tests.unit.cohort.indices.chart import Row, chart, course_id, lesion_id, scan_id

A, B, C = "UT01-P0001", "UT01-P0002", "GB02-P0001"


def day(number: int) -> dt.date:
    return dt.date(2000, 1, 1) + dt.timedelta(days=number)


def cohort() -> Dataset:
    """Three patients. A: radiosurgery of two lesions on day 20, necrosis of the first on day 200 and again on
    day 320, growth of the second on day 150, a new lesion on day 240, neurologic death on day 400. B:
    radiosurgery on day 5 after a resection on day 1, spread on day 120, alive on day 300. C: whole-brain
    radiotherapy from day 10 that names no lesion, systemic death on day 90.
    """
    scans: list[Row] = [
        {"patient_id": A, "scan_id": scan_id(n, A), "day": on, "modality": "mri", "contrast": "yes"}
        for n, on in enumerate((0, 150, 240, 380), start=1)
    ]
    scans += [{"patient_id": B, "scan_id": scan_id(1, B), "day": 110, "modality": "mri", "contrast": "yes"}]
    return chart(
        Patient=[
            {"patient_id": A, "n_brm_at_anchor": 2, "last_contact_day": 400, "vital_status": "dead"},
            {"patient_id": B, "n_brm_at_anchor": 1, "last_contact_day": 300, "vital_status": "alive"},
            {"patient_id": C, "n_brm_at_anchor": 3, "last_contact_day": 90, "vital_status": "dead"},
        ],
        Death=[
            {"patient_id": A, "day": 400, "cause": "neurologic", "adjudicated_by": "central"},
            {"patient_id": C, "day": 90, "cause": "systemic", "adjudicated_by": "none"},
        ],
        BrainLesion=[
            {
                "patient_id": A,
                "lesion_id": lesion_id(n, A),
                "first_seen_day": on,
                "origin": "new",
                "location": "frontal",
            }
            for n, on in ((1, 0), (2, 20), (3, 240))
        ]
        + [
            {"patient_id": B, "lesion_id": lesion_id(1, B), "first_seen_day": 0, "origin": "new"},
            {"patient_id": C, "lesion_id": lesion_id(1, C), "first_seen_day": 0, "origin": "new"},
            {
                "patient_id": C,
                "lesion_id": lesion_id(2, C),
                "first_seen_day": 60,
                "origin": "new",
                "location": "dural",
            },
        ],
        LocalTherapyCourse=[
            {
                "patient_id": A,
                "course_id": course_id(1, A),
                "modality": "srs_gk",
                "start_day": 20,
                "end_day": 20,
                "intent": "definitive",
            },
            {
                "patient_id": B,
                "course_id": course_id(1, B),
                "modality": "surgery_gtr",
                "start_day": 1,
                "end_day": 1,
                "intent": "definitive",
            },
            {
                "patient_id": B,
                "course_id": course_id(2, B),
                "modality": "hfsrt",
                "start_day": 5,
                "end_day": 9,
                "intent": "postop_cavity",
            },
            {
                "patient_id": B,
                "course_id": course_id(3, B),
                "modality": "biopsy",
                "start_day": 0,
                "end_day": 0,
                "intent": "definitive",
            },
            {
                "patient_id": C,
                "course_id": course_id(1, C),
                "modality": "wbrt",
                "start_day": 10,
                "end_day": 21,
                "intent": "salvage",
            },
        ],
        CourseLesion=[
            {"patient_id": A, "course_id": course_id(1, A), "lesion_id": lesion_id(n, A)} for n in (1, 2)
        ]
        + [{"patient_id": B, "course_id": course_id(n, B), "lesion_id": lesion_id(1, B)} for n in (1, 2)],
        SystemicTherapyLine=[
            {
                "patient_id": A,
                "line_id": "T1",
                "agents": ["pembrolizumab"],
                "start_day": 30,
                "stop_day": 90,
                "last_dose_day": 84,
            }
        ],
        AdverseRadiationEffect=[
            {
                "patient_id": A,
                "are_id": "A1",
                "lesion_id": lesion_id(1, A),
                "onset_day": 200,
                "recurred_day": 320,
                "basis": ["pathology", "serial_mri"],
                "certainty": "confirmed",
                "symptomatic": "yes",
                "ctcae_grade": 3,
                "attributed_course_id": course_id(1, A),
            }
        ],
        ProgressionEvent=[
            {
                "patient_id": A,
                "progression_no": 1,
                "kind": "local",
                "day": 150,
                "lesion_id": lesion_id(2, A),
                "basis": "imaging",
                "adjudicated": "yes",
            },
            {
                "patient_id": A,
                "progression_no": 2,
                "kind": "extracranial",
                "day": 160,
                "basis": "imaging",
                "adjudicated": "no",
            },
        ],
        LmdEvent=[{"patient_id": B, "day": 120, "type": "classical", "basis": ["csf_cytology", "mri"]}],
        ImagingAssessment=scans,
        LesionMeasurement=[
            {
                "patient_id": A,
                "scan_id": scan_id(n, A),
                "lesion_id": lesion_id(1, A),
                "longest_mm": 14.0,
                "perp_mm": 9.0,
            }
            for n in (1, 2, 3, 4)
        ]
        + [{"patient_id": B, "scan_id": scan_id(1, B), "lesion_id": lesion_id(1, B), "vol_total_cm3": 0.5}],
        PerformanceStatus=[{"patient_id": A, "scale": "KPS", "value": 90, "day": on} for on in (0, 100)],
        ExtracranialStatus=[{"patient_id": A, "day": 100, "status": "stable"}],
        NeurocogPro=[
            {"patient_id": A, "instrument": "cowa", "score": 31.0, "day": 50, "version": "A"},
            {"patient_id": A, "instrument": "eq5d5l", "score": 0.8, "day": 50},
        ],
    )


START = pl.DataFrame({"patient_id": [A, B, C], "day": [20, 1, 10]})


@pytest.fixture(scope="module")
def tables() -> dict[str, pl.DataFrame]:
    return tidy_facts(cohort(), start=START)


def test_tables_and_columns_are_those_that_endpoints_read() -> None:
    assert {name: set(columns) for name, columns in COLUMNS.items()} == {
        name: {*needed, *allowed} for name, (needed, allowed) in TABLES.items()
    }
    assert {name: dict(one.schema) for name, one in tidy_facts(chart()).items()} == COLUMNS


def test_facts_read_them_without_a_finding(tables: dict[str, pl.DataFrame]) -> None:
    assert Facts.from_tables(**tables).findings == ()
    assert Facts.from_tables(**tidy_facts(chart())).frame.height == 0


def test_every_modality_has_a_word_that_endpoints_know() -> None:
    codes = set(data_model().entity("LocalTherapyCourse").field("modality").code_names)
    assert set(MODALITIES) == codes - {"biopsy"}
    assert set(MODALITIES.values()) <= set(FIELDS[FactWord.CNS_THERAPY]["modality"] or ())
    assert set(COGNITIVE_TESTS.values()) <= set(SIGN)
    causes = data_model().entity("Death").field("cause").code_names
    assert set(causes) <= set(FIELDS[FactWord.DEATH]["cause"] or ())


def test_patients(tables: dict[str, pl.DataFrame]) -> None:
    columns = (
        "patient_id",
        "treatment_start",
        "last_alive",
        "cns_disease",
        "measurable_cns",
        "lmd_at_start",
        "site",
    )
    assert tables["patients"].select(columns).rows() == [
        (A, day(20), day(400), "yes", "yes", "no", "UT01"),
        (B, day(1), day(300), "yes", None, "no", "UT01"),
        (C, day(10), day(90), "yes", None, "no", "GB02"),
    ]


def test_deaths_keep_cause_and_whether_it_was_adjudicated(tables: dict[str, pl.DataFrame]) -> None:
    assert tables["deaths"].rows() == [(A, day(400), "neurologic", "yes"), (C, day(90), "systemic", "no")]


def test_therapies_name_their_lesions_and_a_biopsy_is_none(tables: dict[str, pl.DataFrame]) -> None:
    found = (
        tables["therapies"]
        .filter(kind="cns")
        .select("start", "end", "modality", "intent", "lesion_ids")
        .rows()
    )
    assert found == [
        (day(20), day(20), "SRS", "planned", f"{lesion_id(1, A)};{lesion_id(2, A)}"),
        (day(1), day(1), "surgery", "planned", lesion_id(1, B)),
        (day(5), day(9), "SRS", "planned", lesion_id(1, B)),
        (day(10), day(21), "WBRT", "salvage", lesion_id(1, C)),
    ]
    systemic = (
        tables["therapies"].filter(kind="systemic").select("patient_id", "start", "end", "new_line").rows()
    )
    assert systemic == [(A, day(30), day(84), "yes")]


def events(tables: dict[str, pl.DataFrame], word: str, *columns: str) -> list[tuple[object, ...]]:
    return tables["lesion_events"].filter(event=word).select("lesion_id", "date", *columns).rows()


def test_a_recurrence_of_necrosis_is_a_further_event(tables: dict[str, pl.DataFrame]) -> None:
    told = ("confirmed", "yes", "3", "pathology serial_mri")
    assert events(tables, "RN", "certainty", "symptomatic", "grade", "basis") == [
        (lesion_id(1, A), day(200), *told),
        (lesion_id(1, A), day(320), *told),
    ]


def test_new_lesions_are_those_that_came_after_therapy_began(tables: dict[str, pl.DataFrame]) -> None:
    assert events(tables, "NEW_LESION", "origin", "type") == [
        (lesion_id(3, A), day(240), "new", "parenchymal"),
        (lesion_id(2, C), day(60), "new", "dural"),
    ]


def test_local_progression_is_tumour_where_it_was_adjudicated(tables: dict[str, pl.DataFrame]) -> None:
    assert events(tables, "LOCAL_PD", "adjudged") == [(lesion_id(2, A), day(150), "tumour")]


def test_days_that_are_visits_and_cognitive_tests(tables: dict[str, pl.DataFrame]) -> None:
    assert tables["clinic_visits"].rows() == [(A, day(0)), (A, day(100))]
    assert tables["cognition"].select("date", "test", "score", "done").rows() == [
        (day(50), "COWA", "31.0", "yes")
    ]


def test_new_lesions_that_were_only_counted_on_a_scan_are_an_event() -> None:
    scans: list[Row] = [
        {"scan_id": scan_id(n), "day": on, "modality": "mri", "new_lesion_count": count}
        for n, on, count in ((1, 0, 3), (2, 60, 0), (3, 120, 2))
    ]
    course: Row = {"course_id": course_id(1), "modality": "srs_gk", "start_day": 5, "end_day": 5}
    found = tidy_facts(chart(ImagingAssessment=scans, LocalTherapyCourse=[course]))["lesion_events"]
    assert found.select("date", "event", "origin", "type").rows() == [
        (day(120), "NEW_LESION", "new", "parenchymal")
    ]


def test_an_adequate_scan_assesses_every_lesion_that_was_there() -> None:
    dataset = chart(
        BrainLesion=[
            {"lesion_id": lesion_id(n), "first_seen_day": on, "origin": "new"} for n, on in ((1, 0), (2, 61))
        ],
        ImagingAssessment=[
            {"scan_id": scan_id(1), "day": 60, "modality": "mri", "contrast": "yes"},
            {"scan_id": scan_id(2), "day": 90, "modality": "mri", "contrast": "no"},
        ],
        LesionMeasurement=[{"scan_id": scan_id(2), "lesion_id": lesion_id(2), "longest_mm": 6.0}],
    )
    assert events(tidy_facts(dataset), "LESION_ASSESSED") == [
        (lesion_id(1), day(60)),
        (lesion_id(2), day(90)),
    ]
    sized = tidy_facts(dataset, assessed=Assessed.MEASUREMENTS)
    assert events(sized, "LESION_ASSESSED") == [(lesion_id(2), day(90))]


def derived(name: str, facts: Facts) -> list[tuple[object, ...]]:
    found = derive_endpoint(catalogue[name], facts, engine="columnar").frame
    same = derive_endpoint(catalogue[name], facts, engine="reference").frame
    assert found.equals(same)
    return found.select("patient_id", "lesion_id", "aval", "code").sort("patient_id", "lesion_id").rows()


@pytest.fixture(scope="module")
def facts(tables: dict[str, pl.DataFrame]) -> Facts:
    """The facts of the tables and of the scans."""
    read = Facts.from_tables(**tables)
    return Facts(pl.concat([read.frame, scan_facts(cohort())]), read.findings)


def test_overall_survival(facts: Facts) -> None:
    rows = derive_endpoint(catalogue["OS"], facts).frame.select("patient_id", "aval", "code")
    assert sorted(rows.rows()) == [(C, 81, "DEATH"), (A, 381, "DEATH"), (B, 300, "LAST_ALIVE")]


def test_death_by_cause(facts: Facts) -> None:
    assert [(who, code) for who, _, _, code in derived("NEURDTH", facts)] == [
        (C, "DEATH_SYSTEMIC"),
        (A, "DEATH_NEURO"),
        (B, "LAST_ALIVE"),
    ]


def test_radiation_necrosis_of_each_irradiated_lesion(facts: Facts) -> None:
    assert derived("RNINC", facts) == [
        (C, lesion_id(1, C), 81, "DEATH"),
        (A, lesion_id(1, A), 181, "RN"),
        (A, lesion_id(2, A), 381, "DEATH"),
        (B, lesion_id(1, B), 106, "LAST_LESION"),
    ]


def test_local_failure_of_each_treated_lesion(facts: Facts) -> None:
    found = {(lesion, code): aval for _, lesion, aval, code in derived("LOCFAIL", facts)}
    assert found[lesion_id(2, A), "LOCAL_PD"] == 131
    assert found[lesion_id(1, A), "DEATH"] == 381


def test_distant_failure_and_its_censoring_at_the_last_adequate_scan(facts: Facts) -> None:
    assert derived("DISTBF", facts) == [
        (C, "", 81, "DEATH"),
        (A, "", 221, "NEW_LESION"),
        (B, "", 110, "LAST_BRAIN"),
    ]


def test_leptomeningeal_disease(facts: Facts) -> None:
    assert derived("LMDINC", facts) == [(C, "", 81, "DEATH"), (A, "", 381, "DEATH"), (B, "", 120, "LMD")]


def test_a_patient_without_a_start_is_left_out_with_that_reason() -> None:
    read = Facts.from_tables(**tidy_facts(cohort(), start=START.filter(pl.col("patient_id") != B)))
    table = derive_endpoint(catalogue["OS"], read)
    assert table.frame["patient_id"].sort().to_list() == [C, A]
    assert table.exclusions["patient_id"].to_list() == [B]


def test_the_data_cut_is_one_for_all_or_one_a_patient() -> None:
    assert tidy_facts(cohort(), data_cut_day=365)["patients"]["data_cut"].to_list() == [day(365)] * 3
    by_patient = pl.DataFrame({"patient_id": [B], "day": [200]})
    assert tidy_facts(cohort(), data_cut_day=by_patient)["patients"]["data_cut"].to_list() == [
        None,
        day(200),
        None,
    ]


def test_disease_and_spread_at_the_start_count_by_its_day() -> None:
    late = pl.DataFrame({"patient_id": [A, B, C], "day": [20, 120, 10]})
    assert tidy_facts(cohort(), start=late)["patients"]["lmd_at_start"].to_list() == ["no", "yes", "no"]


def scan_words(**changes: object) -> list[tuple[object, ...]]:
    row: Row = {"scan_id": scan_id(1), "day": 60, "modality": "mri", "contrast": "yes", **changes}
    return scan_facts(chart(ImagingAssessment=[row])).select("fact", "criterion", "fields").rows()


def test_scan_facts_have_the_columns_of_facts() -> None:
    assert FACT_COLUMNS == FACTS
    assert dict(scan_facts(chart()).schema) == FACTS


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["ANY_SCAN", "ADEQUATE_SCAN"]),
        ({"contrast": "no"}, ["ANY_SCAN"]),
        ({"intracranial_response": "NE"}, ["ANY_SCAN"]),
        ({"modality": "pet_fdg"}, []),
        ({"intracranial_response": "PD", "criteria": "local"}, ["ANY_SCAN", "ADEQUATE_SCAN"]),
    ],
)
def test_which_scans_could_be_judged(changes: dict[str, object], expected: list[str]) -> None:
    assert [row[0] for row in scan_words(**changes)] == expected


def test_a_called_response_is_of_its_criterion() -> None:
    found = scan_words(intracranial_response="PD", criteria="rano_bm")
    assert found[-1] == ("PD", "rano_bm", "kind=investigator;word=PD")
    assert scan_words(intracranial_response="PR", criteria="rano_bm")[-1] == (
        "RESPONSE",
        "rano_bm",
        "word=PR",
    )
