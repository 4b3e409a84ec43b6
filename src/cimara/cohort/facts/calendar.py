"""Days of a chart as dates: no date leaves a site, so day 0 stands as 1 January 2000."""

from __future__ import annotations

import datetime as dt

import polars as pl

DAY_ZERO = dt.date(2000, 1, 1)
"""The date that stands for the anchor of every patient."""


def as_date(day: pl.Expr) -> pl.Expr:
    """Days from the anchor as dates, 2000-01-01 + day."""
    return pl.lit(DAY_ZERO) + pl.duration(days=day)


def starts_of(start: pl.DataFrame | None) -> pl.DataFrame:
    """Columns patient_id and start: the earliest of each patient; without rows where no start is given."""
    if start is None:
        return pl.DataFrame(schema={"patient_id": pl.String, "start": pl.Int64})
    held = start.select("patient_id", start=pl.col("day").cast(pl.Int64)).drop_nulls()
    return held.group_by("patient_id", maintain_order=True).agg(pl.col("start").min())
