"""Dexamethasone as intervals of constant dose."""

from __future__ import annotations

import polars as pl

from cimara.cohort.dataset import Dataset

DEXAMETHASONE = "dexamethasone"


def dexamethasone_spans(dataset: Dataset) -> pl.DataFrame:
    """Columns patient_id, what, first, after (the first day without it; null: still on), dose in mg a day.

    A day of the chart is a whole day, so the last day counts. A course without a last day goes on until the
    next one of the patient begins, or to the end.
    """
    courses = dataset.frame("SupportiveCourse").filter(
        (pl.col("kind") == DEXAMETHASONE) & pl.col("start_day").is_not_null()
    )
    following = pl.col("start_day").shift(-1).over("patient_id")
    return (
        courses.sort("patient_id", "start_day", "support_no")
        .select(
            "patient_id",
            what=pl.lit(DEXAMETHASONE),
            first="start_day",
            after=pl.coalesce(pl.col("stop_day") + 1, following),
            dose="dose_mg_day",
        )
        .filter(pl.col("dose").is_null() | (pl.col("dose") > 0))
    )
