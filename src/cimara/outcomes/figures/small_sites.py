"""Which sites are too small for their own numbers to be shown."""

from __future__ import annotations

import polars as pl

from cimara.outcomes.figures.figure_data import FigureError

LEAST_PATIENTS = 10
LEAST_EVENTS = 5
"""Defaults of the site panel (federation.md, sections 6.1 and 6.3): 10 patients, and 5 events a parameter."""


def shown_sites(
    counts: pl.DataFrame,
    *,
    patients: int = LEAST_PATIENTS,
    events: int = LEAST_EVENTS,
    parameters: int = 1,
) -> frozenset[str]:
    """Sites with enough patients, and enough events for each parameter of the model.

    Raises
    ------
    FigureError
        A table without the columns site, n and events.
    """
    missing = [one for one in ("site", "n", "events") if one not in counts.columns]
    if missing:
        raise FigureError("a column is missing", where=f"counts.{missing[0]}", expected="site, n, events")
    enough = (pl.col("n") >= patients) & (pl.col("events") >= events * parameters)
    return frozenset(counts.filter(enough)["site"].to_list())
