"""Which systemic therapy was given around which radiosurgery: windows of days before and after each dose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.indices.agents import agents
from cimara.cohort.indices.courses import RADIOSURGERY, courses
from cimara.cohort.indices.point_tables import rows_of

SENSITIVITY_DAYS = 28
"""Days before and after of the sensitivity analysis (cohort.md section 12)."""

YES, NO, UNKNOWN = "yes", "no", "unknown"


@dataclass(frozen=True, slots=True)
class Window:
    """A fraction on day f is concurrent with a dose on day a where a - before <= f <= a + after."""

    before: int
    after: int


SENSITIVITY = Window(SENSITIVITY_DAYS, SENSITIVITY_DAYS)


@cache
def default_windows() -> Mapping[str, Window]:
    """The window of each class, as `tables/windows.csv` says.

    7 days before and 21 after for antibody-drug conjugates (Lebow 2023); 28 and 28 for the rest, for which
    there is no accepted definition (design).
    """
    return {
        row["class"]: Window(int(row["before_days"]), int(row["after_days"])) for row in rows_of("windows")
    }


def concurrency(
    dataset: Dataset,
    *,
    windows: Mapping[str, Window] | None = None,
    modalities: tuple[str, ...] = RADIOSURGERY,
) -> pl.DataFrame:
    """One row a course, line of systemic therapy and class of agents in it.

    Columns patient_id, course_id, line_id, class, agents (of that class, joined by `;`), concurrent and
    concurrent_28 (`yes`, `no`, `unknown`: within the class's window, and within 28 days either way),
    approximate.

    Dose days are the start, each `interval_days` after it, and the last dose. Where they are not known,
    dosing is taken as daily from the start to the last dose, else to the stop, else (ongoing) to the last
    contact, and `approximate` is true; so it is where an interval ends off its grid, or where only days
    between the first and last fraction overlap. A line of which no end is known is `unknown` after its start.
    """
    asked = {**default_windows(), **(windows or {})}
    lines = _dosing(dataset)
    held = courses(dataset, modalities).select("patient_id", "course_id", "start_day", "end_day", "fractions")
    fractions = held.select(
        "patient_id",
        "course_id",
        first="start_day",
        final=pl.when(pl.col("fractions") == 1)
        .then("start_day")
        .otherwise(pl.coalesce("end_day", "start_day")),
        known_days=(pl.col("fractions") == pl.col("end_day") - pl.col("start_day") + 1)
        | (pl.col("start_day") == pl.col("end_day"))
        | (pl.col("fractions") == 1),
    )
    pairs = fractions.join(lines, on="patient_id", how="inner", maintain_order="left")
    before = pl.col("class").replace_strict(
        {one: w.before for one, w in asked.items()}, return_dtype=pl.Int64
    )
    after = pl.col("class").replace_strict({one: w.after for one, w in asked.items()}, return_dtype=pl.Int64)
    wide = pl.lit(SENSITIVITY_DAYS)
    return pairs.select(
        "patient_id",
        "course_id",
        "line_id",
        "class",
        "agents",
        concurrent=_overlap(before, after),
        concurrent_28=_overlap(wide, wide),
        approximate=_approximate(before, after),
    )


def by_course_lesion(
    dataset: Dataset,
    *,
    windows: Mapping[str, Window] | None = None,
    modalities: tuple[str, ...] = RADIOSURGERY,
) -> pl.DataFrame:
    """One row a lesion and course: `<class>_concurrent`, `<class>_concurrent_28` and `<class>_approximate` of
    every class, `yes` where any line was, else `unknown` where one may have been, else `no`.
    """
    rows = dataset.frame("CourseLesion").join(courses(dataset, modalities), on="course_id", how="semi")
    found = rows.select("patient_id", "course_id", "lesion_id")
    told = concurrency(dataset, windows=windows, modalities=modalities)
    for name in default_windows():
        own = (
            told.filter(pl.col("class") == name)
            .group_by("course_id")
            .agg(
                _any_of("concurrent").alias(f"{name}_concurrent"),
                _any_of("concurrent_28").alias(f"{name}_concurrent_28"),
                pl.col("approximate").any().alias(f"{name}_approximate"),
            )
        )
        found = found.join(own, on="course_id", how="left", maintain_order="left").with_columns(
            pl.col(f"{name}_concurrent", f"{name}_concurrent_28").fill_null(NO),
            pl.col(f"{name}_approximate").fill_null(False),
        )
    return found


def _any_of(column: str) -> pl.Expr:
    held = pl.col(column)
    return (
        pl.when((held == YES).any())
        .then(pl.lit(YES))
        .when((held == UNKNOWN).any())
        .then(pl.lit(UNKNOWN))
        .otherwise(pl.lit(NO))
    )


def _dosing(dataset: Dataset) -> pl.DataFrame:
    """Each line and class in it with its first dose, last dose, interval, and how well these are known."""
    contact = dataset.frame("Patient").select("patient_id", "last_contact_day")
    lines = dataset.frame("SystemicTherapyLine").join(
        contact, on="patient_id", how="left", maintain_order="left"
    )
    ongoing = pl.when(pl.col("stop_reason") == "ongoing").then("last_contact_day")
    ended = lines.with_columns(
        begun="start_day",
        ended=pl.coalesce("last_dose_day", "stop_day", ongoing),
        step=pl.when(pl.col("last_dose_day").is_not_null()).then("interval_days"),
    ).with_columns(
        open_ended=pl.col("ended").is_null(),
        inexact=pl.col("step").is_null() & (pl.col("last_dose_day") != pl.col("start_day")).fill_null(True)
        | ((pl.col("ended") - pl.col("begun")) % pl.col("step") != 0).fill_null(False),
    )
    kinds = pl.DataFrame(
        [(one.code, name) for one in agents().values() for name in one.classes],
        schema={"agents": pl.String, "class": pl.String},
        orient="row",
    )
    by_class = (
        ended.drop("class")
        .explode("agents")
        .join(kinds, on="agents", how="inner", maintain_order="left")
        .group_by("patient_id", "line_id", "class", maintain_order=True)
        .agg(
            pl.col("agents").str.join(";"),
            pl.col("begun", "ended", "step", "open_ended", "inexact").first(),
        )
    )
    return by_class.with_columns(ended=pl.coalesce("ended", "begun"))


def _has_dose(low: pl.Expr, high: pl.Expr) -> pl.Expr:
    """Whether a dose day lies from `low` to `high`: on the interval's grid, the last dose, or any day."""
    begun, ended = pl.col("begun"), pl.col("ended")
    gap = (low - begun).clip(lower_bound=0)
    steps = (gap + pl.col("step") - 1) // pl.col("step")
    on_grid = begun + steps * pl.col("step")
    meets_grid = (on_grid <= high) & (on_grid <= ended)
    meets_last = ended.is_between(low, high)
    meets_any = (begun <= high) & (ended >= low)
    return pl.when(pl.col("step").is_not_null()).then(meets_grid | meets_last).otherwise(meets_any)


def _overlap(before: pl.Expr, after: pl.Expr) -> pl.Expr:
    """A dose day a is concurrent with a fraction on f where f - after <= a <= f + before."""
    near = _has_dose(pl.col("first") - after, pl.col("final") + before)
    may_go_on = pl.col("open_ended") & (pl.col("final") > pl.col("begun"))
    return (
        pl.when(near.fill_null(False))
        .then(pl.lit(YES))
        .when(near.is_null() | may_go_on)
        .then(pl.lit(UNKNOWN))
        .otherwise(pl.lit(NO))
    )


def _approximate(before: pl.Expr, after: pl.Expr) -> pl.Expr:
    """Whether the answer rests on days that are not recorded."""
    at_first = _has_dose(pl.col("first") - after, pl.col("first") + before)
    at_final = _has_dose(pl.col("final") - after, pl.col("final") + before)
    between = _has_dose(pl.col("first") - after, pl.col("final") + before) & ~at_first & ~at_final
    return pl.col("inexact") | (between & ~pl.col("known_days")).fill_null(True)
