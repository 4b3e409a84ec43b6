"""Rules of what stands beside each other in time: performance scales on one day, treatments that overlap."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cimara.cohort.checks.row_tests import plain
from cimara.cohort.checks.rule import Found, breaking, rule
from cimara.cohort.checks.tables import Tables
from cimara.cohort.findings import Severity

OPEN = 100_000
"""A day after every day, for a treatment without an end."""
ECOG_OF_KPS = {100: 0, 90: 0, 80: 1, 70: 1, 60: 2, 50: 2, 40: 3, 30: 3, 20: 4, 10: 4, 0: 5}
"""ECOG for each KPS (cohort.md, N2; 0 and 5 are death on either scale)."""


@rule(
    "N2",
    Severity.WARNING,
    "PerformanceStatus",
    "value",
    says="ECOG and KPS of one day agree: 0 is 100-90, 1 is 80-70, 2 is 60-50, 3 is 40-30, 4 is 20-10",
    hint="Check both; keep the one that the chart has.",
)
def scales_agree(tables: Tables) -> Iterator[Found]:
    """ECOG values beside a KPS of the same day that means another."""
    rows = tables.rows("PerformanceStatus")
    kps = rows.filter(pl.col("scale") == "KPS").select("patient_id", "day", _kps="value")
    kps = kps.unique(["patient_id", "day"], keep="first", maintain_order=True)
    both = rows.filter(pl.col("scale") == "ECOG").join(kps, on=["patient_id", "day"], how="inner")
    ecog = plain(pl.col("value"))
    meant = pl.col("_kps").replace_strict(ECOG_OF_KPS, default=None, return_dtype=pl.Int64)
    told = pl.format("ECOG is {}, and KPS of the same day {}, which is ECOG {}", ecog, "_kps", meant)
    yield Found("PerformanceStatus", "value", breaking(both, meant != pl.col("value"), told))


@rule(
    "S1",
    Severity.WARNING,
    "SupportiveCourse",
    "start_day",
    says="dexamethasone rows of one patient do not overlap; one may begin on the day the other stops",
    hint="Give the earlier row its stop_day, or correct the days.",
)
def dexamethasone_does_not_overlap(tables: Tables) -> Iterator[Found]:
    """Rows that begin before an earlier one has stopped."""
    rows = tables.rows("SupportiveCourse").filter(pl.col("kind") == "dexamethasone")
    rows = rows.with_columns(_end=pl.col("stop_day").fill_null(OPEN))
    yield Found("SupportiveCourse", "start_day", _overlapping(rows, ["patient_id"], pl.lit("dexamethasone")))


@rule(
    "S1",
    Severity.WARNING,
    "SystemicTherapyLine",
    "start_day",
    says="systemic lines of one patient with the same agent do not overlap",
    hint="Give the earlier line its stop_day, or put both into one line.",
)
def lines_of_an_agent_do_not_overlap(tables: Tables) -> Iterator[Found]:
    """Lines that begin before an earlier one with the same agent has stopped; `other` is no one agent."""
    rows = tables.rows("SystemicTherapyLine").with_columns(
        _end=pl.coalesce("stop_day", "last_dose_day").fill_null(OPEN), _agent=pl.col("agents")
    )
    each = rows.explode("_agent").filter(pl.col("_agent").is_not_null() & (pl.col("_agent") != "other"))
    found = _overlapping(each, ["patient_id", "_agent"], pl.col("_agent"))
    yield Found("SystemicTherapyLine", "start_day", found.unique("at", keep="first", maintain_order=True))


def _overlapping(rows: pl.DataFrame, within: list[str], what: pl.Expr) -> pl.DataFrame:
    """Rows that begin before the latest end of those before them."""
    held = rows.filter(pl.col("patient_id").is_not_null() & pl.col("start_day").is_not_null())
    before = pl.col("_end").cum_max().shift(1).over(within)
    ordered = held.sort("start_day", "_end", maintain_order=True).with_columns(_before=before)
    ended = pl.format("an earlier one stopped on day {}", "_before")
    still = pl.when(pl.col("_before") == OPEN).then(pl.lit("an earlier one has no stop_day")).otherwise(ended)
    told = pl.format("{} begins on day {}, and {}", what, "start_day", still)
    return breaking(ordered, pl.col("start_day") < pl.col("_before"), told)
