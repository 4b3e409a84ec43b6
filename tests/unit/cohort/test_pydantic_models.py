"""Single records: the generated models hold the rules of the schema, which LinkML's own generator drops."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from cimara.cohort.generated import pydantic_models
from cimara.cohort.model import data_model
from tests.unit.cohort.clean import clean_dataset


def records(entity: str) -> list[dict[str, Any]]:
    """The clean rows of an entity without what is blank."""
    names = [one.name for one in data_model().entity(entity).fields]
    rows = clean_dataset().frame(entity).select(names).rows(named=True)
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


def model_of(entity: str) -> type[BaseModel]:
    found = getattr(pydantic_models, entity)
    assert issubclass(found, BaseModel)
    return found


@pytest.mark.parametrize("entity", list(data_model().by_name))
def test_clean_records_are_valid(entity: str) -> None:
    for record in records(entity):
        model_of(entity).model_validate(record)


@pytest.mark.parametrize(
    ("rule", "entity", "row", "changed"),
    [
        ("A1", "Patient", 2, {"age_topcoded": "no"}),
        ("A1", "Patient", 1, {"age_topcoded": "yes"}),
        ("C1", "Biomarker", 1, {"result": None}),
        ("C1", "Biomarker", 2, {"unit": None}),
        ("UNIT", "Biomarker", 4, {"unit": "percent"}),
        ("UNIT", "LabResult", 1, {"unit": "u_l"}),
        ("SCALE", "PerformanceStatus", 1, {"value": 85}),
        ("SCALE", "PerformanceStatus", 2, {"value": 6}),
        ("C2", "BrainLesion", 4, {"parent_lesion_id": None}),
        ("C2", "BrainLesion", 4, {"origin": "new"}),
        ("C3", "LesionMeasurement", 2, {"longest_mm": None}),
        ("C4", "LocalTherapyCourse", 3, {"total_dose_gy": 20.0}),
        ("C4", "LocalTherapyCourse", 3, {"fractions": 1}),
        ("C5", "CourseLesion", 2, {"brain_minus_gtv": None}),
        ("C6", "CourseLesion", 4, {"resection_extent": None}),
        ("C7", "SupportiveCourse", 1, {"dose_mg_day": None}),
        ("C8", "SupportiveCourse", 3, {"cycles": None}),
        ("C9", "AdverseRadiationEffect", 1, {"attributed_course_id": None}),
        ("C10", "ProgressionEvent", 1, {"lesion_id": None}),
        ("C10", "ProgressionEvent", 1, {"kind": "extracranial"}),
    ],
)
def test_a_record_that_breaks_a_rule_names_the_rule(
    rule: str, entity: str, row: int, changed: dict[str, Any]
) -> None:
    record = records(entity)[row - 1] | changed
    with pytest.raises(ValidationError, match=f"{rule}: "):
        model_of(entity).model_validate(record)


def test_every_error_of_the_schema_is_held() -> None:
    held = {(name, one["id"]) for name, rules in pydantic_models.ROW_RULES.items() for one in rules}
    stated = {
        (entity.name, one.id)
        for entity in data_model().entities
        for one in entity.rules
        if one.severity == "error"
    }
    assert held == stated


def test_a_warning_does_not_make_a_record_invalid() -> None:
    model_of("CourseLesion").model_validate(records("CourseLesion")[0] | {"v10_cm3": 80.0, "v12_cm3": 61.0})
