"""From the final sums of a Fine-Gray model to its estimates, intervals and the call in R."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy.optimize import brentq  # type: ignore[import-untyped]
from scipy.special import ndtr, ndtri, stdtr, stdtrit  # type: ignore[import-untyped]

from cimara.outcomes.frame_columns import BoolArray, FloatArray
from cimara.outcomes.model_warnings import NotEstimable
from cimara.outcomes.models.choices import SmallSample
from cimara.outcomes.models.fine_gray_baseline import baseline_of
from cimara.outcomes.models.fine_gray_concerns import concerns_of
from cimara.outcomes.models.fine_gray_fit import FineGrayFit
from cimara.outcomes.models.fine_gray_options import CensorTies, FineGrayOptions
from cimara.outcomes.models.fine_gray_rounds import FineGrayEstimator, estimator_for, rounds
from cimara.outcomes.models.fine_gray_state import FineGrayState
from cimara.outcomes.models.newton import inverse
from cimara.outcomes.rows import CompetingRisks, dropped_of

FURTHEST = 40
"""Doublings in the search for the bound of an infinite coefficient."""


def fine_gray_result(
    estimator: FineGrayEstimator, state: FineGrayState, parts: Iterable[CompetingRisks]
) -> FineGrayFit:
    """The fit from the final state; the parts name columns, and give the baselines that lie inside them."""
    options, first = estimator.options, next(iter(parts))
    estimable = ~state.aliased & (state.direction == 0)
    model = inverse(state.information, estimable)
    clusters = int(state.count("clusters"))
    corrected = options.small_sample is SmallSample.CR1 and clusters > 1
    covariance = _sandwich(model, state.cross, estimable)
    covariance *= clusters / (clusters - 1) if corrected else 1.0
    df = float(clusters - 1) if corrected else None
    coef = np.where(estimable, state.coefficients, np.nan)
    se = np.sqrt(np.diag(covariance))
    z = coef / se
    upper_tail = ndtr(-np.abs(z)) if df is None else stdtr(df, -np.abs(z))
    half = 0.5 + options.confidence / 2
    reach = se * (ndtri(half) if df is None else stdtrit(df, half))
    bound = _bounds(parts, options, state)
    return FineGrayFit(
        names=first.names,
        terms=first.terms,
        coef=coef,
        se=se,
        z=z,
        p=2 * upper_tail,
        covariance=covariance,
        model_se=np.sqrt(np.diag(model)),
        model_covariance=model,
        shr=_ratio(coef),
        shr_lower=_ratio(coef - reach),
        shr_upper=_ratio(coef + reach),
        evaluated_at=np.where(state.aliased, 0.0, state.coefficients),
        aliased=state.aliased,
        direction=state.direction.astype(np.int64),
        one_sided_bound=bound,
        loglik_null=state.loglik_null,
        loglik=state.loglik,
        baseline=baseline_of(estimator, state, parts),
        n=int(state.count("n")),
        events=int(state.count("events")),
        competing=int(state.count("competing")),
        clusters=None if first.cluster is None else clusters,
        n_strata=int(state.count("strata")),
        options=options,
        df=df,
        iterations=len(state.trace) - 1,
        rounds=state.round,
        strata_columns=first.strata_columns,
        group_column=first.group_column if options.censoring_groups else "",
        unit=first.unit,
        dropped=dropped_of(parts),
        warnings=concerns_of(state, parts, bound, options),
        r_call=_r_call(first, options),
    )


def _ratio(log: FloatArray) -> FloatArray:
    """exp, but the largest float instead of infinity."""
    return np.asarray(np.exp(np.minimum(log, np.log(np.finfo(np.float64).max))))


def _sandwich(model: FloatArray, cross: FloatArray, estimable: BoolArray) -> FloatArray:
    where = np.ix_(estimable, estimable)
    made = np.full(model.shape, np.nan)
    made[where] = model[where] @ cross[where] @ model[where]
    return np.asarray((made + made.T) / 2)


def _bounds(parts: Iterable[CompetingRisks], options: FineGrayOptions, state: FineGrayState) -> FloatArray:
    """One-sided profile-likelihood bounds of the coefficients without a finite estimate, else NaN."""
    bound = np.full(len(state.direction), np.nan)
    for column in np.flatnonzero(state.direction):
        found = _bound(parts, options, state, int(column))
        bound[column] = np.nan if found is None else found
    return bound


def _bound(
    parts: Iterable[CompetingRisks], options: FineGrayOptions, state: FineGrayState, column: int
) -> float | None:
    """Where the profile log-likelihood lies z^2/2 under its supremum, z the one-sided normal quantile."""
    target = state.loglik - ndtri(options.confidence) ** 2 / 2

    def above(value: float) -> float:
        return float(rounds(estimator_for(parts, options, ((column, value),)), parts).loglik - target)

    far = float(state.coefficients[column])
    step = abs(far) or 1.0
    near = far
    for _ in range(FURTHEST):
        near -= state.direction[column] * step
        try:
            if above(near) < 0:
                return float(brentq(above, near, far, xtol=1e-9, rtol=1e-12))
        except NotEstimable:
            return None
        step *= 2
    return None


def _r_call(rows: CompetingRisks, options: FineGrayOptions) -> str:
    """The call in R that gives the same, or the nearest one, with what differs said behind it."""
    code = rows.cause(options.cause)
    matrix = f"cbind({', '.join(rows.names)})"
    expanded = options.censor_ties is CensorTies.AFTER_EVENTS or rows.weights is not None
    if rows.strata is not None and not expanded:
        strata = f"interaction({', '.join(rows.strata_columns)})"
        return f"crrSC::crrs(time, status, {matrix}, {strata}, failcode = {code}, cencode = 0, ctype = 1)"
    if rows.cluster is not None and not expanded:
        return f"crrSC::crrc(time, status, {matrix}, cluster, failcode = {code}, cencode = 0)"
    if not expanded:
        group = f", cengroup = {rows.group_column}" if options.censoring_groups else ""
        call = f"cmprsk::crr(time, status, {matrix}, failcode = {code}, cencode = 0{group}, gtol = 1e-12)"
        return call if options.weight_variance else f"{call}  # same coefficients; its variance has psi"
    response = "Surv(start, time, status)" if rows.start is not None else "Surv(time, status)"
    strata = f" + strata({', '.join(rows.strata_columns)})" if rows.strata is not None else ""
    long = f'finegray({response} ~ .{strata}, data = rows, id = id, etype = "{options.cause}")'
    call = (
        f"coxph(Surv(fgstart, fgstop, fgstatus) ~ {' + '.join(dict.fromkeys(rows.terms))}{strata}, "
        f"data = {long}, weights = fgwt, cluster = {'cluster' if rows.cluster is not None else 'id'}, "
        f'ties = "breslow")'
    )
    differs = ["its censoring distribution is unweighted"] if rows.weights is not None else []
    differs += ["its variance takes the weights as known"] if options.weight_variance else []
    return f"{call}  # {', and '.join(differs)}" if differs else call
