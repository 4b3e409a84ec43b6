"""Power by simulated trials: blocks of replicates, each with its own random stream."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from cimara.outcomes.design.errors import demand
from cimara.outcomes.design.report import DesignReport

BoolArray = NDArray[np.bool_]
BLOCK = 250
"""Trials a block: part of the result, since each block has a stream of its own."""


class Design(Protocol):
    """A trial design: what it plans, said in full."""

    def report(self) -> DesignReport: ...


class SimulatedDesign(Design, Protocol):
    """A design whose trials can be simulated."""

    def replicate(self, n_rep: int, rng: np.random.Generator, *, null: bool = False) -> BoolArray:
        """Whether each of `n_rep` simulated trials rejects; `null`: the treatment does nothing."""
        ...


@dataclass(frozen=True, slots=True)
class SimulatedPower:
    """Trials that rejected, of `n_rep`."""

    rejected: int
    n_rep: int
    seed: int

    @property
    def power(self) -> float:
        """Share of trials that rejected."""
        return self.rejected / self.n_rep

    @property
    def standard_error(self) -> float:
        """Monte-Carlo standard error of that share; never 0, as (x + 1/2)/(n + 1) stands for it."""
        share = (self.rejected + 0.5) / (self.n_rep + 1.0)
        return math.sqrt(share * (1.0 - share) / self.n_rep)

    def agrees_with(self, closed_form: float, *, errors: float = 3.0) -> bool:
        """Whether a closed form lies within this many Monte-Carlo standard errors."""
        return abs(self.power - closed_form) <= errors * self.standard_error

    def __str__(self) -> str:
        return (
            f"simulated power {self.power:.4f} (Monte-Carlo SE {self.standard_error:.4f}), "
            f"{self.n_rep} trials, seed {self.seed}"
        )


def simulate(
    design: SimulatedDesign, n_rep: int, seed: int, *, null: bool = False, executor: Executor | None = None
) -> SimulatedPower:
    """Power (with `null`, the type I error) by `n_rep` simulated trials.

    Trials come in blocks of `BLOCK`, each from a child of `seed`: the result is the same with any executor
    and any number of workers.

    Raises
    ------
    DesignError
        No replicate at all.
    """
    demand(n_rep >= 1, "n_rep", "at least 1 trial")
    sizes = [min(BLOCK, n_rep - done) for done in range(0, n_rep, BLOCK)]
    seeds = np.random.SeedSequence(seed).spawn(len(sizes))
    work: Callable[..., Iterable[int]] = map if executor is None else executor.map
    many = len(sizes)
    rejected = sum(work(_rejected, [design] * many, sizes, seeds, [null] * many))
    return SimulatedPower(rejected, n_rep, seed)


def _rejected(design: SimulatedDesign, size: int, seed: np.random.SeedSequence, null: bool) -> int:
    return int(design.replicate(size, np.random.default_rng(seed), null=null).sum())
