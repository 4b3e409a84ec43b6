"""Checks of drawn data: faults add up in any order of the rows, and single records agree with pydantic."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cimara.cohort.checks import rules_volumes
from cimara.cohort.checks.cells import cell_tests
from cimara.cohort.checks.row_rules import row_rule_tests
from cimara.cohort.checks.row_tests import failing
from cimara.cohort.checks.run import check
from cimara.cohort.checks.tables import Tables
from cimara.cohort.dataset import Dataset
from cimara.cohort.generated import pydantic_models
from cimara.cohort.model import Field, Kind, data_model
from tests.many import examples
from tests.unit.cohort.checks.planted import POOLED, Planted
from tests.unit.cohort.clean import TABLES, table
from tests.unit.cohort.clean_copies import copies

SINGLE = {"REQUIRED", "CODE", "RANGE", "PATTERN"}
"""Rules of cells that a model of a single record knows, too."""
ENTITIES = [entity.name for entity in data_model().entities if entity.rules]


def shuffled(dataset: Dataset, seed: int) -> Dataset:
    """The same rows in another order; each keeps its number."""
    order = {
        name: pl.int_range(frame.height, eager=True).shuffle(seed=seed)
        for name, frame in dataset.tables.items()
    }
    return Dataset(
        {name: frame[order[name]] for name, frame in dataset.tables.items()},
        {name: dataset.origin(name)[order[name]] for name in dataset.tables},
    )


@settings(max_examples=examples(12, 300), deadline=None)
@given(st.lists(st.sampled_from(POOLED), min_size=1, max_size=12, unique_by=id), st.integers(0, 1_000))
def test_faults_add_up_whatever_the_order_of_the_rows(planted: list[Planted], seed: int) -> None:
    dataset = copies([(one.changed, one.added) for one in planted])
    found = check(shuffled(dataset, seed))
    wanted = sorted((one.rule, one.entity, one.column) for one in planted)
    assert sorted(found.select("rule", "table", "field").rows()) == wanted
    inside = [
        one for one in planted if one.row is not None and one.rule != "K1"
    ]  # of two rows with one key either
    places = {(str(planted.index(one)), one.rule, one.row) for one in inside}
    assert places <= set(found.select("file", "rule", "row").rows())


def drawn(field: Field) -> st.SearchStrategy[Any]:
    """Values of a field, right and wrong ones, with the decimals that are kept."""
    blank = st.none()
    if field.kind is Kind.CODE:
        return st.one_of(blank, st.sampled_from([*field.code_names, "elsewhere"]))
    if field.kind in (Kind.DECIMAL, Kind.INTEGER) and field.lowest is not None and field.highest is not None:
        low, high = round(field.lowest * field.scale), round(field.highest * field.scale)
        number = st.one_of(
            st.integers(low - 2, low + 2), st.integers(high - 2, high + 2), st.integers(low, high)
        )
        places = field.places
        return st.one_of(blank, number.map(lambda n: n if not places else round(n / 10**places, places)))
    if (
        field.kind is Kind.TEXT and not field.references
    ):  # a form of another row's id is looked at across tables
        return st.one_of(blank, st.just("No such form"))
    return blank


@st.composite
def changed_records(draw: st.DrawFn, entity: str) -> list[dict[str, Any]]:
    """Clean records of an entity, each with some fields drawn anew."""
    fields = [one for one in data_model().entity(entity).fields if one.kind not in (Kind.CODES, Kind.DAY)]
    records = []
    for _ in range(draw(st.integers(1, 6))):
        record = dict(draw(st.sampled_from(TABLES[entity])))
        for one in draw(st.lists(st.sampled_from(fields), max_size=5, unique_by=lambda field: field.name)):
            record[one.name] = draw(drawn(one))
        records.append(record)
    return records


def told_in_bulk(entity: str, frame: pl.DataFrame) -> set[int]:
    """Rows of which the fast engine tells an error that a single record can have."""
    rows = frame.with_columns(at=pl.int_range(pl.len(), dtype=pl.UInt32))
    reasons = frozenset(name for name in frame.columns if name.endswith("__why"))
    tests = (*cell_tests(entity, reasons), *row_rule_tests(entity, reasons))
    rules = {one.id for one in data_model().entity(entity).rules} | SINGLE
    return {
        at
        for rule, found in failing(entity, rows, tests)
        if rule.severity == "error" and rule.id in rules
        for at in found.rows["at"]
    }


def told_one_by_one(entity: str, frame: pl.DataFrame) -> set[int]:
    """Rows that the pydantic model refuses."""
    model = getattr(pydantic_models, entity)
    names = [one.name for one in data_model().entity(entity).fields]
    refused = set()
    for place, row in enumerate(frame.select(names).rows(named=True)):
        try:
            model.model_validate({name: value for name, value in row.items() if value is not None})
        except ValidationError:
            refused.add(place)
    return refused


@pytest.mark.parametrize("entity", ENTITIES)
@settings(max_examples=examples(25, 1_000), deadline=None)
@given(st.data())
def test_the_fast_engine_and_single_records_agree(entity: str, data: st.DataObject) -> None:
    frame = table(entity, data.draw(changed_records(entity)))
    assert told_in_bulk(entity, frame) == told_one_by_one(entity, frame)


@settings(max_examples=examples(50, 2_000), deadline=None)
@given(st.lists(st.tuples(st.integers(61, 1_500), st.floats(0.3, 1.0)), min_size=1, max_size=20))
def test_a_volume_in_cubic_millimetres_is_named_and_the_right_one_is_not(
    lesions: list[tuple[int, float]],
) -> None:
    sizes = [(tenths / 10, round(part * SPHERE * (tenths / 100) ** 3, 2)) for tenths, part in lesions]
    assert hints_of_volumes([(longest, volume) for longest, volume in sizes]) == []
    in_mm3 = [(longest, round(volume * 1_000, 2)) for longest, volume in sizes]
    assert hints_of_volumes(in_mm3) == [f"Volume in mm3? enter {volume:g}." for _, volume in sizes]


SPHERE = 0.523598


def hints_of_volumes(sizes: list[tuple[float, float]]) -> list[str]:
    """What D5 tells of longest diameters and volumes."""
    rows = [{"longest_mm": longest, "vol_total_cm3": volume} for longest, volume in sizes]
    rule = rules_volumes.body_is_within_its_sphere
    assert rule.find is not None
    found = rule.find(Tables(Dataset({"LesionMeasurement": table("LesionMeasurement", rows)})))
    return [hint for one in found if one.rows.height for hint in one.rows["hint"]]
