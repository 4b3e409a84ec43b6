"""Which fields a study needs, and what for."""

from __future__ import annotations

from cimara.cohort.study.needed import INDEX_FIELDS, needed_fields
from cimara.cohort.study.variable_reading import INDICES
from tests.unit.cohort.study.study_text import study


def needs(*changes: tuple[str, str]) -> dict[str, tuple[str, ...]]:
    return {f"{one.entity}.{one.field}": one.by for one in needed_fields(study(*changes))}


def test_each_field_is_listed_with_the_analyses_that_need_it() -> None:
    found = needs()
    assert found["Patient.age_at_anchor"] == ("cohort", "A1")
    assert found["AdverseRadiationEffect.symptomatic"] == ("cohort",)
    assert found["AdverseRadiationEffect.ctcae_grade"] == ("A1",)
    assert found["SupportiveCourse.kind"] == ("A1",)


def test_rows_that_are_ordered_need_their_day() -> None:
    assert "origin" in needs()["AdverseRadiationEffect.onset_day"]


def test_a_variable_needs_what_those_need_that_it_is_made_of() -> None:
    found = needs(
        ('expr = "age_at_anchor"', 'expr = "n_brm_at_anchor"'),
        ("attributed(AdverseRadiationEffect.ctcae_grade)", "age + 1"),
        ('adjust = ["age", "grade"]', 'adjust = ["grade"]'),
    )
    assert found["Patient.n_brm_at_anchor"] == ("A1",)


def test_a_variable_of_no_analysis_is_listed_for_what_it_says_it_is_needed_by() -> None:
    added = 'expr = "age_at_anchor"\nneeded_by = ["A1"]'
    changes = [('expr = "age_at_anchor"', added), ('adjust = ["age", "grade"]', 'adjust = ["grade"]')]
    assert "A1" in needs(*changes)["Patient.age_at_anchor"]


def test_a_dose_needs_the_course_it_was_given_in() -> None:
    found = needs(("attributed(AdverseRadiationEffect.ctcae_grade)", "attributed(CourseLesion.v12_cm3)"))
    assert {"CourseLesion.v12_cm3", "AdverseRadiationEffect.attributed_course_id"} <= set(found)


def test_fields_stand_in_the_order_of_the_model() -> None:
    names = list(needs())
    assert names.index("Patient.age_at_anchor") < names.index("PrimaryTumour.group")
    assert names.index("PrimaryTumour.group") < names.index("SupportiveCourse.kind")


def test_every_index_that_a_variable_can_name_has_its_fields() -> None:
    assert set(INDEX_FIELDS) == set(INDICES)
