"""Two entries of the same charts."""

from __future__ import annotations

import polars as pl
import pytest

from cimara.cohort.double_entry.agreement import compare, draw_sample
from cimara.cohort.errors import CohortError
from tests.unit.cohort.template.test_workbook import dataset

Cells = dict[str, dict[str, list[str | None]]]


def patients(ages: list[str | None], sexes: list[str | None]) -> Cells:
    ids: list[str | None] = [f"ZZ01-P{number:04}" for number in range(1, len(ages) + 1)]
    return {"Patient": {"patient_id": ids, "age_at_anchor": ages, "sex": sexes}}


def test_the_same_entry_twice_agrees_in_every_field() -> None:
    entry = dataset()
    found = compare(entry, entry)
    assert found.agreement["agreed"].to_list() == [1.0] * found.agreement.height
    assert found.differences.is_empty()


def test_a_difference_names_row_field_and_both_values() -> None:
    first = dataset(patients(["61", "70"], ["female", "male"]))
    second = dataset(patients(["61", "17"], ["female", "UNK"]))
    rows = compare(first, second).differences.select("key", "field", "first", "second").rows()
    assert rows == [("ZZ01-P0002", "sex", "male", "UNK"), ("ZZ01-P0002", "age_at_anchor", "70", "17")]


def test_numbers_get_a_mean_difference_and_limits_of_agreement() -> None:
    first = dataset(patients(["60", "60", "60"], ["male"] * 3))
    second = dataset(patients(["61", "62", "63"], ["male"] * 3))
    age = compare(first, second).agreement.row(by_predicate=_field("age_at_anchor"), named=True)
    assert age["mean_difference"] == pytest.approx(2.0)
    assert age["limit_upper"] == pytest.approx(2.0 + 1.96)
    assert age["agreed"] == 0.0


def test_a_cause_of_death_that_differs_goes_to_the_board() -> None:
    def death(cause: str) -> Cells:
        return patients(["60"], ["male"]) | {
            "Death": {"patient_id": ["ZZ01-P0001"], "day": ["9"], "cause": [cause]}
        }

    found = compare(dataset(death("neurologic")), dataset(death("systemic")))
    assert found.differences["adjudicate"].to_list() == [True]


def test_a_row_of_one_entry_alone_is_listed() -> None:
    first = dataset(patients(["60"], ["male"]) | {"Death": {"patient_id": ["ZZ01-P0001"], "day": ["9"]}})
    found = compare(first, dataset(patients(["60"], ["male"])))
    assert found.only_first == {"Death": ["ZZ01-P0001"]}
    assert found.only_second == {}


def test_a_text_that_differs_is_told_by_its_length_alone() -> None:
    def primary(code: str) -> Cells:
        return patients(["60"], ["male"]) | {
            "PrimaryTumour": {"patient_id": ["ZZ01-P0001"], "primary_no": ["1"], "oncotree": [code]}
        }

    found = compare(dataset(primary("LUAD")), dataset(primary("NSCLC")))
    assert found.differences.select("first", "second").row(0) == (
        "text of 4 characters",
        "text of 5 characters",
    )


def test_entries_of_different_patients_are_refused() -> None:
    other = {"Patient": {"patient_id": ["ZZ01-P0009"]}}
    with pytest.raises(CohortError, match="no patient in common"):
        compare(dataset(), dataset(other))


def test_the_same_seed_draws_the_same_patients_and_at_least_one() -> None:
    many = dataset(patients(["60"] * 40, ["male"] * 40))
    assert len(draw_sample(many, 0.05, 3)) == 2
    assert draw_sample(many, 0.05, 3) == draw_sample(many, 0.05, 3)
    assert draw_sample(many, 0.05, 3) != draw_sample(many, 0.05, 4)
    assert len(draw_sample(many, 0.001, 3)) == 1


def test_a_share_above_one_is_refused() -> None:
    with pytest.raises(CohortError, match="share"):
        draw_sample(dataset(), 5, 1)


def _field(name: str) -> pl.Expr:

    return pl.col("field") == name
