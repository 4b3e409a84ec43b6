"""A table is stored in one form, and what would lose something is refused."""

from __future__ import annotations

import math

import polars as pl
import pytest

from cimara.cohort.dataset import schema_of
from cimara.cohort.model import data_model
from cimara.cohort.store.errors import StoreError
from cimara.cohort.store.normal import normal_frame
from tests.unit.cohort.store.small import frame, patients

PATIENT = data_model().entity("Patient")
LAB = data_model().entity("LabResult")
LINE = data_model().entity("SystemicTherapyLine")


def test_the_form_is_its_own_form() -> None:
    made = normal_frame(LAB, patients(9).frame("LabResult"))
    assert normal_frame(LAB, made).equals(made)


def test_fields_stand_in_schema_order_with_reasons_beside_them() -> None:
    made = normal_frame(LAB, patients(3).frame("LabResult").select(pl.all().shuffle(seed=1)))
    expected = list(schema_of(LAB))
    expected.insert(expected.index("value") + 1, "value__why")
    assert made.columns == expected


def test_a_column_of_reasons_without_any_is_left_out() -> None:
    made = frame("LabResult", patient_id=["UT01-P0001"], value=[1.0], value__why=[None])
    assert "value__why" not in normal_frame(LAB, made).columns


def test_decimals_are_rounded_to_the_places_of_their_field() -> None:
    made = normal_frame(LAB, frame("LabResult", patient_id=["UT01-P0001"] * 2, value=[1.23456, -0.001]))
    assert made["value"].to_list() == [1.23, 0.0]
    assert math.copysign(1, made["value"][1]) == 1


def test_no_codes_are_no_value() -> None:
    made = frame("SystemicTherapyLine", line_id=["a", "b", "c"], agents=[[], [""], ["osimertinib"]])
    assert normal_frame(LINE, made)["agents"].to_list() == [None, None, ["osimertinib"]]


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e15])
def test_a_decimal_that_cannot_be_kept_exactly_is_refused(value: float) -> None:
    with pytest.raises(StoreError, match=r"LabResult\.value"):
        normal_frame(LAB, frame("LabResult", value=[value]))


@pytest.mark.parametrize(
    ("column", "wrong"),
    [("age_at_anchor", [61.5]), ("sex", [1]), ("race", ["asian"]), ("patient_id", [17])],
)
def test_a_column_of_another_type_is_refused(column: str, wrong: list[object]) -> None:
    with pytest.raises(StoreError, match=f"Patient.{column}"):
        normal_frame(PATIENT, pl.DataFrame({column: wrong}))


def test_a_column_that_is_not_of_the_model_is_refused_and_not_dropped() -> None:
    with pytest.raises(StoreError, match="Patient has columns that are not in the data model: dob"):
        normal_frame(PATIENT, pl.DataFrame({"patient_id": ["UT01-P0001"], "dob": ["x"]}))
