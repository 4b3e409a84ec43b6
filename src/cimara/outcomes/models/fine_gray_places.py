"""Where rows lie among the times of their strata, and what is counted there for the censoring weights.

A place is one time of one stratum; places are numbered by stratum and then by time, so that a row at risk on
(start, time] is at risk at the places entry < k <= exit, and sums over time never leave a stratum.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from cimara.outcomes.contract import ContractError
from cimara.outcomes.frame_columns import BoolArray, FloatArray, IntArray
from cimara.outcomes.grid import Cells, span
from cimara.outcomes.rows import CompetingRisks

COUNTED = ("events", "competing", "censored", "entered")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Places:
    """Rows (n) on places (N) of strata (S).

    Parameters
    ----------
    first
        Number of the first place of each stratum, and N (S + 1).
    times
        The time of each place (N).
    stratum, group, entry, exit
        Of each row; `entry` is the place before the stratum's first for a row at risk from the beginning.
    groups
        How many censoring groups there are.
    event, competing, censored
        Which rows end so; a row that leaves after the end of a planned grid is censored after it.
    """

    first: IntArray
    times: FloatArray
    stratum: IntArray
    group: IntArray
    groups: int
    entry: IntArray
    exit: IntArray
    event: BoolArray
    competing: BoolArray
    censored: BoolArray
    delayed: bool

    @property
    def size(self) -> int:
        """Number of places, N."""
        return len(self.times)

    @property
    def stratum_of_place(self) -> IntArray:
        """The stratum of each place (N)."""
        return np.repeat(np.arange(len(self.first) - 1), np.diff(self.first))

    def of(self, rows: slice) -> Places:
        """The same places with some of the rows."""
        by_row = ("stratum", "group", "entry", "exit", "event", "competing", "censored")
        return replace(self, **{name: getattr(self, name)[rows] for name in by_row})

    def cell(self, place: IntArray) -> IntArray:
        """Index into group x place of each row's group and a place."""
        return self.group * self.size + place if self.groups > 1 else place


def own_places(rows: CompetingRisks, cause: int, *, by_group: bool) -> Places:
    """Places of the times that occur in these rows: every risk set lies inside them."""
    present, stratum = (
        _compact(rows.stratum_codes()) if rows.strata or not rows.n else (1, np.zeros(rows.n, dtype=np.int64))
    )
    groups, group = _compact(rows.group.codes) if by_group and rows.group else (1, np.zeros_like(stratum))
    times = rows.time if rows.start is None else np.concatenate((rows.time, rows.start))
    strata = stratum if rows.start is None else np.concatenate((stratum, stratum))
    order = np.lexsort((times, strata)) if present > 1 else np.argsort(times, kind="stable")
    in_order, strata_in_order = times[order], strata[order]
    new = np.append(True, (np.diff(in_order) > 0) | (np.diff(strata_in_order) > 0))[: len(times)]
    place = np.empty(len(times), dtype=np.int64)
    place[order] = np.cumsum(new) - 1
    first = np.searchsorted(strata_in_order[new], np.arange(present + 1))
    return _placed(
        rows,
        cause,
        first=first,
        times=in_order[new],
        stratum=stratum,
        group=group,
        groups=groups,
        entry=first[stratum] - 1 if rows.start is None else place[rows.n :],
        exit=place[: rows.n],
    )


def agreed_places(
    rows: CompetingRisks, cause: int, grid: FloatArray, cells: Cells, *, planned: bool
) -> Places:
    """Places of every grid time, and one after the grid, in every stratum that the parts share."""
    where = span(rows, grid, planned=planned)
    stratum, width = cells.stratum_codes(rows), len(grid) + 1
    first = np.arange(len(cells.strata) + 1) * width
    return _placed(
        rows,
        cause,
        first=first,
        times=np.tile(np.append(grid, np.inf), len(cells.strata)),
        stratum=stratum,
        group=cells.group_codes(rows),
        groups=len(cells.groups),
        entry=first[stratum] + where.entry,
        exit=first[stratum] + where.exit,
    )


def _placed(
    rows: CompetingRisks,
    cause: int,
    *,
    first: IntArray,
    times: FloatArray,
    stratum: IntArray,
    group: IntArray,
    groups: int,
    entry: IntArray,
    exit: IntArray,  # noqa: A002  (the word that the rows have)
) -> Places:
    inside = np.isfinite(times[exit])
    event = rows.status == cause
    if (event & ~inside).any():
        raise ContractError(
            "an event after the last time of the grid",
            where="grid",
            hint="Let the grid end at or after the data cut.",
        )
    competing = inside & ~event & (rows.status != 0)
    return Places(
        first=first,
        times=times,
        stratum=stratum,
        group=group,
        groups=groups,
        entry=entry,
        exit=exit,
        event=event,
        competing=competing,
        censored=~event & ~competing,
        delayed=rows.start is not None,
    )


def _compact(codes: IntArray) -> tuple[int, IntArray]:
    found, compact = np.unique(codes, return_inverse=True)
    return len(found), compact.astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class PlaceCounts:
    """Weights by censoring group and place (groups x N), additive over parts.

    `events` of the cause of interest, `competing` ones, `censored`, and `entered` (at risk after that place).
    """

    events: FloatArray
    competing: FloatArray
    censored: FloatArray
    entered: FloatArray

    @classmethod
    def of(cls, places: Places, weights: FloatArray) -> PlaceCounts:
        """What is counted of some rows."""
        shape = (places.groups, places.size)

        def summed(chosen: BoolArray, place: IntArray) -> FloatArray:
            found = np.bincount(place[chosen], weights[chosen], minlength=places.groups * places.size)
            return np.asarray(found, dtype=np.float64).reshape(shape)

        leaves = places.cell(places.exit)
        none = np.broadcast_to(np.float64(0), shape)
        late = places.entry >= places.first[places.stratum] if places.delayed else None
        return cls(
            events=summed(places.event, leaves),
            competing=summed(places.competing, leaves),
            censored=summed(places.censored, leaves),
            entered=none if late is None else summed(late, places.cell(places.entry)),
        )

    @classmethod
    def from_sums(cls, sums: Mapping[str, FloatArray]) -> PlaceCounts:
        """The counts that `sums` wrote, or their total."""
        return cls(*(np.asarray(sums[name]) for name in COUNTED))

    def sums(self) -> dict[str, FloatArray]:
        """The arrays as a summary sends them."""
        return {name: getattr(self, name) for name in COUNTED}
