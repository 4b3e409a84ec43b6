"""Whether treated and untreated are alike in their covariates, before and after weighting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from cimara.outcomes.causal.treatment import Treatment
from cimara.outcomes.contract import ContractError, FloatArray, Scope, State, Summary, run
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable

IMBALANCED = 0.1
"""Absolute standardised difference above which a covariate is named (Austin 2009)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Balance:
    """Differences of each covariate (p) between the arms; the raw ones beside the weighted.

    `smd` is the difference of means over sqrt((s1^2 + s0^2)/2), s of the unweighted rows before and after
    weighting alike. NaN where a covariate is constant in both arms (shown as null). `variance_ratio` is
    treated over control.
    """

    names: tuple[str, ...]
    mean_treated: FloatArray
    mean_control: FloatArray
    smd: FloatArray
    variance_ratio: FloatArray
    raw_mean_treated: FloatArray
    raw_mean_control: FloatArray
    raw_smd: FloatArray
    raw_variance_ratio: FloatArray
    n_treated: int
    n_control: int
    effective_treated: float
    effective_control: float
    weighted: bool
    warnings: tuple[ModelWarning, ...]
    r_call: str = 'cobalt::bal.tab(treatment ~ ., s.d.denom = "pooled", binary = "std", stats = c("m", "v"))'

    def table(self) -> pl.DataFrame:
        """One row a covariate: the numbers of a Love plot."""
        columns = [
            f"{raw}{name}"
            for raw in ("raw_", "")
            for name in ("mean_treated", "mean_control", "smd", "variance_ratio")
        ]
        found = {name: pl.Series(getattr(self, name)).fill_nan(None) for name in columns}
        return pl.DataFrame({"covariate": list(self.names), **found})


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceState(State):
    """Sums of each arm (control, treated): `sizes` (2 x 4: n, sum w, sum w^2, weighted), means, squares.

    `means` and `squares` are raw, then weighted: 2 x 2 x p.
    """

    sizes: FloatArray
    means: FloatArray
    squares: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class BalanceEstimator:
    """Two rounds: means, then squares about them, so that no digits are lost on years or platelet counts."""

    names: tuple[str, ...]
    scope: Scope = Scope.ACROSS_PARTS

    def start(self) -> BalanceState:
        """Nothing is known."""
        empty = np.zeros((2, 2, len(self.names)))
        return BalanceState(sizes=np.zeros((2, 4)), means=empty, squares=empty)

    def summarise(self, rows: Treatment, state: BalanceState) -> Summary:
        """Sums of the covariates, or of their squares about the means, by arm; raw and weighted."""
        if rows.names != self.names:
            raise ContractError("covariates that differ between parts", expected=", ".join(self.names))
        weights, sums = rows.weight(), np.zeros((2, 2, len(self.names)))
        sizes = np.zeros((2, 4))
        for arm in (0, 1):
            own = rows.treated == bool(arm)
            values, weight = rows.covariates[own], weights[own]
            weighted = rows.weights is not None and len(weight) > 0
            sizes[arm] = own.sum(), weight.sum(), weight @ weight, weighted
            for kind, factor in enumerate((np.ones(len(weight)), weight)):
                about = values - state.means[kind, arm]
                sums[kind, arm] = factor @ (about**2 if state.round else about)
        return Summary("balance", {"sums": sums, "sizes": sizes})

    def update(self, total: Summary, state: BalanceState) -> BalanceState:
        """Means after the first round, variances after the second."""
        sizes, sums = total.sums["sizes"], total.sums["sums"]
        if (sizes[:, 0] == 0).any():
            raise NotEstimable(Concern.ONE_GROUP, "only one of the two treatments was given")
        number = sizes[:, 0, None]
        if not state.round:
            means = np.stack((sums[0] / number, sums[1] / sizes[:, 1, None]))
            return replace(state, round=1, means=means, sizes=sizes)
        weight, squared = sizes[:, 1, None], sizes[:, 2, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            raw = sums[0] / (number - 1)
            weighted = sums[1] * weight / (weight**2 - squared)
        return replace(state, round=2, finished=True, squares=np.stack((raw, weighted)))

    def result(self, state: BalanceState) -> Balance:
        """The table of differences."""
        (raw_control, raw_treated), (control, treated) = state.squares
        with np.errstate(divide="ignore", invalid="ignore"):
            pooled = np.sqrt((raw_treated + raw_control) / 2)
            smd = [np.where(pooled > 0, (one[1] - one[0]) / pooled, np.nan) for one in state.means]
            ratios = [
                np.where((above > 0) & (below > 0), above / below, np.nan)
                for above, below in ((raw_treated, raw_control), (treated, control))
            ]
        effective = state.sizes[:, 1] ** 2 / state.sizes[:, 2]
        return Balance(
            names=self.names,
            mean_treated=state.means[1, 1],
            mean_control=state.means[1, 0],
            smd=smd[1],
            variance_ratio=ratios[1],
            raw_mean_treated=state.means[0, 1],
            raw_mean_control=state.means[0, 0],
            raw_smd=smd[0],
            raw_variance_ratio=ratios[0],
            n_treated=int(state.sizes[1, 0]),
            n_control=int(state.sizes[0, 0]),
            effective_treated=float(effective[1]),
            effective_control=float(effective[0]),
            weighted=bool(state.sizes[:, 3].any()),
            warnings=_warnings(self.names, smd[1]),
        )


def balance(rows: Treatment | Iterable[Treatment]) -> Balance:
    """Standardised mean differences and variance ratios, raw and with the weights of the rows.

    Parameters
    ----------
    rows
        Rows, or parts of them; `TreatmentWeights.applied_to(rows)` gives them the weights to judge.

    Raises
    ------
    NotEstimable
        ONE_GROUP where one arm is empty.

    Source: Austin 2009; the denominator stays unweighted, so that a difference can't shrink by a larger one.
    """
    parts = [rows] if isinstance(rows, Treatment) else list(rows)
    if not parts:
        raise ContractError("there are no rows to compare", expected="at least one part")
    return run(BalanceEstimator(names=parts[0].names), parts)


def _warnings(names: tuple[str, ...], smd: FloatArray) -> tuple[ModelWarning, ...]:
    far = tuple(name for name, one in zip(names, smd, strict=True) if abs(one) > IMBALANCED)
    if not far:
        return ()
    said = f"{', '.join(far)}: standardised difference above {IMBALANCED}"
    return (ModelWarning(Concern.IMBALANCE, said, far),)
