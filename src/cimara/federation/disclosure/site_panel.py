"""The panel of sites as people see it: those whose own numbers may be read, and how many others there are."""

from __future__ import annotations

import polars as pl

from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.disclosure.counts import rounded_count
from cimara.outcomes.figures.small_sites import LEAST_EVENTS, LEAST_PATIENTS, shown_sites

NOT_SHOWN = "not shown"
STATUS = "status"
KEYS = ("site", "covariate")
"""Columns that say what a row is about."""


def panel_released(panel: pl.DataFrame, *, parameters: int, limits: Disclosure | None = None) -> pl.DataFrame:
    """Rows by site; those below 10 patients or 5 events a parameter are "not shown", and nothing else.

    A single site that is not shown would follow from the sum of all: then the smallest of the others is not
    shown either.

    Parameters
    ----------
    panel
        Columns site, n and events; n and events are rounded to 5, other columns are left.
    limits
        Those of a study that asks for more patients or events.

    Raises
    ------
    FigureError
        A table without those columns.
    """
    study = limits or Disclosure()
    shown = set(
        shown_sites(
            panel,
            patients=max(LEAST_PATIENTS, study.min_n),
            events=max(LEAST_EVENTS, study.min_events),
            parameters=max(1, parameters),
        )
    )
    hidden = set(panel["site"].to_list()) - shown
    if len(hidden) == 1 and shown:
        smallest = panel.filter(pl.col("site").is_in(shown)).sort("events", "n", "site")["site"][0]
        shown.discard(smallest)
    is_shown = pl.col("site").is_in(shown)
    counts = [
        pl.Series(name, [rounded_count(one) for one in panel[name].to_list()], dtype=pl.Int64)
        for name in ("n", "events")
    ]
    told = [name for name in panel.columns if name not in KEYS]
    return panel.with_columns(counts).with_columns(
        *(pl.when(is_shown).then(pl.col(name)).alias(name) for name in told),
        pl.when(is_shown).then(pl.lit("shown")).otherwise(pl.lit(NOT_SHOWN)).alias(STATUS),
    )
