"""Variables that change over time: their value at the origin, and each change after it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cimara.cohort.expressions.entity_days import SPAN
from cimara.cohort.expressions.nodes import Scoped
from cimara.cohort.expressions.over_patients import evaluate, rows_met
from cimara.cohort.expressions.parse import parse
from cimara.cohort.expressions.patient_rows import ORIGIN_DAY, PLACE, PatientRows
from cimara.cohort.study.model import Form, Variable

ENDLESS = 10_000_000
"""The last day of what has none: later than any follow-up."""


@dataclass(frozen=True)
class Changes:
    """Value at the origin of each unit, and changes after it: PLACE, `day` (the origin is day 1), value."""

    at_origin: pl.Series
    changes: pl.DataFrame
    remarks: tuple[str, ...] = ()


def changes_of(variable: Variable, rows: PatientRows) -> Changes:
    """The changes of a variable. A change of a day holds after that day: (0, 40] without, (40, 300] with."""
    return _since(variable, rows) if variable.form is Form.SINCE else _during(variable, rows)


def _since(variable: Variable, rows: PatientRows) -> Changes:
    """0 until a day and 1 after it; who has no such day stays at 0."""
    day = evaluate(parse(variable.text), rows).values.cast(pl.Float64).round().cast(pl.Int64)
    origin = rows.frame[ORIGIN_DAY]
    begun = (day <= origin).fill_null(False)
    later = (day > origin).fill_null(False)
    places = pl.int_range(rows.frame.height, dtype=pl.UInt32, eager=True)
    changes = pl.DataFrame({PLACE: places, "day": day - origin + 1}).filter(later)
    return Changes(begun.cast(pl.Float64), changes.with_columns(pl.lit(1.0).alias(variable.name)))


def _during(variable: Variable, rows: PatientRows) -> Changes:
    """The largest value of the rows that a day lies in, 0 outside them. A row without an end goes on."""
    spans = _spans(variable, rows)
    origin = rows.frame.select(pl.col(ORIGIN_DAY).alias("_origin")).with_row_index(PLACE)
    starts = spans.select(PLACE, _at="_start")
    stops = spans.filter(pl.col("_stop") < ENDLESS).select(PLACE, _at="_stop")
    points = pl.concat([origin.select(PLACE, _at="_origin"), starts, stops]).unique()
    points = points.join(origin, on=PLACE).filter(pl.col("_at") >= pl.col("_origin"))
    active = (pl.col("_start") <= pl.col("_at")) & (pl.col("_at") < pl.col("_stop"))
    unclear = spans["_value"].null_count()
    held = (
        points.join(spans.with_columns(pl.col("_value").fill_null(float("nan"))), on=PLACE, how="left")
        .with_columns(pl.when(active).then("_value").alias("_on"))
        .group_by(PLACE, "_at", "_origin")
        .agg(pl.col("_on").max().alias("_value"))
        .with_columns(pl.col("_value").fill_null(0.0).fill_nan(None))
        .sort(PLACE, "_at")
    )
    scaled = (pl.col("_value") - variable.centre) / variable.scale
    base = held.filter(pl.col("_at") == pl.col("_origin")).sort(PLACE).select(scaled).to_series()
    moved = pl.col("_value").ne_missing(pl.col("_value").shift(1).over(PLACE))
    changes = held.filter(moved & (pl.col("_at") > pl.col("_origin"))).select(
        PLACE, (pl.col("_at") - pl.col("_origin") + 1).alias("day"), scaled.alias(variable.name)
    )
    remark = f"{variable.name}: {unclear:,} rows without {variable.value} carry the value before them on."
    return Changes(base, changes, (remark,) if unclear else ())


def _spans(variable: Variable, rows: PatientRows) -> pl.DataFrame:
    """First day, the day after which it is over, and value of each row; one of a single day lasts a day."""
    node = parse(variable.text)
    assert isinstance(node, Scoped)
    first, last = SPAN[node.entity]
    value = pl.col(variable.value).cast(pl.Float64) if variable.value else pl.lit(1.0)
    return (
        rows_met(node, rows)
        .filter(pl.col(first).is_not_null())
        .select(
            PLACE,
            _start=pl.col(first),
            _stop=pl.max_horizontal(pl.col(last).fill_null(ENDLESS), pl.col(first) + 1),
            _value=value,
        )
    )
