"""Whether each event has the largest, or the smallest, value of a covariate among those at risk."""

from __future__ import annotations

import numpy as np

from cimara.outcomes.frame_columns import FloatArray, IntArray
from cimara.outcomes.riskset import RiskSets


def events_inside(sets: RiskSets) -> tuple[FloatArray, FloatArray]:
    """For each covariate (p): events under the maximum of their risk set, and events over its minimum."""
    covariates = sets.covariates
    below, above = np.zeros(covariates.shape[1]), np.zeros(covariates.shape[1])
    spans = _spans(sets)
    for column, values in enumerate(covariates.T):
        own = values[sets.event_rows]
        below[column] = (own < sets.to_events(largest_at_risk(values, spans, len(sets.times)))).sum()
        above[column] = (-own < sets.to_events(largest_at_risk(-values, spans, len(sets.times)))).sum()
    return below, above


def _spans(sets: RiskSets) -> tuple[IntArray, IntArray]:
    """First and last event time (latest first) at which each row is at risk."""
    first = np.repeat(np.arange(len(sets.times)), sets.block_sizes)
    ends = np.append(np.flatnonzero(np.diff(sets.strata)), len(sets.strata) - 1)
    last = ends[np.searchsorted(ends, first)]
    return first, last if sets.entry is None else np.minimum(last, sets.entry - 1)


def largest_at_risk(values: FloatArray, spans: tuple[IntArray, IntArray], times: int) -> FloatArray:
    """The largest value at each time of those whose span holds it.

    Each span is covered by two spans of a power of two, which are then halved down to single times: O(n) and
    O(times x log times), with delayed entry too.
    """
    first, last = spans
    level = np.frexp(last - first + 1)[1] - 1
    largest = np.full(times, -np.inf)
    for size in range(int(level.max(initial=0)), -1, -1):
        own = level == size
        np.maximum.at(largest, first[own], values[own])
        np.maximum.at(largest, last[own] - 2**size + 1, values[own])
        if size:
            half = 2 ** (size - 1)
            np.maximum(largest[half:], largest[:-half].copy(), out=largest[half:])
    return largest
