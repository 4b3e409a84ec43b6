"""Times moved onto the grid of a plan: exits up and entries down, so that no event is lost.

A row is at risk at the grid times g with entry < g <= exit, as `grid.span` has it on a planned grid. Who is
followed beyond the last time is followed up to it; an event after it has no place and is refused.
"""

from __future__ import annotations

import numpy as np

from cimara.outcomes.frame_columns import BoolArray, FloatArray, RowError
from cimara.outcomes.times import TOLERANCE


def moved_up(times: FloatArray, grid: FloatArray, events: BoolArray) -> FloatArray:
    """Exits (n) at the next grid time, NaN where they are; `events` marks those that end in an event.

    Raises
    ------
    RowError
        Events after the last time, by their number.
    """
    place = _place(times, grid, side="left")
    beyond = place == len(grid)
    late = int((beyond & events).sum())
    if late:
        raise RowError(
            [f"{late:,} events after day {grid[-1]:g}, the last of the grid"],
            hint="Let the grid of the plan end at or after the data cut.",
        )
    found = grid[np.minimum(place, len(grid) - 1)]
    return np.where(np.isnan(times) | (times < 0), times, found)


def moved_down(times: FloatArray, grid: FloatArray) -> FloatArray:
    """Entries (n), or times of change, at the last grid time that is not after them; 0 before the first."""
    place = _place(times, grid, side="right")
    found = np.concatenate(([0.0], grid))[place]
    return np.where(np.isnan(times) | (times < 0), times, found)


def _place(times: FloatArray, grid: FloatArray, *, side: str) -> FloatArray:
    """Indices into the grid; a time within the tolerance of a grid time is that time."""
    slack = TOLERANCE * max(1.0, float(np.mean(grid)))
    moved = times - slack if side == "left" else times + slack
    return np.searchsorted(grid, moved, side=side)  # type: ignore[call-overload, no-any-return]
