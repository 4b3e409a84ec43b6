"""Systemic therapy around radiosurgery: windows, doses that are not recorded, lesions."""

from __future__ import annotations

import pytest

from cimara.cohort.indices.concurrency import Window, by_course_lesion, concurrency, default_windows
from tests.unit.cohort.indices.chart import Row, chart, course_id, lesion_id

T_DXD: Row = {"line_id": "T1", "agents": ["trastuzumab_deruxtecan"], "start_day": 100, "last_dose_day": 163}


def told(course: Row, line: Row, **asked: object) -> tuple[object, ...]:
    day = course.get("start_day")
    full: Row = {"course_id": course_id(1), "modality": "srs_gk", "end_day": day, "fractions": 1, **course}
    dataset = chart(
        Patient=[{"last_contact_day": 400}], LocalTherapyCourse=[full], SystemicTherapyLine=[line]
    )
    found = concurrency(dataset, **asked)  # type: ignore[arg-type]
    return found.select("concurrent", "concurrent_28", "approximate").row(0)


@pytest.mark.parametrize(
    ("day", "expected"),
    [(92, "no"), (93, "yes"), (94, "yes"), (150, "yes"), (184, "yes"), (185, "no")],
)
@pytest.mark.parametrize("interval", [None, 21])
def test_the_worked_example(day: int, expected: str, interval: int | None) -> None:
    assert told({"start_day": day}, {**T_DXD, "interval_days": interval})[0] == expected


@pytest.mark.parametrize(("day", "expected"), [(71, "no"), (72, "yes"), (191, "yes"), (192, "no")])
def test_within_28_days_either_way(day: int, expected: str) -> None:
    assert told({"start_day": day}, T_DXD)[1] == expected


def test_dosing_without_an_interval_is_approximate() -> None:
    assert told({"start_day": 150}, T_DXD)[2] is True
    assert told({"start_day": 150}, {**T_DXD, "interval_days": 21})[2] is False
    assert told({"start_day": 150}, {**T_DXD, "interval_days": 20})[2] is True


def test_between_doses_far_apart_nothing_is_concurrent() -> None:
    line: Row = {**T_DXD, "interval_days": 63}
    assert told({"start_day": 130}, line)[0] == "no"
    assert told({"start_day": 130}, {**line, "interval_days": None})[0] == "yes"


def test_a_last_dose_off_the_grid_is_a_dose() -> None:
    assert told({"start_day": 184}, {**T_DXD, "interval_days": 40}) == ("yes", "yes", True)


def test_one_dose_is_one_day_and_not_approximate() -> None:
    line: Row = {**T_DXD, "last_dose_day": 100}
    assert told({"start_day": 121}, line) == ("yes", "yes", False)
    assert told({"start_day": 122}, line) == ("no", "yes", False)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ({"stop_day": 150}, "yes"),
        ({"stop_day": 120}, "no"),
        ({"stop_reason": "ongoing"}, "yes"),
        ({"stop_reason": "toxicity"}, "unknown"),
    ],
)
def test_a_line_without_a_last_dose(line: Row, expected: str) -> None:
    given: Row = {**T_DXD, "last_dose_day": None, **line}
    assert told({"start_day": 160}, given)[0] == expected
    assert told({"start_day": 50}, given)[0] == "no"


def test_fractions_reach_from_the_first_to_the_last_day() -> None:
    course: Row = {"start_day": 88, "end_day": 93, "fractions": 5, "modality": "hfsrt"}
    assert told(course, T_DXD)[0] == "yes"
    assert told({**course, "end_day": 92}, T_DXD)[0] == "no"


def test_a_dose_that_only_days_between_fractions_meet_is_approximate() -> None:
    course: Row = {"start_day": 90, "end_day": 110, "fractions": 3, "modality": "hfsrt"}
    line: Row = {**T_DXD, "last_dose_day": 100}
    narrow = {"windows": {"adc": Window(0, 0)}}
    assert told(course, line, **narrow)[::2] == ("yes", True)
    assert told({**course, "fractions": 21}, line, **narrow)[::2] == ("yes", False)


def test_the_windows_are_parameters_and_each_class_has_one() -> None:
    assert default_windows()["adc"] == Window(7, 21)
    assert told({"start_day": 92}, T_DXD, windows={"adc": Window(8, 21)})[0] == "yes"


def test_only_radiosurgery_counts_unless_more_is_asked_for() -> None:
    dataset = chart(
        Patient=[{"last_contact_day": 400}],
        LocalTherapyCourse=[
            {"course_id": course_id(1), "modality": "wbrt", "start_day": 120, "end_day": 134}
        ],
        SystemicTherapyLine=[T_DXD],
    )
    assert concurrency(dataset).height == 0
    assert concurrency(dataset, modalities=("wbrt",)).height == 1


def test_each_treated_lesion_says_what_was_given_around_it() -> None:
    chemo: Row = {"line_id": "T2", "agents": ["capecitabine"], "start_day": 0, "stop_day": 300}
    dataset = chart(
        Patient=[{"last_contact_day": 400}],
        LocalTherapyCourse=[
            {
                "course_id": course_id(n),
                "modality": "srs_gk",
                "start_day": day,
                "end_day": day,
                "fractions": 1,
            }
            for n, day in ((1, 20), (2, 150))
        ],
        CourseLesion=[
            {"course_id": course_id(course), "lesion_id": lesion_id(lesion)}
            for course, lesion in ((1, 1), (1, 2), (2, 1))
        ],
        SystemicTherapyLine=[{**T_DXD, "interval_days": 21}, chemo],
    )
    found = by_course_lesion(dataset)
    assert found.select("adc_concurrent", "chemo_concurrent", "ici_concurrent", "adc_approximate").rows() == [
        ("no", "yes", "no", False),
        ("no", "yes", "no", False),
        ("yes", "yes", "no", False),
    ]
