"""Columns of numpy arrays as typed frames of the data model, every empty optional cell with its reason."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from cimara.cohort.dataset import DTYPES, schema_of
from cimara.cohort.model import Entity, Field, Kind, MissingReason, Need, data_model, why_column
from cimara.cohort.synth.draws import Texts

_NUDGE = 1e-9
"""A float that stands for a half is rounded up, as `reading.half_up` does."""


def model_frame(name: str, columns: Mapping[str, Texts]) -> pl.DataFrame:
    """Rows of an entity.

    Numbers are rounded to the places of their field; NaN and "" are empty. Codes of a field that holds
    several are parted by `;`. An optional field that is not given was not asked for (NASK); an empty cell of
    one that is given, without a reason in `<field>__why`, is not applicable (NA).
    """
    entity = data_model().entity(name)
    height = len(next(iter(columns.values())))
    series: list[pl.Series] = []
    for field in entity.fields:
        given = columns.get(field.name)
        values = _empty(field, height) if given is None else _typed(field, given)
        series.append(values)
        reasons = _reasons(field, values, columns.get(field.why), asked=given is not None)
        if reasons is not None:
            series.append(reasons)
    return pl.DataFrame(series)


def with_reasons_that_are_given(frame: pl.DataFrame, entity: Entity) -> pl.DataFrame:
    """The frame without columns of reasons that no row gives."""
    return frame.drop(
        [
            why_column(name)
            for name in schema_of(entity)
            if why_column(name) in frame.columns and frame[why_column(name)].null_count() == frame.height
        ]
    )


def _empty(field: Field, height: int) -> pl.Series:
    return pl.Series(field.name, [None], dtype=DTYPES[field.kind]).new_from_index(0, height)


def _typed(field: Field, values: Texts) -> pl.Series:
    if field.kind is Kind.DECIMAL:
        return pl.Series(field.name, rounded(values, field.scale), nan_to_null=True)
    if field.kind in (Kind.DAY, Kind.INTEGER):
        return pl.Series(field.name, values, nan_to_null=values.dtype.kind == "f").cast(pl.Int64)
    text = pl.Series(field.name, values.tolist(), dtype=pl.String).set(pl.Series(values == ""), None)
    return _in_order(field, text) if field.kind is Kind.CODES else text


def rounded(values: Texts, scale: int) -> Texts:
    """Values of 1/scale, halves away from zero."""
    number = np.abs(values.astype(float)) * scale
    return np.asarray(np.floor(number + 0.5 + _NUDGE * np.maximum(number, 1.0)) * np.sign(values) / scale)


def _in_order(field: Field, text: pl.Series) -> pl.Series:
    """Lists of codes, in the order of the schema."""
    order = {code: place for place, code in enumerate(field.code_names)}
    sorted_text = {
        one: ";".join(sorted(one.split(";"), key=order.__getitem__)) for one in text.unique().drop_nulls()
    }
    return text.replace(sorted_text).str.split(";") if sorted_text else text.str.split(";")


def _reasons(field: Field, values: pl.Series, given: Texts | None, *, asked: bool) -> pl.Series | None:
    """Reasons for what is empty; None where there are none to give."""
    if not values.null_count():
        return None
    usual = MissingReason.NOT_APPLICABLE if asked else MissingReason.NOT_ASKED
    default = str(usual) if field.need is Need.OPTIONAL else None
    if given is None and default is None:
        return None
    empty = values.is_null()
    told = pl.Series(field.why, [None] * len(values) if given is None else given.tolist(), dtype=pl.String)
    told = told.set(told == "", None)
    return told.fill_null(default).set(~empty, None) if default else told.set(~empty, None)
