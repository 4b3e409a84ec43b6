"""The one form in which a table is stored: schema order, exact types, decimals at their field's places."""

from __future__ import annotations

import polars as pl

from cimara.cohort.dataset import DTYPES
from cimara.cohort.model import Entity, Field, Kind
from cimara.cohort.store.errors import StoreError

MOST_EXACT = 2.0**53
"""Whole numbers up to here are exact in a float; a decimal times its scale must stay below."""


def normal_frame(entity: Entity, frame: pl.DataFrame) -> pl.DataFrame:
    """A table with all fields in schema order, reasons beside those that have any.

    Raises
    ------
    StoreError
        A column is unknown, or of a type that would lose something on the way.
    """
    known = {name for one in entity.fields for name in (one.name, one.why)}
    unknown = [name for name in frame.columns if name not in known]
    if unknown:
        raise StoreError(
            f"{entity.name} has columns that are not in the data model: {', '.join(unknown)}",
            expected="fields of the model; nothing is dropped on the way",
        )
    columns: list[pl.Expr] = []
    for field in entity.fields:
        columns.append(_value(entity, field, frame))
        if field.why in frame.columns and frame.get_column(field.why).count():
            columns.append(pl.col(field.why).cast(pl.String))
    made = frame.select(columns)
    return made if frame.width else made.clear()


def _value(entity: Entity, field: Field, frame: pl.DataFrame) -> pl.Expr:
    if field.name not in frame.columns:
        return pl.lit(None, dtype=DTYPES[field.kind]).alias(field.name)
    column = frame.get_column(field.name)
    if not _fits(field.kind, column.dtype):
        raise StoreError(
            f"the column is of type {column.dtype}",
            where=f"{entity.name}.{field.name}",
            expected=str(DTYPES[field.kind]),
            hint="Read the tables with read_tables, or cast the column.",
        )
    if field.kind is Kind.DECIMAL:
        return _decimal(entity, field, column)
    if field.kind is Kind.CODES:
        return _codes(field)
    return pl.col(field.name).cast(DTYPES[field.kind])


def _fits(kind: Kind, dtype: pl.DataType) -> bool:
    """Whether the cast to the type of a kind keeps every value as it is."""
    words = (pl.String, pl.Categorical, pl.Enum)
    if dtype == pl.Null:
        return True
    if kind is Kind.CODES:
        return isinstance(dtype, pl.List) and isinstance(dtype.inner, (*words, pl.Null))
    if kind in (Kind.DAY, Kind.INTEGER):
        return dtype.is_integer()
    if kind is Kind.DECIMAL:
        return dtype.is_numeric()
    return isinstance(dtype, words)


def _decimal(entity: Entity, field: Field, column: pl.Series) -> pl.Expr:
    numbers = column.cast(pl.Float64)
    if not ((numbers * field.scale).abs() < MOST_EXACT).all():
        raise StoreError(
            "a value is not a number, infinite, or too large to keep exactly",
            where=f"{entity.name}.{field.name}",
            expected=f"numbers with {field.places} decimals",
        )
    value = pl.col(field.name).cast(pl.Float64)
    rounded = (value * field.scale).round() / field.scale
    return pl.when(rounded == 0).then(0.0).otherwise(rounded).alias(field.name)  # no negative zero


def _codes(field: Field) -> pl.Expr:
    element = pl.element()
    kept = pl.col(field.name).cast(pl.List(pl.String)).list.eval(element.filter(element != ""))
    return pl.when(kept.list.len() > 0).then(kept).alias(field.name)
