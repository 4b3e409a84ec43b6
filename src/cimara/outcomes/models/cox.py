"""Cox's proportional hazards model: pooled or in parts, stratified, weighted, clustered, time-varying."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from cimara.outcomes.at_once import run_at_once
from cimara.outcomes.contract import ContractError, State, run
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import NotEstimable
from cimara.outcomes.models.choices import Baseline, SmallSample
from cimara.outcomes.models.cox_common import CommonCox
from cimara.outcomes.models.cox_fit import CoxFit, Ties
from cimara.outcomes.models.cox_result import CoxOptions, check_robust, cox_result
from cimara.outcomes.models.cox_stratified import StratifiedCox
from cimara.outcomes.rows import Survival


def cox(
    rows: Survival | Iterable[Survival],
    *,
    ties: Ties | str = Ties.EFRON,
    robust: bool | None = None,
    small_sample: SmallSample | str = SmallSample.NONE,
    confidence: float = 0.95,
    baseline: Baseline | str = Baseline.STRATIFIED,
    grid: Sequence[float] | FloatArray | None = None,
    progress: Callable[[State], None] | None = None,
) -> CoxFit:
    """Log hazard ratios by Cox's partial likelihood (Cox 1972; ties as Efron 1977 or Breslow 1974).

    Parameters
    ----------
    rows
        Rows, or parts of them (sites, say), whose covariates have the same names.
    robust
        Variance by sums of score residuals in clusters (Lin & Wei 1989); None: where rows have probability
        weights or clusters.
    small_sample
        "cr1" multiplies the robust variance by C/(C-1) and takes Student's t with C-1 degrees of freedom.
    baseline
        "stratified": each stratum lies inside one part, and no event time leaves it. "common": strata span
        parts, which agree a grid of event times.
    grid
        With "common": the grid of the plan; exits are moved up to its next time.

    Raises
    ------
    NotEstimable
        NO_EVENTS, NO_CONVERGENCE.
    ContractError
        Parts that share a stratum while `baseline` is "stratified"; probability weights with robust=False.
    """
    parts = [rows] if isinstance(rows, Survival) else list(rows) if isinstance(rows, Iterator) else rows
    first = next(iter(parts), None)
    if first is None:
        raise ContractError("there are no rows to estimate from", expected="at least one part")
    options = CoxOptions(
        ties=_tie_rule(ties),
        robust=check_robust(first, robust),
        small_sample=SmallSample(small_sample),
        confidence=confidence,
        baseline=Baseline(baseline),
        grid_given=grid is not None,
    )
    if options.baseline is Baseline.COMMON:
        return cox_result(run(_common(first, options, grid), parts, progress=progress), first, options)
    estimator = StratifiedCox(
        names=first.names, ties=options.ties, robust=options.robust, confidence=confidence
    )
    return cox_result(run(estimator, parts, progress=progress), first, options)


def cox_at_once(
    several: Sequence[Sequence[Survival]],
    *,
    ties: Ties | str = Ties.EFRON,
    furthest: float | None = None,
) -> list[CoxFit | NotEstimable]:
    """`cox` of each of several lists of parts, in the rounds of the longest; a refusal stands for its fit.

    Strata lie inside parts, and variances are those that `cox` chooses. A fit whose coefficients go beyond
    `furthest` is refused (MONOTONE_LIKELIHOOD).
    """
    given = [
        CoxOptions(
            ties=_tie_rule(ties),
            robust=check_robust(parts[0], None),
            small_sample=SmallSample.NONE,
            confidence=0.95,
            baseline=Baseline.STRATIFIED,
        )
        for parts in several
    ]
    estimators = [
        StratifiedCox(names=parts[0].names, ties=one.ties, robust=one.robust, confidence=one.confidence)
        for parts, one in zip(several, given, strict=True)
    ]
    found = run_at_once(estimators, several, furthest=furthest)
    return [
        state if isinstance(state, NotEstimable) else cox_result(state, parts[0], one)
        for state, parts, one in zip(found, several, given, strict=True)
    ]


def _common(first: Survival, options: CoxOptions, grid: Sequence[float] | FloatArray | None) -> CommonCox:
    return CommonCox(
        names=first.names,
        ties=options.ties,
        robust=options.robust,
        confidence=options.confidence,
        strata=first.strata.levels if first.strata else ("",),
        grid=None if grid is None else tuple(float(time) for time in grid),
    )


def _tie_rule(ties: Ties | str) -> Ties:
    rule = Ties(ties)
    if rule is Ties.EXACT:
        raise ContractError(
            "exact ties need all events of a time in one place",
            where="ties",
            expected="efron or breslow",
            hint="models.cox_exact fits the discrete likelihood.",
        )
    return rule
