"""Cox's model whose risk sets lie inside one part: only likelihood, score and information leave it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cimara.outcomes.contract import ContractError, Scope, Summary
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.models.cox_evidence import (
    COUNTS,
    CoxState,
    Phase,
    after_bound,
    after_extremes,
    after_fit,
    blank,
    counts_of,
    independent,
)
from cimara.outcomes.models.cox_extremes import events_inside
from cimara.outcomes.models.cox_fit import Ties
from cimara.outcomes.models.cox_sums import Evaluation, evaluate
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.riskset import RiskSets, risk_sets, weighted_cross_product
from cimara.outcomes.rows import Survival


@dataclass(frozen=True, slots=True, kw_only=True)
class StratifiedCox:
    """Estimator of a Cox model with a baseline hazard for each stratum; `run` gives its final state.

    One round an iteration; the last one also sends the cross-products of cluster sums where `robust`.
    """

    names: tuple[str, ...]
    ties: Ties = Ties.EFRON
    robust: bool = False
    confidence: float = 0.95
    scope: Scope = Scope.WITHIN_PART

    def start(self) -> CoxState:
        """Coefficients 0."""
        p = len(self.names)
        return CoxState(aliased=np.zeros(p, dtype=bool), **blank(p))

    def summarise(self, rows: Survival, state: CoxState) -> Summary:
        """What the coming round asks of one part."""
        check_names(rows, self.names)
        sets = risk_sets(rows)
        if state.phase == Phase.EXTREMES:
            below, above = events_inside(sets)
            return Summary("cox.extremes", {"below": below, "above": above})
        evaluation = evaluate(sets, state.evaluated_at, self.ties)
        sums = likelihood_sums(evaluation)
        if self.robust and state.wants_cross:
            sums["cross"] = cluster_products(rows, evaluation)
        n, weight = state.counts[COUNTS.index("n")], state.counts[COUNTS.index("weight")]
        if not state.trace:
            sums["spread"] = _squares_inside_strata(sets)
        if not state.trace or (len(state.trace) == 1 and weight != n):
            sums["counts"] = counts_of(rows, sets, weight / n if n else 0.0)
        return Summary("cox", sums)

    def update(self, total: Summary, state: CoxState) -> CoxState:
        """One Newton step, or the end."""
        state = replace(state, round=state.round + 1)
        sums = total.sums
        if state.phase == Phase.EXTREMES:
            return after_extremes(state, sums["below"], sums["above"])
        likelihood = (float(sums["loglik"][0]), sums["score"], sums["information"])
        if state.phase == Phase.BOUND:
            return after_bound(state, *likelihood, self.confidence)
        if "spread" in sums:
            squares, weight = sums["spread"][:-1], sums["spread"][-1]
            state = replace(state, spread=np.sqrt(squares / weight) if weight else squares)
        state = replace(state, counts=sums.get("counts", state.counts))
        return after_fit(state, *likelihood, sums.get("cross"))

    def result(self, state: CoxState) -> CoxState:
        """The final state, of which `cox` makes the fit."""
        return state


def likelihood_sums(evaluation: Evaluation) -> dict[str, FloatArray]:
    """Log-likelihood (1), score (p) and information (p x p); a value that overflowed is -infinity."""
    loglik = evaluation.loglik()
    if not np.isfinite(loglik):
        p = evaluation.sets.covariates.shape[1]
        return {"loglik": np.array([-np.inf]), "score": np.zeros(p), "information": np.zeros((p, p))}
    return {
        "loglik": np.array([loglik]),
        "score": evaluation.score(),
        "information": evaluation.information(),
    }


def cluster_products(rows: Survival, evaluation: Evaluation) -> FloatArray:
    """Sum over clusters of the squared sums of weighted score residuals (p x p), Lin & Wei 1989.

    A row of frequency f that belongs to no cluster is f rows on their own.
    """
    sets, clusters = evaluation.sets, independent(rows)
    p = sets.covariates.shape[1]
    if clusters is None:
        residuals = np.empty((sets.n, p), order="F")
        for column, values in enumerate(evaluation.score_residuals()):
            residuals[:, column] = values
        if sets.weights is None or rows.weight_kind is not WeightKind.FREQUENCY:
            return weighted_cross_product(residuals, None)
        return weighted_cross_product(residuals, 1 / sets.weights)
    own = clusters[sets.order]
    sums = np.empty((int(own.max(initial=-1)) + 1, p), order="F")
    for column, values in enumerate(evaluation.score_residuals()):
        sums[:, column] = np.bincount(own, values, minlength=len(sums))
    return weighted_cross_product(sums, None)


def check_names(rows: Survival, names: tuple[str, ...]) -> None:
    """Parts must agree on the covariates."""
    if rows.names != names:
        raise ContractError(
            "covariates that differ between parts",
            where=", ".join(sorted(set(rows.names) ^ set(names))) or "their order",
            expected=", ".join(names),
            hint="Name the levels of labelled covariates, so that each part makes the same columns.",
        )


def _squares_inside_strata(sets: RiskSets) -> FloatArray:
    """Weighted squares about the mean of each stratum (p), then the sum of weights (p + 1 numbers).

    A covariate that only differs by rounding inside all strata gives exactly 0.
    """
    p = sets.covariates.shape[1]
    if not sets.n:
        return np.zeros(p + 1)
    first = sets.block_starts[np.flatnonzero(np.append(True, np.diff(sets.strata) != 0))]
    weights = sets.weighted(np.ones(sets.n))
    in_stratum = np.add.reduceat(weights, first)
    found = np.append(np.zeros(p), in_stratum.sum())
    for column, values in enumerate(sets.covariates.T):
        weighted = weights * values
        total = weighted @ values
        inside = total - (np.add.reduceat(weighted, first) ** 2 / in_stratum).sum()
        about_zero = 1e-28 * sets.centre[column] ** 2 * in_stratum.sum()
        found[column] = inside if inside > max(1e-12 * total, about_zero) else 0.0
    return found
