"""Treatments that change over time, from the origin of each clock."""

from __future__ import annotations

import polars as pl
import pytest

from cimara.cohort.dataset import Dataset
from cimara.cohort.facts.changes import treatment_changes
from tests.unit.cohort.indices.chart import PATIENT, Row, chart, lesion_id


def dexamethasone(number: int, first: int, last: int | None, dose: float | None) -> Row:
    return {
        "support_no": number,
        "kind": "dexamethasone",
        "start_day": first,
        "stop_day": last,
        "dose_mg_day": dose,
    }


def bevacizumab(first: int, last: int | None, **more: object) -> Row:
    return {"support_no": 9, "kind": "bevacizumab_rn", "start_day": first, "stop_day": last, **more}


def origin(day: int, **more: object) -> pl.DataFrame:
    return pl.DataFrame([{"patient_id": PATIENT, "day": day, **more}])


def changes(dataset: Dataset, day: int, *columns: str, **asked: int) -> list[tuple[object, ...]]:
    return treatment_changes(dataset, origin(day), **asked).select("day", *columns).rows()


def test_a_patient_without_treatment_has_a_row_of_day_0() -> None:
    assert changes(chart(), 50, "bevacizumab", "bevacizumab_any", "dexamethasone", "dexamethasone_mg") == [
        (0, 0, 0, 0, 0.0)
    ]


def test_treatment_that_starts_after_the_origin_is_off_before_it() -> None:
    """From day 100 of the chart: on day 139, the 40th of the clock, the treatment begins."""
    dataset = chart(SupportiveCourse=[bevacizumab(139, 180)])
    assert changes(dataset, 100, "bevacizumab") == [(0, 0), (40, 1), (82, 0)]


@pytest.mark.parametrize("first", [20, 99, 100])
def test_treatment_that_is_on_at_the_origin_is_on_from_day_0(first: int) -> None:
    assert changes(chart(SupportiveCourse=[bevacizumab(first, 120)]), 100, "bevacizumab") == [(0, 1), (22, 0)]


def test_treatment_that_ended_before_the_origin_leaves_nothing_and_on_its_day_one_day() -> None:
    assert changes(chart(SupportiveCourse=[bevacizumab(20, 99)]), 100, "bevacizumab") == [(0, 0)]
    assert changes(chart(SupportiveCourse=[bevacizumab(20, 100)]), 100, "bevacizumab") == [(0, 1), (2, 0)]


def test_without_a_last_day_the_cycles_say_when_bevacizumab_ended() -> None:
    dataset = chart(SupportiveCourse=[bevacizumab(10, None, cycles=4, interval_days=21)])
    assert changes(dataset, 0, "bevacizumab") == [(0, 0), (11, 1), (75, 0)]
    assert changes(dataset, 0, "bevacizumab", carry_over_days=20) == [(0, 0), (11, 1), (95, 0)]
    assert changes(chart(SupportiveCourse=[bevacizumab(10, None)]), 0, "bevacizumab") == [(0, 0), (11, 1)]


def test_bevacizumab_against_the_tumour_is_a_covariate_of_its_own() -> None:
    dataset = chart(
        SupportiveCourse=[bevacizumab(10, 30)],
        SystemicTherapyLine=[
            {"line_id": "T1", "agents": ["bevacizumab"], "start_day": 20, "last_dose_day": 60}
        ],
    )
    found = changes(dataset, 0, "bevacizumab", "bevacizumab_any")
    assert found == [(0, 0, 0), (11, 1, 1), (32, 0, 1), (62, 0, 0)]


def test_a_taper_is_a_change_of_dose() -> None:
    dataset = chart(SupportiveCourse=[dexamethasone(1, 10, 14, 8.0), dexamethasone(2, 15, 20, 4.0)])
    found = changes(dataset, 0, "dexamethasone", "dexamethasone_mg")
    assert found == [(0, 0, 0.0), (11, 1, 8.0), (16, 1, 4.0), (22, 0, 0.0)]


def test_a_course_without_a_last_day_ends_where_the_next_begins() -> None:
    dataset = chart(SupportiveCourse=[dexamethasone(1, 10, None, 8.0), dexamethasone(2, 30, None, 4.0)])
    assert changes(dataset, 0, "dexamethasone_mg") == [(0, 0.0), (11, 8.0), (31, 4.0)]


def test_of_overlapping_courses_the_higher_dose_counts_once() -> None:
    dataset = chart(SupportiveCourse=[dexamethasone(1, 10, 30, 8.0), dexamethasone(2, 20, 40, 4.0)])
    assert changes(dataset, 0, "dexamethasone_mg") == [(0, 0.0), (11, 8.0), (32, 4.0), (42, 0.0)]


def test_a_dose_of_0_is_off_and_an_unknown_dose_is_on() -> None:
    assert changes(chart(SupportiveCourse=[dexamethasone(1, 10, 20, 0.0)]), 0, "dexamethasone") == [(0, 0)]
    found = changes(
        chart(SupportiveCourse=[dexamethasone(1, 10, 20, None)]), 0, "dexamethasone", "dexamethasone_mg"
    )
    assert found == [(0, 0, 0.0), (11, 1, None), (22, 0, 0.0)]


def test_each_lesion_has_its_own_clock() -> None:
    clocks = pl.DataFrame(
        {"patient_id": [PATIENT] * 2, "lesion_id": [lesion_id(1), lesion_id(2)], "day": [0, 15]}
    )
    found = treatment_changes(chart(SupportiveCourse=[bevacizumab(10, 20)]), clocks)
    assert found.select("lesion_id", "day", "bevacizumab").rows() == [
        (lesion_id(1), 0, 0),
        (lesion_id(1), 11, 1),
        (lesion_id(1), 22, 0),
        (lesion_id(2), 0, 1),
        (lesion_id(2), 7, 0),
    ]
