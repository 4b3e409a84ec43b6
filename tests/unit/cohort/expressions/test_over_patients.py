"""Expressions over a patient's rows: their values, what is unknown, and the day on which each was known."""

from __future__ import annotations

import pytest

from cimara.cohort.expressions.errors import ExpressionError
from cimara.cohort.expressions.over_patients import Evaluated, evaluate, type_over
from cimara.cohort.expressions.parse import parse
from cimara.cohort.expressions.patient_rows import PatientRows, column_types
from cimara.cohort.expressions.types import Type
from tests.unit.cohort.indices.chart import chart

ONE, TWO, THREE = "UT01-P0001", "UT01-P0002", "UT01-P0003"
BEV, DEX = "bevacizumab_rn", "dexamethasone"

DATA = chart(
    Patient=[
        {"patient_id": ONE, "age_at_anchor": 50, "last_contact_day": 400},
        {"patient_id": TWO, "age_at_anchor": 60, "last_contact_day": 500},
        {"patient_id": THREE, "age_at_anchor": 70, "last_contact_day": 600},
    ],
    BrainLesion=[
        {"patient_id": ONE, "lesion_id": f"{ONE}-L01", "first_seen_day": 0},
        {"patient_id": ONE, "lesion_id": f"{ONE}-L02", "first_seen_day": 90,
         "parent_lesion_id": f"{ONE}-L01"},
        {"patient_id": TWO, "lesion_id": f"{TWO}-L01", "first_seen_day": 0, "cystic": "yes"},
    ],
    LocalTherapyCourse=[
        {"patient_id": ONE, "course_id": f"{ONE}-C01", "modality": "srs_gk", "start_day": 10, "end_day": 10},
        {"patient_id": ONE, "course_id": f"{ONE}-C02", "modality": "wbrt", "start_day": 20, "end_day": 34},
    ],
    CourseLesion=[
        {"patient_id": ONE, "course_id": f"{ONE}-C01", "lesion_id": f"{ONE}-L01", "v12_cm3": 5.0},
    ],
    AdverseRadiationEffect=[
        {"patient_id": ONE, "are_id": f"{ONE}-A01", "lesion_id": f"{ONE}-L01", "onset_day": 100,
         "certainty": "probable", "attributed_course_id": f"{ONE}-C01"},
        {"patient_id": ONE, "are_id": f"{ONE}-A02", "lesion_id": f"{ONE}-L02", "onset_day": 200,
         "certainty": "confirmed", "attributed_course_id": f"{ONE}-C01"},
        {"patient_id": TWO, "are_id": f"{TWO}-A01", "lesion_id": f"{TWO}-L01", "onset_day": 150},
    ],
    SupportiveCourse=[
        {"patient_id": ONE, "support_no": 1, "kind": BEV, "start_day": 140, "stop_day": 200, "cycles": 4},
        {"patient_id": ONE, "support_no": 2, "kind": BEV, "start_day": 300, "cycles": 2},
        {"patient_id": ONE, "support_no": 3, "kind": DEX, "start_day": 90, "dose_mg_day": 8.0},
        {"patient_id": TWO, "support_no": 1, "kind": DEX, "start_day": 10},
    ],
    PerformanceStatus=[
        {"patient_id": ONE, "scale": "KPS", "value": 80, "day": 95},
        {"patient_id": ONE, "scale": "KPS", "value": 90, "day": 105},
        {"patient_id": ONE, "scale": "KPS", "value": 60, "day": 130},
        {"patient_id": TWO, "scale": "KPS", "value": None, "day": 100},
    ],
)  # fmt: skip


def made(text: str, *, by_lesion: bool = False) -> Evaluated:
    return evaluate(parse(text), PatientRows.of(DATA, by_lesion=by_lesion))


def values(text: str, *, by_lesion: bool = False) -> list[object]:
    return made(text, by_lesion=by_lesion).values.to_list()


def known(text: str) -> list[float | None]:
    return made(text).known.to_list()


def test_any_is_true_where_a_row_meets_the_condition_and_false_without_rows() -> None:
    assert values(f"any(SupportiveCourse: kind == '{BEV}')") == [True, False, False]


def test_any_is_unknown_where_only_rows_of_unknown_value_could_meet_it() -> None:
    assert values("any(AdverseRadiationEffect: certainty in ('probable', 'confirmed'))") == [
        True,
        None,
        False,
    ]


def test_all_is_true_of_no_rows() -> None:
    assert values("all(AdverseRadiationEffect: onset_day > 120)") == [False, True, True]


def test_count_leaves_out_rows_of_which_the_condition_is_unknown() -> None:
    assert values("count(BrainLesion: cystic == 'yes')") == [0.0, 1.0, 0.0]


def test_count_without_a_condition_counts_all_rows() -> None:
    assert values("count(BrainLesion)") == [2.0, 1.0, 0.0]


def test_first_is_the_earliest_row_that_meets_the_condition() -> None:
    assert values(f"first(SupportiveCourse: start_day where kind == '{BEV}')") == [140.0, None, None]


def test_last_is_the_latest_row() -> None:
    assert values("last(SupportiveCourse: kind)") == [BEV, DEX, None]


