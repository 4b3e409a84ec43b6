"""A covariate that was known only after the origin is refused, since its bearers cannot have died before."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara.cohort.study.errors import StudyRefusedError
from tests.unit.studies.small_study import built

GRADE = "attributed(AdverseRadiationEffect.ctcae_grade)"
TREATED = "any(SupportiveCourse: kind == 'bevacizumab_rn')"


def grade(text: str) -> tuple[str, str]:
    return (GRADE, text)


def test_a_baseline_treatment_that_starts_after_the_origin_is_refused_with_the_reason(tmp_path: Path) -> None:
    with pytest.raises(StudyRefusedError) as error:
        built(tmp_path, grade(TREATED))
    told = str(error.value)
    assert "analysis A1: grade" in told
    assert "for 6 of 12 patients" in told
    assert "median 40 days after the origin" in told
    assert "immortal time" in told


def test_never_treated_is_refused_like_treated(tmp_path: Path) -> None:
    with pytest.raises(StudyRefusedError, match="immortal time"):
        built(tmp_path, grade(f"not {TREATED}"))


def test_the_same_treatment_by_the_origin_is_no_matter_of_the_future(tmp_path: Path) -> None:
    assert built(tmp_path, grade(f"{TREATED[:-1]} and start_day <= origin_day)")).rows["grade"][0] == "no"


def test_what_happened_to_the_patient_later_is_refused_like_a_treatment(tmp_path: Path) -> None:
    with pytest.raises(StudyRefusedError, match="immortal time"):
        built(tmp_path, grade("coalesce(Death.day, 0)"))


def test_a_variable_made_of_a_later_one_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StudyRefusedError, match="A1: grade"):
        built(tmp_path, ('name = "age"\nexpr = "age_at_anchor"\ncentre = 60\nscale = 10',
                         f'name = "age"\nexpr = "{TREATED}"'),
              grade("if(age, 1, 0)"), ('adjust = ["age", "grade"]', 'adjust = ["grade"]'))  # fmt: skip


def test_the_day_of_knowing_can_be_said_and_is_then_what_counts(tmp_path: Path) -> None:
    said = (f'expr = "{GRADE}"', f'expr = "{TREATED}"\nknown = "origin_day"')
    made = built(tmp_path, said)
    assert made.rows["grade"].to_list()[:2] == ["no", "yes"]
    assert any("known on origin_day" in str(row[2]) for row in made.tables[3].rows)
    with pytest.raises(StudyRefusedError, match="immortal time"):
        built(tmp_path, (f'expr = "{GRADE}"', f'expr = "{GRADE}"\nknown = "origin_day + 1"'))


def test_a_variable_of_no_analysis_may_be_known_at_any_time(tmp_path: Path) -> None:
    assert built(tmp_path, grade(TREATED), ('adjust = ["age", "grade"]', 'adjust = ["age"]')).rows.height


LANDMARK = """
[[analysis]]
id = "A2"
kind = "landmark"
endpoint = "death"
by = "grade"
at = AT

[governance]"""


def test_a_landmark_analysis_may_use_what_was_known_at_its_landmark(tmp_path: Path) -> None:
    only = ('adjust = ["age", "grade"]', 'adjust = ["age"]')
    text = f"{TREATED[:-1]} and start_day <= origin_day + 60)"
    late = ("\n[governance]", LANDMARK.replace("AT", "60"))
    assert built(tmp_path, grade(text), only, late).rows.height
    early = ("\n[governance]", LANDMARK.replace("AT", "30"))
    with pytest.raises(StudyRefusedError, match="at the landmark"):
        built(tmp_path, grade(text), only, early)


def test_a_landmark_of_the_whole_study_moves_what_counts_as_the_origin(tmp_path: Path) -> None:
    moved = ('origin = "first', 'landmark = 60\norigin = "first')
    assert (
        "yes" in built(tmp_path, grade(f"{TREATED[:-1]} and start_day <= origin_day)"), moved).rows["grade"]
    )


def test_a_condition_that_was_met_only_after_the_origin_is_remarked(tmp_path: Path) -> None:
    made = built(tmp_path, ("any(AdverseRadiationEffect: symptomatic == 'yes')", TREATED))
    assert any("6 patients it was known only after the origin" in one for one in made.remarks)
