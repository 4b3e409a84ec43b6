"""Scans and sizes of a cohort as the tables that response assessment reads."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cimara.cli import main
from cimara.cohort.dataset import Dataset
from cimara.cohort.errors import CohortError
from cimara.cohort.facts.measurements import response_tables, write_response_tables
from cimara.response.reading.schema import TIDY
from cimara.response.reading.tidy import load_tidy
from tests.unit.cohort.indices.chart import PATIENT, Row, chart, course_id, lesion_id, scan_id

START = pl.DataFrame({"patient_id": [PATIENT], "day": [10]})


def scan(number: int, day: int, **more: object) -> Row:
    return {"scan_id": scan_id(number), "day": day, "modality": "mri", "contrast": "yes", **more}


def size(
    number: int, longest: float | None, perp: float | None = None, lesion: int = 1, **more: object
) -> Row:
    return {
        "scan_id": scan_id(number),
        "lesion_id": lesion_id(lesion),
        "longest_mm": longest,
        "perp_mm": perp,
        **more,
    }


def lesion(number: int, day: int = 0, **more: object) -> Row:
    return {
        "lesion_id": lesion_id(number),
        "first_seen_day": day,
        "origin": "new",
        "location": "frontal",
        **more,
    }


def cohort(**changes: list[Row]) -> Dataset:
    """One target of 20 mm that falls to 12 mm at week 8 and holds; scans on days 0, 60 and 120."""
    tables: dict[str, list[Row]] = {
        "Patient": [{"last_contact_day": 300}],
        "BrainLesion": [lesion(1)],
        "ImagingAssessment": [scan(1, 0), scan(2, 60), scan(3, 120)],
        "LesionMeasurement": [
            size(1, 20.0, 14.0, target="yes", vol_total_cm3=2.93),
            size(2, 12.0, 8.0, target="yes"),
            size(3, 12.0, 8.0, target="yes"),
        ],
    }
    return chart(**{**tables, **changes})


def table(name: str, *columns: str, **changes: list[Row]) -> list[tuple[object, ...]]:
    return response_tables(cohort(**changes), start=START)[name].select(columns).rows()


def test_columns_are_those_that_response_assessment_reads() -> None:
    for name, frame in response_tables(cohort(), start=START).items():
        assert set(frame.columns) <= {column.name for column in TIDY[name].columns}, name


def test_nothing_is_rejected_or_found_amiss() -> None:
    full = cohort(
        BrainLesion=[lesion(1), lesion(2, 100), lesion(3, origin="resection_cavity")],
        LesionMeasurement=[
            size(1, 20.0, 14.0),
            size(2, 0.0),
            size(3, 9.0, 7.0, lesion=2),
            size(3, 9.0, lesion=3),
        ],
        SystemicTherapyLine=[{"line_id": "T1", "agents": ["nivolumab"], "start_day": 10}],
    )
    reading = load_tidy(response_tables(full, start=START))
    assert reading.n_rejected == 0
    assert reading.study.findings == ()


def test_a_lesion_that_came_after_the_start_is_new_at_the_first_scan_that_names_it() -> None:
    changes = {
        "BrainLesion": [lesion(1), lesion(2, 100, location="dural")],
        "LesionMeasurement": [size(1, 20.0, 14.0), size(3, 9.0, lesion=2)],
    }
    assert table("new_lesions", "lesion_id", "visit_id", "certainty", "compartment", **changes) == [
        (lesion_id(2), scan_id(3), "UNEQUIVOCAL", "DURAL_BONY")
    ]
    assert table("lesions", "lesion_id", "role", **changes) == [(lesion_id(1), None), (lesion_id(2), "NEW")]


def test_new_lesions_that_were_only_counted_stand_as_one_by_their_scan() -> None:
    scans = [scan(1, 0, new_lesion_count=4), scan(2, 60, new_lesion_count=2)]
    named = f"{scan_id(2)}-NEW"
    changes = {"ImagingAssessment": scans, "LesionMeasurement": [size(1, 20.0, 14.0)]}
    assert table("new_lesions", "lesion_id", "visit_id", "compartment", **changes) == [
        (named, scan_id(2), "BRAIN")
    ]
    assert table("lesions", "lesion_id", "role", **changes) == [(lesion_id(1), None), (named, "NEW")]
    assert load_tidy(response_tables(cohort(**changes), start=START)).n_rejected == 0


@pytest.mark.parametrize(
    ("measured", "expected"),
    [
        (size(1, 20.0, 14.0), ("MEASURED", "20.0", "14.0", None)),
        (size(1, None, vol_total_cm3=0.29), ("MEASURED", None, None, "290")),
        (size(1, 0.0, 0.0), ("ABSENT", None, None, None)),
        (size(1, None, vol_total_cm3=0.0), ("ABSENT", None, None, None)),
        (size(1, None, lesion_response="NE"), ("NOT_EVALUABLE", None, None, None)),
    ],
)
def test_sizes_and_their_status(measured: Row, expected: tuple[object, ...]) -> None:
    found = table("measurements", "status", "ld_mm", "perp_mm", "volume_mm3", LesionMeasurement=[measured])
    assert found == [expected]


def test_prior_local_therapy_is_the_last_before_the_start() -> None:
    courses: list[Row] = [
        {"course_id": course_id(n), "modality": modality, "start_day": day, "end_day": day}
        for n, modality, day in ((1, "surgery_gtr", -90), (2, "hfsrt", -60), (3, "litt", 50))
    ]
    treated: list[Row] = [{"course_id": course_id(n), "lesion_id": lesion_id(1)} for n in (1, 2, 3)]
    found = table("lesions", "prior_local_therapy", LocalTherapyCourse=courses, CourseLesion=treated)
    assert found == [("SRS",)]
    assert table("lesions", "prior_local_therapy") == [("none",)]


def test_steroids_and_performance_stand_beside_the_scan() -> None:
    steroid: Row = {
        "support_no": 1,
        "kind": "dexamethasone",
        "start_day": 50,
        "stop_day": 70,
        "dose_mg_day": 4.0,
    }
    status: list[Row] = [
        {"scale": "KPS", "value": value, "day": day} for value, day in ((80, 0), (70, 74), (60, 75))
    ]
    found = table(
        "clinical", "visit_id", "kps", "dex_mg_per_day", SupportiveCourse=[steroid], PerformanceStatus=status
    )
    assert found == [(scan_id(1), "80", "0.0"), (scan_id(2), "70", "4.0"), (scan_id(3), None, "0.0")]


def test_without_a_chart_of_supportive_therapy_steroids_are_not_known() -> None:
    assert table("clinical", "dex_mg_per_day") == [(None,)] * 3


def test_scans_that_no_criterion_reads_are_left_out() -> None:
    scans = [scan(1, 0), scan(2, 60, modality="pet_fdg"), scan(3, 120, intracranial_response="NE")]
    found = table("visits", "visit_id", "date", "brain_assessable", ImagingAssessment=scans)
    assert found == [(scan_id(1), "2000-01-01", "ALL"), (scan_id(3), "2000-04-30", "NONE")]


def test_no_start_at_all_is_refused() -> None:
    with pytest.raises(CohortError, match="no patient has a start"):
        response_tables(cohort(), start=START.clear())


def test_response_is_derived_from_a_cohort(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = cohort(
        PerformanceStatus=[{"scale": "KPS", "value": 90, "day": day} for day in (0, 60, 120)],
        SupportiveCourse=[
            {"support_no": 1, "kind": "dexamethasone", "start_day": -5, "stop_day": 8, "dose_mg_day": 4.0}
        ],
    )
    write_response_tables(response_tables(known, start=START), tmp_path / "tables")
    policy = tmp_path / "policy.toml"
    policy.write_text('preset = "rano_bm"\n[override]\nclinical_source = "derived"\n')
    words = [
        "response",
        "derive",
        "--tidy",
        str(tmp_path / "tables"),
        "--policy",
        str(policy),
        "--out",
        str(tmp_path / "out"),
    ]
    assert main(words) == 0, capsys.readouterr().err
    points = pl.read_csv(tmp_path / "out" / "timepoints.csv").filter(pl.col("compartment") == "CNS")
    assert points["response"].to_list() == ["PR", "PR"]
