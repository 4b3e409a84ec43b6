"""Treatments that change over time, as the days on which each covariate takes a new value.

A row says what holds after its day; `day` counts as endpoint tables do, the start being day 1, and day 0 is
what held on the start itself. What began before the start and goes on is on from day 0: nobody is counted as
treated before the treatment (immortal time).
"""

from __future__ import annotations

import polars as pl

from cimara.cohort.dataset import Dataset

DEXAMETHASONE, BEVACIZUMAB = "dexamethasone", "bevacizumab_rn"
IDS = ("patient_id", "lesion_id")


def treatment_changes(dataset: Dataset, origin: pl.DataFrame, *, carry_over_days: int = 0) -> pl.DataFrame:
    """Every change of dexamethasone and bevacizumab from the origin of each patient, or of each lesion.

    Parameters
    ----------
    origin
        Columns `patient_id`, `day` (from the anchor), and `lesion_id` where the clock is a lesion's.
    carry_over_days
        Days for which bevacizumab still counts after its last dose (default 0: the study decides).

    Returns
    -------
    polars.DataFrame
        `patient_id`, [`lesion_id`], `day`, `bevacizumab` (for radiation necrosis, 0 or 1), `bevacizumab_any`
        (that given against the tumour, too), `dexamethasone` (0 or 1) and `dexamethasone_mg` (mg a day). Each
        unit has a row of day 0; values stand on every row.
    """
    spans = pl.concat(
        [
            dexamethasone_spans(dataset),
            bevacizumab_spans(dataset, carry_over_days=carry_over_days),
        ],
        how="diagonal",
    )
    keys = [name for name in IDS if name in origin.columns]
    units = origin.select(*keys, origin="day").drop_nulls().unique(keys, keep="first", maintain_order=True)
    joined = units.join(spans, on="patient_id", how="inner")
    held = _days_of_change(units, joined, keys).join(
        joined.select(
            *keys, "what", "dose", begin=_on_scale(pl.col("first")), end=_on_scale(pl.col("after"))
        ),
        on=keys,
        how="left",
    )
    covers = (pl.col("begin") <= pl.col("day")) & (pl.col("end").is_null() | (pl.col("day") < pl.col("end")))
    on = held.with_columns(covers=covers.fill_null(False))
    found = on.group_by(*keys, "day", maintain_order=True).agg(
        bevacizumab=_any("bevacizumab"),
        bevacizumab_any=_any("bevacizumab", "bevacizumab_tumour"),
        dexamethasone=_any(DEXAMETHASONE),
        dexamethasone_mg=pl.when(_is(DEXAMETHASONE).any())
        .then(pl.col("dose").filter(_is(DEXAMETHASONE)).max())
        .otherwise(0.0),
    )
    return _where_changed(found.sort(*keys, "day"), keys)


def _days_of_change(units: pl.DataFrame, spans: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """Day 0 of each unit, and every day on which something begins or ends."""
    edges = pl.concat(
        [
            units.select(*keys, day=pl.lit(0, dtype=pl.Int64)),
            spans.select(*keys, day=_on_scale(pl.col("first"))),
            spans.drop_nulls("after").select(*keys, day=_on_scale(pl.col("after"))),
        ]
    )
    return edges.unique().sort(*keys, "day")


def _on_scale(day: pl.Expr) -> pl.Expr:
    """A day from the anchor as a day of the clock; all up to the origin is day 0."""
    since = day - pl.col("origin")
    return pl.when(since <= 0).then(0).otherwise(since + 1).cast(pl.Int64)


def _is(what: str) -> pl.Expr:
    return pl.col("covers") & (pl.col("what") == what)


def _any(*whats: str) -> pl.Expr:
    return pl.any_horizontal([_is(what).fill_null(False) for what in whats]).any().cast(pl.Int64)


def _where_changed(found: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The rows that say something else than the row before."""
    values = [name for name in found.columns if name not in (*keys, "day")]
    same = [pl.col(name).eq_missing(pl.col(name).shift().over(keys)) for name in values]
    return found.filter(~pl.all_horizontal(same) | (pl.col("day") == 0))


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


def bevacizumab_spans(dataset: Dataset, *, carry_over_days: int = 0) -> pl.DataFrame:
    """Columns patient_id, what (`bevacizumab`, `bevacizumab_tumour`), first, after (null: still on).

    Off on the day after the last day, or after the last of `cycles` doses `interval_days` apart where no last
    day is given, and `carry_over_days` later.
    """
    courses = dataset.frame("SupportiveCourse").filter(
        (pl.col("kind") == BEVACIZUMAB) & pl.col("start_day").is_not_null()
    )
    last_dose = pl.col("start_day") + (pl.col("cycles") - 1) * pl.col("interval_days")
    for_necrosis = courses.select(
        "patient_id",
        what=pl.lit("bevacizumab"),
        first="start_day",
        after=pl.coalesce("stop_day", last_dose) + 1 + carry_over_days,
    )
    lines = dataset.frame("SystemicTherapyLine").filter(
        pl.col("agents").list.contains("bevacizumab") & pl.col("start_day").is_not_null()
    )
    against_tumour = lines.select(
        "patient_id",
        what=pl.lit("bevacizumab_tumour"),
        first="start_day",
        after=pl.coalesce("last_dose_day", "stop_day") + 1 + carry_over_days,
    )
    return pl.concat([for_necrosis, against_tumour])
