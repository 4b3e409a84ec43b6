"""Operating characteristics of a BOIN design: what it does when the true rates of toxicity are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cimara.outcomes.design.boin import BoinDesign
from cimara.outcomes.design.errors import demand
from cimara.outcomes.design.simulation import BLOCK

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class OperatingCharacteristics:
    """Shares over `n_rep` simulated trials.

    `chosen[d]` is the share that chooses dose d + 1, `none_chosen` that chooses none; `treated` and `toxic`
    are mean numbers by dose. `overdosed` is the share of trials with more than half of their patients above
    the target dose (the one whose true rate is nearest to the target).
    """

    rates: tuple[float, ...]
    chosen: tuple[float, ...]
    none_chosen: float
    treated: tuple[float, ...]
    toxic: tuple[float, ...]
    overdosed: float
    n_rep: int

    def table(self) -> pl.DataFrame:
        """A row a dose."""
        return pl.DataFrame(
            {
                "dose": range(1, len(self.rates) + 1),
                "true_rate": self.rates,
                "chosen": self.chosen,
                "mean_treated": self.treated,
                "mean_toxic": self.toxic,
            }
        )


def operating_characteristics(
    design: BoinDesign, rates: Sequence[float], n_rep: int, seed: int
) -> OperatingCharacteristics:
    """Simulate trials with these true rates of toxicity, one a dose.

    Raises
    ------
    DesignError
        As many rates as doses are needed, each a share that does not fall; at least one replicate.
    """
    truth = np.asarray(rates, dtype=np.float64)
    rising = len(truth) == design.doses and bool((np.diff(truth) >= 0).all())
    demand(rising and bool(((truth >= 0) & (truth <= 1)).all()), "rates", "one rate a dose, not falling")
    demand(n_rep >= 1, "n_rep", "at least 1 trial")
    sizes = [min(BLOCK, n_rep - done) for done in range(0, n_rep, BLOCK)]
    seeds = np.random.SeedSequence(seed).spawn(len(sizes))
    runs = [
        simulated_counts(design, truth, size, np.random.default_rng(one))
        for size, one in zip(sizes, seeds, strict=True)
    ]
    toxic, treated = (np.concatenate([run[kind] for run in runs]) for kind in (0, 1))
    chosen = design.chosen_doses(toxic, treated)
    best = int(np.abs(truth - design.target).argmin())
    above = treated[:, best + 1 :].sum(axis=1) > 0.5 * treated.sum(axis=1)
    return OperatingCharacteristics(
        rates=tuple(truth.tolist()),
        chosen=tuple(float((chosen == dose).mean()) for dose in range(1, design.doses + 1)),
        none_chosen=float((chosen == 0).mean()),
        treated=tuple(treated.mean(axis=0).tolist()),
        toxic=tuple(toxic.mean(axis=0).tolist()),
        overdosed=float(above.mean()),
        n_rep=n_rep,
    )


def simulated_counts(
    design: BoinDesign, truth: NDArray[np.float64], n_rep: int, rng: np.random.Generator
) -> tuple[IntArray, IntArray]:
    """Toxic and treated patients by dose, trials x doses."""
    trial = np.arange(n_rep)
    toxic, treated = (np.zeros((n_rep, design.doses), dtype=np.int64) for _ in range(2))
    dose = np.full(n_rep, design.start - 1)
    highest = np.full(n_rep, design.doses - 1)
    going = np.ones(n_rep, dtype=bool)
    left = design.patients
    while left > 0 and going.any():
        size = min(design.cohort, left)
        left -= size
        toxic[trial, dose] += np.where(going, rng.binomial(size, truth[dose]), 0)
        treated[trial, dose] += np.where(going, size, 0)
        y, n = toxic[trial, dose], treated[trial, dose]
        dropped = design.too_toxic(y, n) & going
        highest = np.where(dropped, np.minimum(highest, dose - 1), highest)
        move = _moves(design, y, n)
        kept = going & (move == 0) & (n >= (design.stop_at or design.patients + 1))
        going &= (highest >= 0) & ~kept
        following = np.clip(dose + np.where(dropped, -1, move), 0, np.maximum(highest, 0))
        dose = np.where(going, following, dose)
    return toxic, treated


def _moves(design: BoinDesign, toxic: IntArray, treated: IntArray) -> IntArray:
    escalate, de_escalate = design.boundaries
    rate = toxic / np.maximum(treated, 1)
    return np.where(rate <= escalate + 1e-12, 1, np.where(rate >= de_escalate - 1e-12, -1, 0))
