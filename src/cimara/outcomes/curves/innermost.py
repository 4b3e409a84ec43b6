"""Where mass can lie when events are known to intervals: the innermost ones (Turnbull 1976)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.outcomes.contract import ContractError
from cimara.outcomes.frame_columns import FloatArray, IntArray
from cimara.outcomes.rows import IntervalCensored

_EXACT, _RIGHT, _LEFT = 0, 1, 2
"""Order of ends at one time t: what begins just before t, what holds t, what begins after t."""


@dataclass(frozen=True, slots=True)
class Support:
    """Boxes (lower, upper], an exact time where both are equal; sorted and apart from each other."""

    lower: FloatArray
    upper: FloatArray


def innermost(lower: FloatArray, exact: FloatArray, upper: FloatArray) -> Support:
    """The boxes of data (L, R].

    Parameters
    ----------
    lower
        Times L of rows that are not exact.
    exact
        Exact times; each stands for (t-, t].
    upper
        Times R of all rows, infinity included.
    """
    ends = [(exact, _EXACT), (upper, _RIGHT), (lower, _LEFT)]
    time = np.concatenate([np.unique(times) for times, _ in ends])
    kind = np.concatenate([np.full(len(np.unique(times)), code) for times, code in ends])
    order = np.lexsort((kind, time))
    time, right = time[order], kind[order] == _RIGHT
    begins = np.flatnonzero(~right[:-1] & right[1:])
    return Support(time[begins], time[begins + 1])


def boxes_of(rows: IntervalCensored, points: FloatArray, support: Support) -> tuple[IntArray, IntArray]:
    """First box of each row and the one after its last; times are moved to the agreed points."""
    lower, upper = to_points(rows.lower, points), to_points(rows.upper, points)
    exact = lower == upper
    first = np.where(
        exact,
        np.searchsorted(support.upper, lower, side="left"),
        np.searchsorted(support.upper, lower, side="right"),
    )
    end = np.searchsorted(support.upper, upper, side="right")
    if (end <= first).any():
        raise ContractError("an interval that holds none of the agreed ones", where="lower, upper")
    return first.astype(np.int64), end.astype(np.int64)


def to_points(times: FloatArray, points: FloatArray) -> FloatArray:
    """Each finite time as the agreed point that stands for it (the last one not after it)."""
    finite = np.isfinite(times)
    place = np.searchsorted(points, np.where(finite, times, points[0]), side="right") - 1
    return np.where(finite, points[place], times)
