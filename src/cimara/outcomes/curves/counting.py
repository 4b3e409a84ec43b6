"""What every curve that is counted on a grid shares: the rounds (grid, counts, influence) and their state."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from cimara.outcomes.contract import Scope, State, Summary
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.grid import (
    Cells,
    GridCounts,
    Span,
    TimedRows,
    agree,
    agreed_grid,
    counts_on_grid,
    planned_grid,
    span,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedState(State):
    """The grid, what was counted on it, and the sums of squared influence.

    `counted` is `GridCounts.flat`; `spread` has a row a group (rows, sum of weights, sum of their squares);
    `left_out` the rows dropped for an empty cell (0 where the curve knows them) and those of weight 0;
    `influence` whatever the curve sums.
    `heavy` counts, by group, rows of more than ten times the mean weight; `clusters` what is independent.
    """

    grid: FloatArray | None = None
    counted: FloatArray | None = None
    spread: FloatArray | None = None
    left_out: FloatArray | None = None
    influence: FloatArray | None = None
    heavy: FloatArray | None = None
    clusters: FloatArray | None = None


HEAVY = 10.0
"""A weight above this many times the mean is extreme (statistics.md, section 2.6)."""


@dataclass(frozen=True, kw_only=True)
class CountedCurve:
    """Options that all share.

    Parameters
    ----------
    cells
        Groups and causes by name.
    robust
        True: one more round sums squared influence over clusters.
    planned
        The grid of the plan; empty: all times of the parts.
    start_at
        The curve is conditional on being event-free then; rows that left by that time are not used.
    dropped
        Rows that were left out for an empty cell, by column, where the caller knows them.
    """

    cells: Cells
    robust: bool
    planned: tuple[float, ...] = ()
    start_at: float | None = None
    dropped: tuple[tuple[str, int], ...] = ()
    scope: ClassVar[Scope] = Scope.ACROSS_PARTS

    def start(self) -> CountedState:
        """The state before the first round; with a planned grid round 0 is skipped."""
        return CountedState(grid=planned_grid(self.planned)) if self.planned else CountedState()

    def summarise(self, rows: TimedRows, state: CountedState) -> Summary:
        """Round 0: times; round 1: counts on the grid; round 2: squared influence."""
        used = self._used(rows)
        if state.grid is None:
            return agree(used)
        if state.counted is None:
            return self._count(rows, used, state.grid)
        return Summary("influence", self._influence(used, state))

    def update(self, total: Summary, state: CountedState) -> CountedState:
        """Keep what the round asked for; finished after the counts, or after the influence if robust."""
        now = replace(state, round=state.round + 1)
        if state.grid is None:
            return replace(now, grid=agreed_grid(total))
        if state.counted is not None:
            return replace(
                now,
                finished=True,
                influence=np.asarray(total.sums["influence"]),
                heavy=np.asarray(total.sums["heavy"]),
                clusters=np.asarray(total.sums["clusters"]),
            )
        return replace(
            now,
            finished=not self.robust,
            counted=GridCounts.of(state.grid, total.sums).flat(),
            spread=np.asarray(total.sums["spread"]),
            left_out=np.asarray(total.sums["left_out"]),
        )

    def counts(self, state: CountedState) -> GridCounts:
        """The counts of all parts."""
        assert state.grid is not None
        assert state.counted is not None
        return GridCounts.from_flat(state.grid, self.cells, state.counted)

    def rows_dropped(self, state: CountedState) -> int:
        """Rows that were left out of all parts for an empty cell."""
        assert state.left_out is not None
        return sum(count for _, count in self.dropped) or int(state.left_out[0])

    def span(self, rows: TimedRows, state: CountedState) -> Span:
        """Where rows lie on the grid of the state."""
        assert state.grid is not None
        return span(rows, state.grid, planned=bool(self.planned))

    def squares(self, rows: TimedRows, state: CountedState) -> FloatArray:
        """The sums of squared influence of one part; each curve has its own."""
        raise NotImplementedError

    def _used(self, rows: TimedRows) -> TimedRows:
        if self.start_at is None:
            return rows
        kept = rows.take(rows.time > self.start_at)
        begun = np.zeros(kept.n) if kept.start is None else kept.start
        return replace(kept, start=np.maximum(begun, self.start_at))

    def _count(self, rows: TimedRows, used: TimedRows, grid: FloatArray) -> Summary:
        counts = counts_on_grid(used, grid, cells=self.cells, planned=bool(self.planned))
        group, weights = self.cells.group_codes(used), used.weight()
        size = len(self.cells.groups)
        spread = [np.bincount(group, weights**power, minlength=size) for power in (0, 1, 2)]
        known = 0 if self.dropped else sum(rows.dropped.values())
        return Summary(
            "counts",
            counts.sums()
            | {
                "spread": np.stack(spread, axis=1).astype(np.float64),
                "left_out": np.array([known, rows.zero_weight], dtype=np.float64),
            },
        )

    def _influence(self, rows: TimedRows, state: CountedState) -> dict[str, FloatArray]:
        assert state.spread is not None
        group, size = self.cells.group_codes(rows), len(self.cells.groups)
        mean = state.spread[:, 1] / np.maximum(state.spread[:, 0], 1.0)
        heavy = rows.weight() > HEAVY * mean[group]
        alone = rows.cluster is None and rows.id is None
        clusters = (
            np.bincount(group, minlength=size)
            if alone
            else [len(np.unique(rows.cluster_codes()[group == code])) for code in range(size)]
        )
        return {
            "influence": self.squares(rows, state),
            "heavy": np.bincount(group[heavy], minlength=size).astype(np.float64),
            "clusters": np.array(clusters, dtype=np.float64),
        }
