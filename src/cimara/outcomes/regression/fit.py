"""A fitted generalised linear model: coefficients, their ratios, and everything that was chosen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from scipy.special import ndtr, ndtri  # type: ignore[import-untyped]

from cimara.outcomes.frame_columns import BoolArray, FloatArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, rows_dropped
from cimara.outcomes.models.cox_fit import ChiSquare, interval_limits
from cimara.outcomes.models.cox_result import chi_square
from cimara.outcomes.models.newton import ILL_CONDITIONED, condition_number, inverse
from cimara.outcomes.regression.estimator import Regression, RegressionState
from cimara.outcomes.regression.outcome_rows import Outcomes

EVENTS_A_PARAMETER = 10
ENOUGH_CLUSTERS = 30


@dataclass(frozen=True, kw_only=True, eq=False)
class RegressionFit:
    """Coefficients (q, the intercept first) on the scale of the link; NaN where `aliased`.

    Parameters
    ----------
    ratio, lower, upper
        Exponentials of the coefficients (odds ratios, or ratios of rates) with intervals at `confidence`.
    covariance, model_se
        What `se` comes from (robust where `robust`), and the standard errors of the model.
    likelihood_ratio
        Test of all coefficients but the intercept; None where rows are clustered or probability-weighted.
    n, events, clusters
        Rows, rows with an outcome above 0, and clusters (None unless robust).
    """

    family: str
    names: tuple[str, ...]
    terms: tuple[str, ...]
    coef: FloatArray
    se: FloatArray
    z: FloatArray
    p: FloatArray
    covariance: FloatArray
    model_se: FloatArray
    ratio: FloatArray
    lower: FloatArray
    upper: FloatArray
    aliased: BoolArray
    loglik_null: float
    loglik: float
    likelihood_ratio: ChiSquare | None
    n: int
    events: int
    clusters: int | None
    robust: bool
    confidence: float
    iterations: int
    dropped: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def table(self) -> pl.DataFrame:
        """One row a coefficient."""
        columns = ("coef", "se", "ratio", "lower", "upper", "z", "p")
        found = {name: pl.Series(getattr(self, name)).fill_nan(None) for name in columns}
        return pl.DataFrame({"term": list(self.names), **found})


def regression_fit(
    estimator: Regression, state: RegressionState, rows: Outcomes, confidence: float
) -> RegressionFit:
    """The fit of a finished state; `rows` (any part) names columns."""
    estimable = ~state.aliased
    model = inverse(state.information, estimable)
    clusters = int(state.count("clusters"))
    covariance = _sandwich(model, state, estimable, clusters) if estimator.robust else model
    coef = np.where(estimable, state.coefficients, np.nan)
    shift = np.where(estimable, -state.centre, 0.0)
    coef[0] += state.base + shift @ state.coefficients
    model, covariance = _at_zero(model, shift), _at_zero(covariance, shift)
    se = np.sqrt(np.diag(covariance))
    ratio, lower, upper = interval_limits(coef, se * ndtri(0.5 + confidence / 2))
    plain = rows.cluster is None and not rows.robust_by_default
    tested = chi_square(2 * (state.loglik - state.null_loglik), int(estimable.sum()) - 1)
    return RegressionFit(
        family=estimator.kernel.family,
        names=estimator.names,
        terms=(estimator.names[0], *rows.terms),
        coef=coef,
        se=se,
        z=coef / se,
        p=2 * ndtr(-np.abs(coef / se)),
        covariance=covariance,
        model_se=np.sqrt(np.diag(model)),
        ratio=ratio,
        lower=lower,
        upper=upper,
        aliased=state.aliased,
        loglik_null=state.null_loglik,
        loglik=state.loglik,
        likelihood_ratio=tested if plain else None,
        n=int(state.count("n")),
        events=int(state.count("events")),
        clusters=clusters if estimator.robust else None,
        robust=estimator.robust,
        confidence=confidence,
        iterations=len(state.trace) - 1,
        dropped=dict(rows.dropped),
        warnings=tuple(_concerns(estimator, state, rows)),
        r_call=_r_call(estimator, rows),
    )


def _sandwich(model: FloatArray, state: RegressionState, estimable: BoolArray, clusters: int) -> FloatArray:
    made = np.full(model.shape, np.nan)
    if clusters > 1:
        where = np.ix_(estimable, estimable)
        made[where] = model[where] @ state.cross[where] @ model[where]
    return np.asarray((made + made.T) / 2)


def _at_zero(covariance: FloatArray, shift: FloatArray) -> FloatArray:
    """The covariance with the intercept at covariates of 0; NaN stays where there is no coefficient."""
    unknown = np.isnan(covariance)
    moved = np.eye(len(shift))
    moved[0] += shift
    return np.where(unknown, np.nan, moved @ np.where(unknown, 0.0, covariance) @ moved.T)


def _concerns(estimator: Regression, state: RegressionState, rows: Outcomes) -> Iterator[ModelWarning]:
    gone = tuple(name for name, one in zip(estimator.names, state.aliased, strict=True) if one)
    if gone:
        said = f"{', '.join(gone)}: constant, or given by the covariates before; no coefficient"
        yield ModelWarning(Concern.ALIASED, said, gone)
    condition = condition_number(state.information, ~state.aliased)
    if condition > ILL_CONDITIONED:
        message = f"covariates nearly depend on each other (condition number {condition:.1e})"
        yield ModelWarning(Concern.ILL_CONDITIONED, message, rows.names)
    events = state.count("events")
    rarer = min(events, state.count("n") - events) if estimator.kernel.family == "binomial" else events
    parameters = int((~state.aliased).sum()) - 1
    if rarer < EVENTS_A_PARAMETER * parameters:
        message = f"{rarer:.0f} rows of the rarer outcome for {parameters} covariates, fewer than 10 each"
        yield ModelWarning(Concern.FEW_EVENTS, message)
    if estimator.robust and state.count("clusters") < ENOUGH_CLUSTERS:
        message = f"{state.count('clusters'):.0f} clusters: the robust variance is too small"
        yield ModelWarning(Concern.FEW_CLUSTERS, message)
    if rows.dropped:
        yield rows_dropped(rows.dropped)
    if rows.empty_levels:
        message = f"levels without rows: {', '.join(rows.empty_levels)}"
        yield ModelWarning(Concern.EMPTY_LEVEL, message, rows.empty_levels)


def _r_call(estimator: Regression, rows: Outcomes) -> str:
    right = [*dict.fromkeys(rows.terms)] or ["1"]
    offset = ["offset(log(exposure))"] if rows.exposure is not None else []
    weights = ", weights = weights" if rows.weights is not None else ""
    call = f"glm(outcome ~ {' + '.join(right + offset)}, family = {estimator.kernel.family}{weights})"
    if not estimator.robust:
        return call
    cluster = ", cluster = cluster" if rows.cluster is not None or rows.id is not None else ""
    return f'sandwich::vcovCL({call}{cluster}, type = "HC0", cadjust = FALSE)'
