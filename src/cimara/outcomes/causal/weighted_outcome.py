"""The effect of a treatment on a hazard after weighting, with or without the uncertainty of the weights."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

import numpy as np
import polars as pl
from scipy import special  # type: ignore[import-untyped]

from cimara.outcomes.causal.weights import Estimand, TreatmentWeights
from cimara.outcomes.contract import Scope, State, Summary, run
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.cox_fit import ChiSquare, CoxFit, Ties, interval_limits
from cimara.outcomes.models.cox_result import quadratic
from cimara.outcomes.models.cox_sums import evaluate
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.riskset import risk_sets
from cimara.outcomes.rows import Survival


class WeightVariance(StrEnum):
    """Whether the variance takes the weights as known."""

    KNOWN = "known"
    """As if the weights were given (as R does); too wide for ATE weights, as a rule."""
    STACKED = "stacked"
    """With the propensity model's estimating equations stacked on those of the outcome."""


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightedSurvival(Survival):
    """Outcome rows with what their weights owe to the propensity model (n x q each; see TreatmentWeights)."""

    weight_derivative: FloatArray
    weight_influence: FloatArray


@dataclass(frozen=True, kw_only=True, eq=False)
class WeightedEffect:
    """Log hazard ratios (p) of a weighted Cox model; `fit` is the same with the weights taken as known.

    `test` is the robust score test that all coefficients are 0: with the treatment as the only covariate,
    the weighted two-group test.
    """

    names: tuple[str, ...]
    coef: FloatArray
    se: FloatArray
    z: FloatArray
    p: FloatArray
    covariance: FloatArray
    hr: FloatArray
    hr_lower: FloatArray
    hr_upper: FloatArray
    test: ChiSquare
    fit: CoxFit
    estimand: Estimand
    truncation: tuple[float, float] | None
    variance: WeightVariance
    effective_treated: float
    effective_control: float
    n: int
    events: int
    confidence: float
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def table(self) -> pl.DataFrame:
        """One row a covariate."""
        columns = ("coef", "se", "hr", "hr_lower", "hr_upper", "z", "p")
        found = {name: pl.Series(getattr(self, name)).fill_nan(None) for name in columns}
        return pl.DataFrame({"covariate": list(self.names), **found})


def weighted_survival(rows: Survival, weights: TreatmentWeights) -> WeightedSurvival:
    """Outcome rows of the frame that the propensity model was fitted to, with its weights."""
    place = weights.places(rows)
    own: dict[str, Any] = {item.name: getattr(rows, item.name) for item in fields(Survival)}
    own |= {"weights": weights.weights[place], "weight_kind": WeightKind.PROBABILITY}
    return WeightedSurvival(
        **own,
        weight_derivative=weights.derivative[place],
        weight_influence=weights.influence[place],
    )


def weighted_cox(
    rows: Survival,
    weights: TreatmentWeights,
    *,
    variance: WeightVariance | str = WeightVariance.KNOWN,
    ties: Ties | str = Ties.EFRON,
    confidence: float = 0.95,
) -> WeightedEffect:
    """A Cox model weighted for treatment, as a rule with the treatment as its only covariate.

    Parameters
    ----------
    rows
        Outcome rows of the frame that the weights were made of; strata, clusters and delayed entry as for
        `cox`.
    variance
        "known" (default, as R): robust, weights taken as known. "stacked": what the weights owe to the
        propensity model is added to each row's score.

    Raises
    ------
    WeightError
        An outcome row without a weight.
    NotEstimable
        As `cox`.

    Source: robust variance, Lin & Wei 1989; stacked equations, Lunceford & Davidian 2004, section 3.3, and
    for Cox models Shu et al. 2021.
    """
    part = weighted_survival(rows, weights)
    fit = cox(part, ties=ties, robust=True, confidence=confidence)
    rule = WeightVariance(variance)
    covariance, test = fit.covariance, fit.robust_score
    if rule is WeightVariance.STACKED:
        covariance, test = stacked_variance([part], fit)
    if test is None:
        raise NotEstimable(Concern.NOT_SUPPORTED, "a weighted model has no test without a robust variance")
    se = np.sqrt(np.diag(covariance))
    hr, lower, upper = interval_limits(fit.coef, se * special.ndtri(0.5 + confidence / 2))
    return WeightedEffect(
        names=fit.names,
        coef=fit.coef,
        se=se,
        z=fit.coef / se,
        p=2 * special.ndtr(-np.abs(fit.coef / se)),
        covariance=covariance,
        hr=hr,
        hr_lower=lower,
        hr_upper=upper,
        test=test,
        fit=fit,
        estimand=weights.estimand,
        truncation=weights.truncation,
        variance=rule,
        effective_treated=weights.effective_treated,
        effective_control=weights.effective_control,
        n=fit.n,
        events=fit.events,
        confidence=confidence,
        warnings=tuple(dict.fromkeys((*fit.warnings, *weights.warnings))),
        r_call=fit.r_call,
    )


