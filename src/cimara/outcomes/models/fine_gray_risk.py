"""The weighted risk sets of a Fine-Gray model as a matrix that is never written down.

Y (rows n x event times m) holds the weight of a row at an event time: 1 while it is at risk, K(t-)/K(T-)
after a competing event, else 0. Sums over risk sets are Y'a, sums over the events that a row was exposed to
are Y b; both are one sparse product and running sums over event times, O((n + m) times columns).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from cimara.outcomes.frame_columns import BoolArray, FloatArray, IntArray
from cimara.outcomes.models.fine_gray_places import PlaceCounts, Places
from cimara.outcomes.models.fine_gray_weights import CarriedWeights

CHUNK = 32_768
"""Rows that are multiplied at once: temporary arrays stay in the cache."""
MOST_CHUNKS = 12
"""Each chunk adds to all event times, so there are never many."""


@dataclass(frozen=True, slots=True, eq=False)
class EventTimes:
    """The event times (m), by stratum and time, and the segments of the carried weights among them.

    Parameters
    ----------
    place
        The place of each (m).
    before
        How many event times lie before each place (N + 1).
    first, last
        The first event time of the stratum of each one, and one past the last (m).
    weight
        K(t-) by censoring group (groups x m).
    segment_first, segment_end
        The first event time of the segment of each one, and one past the last, by group (groups x m).
    events
        Weight of the events, by group (groups x m).
    """

    place: IntArray
    before: IntArray
    first: IntArray
    last: IntArray
    weight: FloatArray
    segment_first: IntArray
    segment_end: IntArray
    events: FloatArray

    @property
    def size(self) -> int:
        """Number of event times, m."""
        return len(self.place)

    @property
    def weight_of_events(self) -> FloatArray:
        """Weight of the events at each event time, of all groups (m)."""
        return np.asarray(self.events.sum(axis=0))

    def to_each(self, values: FloatArray) -> None:
        """Make running sums of `values` (m x q), in place, within each stratum up to each event time."""
        np.cumsum(values, axis=0, out=values)
        if self.size and self.last[0] < self.size:
            subtract_before(values, self.first)

    def from_each(self, values: FloatArray) -> None:
        """Make running sums of `values` (m x q), in place, within each stratum from each event time on."""
        np.cumsum(values[::-1], axis=0, out=values[::-1])
        if self.size and self.last[0] < self.size:
            subtract_after(values, self.last)


def event_times(places: Places, counts: PlaceCounts, carried: CarriedWeights) -> EventTimes:
    """The places at which the event of interest happens to someone."""
    happens = counts.events.sum(axis=0) > 0
    place = np.flatnonzero(happens)
    before = np.concatenate(([0], np.cumsum(happens)))
    bounds = before[places.first]
    stratum = np.searchsorted(places.first, place, side="right") - 1
    return EventTimes(
        place=place,
        before=before,
        first=bounds[stratum],
        last=bounds[stratum + 1],
        weight=np.exp(carried.log_weight[:, place]),
        segment_first=before[carried.segment_first[:, place]],
        segment_end=before[carried.segment_last[:, place] + 1],
        events=counts.events[:, place],
    )


@dataclass(frozen=True, slots=True, eq=False)
class RiskMatrix:
    """Y of some rows, in chunks; `carried` are the rows that stay after their event, `share` is 1/K(T-)."""

    at: EventTimes
    chunks: tuple[csr_array, ...]
    carried: IntArray
    share: FloatArray

    def slices(self) -> Iterator[tuple[slice, csr_array]]:
        """The chunks and which rows they hold."""
        first = 0
        for chunk in self.chunks:
            yield slice(first, first + chunk.shape[0]), chunk
            first += chunk.shape[0]

    def sums(self, design: FloatArray, relative: FloatArray) -> FloatArray:
        """Y'(r D): sums (m x q) over the weighted risk set of each event time."""
        at, q = self.at, design.shape[1]
        found = np.zeros(((1 + len(at.weight)) * at.size, q))
        for rows, chunk in self.slices():
            found += chunk.T @ (design[rows] * relative[rows, None])
        blocks = found.reshape(1 + len(at.weight), at.size, q)
        at.from_each(blocks[0])
        for group, values in enumerate(blocks[1:]):
            running_from(values, at.segment_first[group])
            values *= at.weight[group][:, None]
            blocks[0] += values
        return np.array(blocks[0])

    def spread(self, increments: FloatArray) -> FloatArray:
        """What the chunks are multiplied by to give Y b: sums (n x q) over the events a row is exposed to."""
        at = self.at
        blocks = np.empty((1 + len(at.weight), *increments.shape))
        blocks[0] = increments
        at.to_each(blocks[0])
        for group, weight in enumerate(at.weight):
            np.multiply(increments, weight[:, None], out=blocks[1 + group])
            running_to(blocks[1 + group], at.segment_end[group])
        return np.asarray(blocks.reshape(-1, increments.shape[1]))


