"""The risk sets of one part on a grid of times that all parts share."""

from __future__ import annotations

from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np

from cimara.outcomes.contract import ContractError
from cimara.outcomes.frame_columns import FloatArray, IntArray
from cimara.outcomes.grid import span
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.riskset import RiskSets, content_order
from cimara.outcomes.rows import Survival

_made: WeakKeyDictionary[Survival, tuple[bytes, GridSets]] = WeakKeyDictionary()


@dataclass(frozen=True, eq=False, kw_only=True)
class GridSets(RiskSets):
    """Rows against every grid time of every stratum, whether or not this part has an event there.

    `exit` is the event time (index among K = strata x grid times, the latest first) that a row leaves at.
    """

    exit: IntArray

    def net(self, values: FloatArray) -> FloatArray:
        """Sums (K) of a value a row over those that leave at each event time, less those that enter."""
        sums: FloatArray = np.bincount(self.exit, values, minlength=len(self.times)).astype(np.float64)
        if self.entry is not None:
            sums -= np.bincount(self.entry, values, minlength=len(sums) + 1)[:-1]
        return sums

    def gone_through(self, total: FloatArray) -> FloatArray:
        """From running sums (K) from the earliest event time: at the exit less at the entry of a row (m)."""
        gone: FloatArray = total[self.exit]
        if self.entry is not None:
            gone -= np.append(total, 0.0)[self.entry]
        return gone

    def of_events(self, values: FloatArray) -> FloatArray:
        """Sums (K) over the events of each time of a value a row with an event."""
        sums = np.bincount(self.exit[self.event_rows], values, minlength=len(self.times))
        return sums.astype(np.float64)


def grid_sets(
    rows: Survival, grid: FloatArray, strata: tuple[str, ...], centre: FloatArray, *, planned: bool
) -> GridSets:
    """The rows on the grid, covariates less `centre` (p); kept for as long as the rows are in use."""
    key = grid.tobytes() + centre.tobytes()
    found = _made.get(rows)
    if found is None or found[0] != key:
        found = _made[rows] = (key, _sort(rows, grid, strata, centre, planned))
    return found[1]


def stratumplaces_on_grid(rows: Survival, strata: tuple[str, ...]) -> IntArray:
    """The stratum of each row among those that the parts share."""
    levels = rows.strata.levels if rows.strata else ("",)
    if levels != strata:
        raise ContractError(
            "strata that differ between parts",
            where=", ".join(rows.strata_columns) or "strata",
            expected=", ".join(strata),
            hint="Name the levels of the strata, so that each part counts the same ones.",
        )
    return rows.stratum_codes()


def _sort(
    rows: Survival, grid: FloatArray, strata: tuple[str, ...], centre: FloatArray, planned: bool
) -> GridSets:
    times, first = len(grid), stratumplaces_on_grid(rows, strata) * len(grid)
    exits, entries = places_on_grid(rows, grid, planned)
    kept = np.flatnonzero((entries < exits) & (exits >= 0))
    code = (first + times - 1 - exits) * 2 + rows.event
    order = kept[content_order(rows.take(kept), code[kept])[0]]
    leaves = first[order] + times - 1 - exits[order]
    entry = None
    if (entries[order] >= 0).any():
        late = entries[order] >= 0
        entry = np.where(late, first[order] + times - 1 - entries[order], len(strata) * times)
    weights = None if rows.weights is None else rows.weights[order]
    event_rows = np.flatnonzero(rows.event[order])
    size = len(strata) * times
    own_weight = None if weights is None else weights[event_rows]
    counts = np.bincount(leaves[event_rows], minlength=size)
    death_weight = np.bincount(leaves[event_rows], own_weight, minlength=size).astype(np.float64)
    frequencies = weights is not None and rows.weight_kind is WeightKind.FREQUENCY
    return GridSets(
        order=order,
        covariates=np.asfortranarray(rows.covariates[order] - centre),
        centre=centre,
        weights=weights,
        entry=entry,
        event_rows=event_rows,
        event_counts=counts,
        deaths=death_weight.astype(np.int64) if frequencies else counts,
        death_weight=death_weight,
        times=np.tile(grid[::-1], len(strata)),
        strata=np.repeat(np.arange(len(strata)), times),
        block_starts=np.zeros(0, dtype=np.int64),
        block_sizes=np.bincount(leaves, minlength=size),
        segments=(np.arange(size).reshape(len(strata), times),),
        exit=leaves,
    )


def places_on_grid(rows: Survival, grid: FloatArray, planned: bool) -> tuple[IntArray, IntArray]:
    """The last grid time at which each row is at risk, and the last at which it has not entered (or -1)."""
    if planned:
        where = span(rows, grid, planned=True)
        if (where.exit[rows.event] == len(grid)).any():
            raise ContractError(
                "an event after the last time of the grid",
                where="grid",
                hint="Let the grid end at or after the data cut.",
            )
        return np.minimum(where.exit, len(grid) - 1), where.entry
    exits = np.searchsorted(grid, rows.time, side="right") - 1
    if rows.start is None:
        return exits, np.full(rows.n, -1)
    return exits, np.searchsorted(grid, rows.start, side="right") - 1
