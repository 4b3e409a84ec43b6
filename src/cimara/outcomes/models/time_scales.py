"""Functions of time that a coefficient may follow, and the counts that two of them need."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.cox_grid import places_on_grid
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import Survival


class TimeScale(StrEnum):
    """The function of time that a coefficient may follow."""

    KM = "km"
    """1 less the left-continuous Kaplan-Meier curve of all rows, strata and weights ignored."""
    IDENTITY = "identity"
    LOG = "log"
    RANK = "rank"
    """Midrank among the exit times of all rows."""

    @property
    def needs_counts(self) -> bool:
        """Whether all rows must be counted at the event times first."""
        return self in (TimeScale.KM, TimeScale.RANK)


def counts_at(rows: Survival, grid: FloatArray, *, planned: bool) -> FloatArray:
    """At each grid time (4 x times): rows at risk, events, rows that left before, rows that left by then."""
    if planned:
        exits, entries = places_on_grid(rows, grid, planned)
        time, start = grid[exits], np.where(entries < 0, -np.inf, grid[entries])
    else:
        time, start = rows.time, np.full(rows.n, -np.inf) if rows.start is None else rows.start
    often = np.ones(rows.n, dtype=np.int64)
    if rows.weights is not None and rows.weight_kind is WeightKind.FREQUENCY:
        often = rows.weights.astype(np.int64)
    left = np.sort(np.repeat(time, often))
    entered = np.searchsorted(np.sort(np.repeat(start, often)), grid, side="left")
    failed = np.sort(np.repeat(time[rows.event], often[rows.event]))
    before, by = (np.searchsorted(left, grid, side=side) for side in ("left", "right"))
    events = np.searchsorted(failed, grid, side="right") - np.searchsorted(failed, grid, side="left")
    return np.stack([entered - before, events, before, by]).astype(np.float64)


def scale_on_grid(scale: TimeScale, counts: FloatArray) -> FloatArray:
    """The scale at each grid time from the counts of all rows."""
    at_risk, events, before, by = counts
    if scale is TimeScale.RANK:
        return np.asarray(before + (by - before + 1) / 2)
    surviving = 1 - np.divide(events, at_risk, out=np.zeros(len(events)), where=at_risk > 0)
    return 1 - np.concatenate(([1.0], np.cumprod(surviving)[:-1]))


def scale_of_times(scale: TimeScale, times: FloatArray) -> FloatArray:
    """The scale where it is a function of the time alone.

    Raises
    ------
    NotEstimable
        NOT_SUPPORTED: the logarithm of an event at time 0.
    """
    if scale is TimeScale.IDENTITY:
        return times.copy()
    if (times <= 0).any():
        raise NotEstimable(
            Concern.NOT_SUPPORTED,
            "an event at time 0 has no logarithm",
            hint="Use the time scale km, rank or identity.",
        )
    return np.log(times)
