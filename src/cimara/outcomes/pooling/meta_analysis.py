"""Estimates of sites as one, with what differs between sites: a random-effects meta-analysis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import polars as pl
import scipy  # type: ignore[import-untyped]  # its parts load where they are used
from numpy.typing import ArrayLike

from cimara.outcomes.contract import FloatArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.terms.errors import CimaraError

SCANNED = 400
"""Points at which the restricted likelihood is looked at for more than one maximum."""


class PoolingError(CimaraError):
    """Estimates of sites that cannot be pooled."""


class TauMethod(StrEnum):
    """How the variance between sites is estimated."""

    REML = "reml"
    DERSIMONIAN_LAIRD = "dl"


class Prediction(StrEnum):
    """Degrees of freedom of the prediction interval: k - 1 as the interval of the mean, or k - 2 (Riley)."""

    SAME_AS_MEAN = "k-1"
    RILEY = "riley"


@dataclass(frozen=True, kw_only=True, eq=False)
class SitePool:
    """The mean over k sites, the variance between them (`tau2`) and where a new site's estimate may lie.

    `prediction_lower` and `prediction_upper` are None when the interval has no degree of freedom (`riley` of
    two sites). `i2` is the share of the total variance that lies between sites, for this `tau2`.
    """

    sites: tuple[str, ...]
    estimates: FloatArray
    variances: FloatArray
    weights: FloatArray
    mean: float
    se: float
    lower: float
    upper: float
    p: float
    tau2: float
    i2: float
    q: float
    q_df: int
    q_p: float
    prediction_lower: float | None
    prediction_upper: float | None
    method: TauMethod
    knapp_hartung: bool
    prediction: Prediction
    conf_level: float
    warnings: tuple[ModelWarning, ...] = ()
    r_call: str = ""

    @property
    def n_sites(self) -> int:
        """Number of sites pooled, k."""
        return len(self.estimates)

    def table(self) -> pl.DataFrame:
        """One row a site with its normal interval, then the mean and a new site (the prediction interval)."""
        half = scipy.stats.norm.ppf((1 + self.conf_level) / 2) * np.sqrt(self.variances)
        return pl.DataFrame(
            {
                "site": [*self.sites, "mean", "new site"],
                "estimate": [*self.estimates, self.mean, self.mean],
                "lower": [*(self.estimates - half), self.lower, self.prediction_lower],
                "upper": [*(self.estimates + half), self.upper, self.prediction_upper],
                "weight": [*(self.weights / self.weights.sum()), None, None],
            }
        )


def pool_sites(
    estimates: ArrayLike,
    variances: ArrayLike,
    *,
    sites: Sequence[str] = (),
    method: TauMethod | str = TauMethod.REML,
    knapp_hartung: bool = True,
    prediction: Prediction | str = Prediction.SAME_AS_MEAN,
    conf_level: float = 0.95,
) -> SitePool:
    """Random-effects mean of site estimates (log hazard ratios, say) with a prediction interval.

    Parameters
    ----------
    estimates, variances
        One a site, k of each; variances are squared standard errors.
    method
        REML (default) or DerSimonian-Laird for the variance between sites.
    knapp_hartung
        True: Hartung-Knapp-Sidik-Jonkman variance with t of k - 1; False: 1/sum of weights, normal.
    prediction
        t of k - 1 (default, as metafor) or, `riley`, of k - 2.

    Raises
    ------
    NotEstimable
        Fewer than two sites.
    PoolingError
        An estimate that is not finite, a variance that is not above 0.

    Source: Hartung & Knapp 2001, eq. 7; Sidik & Jonkman 2002; DerSimonian & Laird 1986; Riley 2011;
    I^2 = tau^2/(tau^2 + typical within-site variance), Higgins & Thompson 2002, eq. 9.
    """
    y, v = _checked(estimates, variances)
    k = len(y)
    how, predicted = TauMethod(method), Prediction(prediction)
    tau2 = _tau2_reml(y, v) if how is TauMethod.REML else _tau2_dersimonian_laird(y, v)
    weights = 1 / (v + tau2)
    mean = float(weights @ y / weights.sum())
    variance = _variance_of_mean(y, weights, mean) if knapp_hartung else 1 / weights.sum()
    q, df = _cochran_q(y, v), k - 1
    se = float(np.sqrt(variance))
    reference = scipy.stats.t(df) if knapp_hartung else scipy.stats.norm()
    quantile = reference.ppf((1 + conf_level) / 2)
    spread = _prediction_spread(predicted, k, conf_level, quantile) * np.sqrt(tau2 + variance)
    return SitePool(
        sites=tuple(sites) or tuple(f"site {place}" for place in range(1, k + 1)),
        estimates=y,
        variances=v,
        weights=weights,
        mean=mean,
        se=se,
        lower=float(mean - quantile * se),
        upper=float(mean + quantile * se),
        p=float(2 * reference.sf(abs(mean) / se)) if se > 0 else float(mean == 0),
        tau2=tau2,
        i2=tau2 / (tau2 + _typical_variance(v)),
        q=q,
        q_df=df,
        q_p=float(scipy.stats.chi2.sf(q, df)),
        prediction_lower=float(mean - spread) if np.isfinite(spread) else None,
        prediction_upper=float(mean + spread) if np.isfinite(spread) else None,
        method=how,
        knapp_hartung=knapp_hartung,
        prediction=predicted,
        conf_level=conf_level,
        warnings=_warnings(k, spread, se),
        r_call=_r_call(how, knapp_hartung),
    )


def _tau2_reml(y: FloatArray, v: FloatArray) -> float:
    """Where the restricted likelihood is greatest, boundary and several maxima included."""
    top = 10 * (np.var(y) + v.max())
    scan = np.concatenate(([0.0], np.geomspace(1e-8 * top, top, SCANNED)))
    slope = np.array([_reml_slope(one, y, v) for one in scan])
    falls = np.flatnonzero((slope[:-1] > 0) & (slope[1:] <= 0))
    found = [
        scipy.optimize.brentq(_reml_slope, scan[at], scan[at + 1], args=(y, v), xtol=1e-15) for at in falls
    ]
    candidates = [*found, 0.0]
    return float(max(candidates, key=lambda tau2: _restricted_loglik(tau2, y, v)))


def _reml_slope(tau2: float, y: FloatArray, v: FloatArray) -> float:
    w = 1 / (v + tau2)
    mean = w @ y / w.sum()
    return float(w**2 @ (y - mean) ** 2 - w.sum() + w @ w / w.sum())


def _restricted_loglik(tau2: float, y: FloatArray, v: FloatArray) -> float:
    w = 1 / (v + tau2)
    mean = w @ y / w.sum()
    return float(np.log(w).sum() - np.log(w.sum()) - w @ (y - mean) ** 2) / 2


def _tau2_dersimonian_laird(y: FloatArray, v: FloatArray) -> float:
    w = 1 / v
    return max(0.0, float((_cochran_q(y, v) - (len(y) - 1)) / (w.sum() - w @ w / w.sum())))


def _cochran_q(y: FloatArray, v: FloatArray) -> float:
    w = 1 / v
    return float(w @ (y - w @ y / w.sum()) ** 2)


def _variance_of_mean(y: FloatArray, weights: FloatArray, mean: float) -> float:
    """Hartung & Knapp 2001, eq. 7."""
    return float(weights @ (y - mean) ** 2 / ((len(y) - 1) * weights.sum()))


def _typical_variance(v: FloatArray) -> float:
    w = 1 / v
    return float((len(v) - 1) * w.sum() / (w.sum() ** 2 - w @ w))


def _prediction_spread(rule: Prediction, k: int, conf_level: float, quantile: float) -> float:
    if rule is Prediction.SAME_AS_MEAN:
        return quantile
    return float(scipy.stats.t.ppf((1 + conf_level) / 2, k - 2)) if k > 2 else np.inf


def _warnings(k: int, spread: float, se: float) -> tuple[ModelWarning, ...]:
    found = []
    if not np.isfinite(spread):
        said = f"no prediction interval with k - 2 degrees of freedom from {k} sites"
        found.append(ModelWarning(Concern.NOT_SUPPORTED, said))
    if se == 0:
        said = "the sites' estimates are equal, so the Hartung-Knapp variance is 0; ask for the normal one"
        found.append(ModelWarning(Concern.ILL_CONDITIONED, said))
    return tuple(found)


def _r_call(method: TauMethod, knapp_hartung: bool) -> str:
    test = "knha" if knapp_hartung else "z"
    return f'metafor::rma(yi, vi, method = "{method.upper()}", test = "{test}")'


def _checked(estimates: ArrayLike, variances: ArrayLike) -> tuple[FloatArray, FloatArray]:
    y = np.asarray(estimates, dtype=np.float64)
    v = np.asarray(variances, dtype=np.float64)
    if y.ndim != 1 or y.shape != v.shape:
        raise PoolingError("estimates and variances of different shapes", expected="one of each a site")
    if not (np.isfinite(y).all() and np.isfinite(v).all() and (v > 0).all()):
        raise PoolingError(
            "a site whose estimate is not finite or whose variance is not above 0",
            hint="Leave out sites that cannot estimate the effect, and list them.",
        )
    if len(y) < 2:
        raise NotEstimable(Concern.ONE_GROUP, "there are fewer than two sites to pool", columns=("site",))
    return y, v
