"""Moves the times of rows onto a study's grid: exits up, entries down, one cell apart at least.

Rows that were coarsened can be pooled or federated: both ways they are the same rows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar, cast

import numpy as np

from cimara.federation.errors import Code, FederationError
from cimara.federation.grid import Grid
from cimara.outcomes.frame_columns import BoolArray, FloatArray
from cimara.outcomes.grid import span
from cimara.outcomes.rows import CompetingRisks, Survival
from cimara.outcomes.times import TOLERANCE

T = TypeVar("T", bound=Survival | CompetingRisks)
DAYS = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}
"""Days of each unit that times may be in."""


def grid_times(grid: Grid, unit: str) -> FloatArray | None:
    """The study's grid in the unit of rows; None for the exact one. Raises FederationError (OTHER_GRID)."""
    if unit not in DAYS:
        raise FederationError(
            Code.OTHER_GRID, f"the grid is in days, which are not known in {unit}", expected=", ".join(DAYS)
        )
    return np.array(grid.days) / DAYS[unit] if grid.days else None


def coarsened(rows: T, grid: Grid) -> T:
    """The rows on the grid: an exit at the next grid time, an entry at the one before it.

    As `outcomes.grid.span` places them on a planned grid: no event is lost, and an entry and an exit in one
    cell stay one cell apart. An entry before the first grid time is from the beginning; rows without an event
    that leave after the last grid time leave at it. Where a row goes on from another of its `id`, both move
    down to one time, so that nobody is at risk twice; a row that is left with no cell is left out.

    Raises
    ------
    FederationError
        OTHER_GRID: an event after the last grid time, or a unit without days.
    """
    times = grid_times(grid, rows.unit)
    if times is None or not rows.n:
        return rows
    where = span(rows, times, planned=True)
    if (where.exit[happened(rows)] == len(times)).any():
        raise FederationError(
            Code.OTHER_GRID, "there are events after the last day of the study's grid", where="grid.until",
            hint="Let the grid of the study end at or after the data cut.",
        )  # fmt: skip
    last = np.minimum(where.exit, len(times) - 1)
    if rows.start is None:
        return replace(rows, time=times[last])
    first = np.minimum(where.entry, last - 1)
    parted = gone_on_from(rows)
    slack = TOLERANCE * max(1.0, float(np.mean(times)))
    last[parted] = np.searchsorted(times, rows.time[parted] + slack, side="right") - 1
    kept = last > first
    starts = np.where(first >= 0, times[first], 0.0)
    return cast("T", replace(rows, time=times[last], start=starts).take(kept))


def gone_on_from(rows: Survival | CompetingRisks) -> BoolArray:
    """True where a row ends without an event at the time at which the next of its `id` begins."""
    found = np.zeros(rows.n, dtype=bool)
    if rows.id is None or rows.start is None:
        return found
    order = np.lexsort((rows.start, rows.id))
    before, after = order[:-1], order[1:]
    found[before] = (rows.id[before] == rows.id[after]) & (rows.time[before] == rows.start[after])
    return np.asarray(found & ~happened(rows))


def happened(rows: Survival | CompetingRisks) -> BoolArray:
    """True where a row ends with an event of any cause."""
    return rows.event if isinstance(rows, Survival) else rows.status > 0
