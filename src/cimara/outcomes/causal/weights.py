"""Weights that make treated and untreated alike in their covariates, and how much information they leave."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TypeVar

import numpy as np
import polars as pl

from cimara.outcomes.causal.propensity import PropensityModel
from cimara.outcomes.causal.treatment import Treatment
from cimara.outcomes.contract import FloatArray
from cimara.outcomes.frame_columns import BoolArray, IntArray
from cimara.outcomes.model_warnings import Concern, ModelWarning
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import Rows
from cimara.terms.errors import CimaraError

R = TypeVar("R", bound=Rows)
LEAST_EFFECTIVE = 0.5
HEAVIEST = 10.0


class WeightError(CimaraError):
    """Weights that do not belong to the rows, or a truncation that is none."""


class Estimand(StrEnum):
    """Whose average effect the weights are for."""

    ATE = "ate"
    """Everyone: 1/p and 1/(1-p)."""
    STABILISED_ATE = "stabilised_ate"
    """Everyone, times the share of the own treatment."""
    ATT = "att"
    """The treated: 1 and p/(1-p)."""
    OVERLAP = "overlap"
    """Those who could well have had either: 1-p and p (Li, Morgan & Zaslavsky 2018)."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TreatmentWeights:
    """One weight a row (n) of the propensity model, with what is needed to let its uncertainty through.

    `derivative` (n x q) is that of the weights by the parameters of the propensity step, `influence` (n x q)
    what each row moves those parameters by; a truncated weight has derivative 0. `source_rows` are the rows
    of the frame that the weights belong to. `effective` is the effective sample size of each arm.
    """

    weights: FloatArray
    treated: BoolArray
    source_rows: IntArray
    probability: FloatArray
    derivative: FloatArray
    influence: FloatArray
    estimand: Estimand
    truncation: tuple[float, float] | None
    truncated: int
    effective_treated: float
    effective_control: float
    n: int
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def table(self) -> pl.DataFrame:
        """One row an arm: rows, sum, extremes and effective size of its weights."""
        arms = (("treated", self.treated), ("control", ~self.treated))
        return pl.DataFrame(
            [
                {
                    "arm": name,
                    "n": int(arm.sum()),
                    "sum": self.weights[arm].sum(),
                    "least": self.weights[arm].min(),
                    "greatest": self.weights[arm].max(),
                    "effective": effective_size(self.weights[arm]),
                }
                for name, arm in arms
            ]
        )

    def applied_to(self, rows: R) -> R:
        """The rows, of the same frame, with these weights; a row that has none is an error.

        Weights that the rows have already (of sampling, say) are in these ones, through the propensity model.
        """
        place = self.places(rows)
        return replace(rows, weights=self.weights[place], weight_kind=WeightKind.PROBABILITY)

    def places(self, rows: Rows) -> IntArray:
        """Where the weight of each row lies."""
        order = np.argsort(self.source_rows)
        at = np.minimum(np.searchsorted(self.source_rows, rows.source_rows, sorter=order), self.n - 1)
        place = order[at]
        strange = int((self.source_rows[place] != rows.source_rows).sum())
        if strange:
            raise WeightError(
                f"{strange} rows of the outcome have no weight",
                where="weights",
                expected="rows of the same frame, complete in treatment and confounders",
                hint="Name the confounders as covariates of neither or both, or drop incomplete rows first.",
            )
        return np.asarray(place)


