"""Generalised linear models in rounds: counts first, then one Newton step for each sum over the rows."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cimara.outcomes.contract import ContractError, Scope, Summary
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.newton import NewtonState, dependent_columns, newton_step, next_step
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.regression.kernels import Kernel
from cimara.outcomes.regression.outcome_rows import Outcomes
from cimara.outcomes.riskset import weighted_cross_product

INTERCEPT = "(intercept)"
MOVES = 0.01
"""A further step of a coefficient, in standard deviations of its column, that says it has no end."""
CONSTANT = 1e-13
"""A variance below this part of the squared mean is rounding."""
COUNTS = ("n", "events", "clusters", "weight", "outcomes", "exposure")


@dataclass(frozen=True, slots=True, kw_only=True)
class RegressionState(NewtonState):
    """State of a generalised linear model with q coefficients, the intercept first.

    Coefficients are of columns about their `centre` (q, 0 of the intercept), and the intercept counts from
    `base`, that of the model without covariates, so that no coefficient is large for its unit's sake.
    `counts` is what `COUNTS` names (rows, rows with an outcome above 0, clusters, and the sums of weights, of
    weighted outcomes and of weighted exposure); `spread` is the standard deviation of each column;
    `information` and `cross` are the final sums (q x q).
    """

    counted: bool = False
    counts: FloatArray
    base: float = 0.0
    centre: FloatArray
    spread: FloatArray
    information: FloatArray
    cross: FloatArray
    null_loglik: float = 0.0
    loglik: float = 0.0

    def count(self, name: str) -> float:
        """One of `COUNTS`."""
        return float(self.counts[COUNTS.index(name)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """Estimator of a generalised linear model; sums add up over any parts.

    The search begins at the model without covariates, which the counts give; the final round also sends the
    cross-products of cluster sums of scores where `robust`.
    """

    kernel: Kernel
    covariates: tuple[str, ...]
    robust: bool = False
    scope: Scope = Scope.ACROSS_PARTS

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the coefficients."""
        return (INTERCEPT, *self.covariates)

    def start(self) -> RegressionState:
        """Nothing is known."""
        q = len(self.names)
        zero, square = np.zeros(q), np.zeros((q, q))
        return RegressionState(
            coefficients=zero,
            previous=zero,
            aliased=np.zeros(q, dtype=bool),
            counts=np.zeros(len(COUNTS)),
            centre=zero,
            spread=zero,
            information=square,
            cross=square,
        )

    def summarise(self, rows: Outcomes, state: RegressionState) -> Summary:
        """Counts; then log-likelihood (1), score (q) and information (q x q) at the coefficients."""
        self._check(rows)
        if not state.counted:
            return Summary("regression.counts", _counts(rows))
        design, weights = _design(rows) - state.centre, rows.weight()
        with np.errstate(over="ignore", invalid="ignore"):
            linear = state.base + design @ state.coefficients
            if rows.exposure is not None:
                linear = linear + np.log(rows.exposure)
            mean = self.kernel.mean(linear)
            loglik = float(weights @ self.kernel.loglik(rows.value, linear))
        residual = weights * (rows.value - mean)
        sums = {"loglik": np.array([loglik if np.isfinite(loglik) else -np.inf])}
        sums["score"] = residual @ design
        sums["information"] = weighted_cross_product(design, weights * self.kernel.variance(mean))
        if not np.isfinite(loglik) or not np.isfinite(sums["information"]).all():
            sums = {"loglik": np.array([-np.inf])} | {
                name: np.zeros_like(sums[name]) for name in ("score", "information")
            }
        if self.robust and state.last:
            sums["cross"] = _cluster_products(rows, design, residual)
        return Summary(f"regression.{self.kernel.family}", sums)

    def update(self, total: Summary, state: RegressionState) -> RegressionState:
        """The model without covariates, one Newton step, or the end."""
        state = replace(state, round=state.round + 1)
        if not state.counted:
            return self._counted(total, state)
        sums, loglik = total.sums, float(total.sums["loglik"][0])
        if not state.trace:
            size = np.append(1.0, state.spread[1:])
            gone = dependent_columns(sums["information"], size, self._most(state))
            state = replace(state, null_loglik=loglik, aliased=gone)
        if not state.last:
            return next_step(state, loglik, sums["score"], sums["information"])
        further = newton_step(sums["score"], sums["information"], ~state.aliased) * state.spread
        endless = tuple(np.array(self.names)[np.abs(further) > MOVES].tolist())
        if endless:
            raise NotEstimable(
                Concern.MONOTONE_LIKELIHOOD,
                "the covariates foretell the outcome of some rows: the likelihood rises for ever",
                columns=endless,
                hint="Leave out the covariate that decides it, or join its levels.",
            )
        return replace(
            state,
            loglik=loglik,
            information=sums["information"],
            cross=sums.get("cross", state.cross),
            trace=(*state.trace, loglik),
            finished=True,
        )

    def result(self, state: RegressionState) -> RegressionState:
        """The final state, of which `logistic` and `poisson` make the fit."""
        return state

    def _counted(self, total: Summary, state: RegressionState) -> RegressionState:
        counts, (first, second) = total.sums["counts"], total.sums["moments"]
        told = dict(zip(COUNTS, counts.tolist(), strict=True))
        if not told["n"]:
            raise NotEstimable(Concern.NO_EVENTS, "there are no rows")
        mean = told["outcomes"] / told["exposure"]
        if self.kernel.one_sided(mean):
            raise NotEstimable(
                Concern.NO_EVENTS,
                f"all of {told['n']:,.0f} rows have the same outcome, so that nothing can explain it",
            )
        centre = first / told["weight"]
        variance = second / told["weight"] - centre**2
        variance[variance <= CONSTANT * centre**2] = 0.0
        return replace(
            state,
            counted=True,
            counts=counts,
            base=self.kernel.link(mean),
            centre=np.append(0.0, centre[1:]),
            spread=np.sqrt(variance),
        )

    def _most(self, state: RegressionState) -> float:
        """What a column of size 1 could say of the rows: their weight times the variance of one."""
        mean = state.count("outcomes") / state.count("exposure")
        return state.count("weight") * float(self.kernel.variance(np.array([mean]))[0])

    def _check(self, rows: Outcomes) -> None:
        if rows.names != self.covariates:
            raise ContractError(
                "covariates that differ between parts",
                where=", ".join(sorted(set(rows.names) ^ set(self.covariates))) or "their order",
                expected=", ".join(self.covariates),
                hint="Name the levels of labelled covariates, so that each part makes the same columns.",
            )


