"""A form error names what is wrong and what would be right; unsure and skipped are always good answers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from cimara_web.finder.answers import Answers
from cimara_web.finder.fields import UNSURE
from cimara_web.finder.forms import StepForm
from cimara_web.finder.steps import BY_SLUG, STEPS, form_for
from cimara_web.finder.words import MARKERS, cancers_in_list, marker_choices

TODAY = date(2026, 3, 15)


def filled(step: str, **data: Any) -> StepForm:
    return form_for(BY_SLUG[step], Answers(), data, today=TODAY)


def error(step: str, field: str, **data: Any) -> str:
    form = filled(step, **data)
    assert not form.is_valid()
    assert set(form.errors) == {field}
    return form.errors[field][0]


def test_there_are_at_most_ten_questions() -> None:
    assert len(STEPS) <= 10


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.slug)
def test_every_question_offers_not_to_know(step: Any) -> None:
    form = form_for(step, Answers(), today=TODAY)
    first = next(field for field in form.fields.values() if dict(getattr(field, "choices", ())))
    assert UNSURE in dict(first.choices)


@pytest.mark.parametrize(
    "step", ["who", "cancer", "spread", "treatment", "growth", "symptoms", "steroids", "markers"]
)
def test_no_answer_at_all_asks_for_one_or_for_skip(step: str) -> None:
    form = filled(step)
    assert not form.is_valid()
    assert "Skip this question" in str(next(iter(form.errors.values())))


def test_parts_left_empty_are_fine_when_one_is_answered() -> None:
    form = filled("about", age="18-64")
    assert form.is_valid()
    assert form.given() == {"age": "18-64"}


def test_all_parts_left_empty_point_to_skip() -> None:
    assert "Answer at least one part" in error("about", "age")
    assert "Write a town" in error("place", "place")


def test_another_cancer_needs_its_name() -> None:
    assert "Pick the cancer from the list" in error("cancer", "other", cancer="other")
    assert filled("cancer", cancer="other", other="ovarian").is_valid()


def test_a_name_left_over_from_another_choice_is_dropped() -> None:
    form = filled("cancer", cancer="breast", other="ovarian")
    assert form.is_valid()
    assert form.given() == {"cancer": "breast"}


@pytest.mark.parametrize("alone", ["none", UNSURE])
def test_none_of_these_stands_alone(alone: str) -> None:
    assert "can’t go with another answer" in error("treatment", "kinds", kinds=["srs", alone])


@pytest.mark.parametrize(
    ("when", "field", "said"),
    [
        ({"month": "2"}, "year", "Add the year"),
        ({"year": "2026"}, "month", "Pick the month too"),
        ({"month": "4", "year": "2026"}, "month", "still to come"),
        ({"month": "1", "year": "2027"}, "year", "from 1980 to 2026"),
        ({"month": "1", "year": "1979"}, "year", "from 1980 to 2026"),
        ({"month": "1", "year": "last"}, "year", "four figures"),
    ],
)
def test_a_month_that_cannot_be_is_explained(when: dict[str, str], field: str, said: str) -> None:
    assert said in error("treatment", field, kinds=["srs"], **when)


def test_this_month_is_in_time() -> None:
    assert filled("treatment", kinds=["srs"], month="3", year="2026").is_valid()


def test_a_date_without_treatment_is_dropped() -> None:
    form = filled("treatment", kinds=["none"], month="2", year="2026")
    assert form.is_valid()
    assert form.given() == {"kinds": ["none"]}


@pytest.mark.parametrize(("lang", "typed"), [("en", "1.5"), ("es", "1,5")])
def test_a_dose_is_read_as_the_language_writes_it(lang: str, typed: str) -> None:
    with translation.override(lang):
        form = filled("steroids", taking="yes", drug="dexamethasone", mg=typed)
        assert form.is_valid()
        assert form.given()["mg"] == "1.5"


@pytest.mark.parametrize(
    ("dose", "field", "said"),
    [
        ({"mg": "4"}, "drug", "Pick the steroid"),
        ({"mg": "four", "drug": "prednisone"}, "mg", "such as 4 or 1.5"),
        ({"mg": "0", "drug": "prednisone"}, "mg", "above 0 and at most 2000"),
        ({"mg": "2001", "drug": "prednisone"}, "mg", "above 0 and at most 2000"),
    ],
)
def test_a_dose_that_cannot_be_is_explained(dose: dict[str, str], field: str, said: str) -> None:
    assert said in error("steroids", field, taking="yes", **dose)


def test_no_steroids_means_no_dose() -> None:
    form = filled("steroids", taking="no", drug="prednisone", mg="10")
    assert form.is_valid()
    assert form.given() == {"taking": "no"}


def test_a_name_of_several_places_asks_which_one() -> None:
    form = filled("place", place="Durham")
    assert "Choose the one you mean" in form.errors["which"][0]
    labels = [str(label) for _, label in form.fields["which"].choices]
    assert any("North Carolina" in label for label in labels)
    assert labels[-1] == "None of these"


def test_a_place_is_taken_when_it_is_clear_or_picked() -> None:
    assert filled("place", place="Durham, NC").is_valid()
    choices = filled("place", place="Durham").fields["which"].choices
    assert filled("place", place="Durham", which=choices[0][0]).is_valid()


def test_a_pick_for_another_place_does_not_count() -> None:
    other = filled("place", place="Athens").fields["which"].choices[0][0]
    assert "Choose the one you mean" in filled("place", place="Durham", which=other).errors["which"][0]


def test_a_place_that_nobody_knows_is_taken_all_the_same() -> None:
    assert filled("place", place="Qwrtzxcv").is_valid()


@pytest.mark.parametrize("odd", ["\x00", "\u202e", "x" * 81])
def test_odd_text_is_an_error_and_never_a_fault(odd: str) -> None:
    form = filled("place", place=odd)
    form.is_valid()
    assert set(form.errors) <= {"place"}


def test_markers_are_those_of_the_cancer() -> None:
    lung = dict(marker_choices("nsclc"))
    assert "EGFR" in lung
    assert "TNBC" not in lung
    assert dict(marker_choices("")) == MARKERS


@pytest.mark.parametrize(("lang", "name"), [("en", "Ovarian cancer"), ("es", "Cáncer de ovario")])
def test_other_cancers_are_named_in_the_language(lang: str, name: str) -> None:
    with translation.override(lang):
        assert ("ovarian", name) in cancers_in_list()


def test_other_cancers_start_outside_the_brain_and_are_not_asked_twice() -> None:
    listed = {key for key, _ in cancers_in_list()}
    assert not listed & {
        "glioma",
        "primary_cns",
        "lymphoma",
        "lung",
        "nsclc",
        "breast",
        "any_solid",
        "brain_metastases",
    }