def stacked_variance(parts: Iterable[WeightedSurvival], fit: CoxFit) -> tuple[FloatArray, ChiSquare]:
    """Covariance of the coefficients, and the score test, with the propensity step in both.

    u_i + H psi_i takes the place of the weighted score residual u_i = w_i L_i, where H = sum L_i dw_i/dalpha'
    and psi_i is what row i moves the propensity parameters by.
    """
    kept, zero = list(parts), np.zeros(len(fit.names))
    at_estimate = run(StackedProducts(tuple(fit.evaluated_at.tolist()), fit.ties), kept)
    at_zero = run(StackedProducts(tuple(zero.tolist()), fit.ties), kept)
    bread = np.where(np.isfinite(fit.model_covariance), fit.model_covariance, 0.0)
    covariance = bread @ at_estimate.cross @ bread
    covariance[~fit.estimable, :] = covariance[:, ~fit.estimable] = np.nan
    return covariance, quadratic(at_zero.score, at_zero.cross, ~fit.aliased)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackedState(State):
    """H (p x q), the score (p), and the cross-products of the stacked scores in clusters (p x p)."""

    slope: FloatArray
    score: FloatArray
    cross: FloatArray


@dataclass(frozen=True, slots=True)
class StackedProducts:
    """Estimator of the middle of the stacked sandwich, in two rounds: H, then the cross-products."""

    coefficients: tuple[float, ...]
    ties: Ties
    scope: Scope = Scope.WITHIN_PART

    def start(self) -> StackedState:
        """Nothing is known."""
        empty = np.zeros((0, 0))
        return StackedState(slope=empty, score=np.zeros(0), cross=empty)

    def summarise(self, rows: WeightedSurvival, state: StackedState) -> Summary:
        """H and the score of one part; then its cross-products."""
        sets = risk_sets(rows)
        model = evaluate(sets, np.array(self.coefficients), self.ties)
        scores = sets.to_rows(np.column_stack(list(model.score_residuals())), rows.n)
        if not state.round:
            slope = (scores / rows.weight()[:, None]).T @ rows.weight_derivative
            return Summary("stacked.slope", {"slope": slope, "score": np.asarray(scores.sum(axis=0))})
        scores += rows.weight_influence @ state.slope.T
        codes = np.unique(rows.cluster_codes(), return_inverse=True)[1]
        sums = np.column_stack([np.bincount(codes, column) for column in scores.T])
        return Summary("stacked.cross", {"cross": np.asarray(sums.T @ sums, dtype=np.float64)})

    def update(self, total: Summary, state: StackedState) -> StackedState:
        """Keep the sums."""
        if not state.round:
            return replace(state, round=1, slope=total.sums["slope"], score=total.sums["score"])
        return replace(state, round=2, finished=True, cross=total.sums["cross"])

    def result(self, state: StackedState) -> StackedState:
        """The sums themselves."""
        return state
