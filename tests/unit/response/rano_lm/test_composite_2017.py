"""The composite of 2017: three elements to one response, as far as print is verified."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from cimara.response.criteria.rano_lm.composite_2017 import (
    call_2017,
    composite,
    csf_course,
    exam_course,
    mri_course,
    sourced,
)
from cimara.response.tables import Table, TableError
from cimara.terms.response import Course, CsfCourse, Response
from tests.unit.response.rano_lm.forms import form, line

EVERY = list(product(Course, CsfCourse, Course))


def entered(*, transcribed_by: str = "a reader", page: str = "488") -> Table:
    """The shipped table with a first row of improvement, as a person who transcribes would enter it."""
    first, *others = composite().rows
    row = replace(
        first,
        conditions=(("IMPROVED",), ("STABLE",), ("IMPROVED",)),
        outcome="PR",
        status="V",
        extra={"transcribed_by": transcribed_by, "page": page},
    )
    return Table("entered", composite().columns, composite().domains, (row, *others))


@pytest.mark.parametrize("missing", ["transcribed_by", "page"])
def test_a_verified_row_without_its_source_is_refused(missing: str) -> None:
    assert sourced(entered())
    with pytest.raises(TableError, match="LM17-1"):
        sourced(entered(**{missing: " "}))


def test_the_shipped_table_claims_no_verified_row() -> None:
    assert {row.rule_id: row.status for row in composite().rows} == {
        "LM17-1": "A",
        "LM17-2": "U",
        "LM17-3": "U",
        "LM17-9": "P",
    }


def test_every_combination_gives_a_row() -> None:
    called = {call_2017(*seen, allow_unverified=True).rule_id for seen in EVERY}
    assert called == {row.rule_id for row in composite().rows}


def test_without_leave_no_unverified_row_speaks() -> None:
    responses = {call_2017(*seen, allow_unverified=False).response for seen in EVERY}
    assert responses == {Response.PD, Response.UNDETERMINED}


def test_a_row_that_is_not_allowed_says_so() -> None:
    seen = (Course.WORSE, CsfCourse.STABLE, Course.STABLE)
    call = call_2017(*seen, allow_unverified=False)
    assert (call.response, call.rule_id) == (Response.UNDETERMINED, "LM17-3")
    assert call.reasons == ("UNVERIFIED_TABLE_NOT_ALLOWED",)
    assert call.flags == ()


def test_a_table_entered_by_a_person_replaces_the_shipped_one() -> None:
    seen = (Course.IMPROVED, CsfCourse.STABLE, Course.IMPROVED)
    assert call_2017(*seen, allow_unverified=False, rules=sourced(entered())).response is Response.PR
    assert call_2017(*seen, allow_unverified=False).response is Response.UNDETERMINED


@pytest.mark.parametrize(
    ("reference", "now", "course"),
    [
        ("NEGATIVE", "POSITIVE", CsfCourse.NEGATIVE_TO_POSITIVE),
        ("POSITIVE", "NEGATIVE", CsfCourse.POSITIVE_TO_NEGATIVE),
        ("NEGATIVE", "NEGATIVE", CsfCourse.STABLE),
        ("POSITIVE", "POSITIVE", CsfCourse.STABLE),
        ("EQUIVOCAL", "POSITIVE", CsfCourse.EQUIVOCAL),
        ("NEGATIVE", "EQUIVOCAL", CsfCourse.EQUIVOCAL),
        ("NOT_DONE", "POSITIVE", CsfCourse.NE),
        ("NEGATIVE", "NOT_DONE", CsfCourse.NE),
        ("", "POSITIVE", CsfCourse.NE),
        ("NEGATIVE", "", CsfCourse.NE),
    ],
)
def test_the_fluid_is_compared_with_its_reference(reference: str, now: str, course: CsfCourse) -> None:
    assert csf_course(reference, now) is course


@pytest.mark.parametrize(
    ("word", "course"),
    [
        ("worse", Course.WORSE),
        ("WORSE", Course.WORSE),
        ("stable", Course.STABLE),
        ("no change", Course.STABLE),
        ("improved", Course.IMPROVED),
        ("", Course.NE),
        ("tired", Course.NE),
    ],
)
def test_the_examination_is_taken_as_written(word: str, course: Course) -> None:
    assert exam_course(form(exam_change=word)) is course


@pytest.mark.parametrize(
    ("text", "course"),
    [
        ("hydrocephalus 1>1 worse", Course.WORSE),
        ("hydrocephalus 1>1 no change", Course.STABLE),
        ("hydrocephalus 1>1 improved", Course.IMPROVED),
        ("hydrocephalus 1>0 improved", Course.IMPROVED),
        ("hydrocephalus 0>0 no change", Course.STABLE),
        ("hydrocephalus 1>NE NE", Course.NE),
        ("hydrocephalus 0>1 improved", Course.NE),
    ],
)
def test_the_mri_is_judged_by_the_scorecard(text: str, course: Course) -> None:
    assert mri_course(form(line(text)))[0] is course
