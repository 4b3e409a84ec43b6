"""Estimates of completed data sets as one: Rubin's rules with the degrees of freedom of Barnard and Rubin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy import stats  # type: ignore[import-untyped]

from cimara.outcomes.contract import FloatArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.cox_fit import CoxFit
from cimara.terms.errors import CimaraError


class ImputationError(CimaraError):
    """Estimates of completed data sets that do not belong together."""


@dataclass(frozen=True, kw_only=True, eq=False)
class ImputationPool:
    """Pooled estimates of p quantities over m completed data sets; arrays have one entry a quantity.

    `covariance` is the total p x p matrix T when covariances were given, else its diagonal. `lambda_` is the
    share of the variance that missingness causes, `riv` the relative increase of the variance, `fmi` the
    fraction of missing information. `df` is infinite when nothing is missing and `complete_df` is.
    """

    names: tuple[str, ...]
    estimate: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    p: FloatArray
    df: FloatArray
    within: FloatArray
    between: FloatArray
    total: FloatArray
    covariance: FloatArray
    riv: FloatArray
    lambda_: FloatArray
    fmi: FloatArray
    complete_df: float
    imputations: int
    conf_level: float
    n: int | None = None
    events: int | None = None
    warnings: tuple[ModelWarning, ...] = ()
    r_call: str = "summary(mice::pool(fits, dfcom = complete_df), conf.int = TRUE)"

    def table(self) -> pl.DataFrame:
        """One row a quantity."""
        columns = ("estimate", "se", "lower", "upper", "p", "df", "riv", "lambda_", "fmi")
        values = {name.rstrip("_"): getattr(self, name) for name in columns}
        return pl.DataFrame({"name": self.names} | values)


def pool_imputations(
    estimates: ArrayLike,
    covariances: ArrayLike,
    *,
    names: Sequence[str] = (),
    complete_df: float = np.inf,
    conf_level: float = 0.95,
    n: int | None = None,
    events: int | None = None,
) -> ImputationPool:
    """Estimates of m completed data sets as one, on the scale on which they are normal (log hazard ratios).

    Parameters
    ----------
    estimates
        m x p: one row a completed data set.
    covariances
        m x p x p covariance matrices, or m x p variances.
    complete_df
        Degrees of freedom that complete data would have: events - p for a Cox model; infinite for large
        samples.

    Raises
    ------
    NotEstimable
        Fewer than two completed data sets.
    ImputationError
        Shapes that do not fit, an estimate that is not finite, a variance that is not above 0.

    Source: Rubin 1987, eq. 3.1.2-3.1.10; Barnard & Rubin 1999, eq. 3-5.
    """
    found = np.atleast_2d(np.asarray(estimates, dtype=np.float64))
    spread = _covariance_matrices(covariances, found.shape)
    _check(found, spread)
    m, p = found.shape
    mean = found.mean(axis=0)
    deviation = found - mean
    within = spread.mean(axis=0)
    between = deviation.T @ deviation / (m - 1)
    covariance = within + (1 + 1 / m) * between
    total = np.diag(covariance).copy()
    extra = (1 + 1 / m) * np.diag(between)
    riv = extra / np.diag(within)
    share = extra / total
    df = barnard_rubin_df(share, m, complete_df)
    se = np.sqrt(total)
    half = stats.t.ppf((1 + conf_level) / 2, df) * se
    return ImputationPool(
        names=tuple(names) or tuple(f"quantity {place}" for place in range(1, p + 1)),
        estimate=mean,
        se=se,
        lower=mean - half,
        upper=mean + half,
        p=2 * stats.t.sf(np.abs(mean / se), df),
        df=df,
        within=np.diag(within).copy(),
        between=np.diag(between).copy(),
        total=total,
        covariance=covariance,
        riv=riv,
        lambda_=share,
        fmi=(riv + 2 / (df + 3)) / (riv + 1),
        complete_df=complete_df,
        imputations=m,
        conf_level=conf_level,
        n=n,
        events=events,
    )


def pool_cox(fits: Sequence[CoxFit], *, conf_level: float = 0.95) -> ImputationPool:
    """Cox models of m completed data sets as one, with events - p complete-data degrees of freedom.

    Parameters
    ----------
    fits
        One a completed data set, of the same covariates; those of robust fits pool robust covariances.

    Raises
    ------
    NotEstimable
        NOT_SUPPORTED: one fit only.
    ImputationError
        Other covariates in some fit, or a coefficient that some fit could not estimate.
    """
    if len({fit.names for fit in fits}) > 1:
        raise ImputationError("models of different covariates", where="fits", expected="the same in each")
    events = min((fit.events for fit in fits), default=0)
    names = fits[0].names if fits else ()
    return pool_imputations(
        [fit.coef for fit in fits],
        [fit.covariance for fit in fits],
        names=names,
        complete_df=float(events - len(names)),
        conf_level=conf_level,
        n=fits[0].n if fits else None,
        events=events,
    )


def barnard_rubin_df(share: FloatArray, imputations: int, complete_df: float) -> FloatArray:
    """Degrees of freedom from the share of variance due to missingness (lambda).

    (m - 1)/lambda^2 and (v + 1)/(v + 3) v (1 - lambda), v complete-data degrees of freedom, in parallel
    (Barnard & Rubin 1999, eq. 3-5).
    """
    with np.errstate(divide="ignore"):
        classical = (imputations - 1) / share**2
    if np.isinf(complete_df):
        return np.asarray(classical)
    observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
    return np.asarray(1 / (1 / classical + 1 / observed))


@dataclass(frozen=True, kw_only=True, eq=False)
class SurvivalPool:
    """Pooled survival at each time with limits made on the log-log scale; null where that is not defined."""

    time: FloatArray
    survival: FloatArray
    lower: FloatArray
    upper: FloatArray
    log_log: ImputationPool | None
    imputations: int
    conf_level: float
    warnings: tuple[ModelWarning, ...] = ()
    r_call: str = "mice::pool.scalar(log(-log(surv)), (se / (surv * log(surv)))^2, n = Inf)"

    def table(self) -> pl.DataFrame:
        """One row a time."""
        limits = {"lower": self.lower, "upper": self.upper}
        frame = pl.DataFrame({"time": self.time, "survival": self.survival} | limits)
        return frame.fill_nan(None)


def pool_survival(
    time: ArrayLike, survival: ArrayLike, se: ArrayLike, *, conf_level: float = 0.95
) -> SurvivalPool:
    """Survival curves of m completed data sets as one, pooled as log(-log S).

    Parameters
    ----------
    time
        T times, the same in each data set.
    survival, se
        m x T survival probabilities and their standard errors on the probability scale.

    Medians are not pooled: read one off the pooled curve. A time at which some curve is at 0 or 1 has no
    log-log: it gets the mean and, but where all are at 1, no limits.
    """
    times = np.asarray(time, dtype=np.float64)
    curves = np.atleast_2d(np.asarray(survival, dtype=np.float64))
    errors = np.atleast_2d(np.asarray(se, dtype=np.float64))
    if curves.shape != errors.shape or curves.shape[1] != len(times):
        raise ImputationError("survival and se of different shapes", expected="imputations x times each")
    inside = ((curves > 0) & (curves < 1) & (errors > 0)).all(axis=0)
    centre = curves.mean(axis=0)
    certain = np.where(centre == 1, 1.0, np.nan)
    lower, upper = certain.copy(), certain.copy()
    pool = None
    if inside.any():
        pool = _pool_log_log(curves[:, inside], errors[:, inside], times[inside], conf_level)
        centre[inside] = np.exp(-np.exp(pool.estimate))
        lower[inside], upper[inside] = np.exp(-np.exp(pool.upper)), np.exp(-np.exp(pool.lower))
    missing = int(np.isnan(lower).sum())
    said = f"{missing} time(s) without limits: a completed data set has survival 0 or 1 there"
    warnings = (ModelWarning(Concern.NOT_SUPPORTED, said),) if missing else ()
    return SurvivalPool(
        time=times,
        survival=centre,
        lower=lower,
        upper=upper,
        log_log=pool,
        imputations=len(curves),
        conf_level=conf_level,
        warnings=warnings,
    )


def _pool_log_log(
    curves: FloatArray, errors: FloatArray, times: FloatArray, conf_level: float
) -> ImputationPool:
    log = np.log(curves)
    names = [f"log(-log S({time:g}))" for time in times]
    return pool_imputations(np.log(-log), (errors / (curves * log)) ** 2, names=names, conf_level=conf_level)


def _covariance_matrices(covariances: ArrayLike, shape: tuple[int, ...]) -> FloatArray:
    given = np.asarray(covariances, dtype=np.float64)
    m, p = shape
    if given.shape == (m, p):
        made = np.zeros((m, p, p))
        made[:, range(p), range(p)] = given
        return made
    if given.shape != (m, p, p):
        raise ImputationError(
            "covariances of another shape than the estimates",
            where="covariances",
            expected=f"{m} x {p} variances or {m} x {p} x {p} covariances",
        )
    return given


def _check(estimates: FloatArray, covariances: FloatArray) -> None:
    if len(estimates) < 2 or not estimates.size:
        raise NotEstimable(
            Concern.NOT_SUPPORTED,
            "one completed data set says nothing of the variance between them",
            hint="Impute at least twice; 20 or more is usual.",
        )
    variances = np.diagonal(covariances, axis1=1, axis2=2)
    if not np.isfinite(estimates).all() or not np.isfinite(covariances).all():
        raise ImputationError(
            "an estimate that is not finite",
            where="estimates, covariances",
            hint="Leave out a quantity that some completed data set cannot estimate (aliased, separated).",
        )
    if not (variances > 0).all():
        raise ImputationError("a variance that is not above 0", where="covariances")
