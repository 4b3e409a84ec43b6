"""Random data sets of the whole model, drawn field by field: values, several codes, reasons, blanks."""

from __future__ import annotations

import numpy as np
import polars as pl

from cimara.cohort.dataset import Dataset, plain_origin, schema_of
from cimara.cohort.model import Entity, Field, Kind, MissingReason, data_model, why_column

PATIENTS = tuple(f"AB01-P{number:04d}" for number in range(1, 7))
WORDS = ("alpha", "b-2", "Gamma (3)", "x/y", "note; 1", 'Größe, "two"\nlines')


def random_dataset(seed: int, rows: int) -> Dataset:
    """All entities with up to `rows` rows each. The same seed gives the same data set."""
    rng = np.random.Generator(np.random.PCG64(seed))
    tables = {}
    for entity in data_model().entities:
        height = _height(entity, rows, rng)
        if height:
            tables[entity.name] = _frame(entity, height, rng)
    return Dataset(tables, {name: plain_origin(frame.height) for name, frame in tables.items()})


def _height(entity: Entity, rows: int, rng: np.random.Generator) -> int:
    if entity.name == "Site":
        return int(rng.integers(0, 2))
    return int(rng.integers(0, rows + 1)) if entity.repeating else int(rng.integers(0, len(PATIENTS) + 1))


def _frame(entity: Entity, height: int, rng: np.random.Generator) -> pl.DataFrame:
    columns: dict[str, pl.Series] = {}
    for field in entity.fields:
        dtype = schema_of(entity)[field.name]
        if field.name in ("patient_id", "site_id"):
            columns[field.name] = pl.Series(_ids(entity, field, height, rng), dtype=dtype)
            continue
        drawn = [_drawn(field, rng) for _ in range(height)]
        columns[field.name] = pl.Series([value for value, _ in drawn], dtype=dtype)
        if any(reason for _, reason in drawn):
            columns[why_column(field.name)] = pl.Series([reason for _, reason in drawn], dtype=pl.String)
    return pl.DataFrame(columns)


def _ids(entity: Entity, field: Field, height: int, rng: np.random.Generator) -> list[str]:
    if field.name == "site_id":
        return ["AB01"] * height
    if entity.repeating:
        return [PATIENTS[place] for place in rng.integers(0, len(PATIENTS), height)]
    return [PATIENTS[place] for place in rng.permutation(len(PATIENTS))[:height]]


def _drawn(field: Field, rng: np.random.Generator) -> tuple[object, str | None]:
    """A value, or a reason, or neither."""
    chance = rng.random()
    if chance < 0.1:
        return None, None
    if chance < 0.25:
        return None, str(rng.choice([str(one) for one in MissingReason]))
    return _value(field, rng), None


def _value(field: Field, rng: np.random.Generator) -> object:
    if field.kind is Kind.CODE:
        return str(rng.choice(field.code_names))
    if field.kind is Kind.CODES:
        count = int(rng.integers(1, min(4, len(field.codes)) + 1))
        held = {field.code_names[place] for place in rng.permutation(len(field.codes))[:count]}
        return [one for one in field.code_names if one in held]
    if field.kind is Kind.TEXT:
        return str(rng.choice(WORDS))
    low, high = field.lowest, field.highest
    scaled = int(
        rng.integers(int((low or 0) * field.scale), int((high if high is not None else 99) * field.scale) + 1)
    )
    return scaled / field.scale if field.kind is Kind.DECIMAL else scaled // field.scale


def in_key_order(dataset: Dataset, name: str) -> pl.DataFrame:
    """A table with all its reason columns, in an order that does not depend on that of the rows."""
    entity = data_model().entity(name)
    frame = dataset.frame(name)
    lacking = [one.why for one in entity.fields if one.why not in frame.columns]
    full = frame.with_columns([pl.lit(None, dtype=pl.String).alias(one) for one in lacking])
    ordered = full.select([column for one in entity.fields for column in (one.name, one.why)])
    text = ordered.select(
        [
            (
                pl.col(one.name).list.join(";")
                if one.kind is Kind.CODES
                else pl.col(one.name).cast(pl.String)
            ).alias(one.name)
            for one in entity.fields
        ]
        + [pl.col(one.why) for one in entity.fields]
    )
    return text.sort(pl.all(), nulls_last=True)
