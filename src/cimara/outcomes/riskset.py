"""Who is at risk at which event time: rows sorted once, and sums over risk sets without a loop over rows.

Rows lie by stratum and descending time, so that the rows whose exit falls between two event times of their
stratum are one block, and a sum over a risk set is a running sum of blocks less what enters only later. Rows
that are at risk at no event time say nothing and are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from cimara.outcomes.frame_columns import BoolArray, FloatArray, IntArray
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import Survival

CHUNK = 16_384
Value = TypeVar("Value", bound=np.generic)
_sorted: WeakKeyDictionary[Survival, RiskSets] = WeakKeyDictionary()


def risk_sets(rows: Survival) -> RiskSets:
    """The risk sets of the rows, sorted once for as long as the rows are in use."""
    found = _sorted.get(rows)
    if found is None:
        found = _sorted[rows] = _sort(rows)
    return found


@dataclass(frozen=True, eq=False, kw_only=True)
class RiskSets:
    """Rows (m of them, those at risk at some event time) against K event times, each stratum's apart.

    Event times of one stratum are neighbours, the latest first.

    Parameters
    ----------
    order
        Where each sorted row lies in the rows given.
    covariates, centre
        Matrix m x p, columns contiguous, less `centre` (p), the weighted mean of the events.
    weights
        Weight of each sorted row; None when all are 1.
    entry
        The first of the event times (latest first) at which a row has not entered yet; K where it always has.
        None without delayed entry.
    event_rows, deaths, death_weight
        Sorted rows with an event; how many at each event time (frequencies counted), and their weight.
    times, strata
        Time and code of the stratum of each event time.
    block_starts, block_sizes
        The first sorted row, and the number of rows, that leave at an event time or after, before the next.
    """

    order: IntArray
    covariates: FloatArray
    centre: FloatArray
    weights: FloatArray | None
    entry: IntArray | None
    event_rows: IntArray
    event_counts: IntArray
    deaths: IntArray
    death_weight: FloatArray
    times: FloatArray
    strata: IntArray
    block_starts: IntArray
    block_sizes: IntArray
    segments: tuple[slice | IntArray, ...]

    @property
    def n(self) -> int:
        """Number of sorted rows."""
        return len(self.order)

    @property
    def tied(self) -> IntArray:
        """Event times with more than one event."""
        return np.flatnonzero(self.deaths > 1)

    def running(self, values: FloatArray, *, backwards: bool = False) -> FloatArray:
        """Running sums inside each stratum, in place: from the latest event time, or from the earliest.

        `values` has one entry an event time (K, or K x anything). Each stratum is summed from zero: a running
        sum of all strata, less what came before, would lose the digits of the last strata.
        """
        for segment in self.segments:
            if isinstance(segment, slice):
                part = values[segment][::-1] if backwards else values[segment]
                part.cumsum(axis=0, out=part)
            else:
                where = segment[:, ::-1] if backwards else segment
                values[where] = np.cumsum(values[where], axis=1)
        return values

    def net(self, values: FloatArray) -> FloatArray:
        """Sums (K) of a value a row over those that leave at each event time, less those that enter."""
        if not self.n:
            return np.zeros(0)
        sums: FloatArray = np.add.reduceat(values, self.block_starts)
        if self.entry is not None:
            sums -= np.bincount(self.entry, values, minlength=len(sums) + 1)[:-1]
        return sums

    def at_risk(self, values: FloatArray) -> FloatArray:
        """Sums (K) of a value a row over those at risk at each event time."""
        return self.running(self.net(values))

    def at_risk_columns(self, factor: FloatArray) -> FloatArray:
        """Sums (K x p) of factor times covariates over the risk set of each event time."""
        sums = np.empty((len(self.times), self.covariates.shape[1]), order="F")
        product = np.empty(self.n)
        for column, values in enumerate(self.covariates.T):
            np.multiply(factor, values, out=product)
            sums[:, column] = self.net(product)
        return self.running(sums)

    def exposed(self, values: FloatArray) -> FloatArray:
        """What a row (m) goes through of a value an event time (K): its sum over the times it is at risk."""
        return self.gone_through(self.running(values.copy(), backwards=True))

    def gone_through(self, total: FloatArray) -> FloatArray:
        """The same from the running sums (K) from the earliest event time: at the exit less at the entry."""
        gone: FloatArray = np.repeat(total, self.block_sizes)
        if self.entry is not None:
            gone -= np.append(total, 0.0)[self.entry]
        return gone

    def weighted(self, values: FloatArray) -> FloatArray:
        """The values a row times its weight."""
        return values if self.weights is None else values * self.weights

    def of_events(self, values: FloatArray) -> FloatArray:
        """Sums (K) over the events of each time of a value a row with an event."""
        if not len(values):
            return np.zeros(0)
        sums: FloatArray = np.add.reduceat(values, np.cumsum(self.event_counts) - self.event_counts)
        return sums

    def to_events(self, values: NDArray[Value]) -> NDArray[Value]:
        """The value of its event time (K) for each row with an event."""
        return np.repeat(values, self.event_counts, axis=0)

    def cross_product(self, factor: FloatArray) -> FloatArray:
        """X' diag(factor) X (p x p), a chunk of rows at a time."""
        return weighted_cross_product(self.covariates, factor)

    def to_rows(self, values: FloatArray, n: int) -> FloatArray:
        """Values of the sorted rows in the order of the rows given, 0 for those never at risk."""
        given = np.zeros((n, *values.shape[1:]))
        given[self.order] = values
        return given


