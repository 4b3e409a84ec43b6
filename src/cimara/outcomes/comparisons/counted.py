"""The rounds that every comparison of groups shares: sums that add over strata, and what is said of the rows.

Strata that lie inside parts send their sums at once, and no time leaves; strata that span parts agree a grid
and send counts on it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from cimara.outcomes.contract import Scope, State, Summary
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.grid import (
    Cells,
    GridCounts,
    TimedRows,
    agree,
    agreed_grid,
    counts_on_grid,
    planned_grid,
)
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable, rows_dropped
from cimara.outcomes.named_columns import WeightKind

RANK = 1e-10
"""An eigenvalue of the scaled variance below this part of the largest is 0."""


@dataclass(frozen=True, slots=True, eq=False)
class GroupSums:
    """What a comparison sums over strata: some numbers a group (k x groups), a matrix (groups x groups)."""

    vectors: FloatArray
    matrix: FloatArray


class Statistic(Protocol):
    """A comparison of groups, made of the counts of some strata."""

    def sums(self, counts: GridCounts) -> GroupSums:
        """The sums over all strata that were counted."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonState(State):
    """The agreed grid, then the sums (`vectors` k x groups, `matrix` groups x groups)."""

    grid: FloatArray | None = None
    vectors: FloatArray | None = None
    matrix: FloatArray | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Estimator of `GroupSums`: one round where strata lie inside parts, else the grid and the counts."""

    statistic: Statistic
    cells: Cells
    planned: tuple[float, ...] = ()
    scope: Scope = Scope.ACROSS_PARTS

    def start(self) -> ComparisonState:
        """Nothing but the grid of the plan, if there is one."""
        return ComparisonState(grid=planned_grid(self.planned) if self.planned else None)

    def summarise(self, rows: TimedRows, state: ComparisonState) -> Summary:
        """Times, then counts on them; or at once the sums of the part's own strata."""
        planned = bool(self.planned)
        if self.scope is Scope.WITHIN_PART:
            own = agreed_grid(agree(rows)) if state.grid is None else state.grid
            strata = () if rows.strata is None else rows.strata.levels
            cells = replace(self.cells, strata=strata or ("",))
            sums = self.statistic.sums(counts_on_grid(rows, own, cells=cells, planned=planned))
            return Summary("comparison", {"vectors": sums.vectors, "matrix": sums.matrix})
        if state.grid is None:
            return agree(rows)
        return Summary("counts", counts_on_grid(rows, state.grid, cells=self.cells, planned=planned).sums())

    def update(self, total: Summary, state: ComparisonState) -> ComparisonState:
        """The grid, or the sums."""
        now = replace(state, round=state.round + 1)
        if self.scope is Scope.WITHIN_PART:
            return replace(now, vectors=total.sums["vectors"], matrix=total.sums["matrix"], finished=True)
        if state.grid is None:
            return replace(now, grid=agreed_grid(total))
        sums = self.statistic.sums(GridCounts.of(state.grid, total.sums))
        return replace(now, vectors=sums.vectors, matrix=sums.matrix, finished=True)

    def result(self, state: ComparisonState) -> GroupSums:
        """The sums over all strata."""
        assert state.vectors is not None
        assert state.matrix is not None
        return GroupSums(state.vectors, state.matrix)


def quadratic(difference: FloatArray, variance: FloatArray) -> tuple[float, int]:
    """d'V^-1 d, and the rank of V, over the directions in which there is variance."""
    scale = np.sqrt(np.maximum(np.diag(variance), 0.0))
    some = scale > 0
    if not some.any():
        return 0.0, 0
    scaled = variance[np.ix_(some, some)] / np.outer(scale[some], scale[some])
    values, vectors = np.linalg.eigh(scaled)
    kept = values > RANK * values[-1]
    along = vectors[:, kept].T @ (difference[some] / scale[some])
    return float(along @ (along / values[kept])), int(kept.sum())


def check_rows(rows: TimedRows) -> None:
    """A comparison needs groups, and rows that count alike.

    Raises
    ------
    NotEstimable
        ONE_GROUP without a column of groups; NOT_SUPPORTED for probability weights.
    """
    if rows.group is None:
        raise NotEstimable(
            Concern.ONE_GROUP, "no column of groups was named", hint="Say group= when the rows are made."
        )
    if rows.weights is not None and rows.weight_kind is WeightKind.PROBABILITY:
        raise NotEstimable(
            Concern.NOT_SUPPORTED,
            "the variance of this test does not hold for probability weights",
            hint="Use the robust score test of the weighted Cox model.",
        )


def concerns_of(parts: Iterable[TimedRows]) -> tuple[ModelWarning, ...]:
    """What a reader must know of the rows."""
    return tuple(_concerns(parts))


def _concerns(parts: Iterable[TimedRows]) -> Iterator[ModelWarning]:
    clustered, dropped = False, dict[str, int]()
    for part in parts:
        clustered |= part.cluster is not None
        for column, count in part.dropped.items():
            dropped[column] = dropped.get(column, 0) + count
    if clustered:
        yield ModelWarning(
            Concern.NAIVE_VARIANCE,
            "rows of one cluster are taken as independent; the robust score test of a Cox model is not",
        )
    if dropped:
        yield rows_dropped(dropped)
