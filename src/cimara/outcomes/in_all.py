"""Sums of plain numbers over all rows, wherever they lie: one round of the contract.

What an analysis knows of rows beside its estimators (how many there are, how many an empty cell cost) goes
through here, so that a house with some of the rows, or none, knows the same as one with all of them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike

from cimara.outcomes.contract import Scope, State, Summary, run
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.rows import Rows

SCHEMA = "in_all"


@dataclass(frozen=True, slots=True, kw_only=True)
class SumState(State):
    """The numbers: 0 before the one round, their sums after it. `of` says what they are."""

    of: str
    values: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class _Sum:
    """Estimator of the sums of numbers that are known already."""

    of: str
    own: FloatArray
    scope: Scope = Scope.ACROSS_PARTS

    def start(self) -> SumState:
        return SumState(of=self.of, values=np.zeros_like(self.own))

    def summarise(self, rows: Rows, state: SumState) -> Summary:
        return Summary(SCHEMA, {"values": self.own})

    def update(self, total: Summary, state: SumState) -> SumState:
        return replace(state, round=1, finished=True, values=np.asarray(total.sums["values"]))

    def result(self, state: SumState) -> FloatArray:
        return state.values


_NOTHING = Rows(covariates=np.zeros((0, 0)), source_rows=np.zeros(0, dtype=np.int64))
"""The numbers were made of rows already."""


def in_all(of: str, own: ArrayLike) -> FloatArray:
    """The sums over all houses of numbers (any shape) of the rows here; the numbers where all rows are here.

    `of` names them in the state, so that two houses that ask for different things are found out.
    """
    return run(_Sum(of, np.asarray(own, dtype=np.float64)), [_NOTHING])