def _design(rows: Outcomes) -> FloatArray:
    return np.asfortranarray(np.column_stack((np.ones(rows.n), rows.covariates)))


def _counts(rows: Outcomes) -> dict[str, FloatArray]:
    design, weights = _design(rows), rows.weight()
    over = weights if rows.exposure is None else weights * rows.exposure
    often = weights if rows.weight_kind is WeightKind.FREQUENCY else np.ones(rows.n)
    alone = rows.cluster is None and rows.id is None
    clusters = often.sum() if alone else len(np.unique(rows.cluster_codes()))
    return {
        "counts": np.array(
            [
                often.sum(),
                often[rows.value > 0].sum(),
                clusters,
                weights.sum(),
                weights @ rows.value,
                over.sum(),
            ],
            dtype=np.float64,
        ),
        "moments": np.stack([weights @ design, weights @ design**2]),
    }


def _cluster_products(rows: Outcomes, design: FloatArray, residual: FloatArray) -> FloatArray:
    """Sum over clusters of the squared sums of scores (q x q), Liang & Zeger 1986; a row of frequency f that
    belongs to no cluster is f rows on their own."""
    scores = design * residual[:, None]
    if rows.cluster is None and rows.id is None:
        frequent = rows.weights is not None and rows.weight_kind is WeightKind.FREQUENCY
        return weighted_cross_product(scores, 1 / rows.weight() if frequent else None)
    codes = np.unique(rows.cluster_codes(), return_inverse=True)[1]
    size = int(codes.max(initial=-1)) + 1
    sums = np.column_stack([np.bincount(codes, one, minlength=size) for one in scores.T])
    return np.asarray(sums.T @ sums, dtype=np.float64)
