"""An invented data folder that fits a study of charts: its rounds are known before anybody is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from cimara.federation.planning.invented_rows import CENSORED, MEDIAN_DAYS, ROWS, SEED
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.report.data_folder import DataFolder, EndpointTableFile
from cimara.outcomes.report.endpoint_rows import LESION, PATIENT
from cimara.outcomes.report.plan import Plan

START = dt.date(2000, 1, 1)
FIRST_CHANGE = 30


def invented_folder(plan: Plan, nobody: DataFolder, *, rows: int = ROWS, seed: int = SEED) -> DataFolder:
    """A data folder with every table and column of a study; nothing in it is related to anything else.

    Labels and sites are drawn alike, numbers are normal, times are exponential with a median of 400 days,
    three rows in ten are censored, and every row is a patient.
    """
    draw = np.random.default_rng(seed)
    ids = [f"invented-{at}" for at in range(rows)]
    labels = {one.name: one.levels for one in plan.covariates if one.levels}
    frame = _filled(nobody.rows, ids, labels, draw)
    days = np.ceil(draw.exponential(MEDIAN_DAYS / np.log(2), size=rows))
    ends = np.minimum(days, max(plan.grid, default=np.inf))
    tables = {name: _endpoint(plan, one, ids, ends, draw) for name, one in nobody.tables.items()}
    changes = None if nobody.changes is None else _changes(nobody.changes, frame, labels, draw)
    return replace(nobody, rows=frame, tables=tables, changes=changes)


def _filled(
    empty: pl.DataFrame, ids: list[str], labels: Mapping[str, tuple[str, ...]], draw: np.random.Generator
) -> pl.DataFrame:
    """As many rows as ids, in the columns of a table without rows; what is known is known from the start."""
    made: dict[str, object] = {}
    for name, kind in empty.schema.items():
        if name in (PATIENT, LESION):
            made[name] = ids
        elif name in labels:
            levels = labels[name]
            made[name] = [levels[at] for at in draw.integers(len(levels), size=len(ids))]
        elif kind.is_numeric():
            made[name] = np.zeros(len(ids)) if name.endswith("__known") else draw.normal(size=len(ids))
        else:
            made[name] = [None] * len(ids)
    return pl.DataFrame(made, schema_overrides=dict(empty.schema), strict=False)


def _endpoint(
    plan: Plan, table: EndpointTableFile, ids: list[str], ends: FloatArray, draw: np.random.Generator
) -> EndpointTableFile:
    """An endpoint of every unit: its own event, a competing one, or none."""
    name = next((one.name for one in plan.endpoints if one.use == table.endpoint), "")
    causes = 1 + len(plan.causes.get(name, ()))
    happened = draw.random(len(ids)) > CENSORED
    codes = np.where(happened, 1 + draw.integers(causes, size=len(ids)), 0)
    frame = _filled(table.frame, ids, {}, draw).with_columns(
        pl.lit(table.endpoint).alias("endpoint"),
        pl.lit(table.fingerprint).alias("fingerprint"),
        pl.lit(START).alias("start"),
        pl.Series("aval", ends),
        pl.Series("evcode", codes.astype(np.int64)),
    )
    if name not in plan.of_lesions and LESION in frame.columns:
        frame = frame.with_columns(pl.lit(None, dtype=pl.String).alias(LESION))
    return replace(table, frame=frame.select(table.frame.columns))


def _changes(
    empty: pl.DataFrame, rows: pl.DataFrame, labels: Mapping[str, tuple[str, ...]], draw: np.random.Generator
) -> pl.DataFrame:
    """A value at the start and another after a month, of what changes over time."""
    units = rows.select(name for name in (PATIENT, LESION) if name in empty.columns)
    days = [pl.lit(day, dtype=empty.schema["day"]).alias("day") for day in (1, FIRST_CHANGE)]
    made = pl.concat([units.with_columns(day) for day in days])
    for name, kind in empty.schema.items():
        if name in labels:
            levels = labels[name]
            drawn = [levels[at] for at in draw.integers(len(levels), size=made.height)]
            made = made.with_columns(pl.Series(name, drawn))
        elif name not in made.columns:
            values = draw.integers(2, size=made.height)
            made = made.with_columns(pl.Series(name, values).cast(kind))
    return made.select(empty.columns).sort(PATIENT, "day")
