"""Variables that change over time: the value at the origin, and each change after it."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from cimara.cohort.expressions.patient_rows import ORIGIN_DAY, PatientRows
from cimara.cohort.expressions.types import ColumnType, Type
from cimara.cohort.study.model import Form, Variable
from cimara.studies.over_time import Changes, changes_of
from tests.unit.cohort.indices.chart import Row, chart

SINCE = Variable(name="bev", form=Form.SINCE, text="first(SupportiveCourse: start_day)")
DURING = Variable(name="dex", form=Form.DURING, text="any(SupportiveCourse: kind == 'dexamethasone')")
DOSE = replace(DURING, value="dose_mg_day")
ORIGIN = 100


def made(variable: Variable, *courses: Row) -> Changes:
    rows: list[Row] = [{"support_no": n, "kind": "dexamethasone", **one} for n, one in enumerate(courses)]
    found = PatientRows.of(chart(Patient=[{"last_contact_day": 400}], SupportiveCourse=rows))
    return changes_of(variable, found.having(ORIGIN_DAY, pl.Series([ORIGIN]), ColumnType(Type.NUMBER)))


def told(variable: Variable, *courses: Row) -> tuple[float | None, list[tuple[int, float | None]]]:
    found = made(variable, *courses)
    return found.at_origin[0], found.changes.select("day", variable.name).rows()


def test_what_begins_forty_days_after_the_origin_changes_on_that_day() -> None:
    assert told(SINCE, {"start_day": 140}) == (0.0, [(41, 1.0)])


@pytest.mark.parametrize("start", [50, 100])
def test_what_began_by_the_origin_is_there_from_the_beginning(start: int) -> None:
    assert told(SINCE, {"start_day": start}) == (1.0, [])


def test_what_never_begins_never_changes() -> None:
    assert told(SINCE) == (0.0, [])


def test_a_course_is_on_through_its_last_day() -> None:
    assert told(DURING, {"start_day": 110, "stop_day": 120}) == (0.0, [(11, 1.0), (21, 0.0)])


def test_a_course_over_the_origin_is_on_at_the_origin() -> None:
    assert told(DURING, {"start_day": 90, "stop_day": 120}) == (1.0, [(21, 0.0)])


def test_a_course_before_the_origin_is_over() -> None:
    assert told(DURING, {"start_day": 50, "stop_day": 99}) == (0.0, [])


def test_a_course_without_an_end_goes_on() -> None:
    assert told(DURING, {"start_day": 110}) == (0.0, [(11, 1.0)])


def test_a_course_of_one_day_lasts_a_day() -> None:
    assert told(DURING, {"start_day": 110, "stop_day": 110}) == (0.0, [(11, 1.0), (12, 0.0)])


def test_courses_that_overlap_are_one_stretch() -> None:
    courses: tuple[Row, ...] = ({"start_day": 110, "stop_day": 130}, {"start_day": 120, "stop_day": 150})
    assert told(DURING, *courses) == (0.0, [(11, 1.0), (51, 0.0)])


def test_of_doses_that_overlap_the_larger_counts() -> None:
    courses: tuple[Row, ...] = (
        {"start_day": 90, "stop_day": 150, "dose_mg_day": 4.0},
        {"start_day": 110, "stop_day": 120, "dose_mg_day": 8.0},
    )
    assert told(DOSE, *courses) == (4.0, [(11, 8.0), (21, 4.0), (51, 0.0)])


def test_a_dose_that_is_not_known_is_an_empty_cell_and_is_remarked() -> None:
    courses: tuple[Row, ...] = ({"start_day": 90, "stop_day": 110, "dose_mg_day": 4.0}, {"start_day": 110})
    found = made(DOSE, *courses)
    assert found.changes["dex"].to_list() == [None]
    assert "1 rows without dose_mg_day" in found.remarks[0]


def test_values_over_time_are_centred_and_scaled() -> None:
    variable = replace(DOSE, centre=4.0, scale=2.0)
    assert told(variable, {"start_day": 110, "stop_day": 120, "dose_mg_day": 8.0})[1] == [
        (11, 2.0),
        (21, -2.0),
    ]