def risk_matrix(places: Places, at: EventTimes, carried: CarriedWeights) -> RiskMatrix:
    """The weights of the rows at the event times.

    A row at risk at the event times low <= k < high is the difference of two blocks: +1 where it leaves, -1
    where it had not entered yet. A carried row stands in the block of its censoring group.
    """
    high = at.before[places.exit + 1]
    low = at.before[places.entry + 1]
    beyond = at.before[carried.segment_last[places.group, places.exit] + 1]
    here = high > low
    late = here & (low > at.before[places.first[places.stratum]]) if places.delayed else np.zeros_like(here)
    goes_on = places.competing & (beyond > high)
    rows = np.flatnonzero(goes_on)
    share = np.exp(-carried.log_weight[places.group[rows], places.exit[rows]])
    slot = (1 + places.group[rows]) * at.size + high[rows]
    whole = stacked(
        [(here, high[here] - 1, 1.0), (late, low[late] - 1, -1.0), (goes_on, slot, share)],
        columns=(1 + places.groups) * at.size,
    )
    return RiskMatrix(at, _chunks(whole), rows, share)


def _chunks(matrix: csr_array) -> tuple[csr_array, ...]:
    """Blocks of rows that share the arrays of the matrix."""
    made, ends, n = [], matrix.indptr, matrix.shape[0]
    size = max(CHUNK, -(-n // MOST_CHUNKS))
    for first in range(0, max(n, 1), size):
        pointers = ends[first : first + size + 1]
        held = slice(pointers[0], pointers[-1])
        shape = (len(pointers) - 1, matrix.shape[1])
        made.append(csr_array((matrix.data[held], matrix.indices[held], pointers - pointers[0]), shape=shape))
    return tuple(made)


def stacked(parts: list[tuple[BoolArray, IntArray, FloatArray | float]], columns: int) -> csr_array:
    """A sparse matrix whose rows have at most one element of each part: (which rows, columns, values)."""
    n = len(parts[0][0])
    ends = np.zeros(n + 1, dtype=np.int32)
    for which, _, _ in parts:
        ends[1:] += which
    np.cumsum(ends, out=ends)
    index = np.empty(ends[-1], dtype=np.int32)
    values = np.empty(ends[-1])
    free = ends[:-1].copy()
    for which, column, value in parts:
        where = free[which]
        index[where] = column
        values[where] = value
        free += which
    return csr_array((values, index, ends), shape=(n, columns))


def running_from(values: FloatArray, first: IntArray) -> None:
    """Make running sums of `values` (m x q), in place, from `first` (of each) up to each."""
    np.cumsum(values, axis=0, out=values)
    if first.any():
        subtract_before(values, first)


def running_to(values: FloatArray, end: IntArray) -> None:
    """Make running sums of `values` (m x q), in place, from each up to, not including, `end`."""
    np.cumsum(values[::-1], axis=0, out=values[::-1])
    if len(end) and end[0] < len(end):
        subtract_after(values, end)


def subtract_before(running: FloatArray, first: IntArray) -> None:
    """Take from each the running sum before its `first`, in place."""
    running -= np.concatenate((np.zeros((1, running.shape[1])), running))[first]


def subtract_after(running: FloatArray, end: IntArray) -> None:
    """Take from each the running sum from its `end` on, in place."""
    running -= np.concatenate((running, np.zeros((1, running.shape[1]))))[end]