def treatment_weights(
    rows: Treatment,
    model: PropensityModel,
    *,
    estimand: Estimand | str = Estimand.OVERLAP,
    truncation: tuple[float, float] | None = None,
    limits: tuple[float, float] | None = None,
) -> TreatmentWeights:
    """Weights from the probability of treatment.

    Parameters
    ----------
    rows, model
        Rows and the propensity model that was fitted to them.
    estimand
        "overlap" (default: no extreme weight, exact balance of means), "ate", "stabilised_ate" or "att".
    truncation
        Quantiles (0.01, 0.99, say) of all weights that those beyond are set to; only if the plan says so.
    limits
        Least and greatest weight (0.05 and 20, say) instead, which parts can share.

    Source: Austin & Stuart 2015, section 2 (ATE, ATT); Li, Morgan & Zaslavsky 2018, eq. 3 and 4 (overlap).
    """
    target = Estimand(estimand)
    chance, share = model.probability(rows), model.treated_share
    raw, slope = _weights_and_slope(target, rows.treated, chance, share)
    kept, beyond = _truncated(raw, truncation) if limits is None else _limited(raw, limits)
    sampling = rows.weight()
    weights = kept * sampling
    slope = np.where(beyond, 0.0, slope * sampling)
    derivative = model.spread_over_columns(rows, slope)
    influence = model.influence(rows)
    if target is Estimand.STABILISED_ATE:
        by_share = np.where(rows.treated, 1 / chance, -1 / (1 - chance)) * sampling
        own = sampling * (rows.treated - share) / sampling.sum()
        derivative = np.column_stack((derivative, np.where(beyond, 0.0, by_share)))
        influence = np.column_stack((influence, own))
    return TreatmentWeights(
        weights=weights,
        treated=rows.treated,
        source_rows=rows.source_rows,
        probability=chance,
        derivative=derivative,
        influence=influence,
        estimand=target,
        truncation=truncation,
        truncated=int(beyond.sum()),
        effective_treated=effective_size(weights[rows.treated]),
        effective_control=effective_size(weights[~rows.treated]),
        n=rows.n,
        warnings=_warnings(weights),
        r_call=_R_CALLS[target],
    )


def effective_size(weights: FloatArray) -> float:
    """Kish's effective sample size, (sum w)^2 / sum w^2."""
    return float(weights.sum() ** 2 / (weights @ weights)) if len(weights) else 0.0


def _weights_and_slope(
    target: Estimand, treated: BoolArray, chance: FloatArray, share: float
) -> tuple[FloatArray, FloatArray]:
    """The weights, and their derivative by the log odds (dp/dlogodds = p (1-p))."""
    other = 1 - chance
    match target:
        case Estimand.ATE:
            return np.where(treated, 1 / chance, 1 / other), np.where(
                treated, -other / chance, chance / other
            )
        case Estimand.STABILISED_ATE:
            part = np.where(treated, share, 1 - share)
            weights, slope = _weights_and_slope(Estimand.ATE, treated, chance, share)
            return part * weights, part * slope
        case Estimand.ATT:
            odds = chance / other
            return np.where(treated, 1.0, odds), np.where(treated, 0.0, odds)
        case Estimand.OVERLAP:
            both = chance * other
            return np.where(treated, other, chance), np.where(treated, -both, both)


def _truncated(weights: FloatArray, quantiles: tuple[float, float] | None) -> tuple[FloatArray, BoolArray]:
    if quantiles is None:
        return weights, np.zeros(len(weights), dtype=bool)
    low, high = quantiles
    if not 0 <= low < high <= 1:
        raise WeightError("a truncation that is no pair of quantiles", expected="0 <= low < high <= 1")
    least, greatest = np.quantile(weights, [low, high])
    return np.clip(weights, least, greatest), (weights < least) | (weights > greatest)


def _limited(weights: FloatArray, limits: tuple[float, float]) -> tuple[FloatArray, BoolArray]:
    least, greatest = limits
    if not 0 <= least < greatest:
        raise WeightError("limits of weights that are none", expected="0 <= least < greatest")
    return np.clip(weights, least, greatest), (weights < least) | (weights > greatest)


def _warnings(weights: FloatArray) -> tuple[ModelWarning, ...]:
    if not len(weights):
        return ()
    effective = effective_size(weights) / len(weights)
    heavy = int((weights > HEAVIEST * weights.mean()).sum())
    if effective >= LEAST_EFFECTIVE and not heavy:
        return ()
    said = f"the weights leave {effective:.0%} of the rows' information"
    said += f"; {heavy} rows weigh more than ten times the mean; overlap weights have no extremes"
    return (ModelWarning(Concern.WEIGHTS_EXTREME, said),)


_R_CALLS = {
    Estimand.ATE: "ifelse(treatment == 1, 1/ps, 1/(1 - ps))",
    Estimand.STABILISED_ATE: "ifelse(treatment == 1, mean(treatment)/ps, (1 - mean(treatment))/(1 - ps))",
    Estimand.ATT: "ifelse(treatment == 1, 1, ps/(1 - ps))",
    Estimand.OVERLAP: "ifelse(treatment == 1, 1 - ps, ps)",
}