def weighted_cross_product(matrix: FloatArray, factor: FloatArray | None) -> FloatArray:
    """M' diag(factor) M (p x p) for a matrix with contiguous columns, a chunk of rows at a time."""
    total = np.zeros((matrix.shape[1],) * 2)
    for first in range(0, len(matrix), CHUNK):
        part = matrix[first : first + CHUNK]
        scaled = part if factor is None else part * factor[first : first + CHUNK, None]
        total += scaled.T @ part
    return (total + total.T) / 2


def _sort(rows: Survival) -> RiskSets:
    event_times = np.unique(rows.time[rows.event])
    ranks = len(event_times) + 1
    of_stratum = rows.stratum_codes() * ranks + len(event_times)
    code = (of_stratum - _reached(event_times, rows.time)) * 2 + rows.event
    order, code = content_order(rows, code)
    event, place = (code & 1).astype(bool), code >> 1
    last = event & np.append(place[1:] != place[:-1], True)
    event_place = place[last]
    block = np.cumsum(last) - last
    own = np.append(event_place // ranks, -1)
    keep = own[block] == place // ranks
    entry = None
    if rows.start is not None:
        wanted = (of_stratum - _reached(event_times, rows.start))[order]
        entry = _reached(event_place + 1, wanted)
        entry[own[entry] != place // ranks] = len(event_place)
        keep &= block < entry
        entry = entry[keep] if (entry[keep] < len(event_place)).any() else None
    times = event_times[len(event_times) - 1 - event_place % ranks]
    return _filled(rows, order[keep], event[keep], block[keep], entry, (times, own[:-1]))


def _filled(
    rows: Survival,
    order: IntArray,
    event: BoolArray,
    block: IntArray,
    entry: IntArray | None,
    of_times: tuple[FloatArray, IntArray],
) -> RiskSets:
    times, strata = of_times
    weights = None if rows.weights is None else rows.weights[order]
    event_rows = np.flatnonzero(event)
    own_weight = None if weights is None else weights[event_rows]
    covariates, centre = _centred(rows.covariates, order, event_rows, own_weight)
    event_counts = np.bincount(block[event_rows], minlength=len(times))
    sizes = np.bincount(block, minlength=len(times))
    death_weight = np.bincount(block[event_rows], own_weight, minlength=len(times)).astype(np.float64)
    frequencies = weights is not None and rows.weight_kind is WeightKind.FREQUENCY
    return RiskSets(
        order=order,
        covariates=covariates,
        centre=centre,
        weights=weights,
        entry=entry,
        event_rows=event_rows,
        event_counts=event_counts,
        deaths=death_weight.astype(np.int64) if frequencies else event_counts,
        death_weight=death_weight,
        times=times,
        strata=strata,
        block_starts=np.cumsum(sizes) - sizes,
        block_sizes=sizes,
        segments=tuple(_segments(strata)),
    )


def _reached(sorted_values: Any, values: Any) -> IntArray:
    """How many of the sorted values are at most each value; by a table where they are small whole numbers."""
    most = values.max(initial=0)
    if most <= 4 * len(values) and values.min(initial=0) >= 0:
        whole = values.astype(np.int64)
        if values.dtype.kind == "i" or (whole == values).all():
            return np.asarray(np.searchsorted(sorted_values, np.arange(int(most) + 1), side="right")[whole])
    return np.asarray(np.searchsorted(sorted_values, values, side="right"))


def content_order(rows: Survival, code: IntArray) -> tuple[IntArray, IntArray]:
    """Rows by their code, those of one code by a hash of their content: any order given ends in the same."""
    bits = 63 - int(code.max(initial=1)).bit_length()
    key = (code << bits) | (_content(rows) >> np.uint64(64 - bits)).astype(np.int64)
    order = np.argsort(key)
    return order, key[order] >> bits


def _content(rows: Survival) -> Any:
    """A 64-bit hash of what a row says, its labels aside."""
    columns = [*rows.covariates.T, *(one for one in (rows.weights, rows.start) if one is not None)]
    mixed = np.zeros(rows.n, dtype=np.uint64)
    for column in columns:
        mixed ^= np.ascontiguousarray(column).view(np.uint64)
        mixed *= np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(32)
    mixed *= np.uint64(0x9E3779B97F4A7C15)
    return mixed


def _centred(
    covariates: FloatArray, order: IntArray, event_rows: IntArray, weights: FloatArray | None
) -> tuple[FloatArray, FloatArray]:
    """Sorted columns about their mean among the events, so that relative hazards of events are near 1."""
    sorted_columns = np.empty((len(order), covariates.shape[1]), order="F")
    centre = np.zeros(covariates.shape[1])
    for column, values in enumerate(covariates.T):
        own = sorted_columns[:, column]
        np.take(values, order, out=own)
        if len(own):
            centre[column] = np.average(own[event_rows], weights=weights)
        own -= centre[column]
    return sorted_columns, centre


def _segments(strata: IntArray) -> Iterator[slice | IntArray]:
    """Event times of each stratum: a slice, or for strata with equally many event times a matrix of places.

    Strata with one event time need no running sum and are left out.
    """
    if not len(strata):
        return
    first = np.flatnonzero(np.append(True, strata[1:] != strata[:-1]))
    length = np.diff(np.append(first, len(strata)))
    for size in np.unique(length):
        firsts = first[length == size]
        if size > 1 and len(firsts) == 1:
            yield slice(int(firsts[0]), int(firsts[0] + size))
        elif size > 1:
            yield firsts[:, None] + np.arange(size)
