"""Tied events of a Cox model by the discrete likelihood: sums over all sets of d of those at risk.

At an event time with d events the likelihood is exp(sum of x'beta of the d) over the elementary symmetric
polynomial e_d of the relative hazards of all at risk (Cox 1972; Gail, Lubin & Rubinstein 1981). Times with
one event need no polynomial: there the discrete likelihood is Breslow's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from cimara.outcomes.contract import ContractError, State, Summary, run
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.choices import Baseline, SmallSample
from cimara.outcomes.models.cox_evidence import CoxState, Phase
from cimara.outcomes.models.cox_fit import CoxFit, Ties
from cimara.outcomes.models.cox_result import CoxOptions, cox_result
from cimara.outcomes.models.cox_stratified import StratifiedCox
from cimara.outcomes.models.cox_sums import evaluate
from cimara.outcomes.models.subset_sums import subset_sums
from cimara.outcomes.riskset import RiskSets, risk_sets
from cimara.outcomes.rows import Survival

HEAVY = 1e8
"""Operations from which an evaluation takes long enough to be warned of."""


@dataclass(frozen=True, slots=True)
class ExactSums:
    """Log-likelihood, score (p) and information (p x p) of the discrete likelihood."""

    loglik: float
    score: FloatArray
    information: FloatArray


def cox_exact(
    rows: Survival | Iterable[Survival],
    *,
    confidence: float = 0.95,
    progress: Callable[[State], None] | None = None,
) -> CoxFit:
    """Log hazard ratios by the discrete partial likelihood (Cox 1972, section 6).

    Parameters
    ----------
    rows
        Rows, or parts of them whose strata differ; neither weighted nor clustered.

    Raises
    ------
    NotEstimable
        NO_EVENTS, NO_CONVERGENCE; NOT_SUPPORTED for weights or clusters.

    Source: Gail, Lubin & Rubinstein 1981, eq. 6, evaluated as `subset_sums` tells. `exact_work` says before
    how long it takes; above 10^8 operations an iteration the fit carries `HEAVY_WORK`.
    """
    parts = [rows] if isinstance(rows, Survival) else list(rows)
    if not parts:
        raise ContractError("there are no rows to estimate from", expected="at least one part")
    options = CoxOptions(
        ties=Ties.EXACT,
        robust=False,
        small_sample=SmallSample.NONE,
        confidence=confidence,
        baseline=Baseline.STRATIFIED,
    )
    estimator = ExactCox(names=parts[0].names, ties=Ties.EXACT, confidence=confidence)
    fit = cox_result(run(estimator, parts, progress=progress), parts[0], options)
    return replace(fit, warnings=(*fit.warnings, *work_warnings(sum(map(exact_work, parts)))))


@dataclass(frozen=True, kw_only=True)
class ExactCox(StratifiedCox):
    """`StratifiedCox` with the discrete likelihood: the same rounds, other sums."""

    def summarise(self, rows: Survival, state: CoxState) -> Summary:
        """What the coming round asks of one part."""
        refuse_weights_and_clusters(rows)
        summary = StratifiedCox.summarise(self, rows, state)
        if state.phase == Phase.EXTREMES:
            return summary
        exact = exact_sums(rows, state.evaluated_at)
        likelihood = {
            "loglik": np.array([exact.loglik]),
            "score": exact.score,
            "information": exact.information,
        }
        return Summary(summary.schema, dict(summary.sums) | likelihood)


def exact_sums(rows: Survival, coefficients: FloatArray) -> ExactSums:
    """The discrete likelihood of the rows at the coefficients; additive over strata and so over parts.

    Raises
    ------
    NotEstimable
        NOT_SUPPORTED for weights or clusters: the discrete likelihood has neither.
    """
    refuse_weights_and_clusters(rows)
    sets = risk_sets(rows)
    model = evaluate(sets, coefficients, Ties.BRESLOW)
    alone = (sets.deaths == 1).astype(np.float64)
    loglik = float(model.linear[sets.event_rows].sum() - alone @ model.terms.log_denominator)
    score = (
        sets.covariates[sets.event_rows].sum(axis=0)
        - (alone * model.terms.hazard) @ model.sums.at_risk_covariates
    )
    information = model.information(alone)
    for time in sets.tied:
        at_risk = _at_risk(sets, int(time))
        one = subset_sums(model.linear[at_risk], sets.covariates[at_risk], int(sets.deaths[time]))
        loglik -= one.log_sum
        score -= one.mean
        information += one.covariance
    return ExactSums(loglik, score, information)


def exact_work(rows: Survival) -> float:
    """Operations of one evaluation: events x size of the risk set x p^2, summed over tied event times."""
    sets = risk_sets(rows)
    at_risk = sets.at_risk(np.ones(sets.n))[sets.tied]
    parameters = max(rows.covariates.shape[1], 1)
    return float(sets.deaths[sets.tied] @ at_risk) * float(parameters**2)


def work_warnings(work: float) -> tuple[ModelWarning, ...]:
    """A warning when the discrete likelihood takes more than 10^8 operations an evaluation."""
    if work <= HEAVY:
        return ()
    said = f"the exact treatment of ties takes {work:.1e} operations an iteration; Efron's takes none of them"
    return (ModelWarning(Concern.HEAVY_WORK, said),)


def refuse_weights_and_clusters(rows: Survival) -> None:
    """The discrete likelihood counts sets of rows: it has no place for parts of rows, or dependent ones."""
    for given, name in ((rows.weights, "weights"), (rows.cluster, "cluster")):
        if given is not None:
            raise NotEstimable(
                Concern.NOT_SUPPORTED,
                f"the exact treatment of ties knows no {name}",
                columns=(name,),
                hint="Ask for ties='efron'.",
            )


def _at_risk(sets: RiskSets, time: int) -> FloatArray:
    """Places of the sorted rows at risk at the event time."""
    first_time = int(np.searchsorted(sets.strata, sets.strata[time], side="left"))
    first = sets.block_starts[first_time]
    end = sets.block_starts[time] + sets.block_sizes[time]
    places = np.arange(first, end)
    return places if sets.entry is None else places[sets.entry[first:end] > time]
