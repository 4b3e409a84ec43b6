"""Fine and Gray's model of the cumulative incidence: pooled or in parts, stratified, weighted, clustered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace as changed
from typing import Any

import numpy as np

from cimara.outcomes.contract import ContractError, State
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.in_all import in_all
from cimara.outcomes.model_warnings import Concern, ModelWarning
from cimara.outcomes.models.choices import Baseline, SmallSample
from cimara.outcomes.models.fine_gray_fit import FineGrayFit
from cimara.outcomes.models.fine_gray_options import CensoringVariance, CensorTies, FineGrayOptions
from cimara.outcomes.models.fine_gray_result import fine_gray_result
from cimara.outcomes.models.fine_gray_rounds import estimator_for, rounds
from cimara.outcomes.rows import CompetingRisks


def fine_gray(
    rows: CompetingRisks | Iterable[CompetingRisks],
    *,
    cause: str | int,
    baseline: Baseline | str = Baseline.STRATIFIED,
    censoring_groups: bool = False,
    censoring_variance: CensoringVariance | str = CensoringVariance.CMPRSK,
    censor_ties: CensorTies | str | None = None,
    weight_variance: bool = True,
    small_sample: SmallSample | str = SmallSample.NONE,
    confidence: float = 0.95,
    grid: Sequence[float] | FloatArray | None = None,
    progress: Callable[[State], None] | None = None,
) -> FineGrayFit:
    """Log subdistribution hazard ratios of one cause, competing ones counted (Fine & Gray 1999).

    Strata after Zhou et al. 2011, clusters after Zhou et al. 2012, delayed entry after Geskus 2011.

    Parameters
    ----------
    rows
        Rows, or parts of them (sites, say) whose covariates have the same names; one row a subject.
    cause
        Name of the cause of interest; all others compete.
    baseline
        "stratified": each stratum lies inside one part, with its own baseline and censoring distribution;
        no event time leaves it. "common": strata span parts, which agree a grid of times.
    censoring_groups
        The censoring distribution is estimated in each level of the column `group`.
    censor_ties
        None: "with_events", or "after_events" where rows enter late.
    weight_variance
        False takes the censoring weights as known.
    small_sample
        "cr1" multiplies the variance by C/(C-1) and takes Student's t with C-1 degrees of freedom.
    grid
        With "common": the grid of the plan; exits are moved up to its next time.

    Raises
    ------
    NotEstimable
        NO_EVENTS, NO_CONVERGENCE, or NOT_SUPPORTED (several rows of one id).
    ContractError
        Parts that share a stratum while `baseline` is "stratified".
    """
    parts = _parts(rows)
    first = next(iter(parts), None)
    if first is None:
        raise ContractError("there are no rows to estimate from", expected="at least one part")
    usual = CensorTies.WITH_EVENTS if first.start is None else CensorTies.AFTER_EVENTS
    options = FineGrayOptions(
        cause=str(cause),
        baseline=Baseline(baseline),
        censoring_groups=censoring_groups,
        censoring_variance=CensoringVariance(censoring_variance),
        censor_ties=CensorTies(censor_ties or usual),
        weight_variance=weight_variance,
        small_sample=SmallSample(small_sample),
        confidence=confidence,
        grid=None if grid is None else tuple(float(time) for time in grid),
    )
    estimator = estimator_for(parts, options)
    return fine_gray_result(estimator, rounds(estimator, parts, progress), parts)


def fine_gray_causes(
    rows: CompetingRisks | Iterable[CompetingRisks], **options: Any
) -> dict[str, FineGrayFit]:
    """A model for each cause; `CIF_SUM` where for some row their incidences add up to more than 1.

    Options are those of `fine_gray` but `cause`.
    """
    parts = _parts(rows)
    causes = tuple(dict.fromkeys(cause for part in parts for cause in part.causes))
    fits = {cause: fine_gray(parts, cause=cause, **options) for cause in causes}
    over = int(in_all("rows above 1", [sum(_above_one(part, fits) for part in parts)])[0])
    if not over:
        return fits
    message = f"{over} rows: the incidences of all causes add up to more than 1 at the end of follow-up"
    warning = ModelWarning(Concern.CIF_SUM, f"{message}; use cause-specific hazards for absolute risks")
    return {cause: changed(fit, warnings=(*fit.warnings, warning)) for cause, fit in fits.items()}


def _parts(rows: CompetingRisks | Iterable[CompetingRisks]) -> Iterable[CompetingRisks]:
    if isinstance(rows, CompetingRisks):
        return [rows]
    return list(rows) if isinstance(rows, Iterator) else rows


def _above_one(part: CompetingRisks, fits: dict[str, FineGrayFit]) -> int:
    labels = part.strata_present()
    place = np.searchsorted(np.unique(part.stratum_codes()), part.stratum_codes())
    total = np.zeros(part.n)
    for fit in fits.values():
        known = {label: code for code, label in enumerate(fit.baseline.strata)}
        sums = np.bincount(fit.baseline.stratum, fit.baseline.jump, minlength=len(known))
        at_end = np.array([sums[known.get(label, 0)] for label in labels])
        total -= np.expm1(-at_end[place] * np.exp(part.covariates @ fit.evaluated_at))
    return int((total > 1 + 1e-9).sum())
