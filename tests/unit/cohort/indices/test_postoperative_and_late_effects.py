"""Days from resection to radiation, and the follow-up of treated lesions."""

from __future__ import annotations

import pytest

from cimara.cohort.dataset import Dataset
from cimara.cohort.indices.late_effects import FollowUpSchedule, at_risk, follow_up
from cimara.cohort.indices.postoperative import postoperative_intervals
from tests.unit.cohort.indices.chart import Row, chart, course_id, lesion_id, scan_id


def course(number: int, day: int, modality: str = "srs_gk", end: int | None = None) -> Row:
    return {
        "course_id": course_id(number),
        "modality": modality,
        "start_day": day,
        "end_day": day if end is None else end,
    }


def of(course: int, lesion: int, **more: object) -> Row:
    return {"course_id": course_id(course), "lesion_id": lesion_id(lesion), **more}


CAVITY = {"cavity": "yes", "resection_extent": "gtr"}
LESIONS: list[Row] = [
    {"lesion_id": lesion_id(1), "origin": "new", "first_seen_day": 0},
    {
        "lesion_id": lesion_id(2),
        "origin": "resection_cavity",
        "parent_lesion_id": lesion_id(1),
        "first_seen_day": 9,
    },
]


def intervals(courses: list[Row], treated: list[Row]) -> list[tuple[object, ...]]:
    found = postoperative_intervals(
        chart(LocalTherapyCourse=courses, CourseLesion=treated, BrainLesion=LESIONS)
    )
    return found.select("lesion_id", "surgery_course_id", "interval_days").rows()


@pytest.mark.parametrize("lesion", [1, 2])
def test_days_from_the_resection_of_the_lesion_or_its_parent(lesion: int) -> None:
    found = intervals([course(1, 5, "surgery_gtr"), course(2, 33)], [of(1, 1), of(2, lesion, **CAVITY)])
    assert found == [(lesion_id(lesion), course_id(1), 28)]


def test_the_last_of_several_resections_before_the_radiation_counts() -> None:
    courses = [
        course(1, 5, "surgery_str"),
        course(2, 20, "surgery_gtr"),
        course(3, 33),
        course(4, 60, "surgery_gtr"),
    ]
    assert intervals(courses, [of(1, 1), of(2, 1), of(4, 1), of(3, 1, **CAVITY)]) == [
        (lesion_id(1), course_id(2), 13)
    ]


def test_a_cavity_without_a_resection_on_file_has_no_interval() -> None:
    assert intervals([course(2, 33)], [of(2, 2, **CAVITY)]) == [(lesion_id(2), None, None)]


def test_lesions_that_are_no_cavity_have_no_row() -> None:
    assert intervals([course(1, 5, "surgery_gtr"), course(2, 33)], [of(1, 1), of(2, 1, cavity="no")]) == []


def followed(**changes: list[Row]) -> Dataset:
    tables: dict[str, list[Row]] = {
        "Patient": [{"last_contact_day": 400}],
        "LocalTherapyCourse": [course(1, 10)],
        "CourseLesion": [of(1, 1)],
        "BrainLesion": LESIONS,
    }
    return chart(**{**tables, **changes})


def risk(dataset: Dataset) -> tuple[object, ...]:
    return (
        at_risk(dataset)
        .filter(course_id=course_id(1))
        .select("from_day", "to_day", "ended_by", "days")
        .row(0)
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (10, 400, "last_contact", 390)),
        ({"Death": [{"day": 400}]}, (10, 400, "death", 390)),
        (
            {"LocalTherapyCourse": [course(1, 10), course(2, 200)], "CourseLesion": [of(1, 1), of(2, 1)]},
            (10, 200, "retreated", 190),
        ),
        (
            {"LocalTherapyCourse": [course(1, 10), course(2, 200)], "CourseLesion": [of(1, 1), of(2, 2)]},
            (10, 200, "retreated", 190),
        ),
        ({"LocalTherapyCourse": [course(1, 10), course(2, 200, "wbrt", 212)]}, (10, 200, "retreated", 190)),
        (
            {
                "LocalTherapyCourse": [course(1, 10), course(2, 50, "surgery_gtr")],
                "CourseLesion": [of(1, 1), of(2, 1)],
            },
            (10, 50, "resected", 40),
        ),
        (
            {"LocalTherapyCourse": [course(1, 10), course(2, 50)], "CourseLesion": [of(1, 1)]},
            (10, 400, "last_contact", 390),
        ),
    ],
)
def test_time_at_risk_ends_with_what_comes_first(
    changes: dict[str, list[Row]], expected: tuple[object, ...]
) -> None:
    assert risk(followed(**changes)) == expected


