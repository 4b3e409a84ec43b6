"""Cells of a grid that are too small for sums of covariates: counted first, then merged with the next.

Sums by cell are made over those at risk. Two that follow differ by those who left between them, so of a cell
that one patient leaves in the patient's covariates could be read. Who leaves in each cell is counted first,
over all houses; then every house moves exits of small cells up, so that each cell has either none or enough.
Entries are moved down to the end of a merged cell, as they are on any grid.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar, cast

import numpy as np

from cimara.outcomes.frame_columns import BoolArray, FloatArray, IntArray
from cimara.outcomes.grid import spell_ends
from cimara.outcomes.rows import CompetingRisks, Survival

T = TypeVar("T", bound=Survival | CompetingRisks)
FEWEST_EXITS, FEWEST_EVENTS = 10.0, 5.0
"""The platform's: so many leave in a cell, and so many of them with an event, and without, if any do."""


def cell_counts(rows: Survival | CompetingRisks, times: FloatArray | None) -> tuple[FloatArray, FloatArray]:
    """Who leaves in each cell, by stratum (strata x cells), and who of them with an event.

    A row that the next one of its id goes on from does not leave. Rows lie on the grid; without one (None)
    there are no cells.
    """
    if times is None:
        return np.zeros((0, 0)), np.zeros((0, 0))
    strata = len(rows.strata.levels) if rows.strata else 1
    key = rows.stratum_codes() * len(times) + _place(times, rows.time)
    shape, size = (strata, len(times)), strata * len(times)
    exits = np.bincount(key[_leaves(rows)], minlength=size)
    events = np.bincount(key[_happened(rows)], minlength=size)
    return exits.reshape(shape).astype(np.float64), events.reshape(shape).astype(np.float64)


def merged_rows(
    rows: T,
    times: FloatArray,
    counts: tuple[FloatArray, FloatArray],
    *,
    exits: float = FEWEST_EXITS,
    events: float = FEWEST_EVENTS,
) -> T:
    """The rows with the exits of small cells moved up, alike in every house.

    A row that the next one of its id goes on from ends where that one begins, and is left out if it becomes
    empty.

    Parameters
    ----------
    times
        The grid in the unit of the rows, on which they lie.
    counts
        `cell_counts` summed over all houses.
    exits, events
        Fewest who leave in a cell, and fewest of them with an event, and without one, where there are any.
    """
    if not rows.n or not counts[0].size:
        return rows
    ends = np.stack([merged_cells(*one, exits=exits, events=events) for one in zip(*counts, strict=True)])
    stratum, leaves = rows.stratum_codes(), _leaves(rows)
    up = times[ends[stratum, _place(times, rows.time)]]
    if rows.start is None:
        return replace(rows, time=up)
    start = _down(rows.start, times, ends, stratum)
    time = np.where(leaves, up, _down(rows.time, times, ends, stratum))
    return cast("T", replace(rows, time=time, start=start).take(time > start))


def merged_cells(counted: FloatArray, with_event: FloatArray, *, exits: float, events: float) -> IntArray:
    """For each cell of one stratum the last one of those that it is merged with.

    From the first cell on, cells are gathered until enough leave; what is left over goes to the last ones.
    """
    begins = [0]
    for place in range(1, len(counted)):
        if _enough(counted[begins[-1] : place], with_event[begins[-1] : place], exits, events):
            begins.append(place)
    while (
        len(begins) > 1
        and counted[begins[-1] :].any()
        and not _enough(counted[begins[-1] :], with_event[begins[-1] :], exits, events)
    ):
        begins.pop()
    ends = np.array([*begins[1:], len(counted)]) - 1
    return np.asarray(ends[np.searchsorted(begins, np.arange(len(counted)), side="right") - 1])


def small_cells(counted: FloatArray, with_event: FloatArray, *, exits: float, events: float) -> BoolArray:
    """Which rows of counts (n x cells) have somebody leave, and too few as one cell."""
    return np.array(
        [
            bool(own.any()) and not _enough(own, happened, exits, events)
            for own, happened in zip(counted, with_event, strict=True)
        ],
        dtype=bool,
    )


def _enough(counted: FloatArray, with_event: FloatArray, exits: float, events: float) -> bool:
    total, happened = float(counted.sum()), float(with_event.sum())
    return total >= exits and all(one == 0 or one >= events for one in (happened, total - happened))


def _place(times: FloatArray, of: FloatArray) -> IntArray:
    """The cell of each time, which lies on the grid up to rounding."""
    return np.asarray(np.searchsorted((times[1:] + times[:-1]) / 2, of))


def _down(moved: FloatArray, times: FloatArray, ends: IntArray, stratum: IntArray) -> FloatArray:
    """Times at the end of the last merged cell that is over by then; 0 where there is none."""
    found = np.zeros(len(moved))
    slack = 1e-9 * max(1.0, float(times[-1]))
    for code, last in enumerate(ends):
        own = stratum == code
        closed = np.concatenate(([0.0], times[np.unique(last)]))
        found[own] = closed[np.searchsorted(closed, moved[own] + slack, side="right") - 1]
    return found


def _happened(rows: Survival | CompetingRisks) -> BoolArray:
    return rows.event if isinstance(rows, Survival) else rows.status > 0


def _leaves(rows: Survival | CompetingRisks) -> BoolArray:
    return spell_ends(rows, rows.stratum_codes(), _happened(rows).astype(np.int64))[0]