def test_first_by_another_order_than_the_day() -> None:
    assert values("first(PerformanceStatus: day by value)") == [130.0, None, None]


def test_the_first_row_gives_its_own_value_even_if_it_is_not_known() -> None:
    assert values("first(AdverseRadiationEffect: certainty)") == ["probable", None, None]


def test_nearest_prefers_the_earlier_of_two_equally_near() -> None:
    assert values("nearest(PerformanceStatus: value, to = 100, before = 45, after = 14)") == [
        80.0,
        None,
        None,
    ]


def test_nearest_looks_no_further_than_its_window() -> None:
    assert values("nearest(PerformanceStatus: value, to = 0, before = 45, after = 14)") == [None, None, None]


def test_least_greatest_and_sum_over_rows() -> None:
    assert values("min(PerformanceStatus: value)")[0] == 60.0
    assert values("max(PerformanceStatus: value)")[0] == 90.0
    assert values("sum(SupportiveCourse: cycles where cycles is not null)") == [6.0, 0.0, 0.0]


def test_a_sum_with_an_unknown_part_is_unknown() -> None:
    assert values("sum(SupportiveCourse: dose_mg_day)") == [None, None, 0.0]


def test_attributed_is_the_dose_that_the_course_gave_to_the_lesion_of_the_first_effect() -> None:
    assert values("attributed(CourseLesion.v12_cm3)") == [5.0, None, None]


def test_a_lesion_that_came_from_a_treated_one_has_the_dose_of_that_one() -> None:
    assert values("attributed(CourseLesion.v12_cm3)", by_lesion=True) == [5.0, 5.0, None]


def test_by_lesion_rows_of_other_lesions_do_not_count() -> None:
    assert values("min(AdverseRadiationEffect: onset_day)", by_lesion=True) == [100.0, 200.0, 150.0]


def test_by_lesion_a_whole_brain_course_that_names_no_lesion_is_of_all_of_them() -> None:
    assert values("count(LocalTherapyCourse)", by_lesion=True) == [2.0, 1.0, 0.0]


def test_columns_of_the_patient_can_be_used_among_the_rows() -> None:
    assert values("count(SupportiveCourse: start_day > age_at_anchor + 60)") == [2.0, 0.0, 0.0]


def test_any_is_known_when_the_first_row_meets_it() -> None:
    assert known(f"any(SupportiveCourse: kind == '{BEV}')") == [140.0, None, None]


def test_a_count_is_known_when_the_last_row_is() -> None:
    assert known(f"count(SupportiveCourse: kind == '{BEV}')")[0] == 300.0


def test_the_first_day_is_known_on_that_day() -> None:
    assert known("min(SupportiveCourse: start_day)")[0] == 90.0


def test_the_least_of_anything_else_is_known_only_with_the_last_row() -> None:
    assert known("min(PerformanceStatus: value)")[0] == 130.0


def test_what_a_treatment_came_to_is_known_when_it_stopped() -> None:
    assert known(f"first(SupportiveCourse: cycles where kind == '{BEV}')")[0] == 200.0


def test_what_came_of_a_treatment_without_an_end_is_not_known_in_any_follow_up() -> None:
    assert known(f"last(SupportiveCourse: cycles where kind == '{BEV}')")[0] > 10_000  # type: ignore[operator]


def test_an_assessment_inside_the_window_counts_as_known_on_the_day_it_is_near_to() -> None:
    assert known("nearest(PerformanceStatus: value, to = 104, before = 45, after = 14)")[0] == 104.0


def test_a_treatment_inside_the_window_is_known_on_its_own_day() -> None:
    assert known("nearest(SupportiveCourse: kind, to = 120, before = 10, after = 50)")[0] == 140.0


def test_what_is_attributed_is_known_when_the_effect_is() -> None:
    assert known("attributed(CourseLesion.v12_cm3)")[0] == 100.0


def test_the_vital_status_is_known_at_the_last_contact() -> None:
    assert known("last_contact_day + 0") == [400.0, 500.0, 600.0]


def test_what_was_known_of_a_patient_at_the_anchor_has_no_day() -> None:
    assert known("age_at_anchor") == [None, None, None]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("first(StudyEnrolment: eligible)", "no day"),
        ("nearest(PerformanceStatus: value)", "to what"),
        ("attributed(Biomarker.value)", "no row of Biomarker is attributed"),
        ("any(BrainLesion: count(SupportiveCourse) > 1)", "inside another"),
        ("BrainLesion.cystic == 'yes'", "several rows of BrainLesion"),
        ("any(SupportiveCourse: kind == 'bevacizumab')", "no code of this field"),
        ("sum(SupportiveCourse: kind)", "a text"),
    ],
)
def test_what_does_not_fit_the_data_model_is_refused(text: str, told: str) -> None:
    with pytest.raises(ExpressionError, match=told):
        type_over(parse(text), column_types(by_lesion=False))


def test_the_type_of_an_expression_is_known_without_data() -> None:
    types = column_types(by_lesion=False)
    assert type_over(parse("any(Death: day < 100)"), types).type is Type.TRUTH
    assert type_over(parse("ln(1 + attributed(CourseLesion.v12_cm3))"), types).type is Type.NUMBER
    assert "breast" in type_over(parse("first(PrimaryTumour: group)"), types).codes