def scan(number: int, day: int, modality: str = "mri") -> Row:
    return {"scan_id": scan_id(number), "day": day, "modality": modality}


def measured(number: int, lesion: int = 1, **sizes: object) -> Row:
    return {"scan_id": scan_id(number), "lesion_id": lesion_id(lesion), **({"longest_mm": 12.0} | sizes)}


def test_due_scans_are_assessed_scanned_or_missed() -> None:
    """Due on days 101, 192, 283 and 374; that of day 374 has a window that outlasts the follow-up."""
    dataset = followed(
        ImagingAssessment=[scan(1, 90), scan(2, 200), scan(3, 283, "pet_fdg")],
        LesionMeasurement=[measured(1)],
    )
    found = follow_up(dataset).select("due_no", "due_day", "met", "scan_day").rows()
    assert found == [(1, 101, "assessed", 90), (2, 192, "scanned", 200), (3, 283, "missed", None)]


def test_the_tolerance_is_inclusive_and_the_nearest_scan_is_named() -> None:
    schedule = FollowUpSchedule(steps=((100, 100),), tolerance=20)
    dataset = followed(
        ImagingAssessment=[scan(1, 90), scan(2, 130), scan(3, 131)],
        LesionMeasurement=[measured(n) for n in (1, 2, 3)],
    )
    assert follow_up(dataset, schedule).select("met", "scan_day").rows() == [("assessed", 90)]
    late = followed(ImagingAssessment=[scan(3, 131)], LesionMeasurement=[measured(3)])
    assert follow_up(late, schedule)["met"].to_list() == ["missed"]


def test_a_measurement_without_a_size_or_a_response_is_no_assessment() -> None:
    dataset = followed(
        ImagingAssessment=[scan(1, 100)],
        LesionMeasurement=[measured(1, longest_mm=None, lesion_response="NE")],
    )
    assert follow_up(dataset)["met"].to_list()[0] == "scanned"
    assert at_risk(dataset)["last_imaging_day"].item() is None


def test_the_default_schedule_is_every_91_days_for_two_years_then_183_to_five() -> None:
    due = list(FollowUpSchedule().due_days())
    assert due[:2] == [91, 182]
    assert due[7:10] == [728, 911, 1094]
    assert due[-1] <= 1826


def test_necrosis_and_the_necrotic_share_of_a_treated_lesion() -> None:
    dataset = followed(
        ImagingAssessment=[scan(1, 100), scan(2, 300)],
        LesionMeasurement=[
            measured(1, vol_total_cm3=4.0, vol_necrotic_cm3=1.0),
            measured(2, vol_total_cm3=6.0, vol_necrotic_cm3=4.5),
        ],
        AdverseRadiationEffect=[
            {
                "are_id": "A1",
                "lesion_id": lesion_id(1),
                "onset_day": 300,
                "attributed_course_id": course_id(1),
            }
        ],
    )
    found = at_risk(dataset).select(
        "necrosis_day", "necrotic_share_first", "necrotic_share_max", "last_imaging_day"
    )
    assert found.row(0) == (300, 0.25, 0.75, 300)


def test_necrosis_of_another_course_is_not_that_of_this_one() -> None:
    dataset = followed(
        LocalTherapyCourse=[course(1, 10), course(2, 200)],
        CourseLesion=[of(1, 1), of(2, 1)],
        AdverseRadiationEffect=[
            {
                "are_id": "A1",
                "lesion_id": lesion_id(1),
                "onset_day": 300,
                "attributed_course_id": course_id(2),
            }
        ],
    )
    assert at_risk(dataset).select("course_id", "necrosis_day").rows() == [
        (course_id(1), None),
        (course_id(2), 300),
    ]
