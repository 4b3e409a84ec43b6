"""Logarithms of measurements of which some are below the limit of quantification: normal, left-censored.

(v) of the window designs: what is below the limit enters the likelihood as such, and is never replaced.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr, ndtri, stdtr, stdtrit  # type: ignore[import-untyped]

from cimara.outcomes.design.errors import DesignError, demand, demand_share
from cimara.outcomes.design.noncentral_t import t_power

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
ROUNDS = 100
CLOSE = 1e-10


def information(below_limit: float) -> tuple[float, float, float]:
    """Information of one value on (mean, mean and SD, SD), in units of the SD, a share below the limit.

    The limit lies at the normal quantile z of that share (Cohen 1959; the expectation of the
    second derivatives of the left-censored normal likelihood).
    """
    demand(0.0 <= below_limit < 1.0, "below_limit", "a share of at least 0 and below 1")
    if below_limit == 0.0:
        return 1.0, 0.0, 2.0
    z = float(ndtri(below_limit))
    density = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    hazard = density / below_limit
    mean = 1.0 - below_limit + density * (hazard + z)
    both = density * (1.0 + z * z + z * hazard)
    return mean, both, 2.0 * (1.0 - below_limit) + z * both


def efficiency(below_limit: float) -> float:
    """Information on the mean of one left-censored sample with unknown SD, relative to a complete one."""
    mean, both, spread = information(below_limit)
    return mean - both * both / spread


def difference_variance(shares: tuple[float, float], sizes: tuple[int, int]) -> float:
    """Variance of a difference of two means with one unknown SD, in units of its square.

    `shares` below the limit and `sizes` of the groups.
    """
    total = np.zeros((3, 3))
    for group, (share, size) in enumerate(zip(shares, sizes, strict=True)):
        mean, both, spread = information(share)
        total[group, group] = size * mean
        total[group, 2] = total[2, group] = size * both
        total[2, 2] += size * spread
    contrast = np.asarray([-1.0, 1.0, 0.0])
    return float(contrast @ np.linalg.solve(total, contrast))


def shifted_shares(below_limit: float, difference: float) -> tuple[float, float]:
    """Shares below one limit: of a group, and of another whose mean is higher by `difference` SDs."""
    if below_limit <= 0.0:
        return 0.0, 0.0
    return below_limit, float(ndtr(ndtri(below_limit) - difference))


@dataclass(frozen=True, slots=True)
class LogRatio:
    """Difference of mean logarithms, its standard error, t interval and p-value; `ratio` on the plain scale.

    `below` is how many values are below the limit.
    """

    difference: float
    se: float
    df: int
    lower: float
    upper: float
    p: float
    sd: float
    n: int
    below: int

    @property
    def ratio(self) -> tuple[float, float, float]:
        """Ratio of geometric means with its limits."""
        return math.exp(self.difference), math.exp(self.lower), math.exp(self.upper)


def left_censored_ratio(
    logs: FloatArray, below: BoolArray, treated: BoolArray | None = None, *, level: float = 0.95
) -> LogRatio:
    """The treated less the untreated (or, without `treated`, the mean), values below the limit left-censored.

    Parameters
    ----------
    logs
        Natural logarithms; where `below` holds, of that value's own limit of quantification.
    below
        Whether the value is below its limit.
    treated
        Arm of each value; None for paired log ratios, whose mean is then against 0.

    Returns
    -------
    LogRatio
        Maximum likelihood with one SD; the variance is scaled by n / (n - groups) and the t distribution
        has n - groups degrees of freedom, so that complete data give the t test.

    Raises
    ------
    DesignError
        Missing values, fewer than 2 values that can be quantified beyond one a group, or an arm with none.
    """
    demand_share(level, "level")
    logs = np.asarray(logs, dtype=np.float64)
    below = np.asarray(below, dtype=bool)
    groups = np.ones((len(logs), 1)) if treated is None else _indicators(np.asarray(treated, dtype=bool))
    fits = logs.shape == below.shape and logs.ndim == 1 and len(groups) == len(logs)
    demand(fits and bool(np.isfinite(logs).all()), "logs", "one finite number and one flag a value")
    seen = ((~below)[:, None] * groups).sum(axis=0)
    if (seen < 1).any() or (~below).sum() < groups.shape[1] + 1:
        raise DesignError(
            "too few values can be quantified",
            where="below",
            expected="at least one a group, and one more in all",
            hint="Compare the shares above the limit instead.",
        )
    estimate, covariance, sd = fit_left_censored(logs[None, :], below[None, :], groups)
    contrast = np.ones(1) if treated is None else np.asarray([-1.0, 1.0])
    count, df = len(logs), len(logs) - groups.shape[1]
    difference = float(contrast @ estimate[0])
    se = math.sqrt(float(contrast @ covariance[0] @ contrast) * count / df)
    half = float(stdtrit(df, 0.5 + level / 2.0)) * se
    return LogRatio(
        difference=difference,
        se=se,
        df=df,
        lower=difference - half,
        upper=difference + half,
        p=2.0 * float(stdtr(df, -abs(difference) / se)),
        sd=float(sd[0]),
        n=count,
        below=int(below.sum()),
    )


def _indicators(treated: BoolArray) -> FloatArray:
    return np.stack([~treated, treated], axis=1).astype(np.float64)


def fit_left_censored(
    logs: FloatArray, below: BoolArray, groups: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Group means, their covariance and the SD by maximum likelihood, many samples at once.

    `logs` and `below` are samples x values; `groups` values x groups. Newton on (means / sd, 1 / sd), in
    which the likelihood is concave (Olsen 1978). Raises DesignError where it does not settle.
    """
    size = groups.shape[1]
    uncensored = np.where(below, 0.0, 1.0)
    start = logs.mean(axis=1, keepdims=True) + 0.0 * groups.sum(axis=0)
    inverse_sd = 1.0 / np.maximum(logs.std(axis=1), 1e-300)
    theta = np.concatenate([start * inverse_sd[:, None], inverse_sd[:, None]], axis=1)
    value = _log_likelihood(theta, logs, uncensored, groups)
    for _ in range(ROUNDS):
        gradient, information = _derivatives(theta, logs, uncensored, groups)
        step: FloatArray = np.linalg.solve(information, gradient[:, :, None])[:, :, 0].astype(np.float64)
        theta, value, moved = _step(theta, step, value, logs, uncensored, groups)
        if moved < CLOSE:
            break
    else:
        raise DesignError("the left-censored fit does not settle", where="logs")
    _, information = _derivatives(theta, logs, uncensored, groups)
    sd = 1.0 / theta[:, -1]
    # delta method: mean_g = theta_g / theta_last
    jacobian = np.zeros((len(theta), size, size + 1))
    jacobian[:, np.arange(size), np.arange(size)] = sd[:, None]
    jacobian[:, :, -1] = -theta[:, :-1] * sd[:, None] ** 2
    covariance = jacobian @ np.linalg.inv(information) @ jacobian.transpose(0, 2, 1)
    return theta[:, :-1] * sd[:, None], covariance, sd


def _residuals(theta: FloatArray, logs: FloatArray, groups: FloatArray) -> FloatArray:
    found: FloatArray = theta[:, -1:] * logs - theta[:, :-1] @ groups.T
    return found


def _log_likelihood(
    theta: FloatArray, logs: FloatArray, uncensored: FloatArray, groups: FloatArray
) -> FloatArray:
    residual = _residuals(theta, logs, groups)
    with np.errstate(divide="ignore", invalid="ignore"):
        exact = np.log(theta[:, -1:]) - 0.5 * residual**2
    found: FloatArray = np.where(uncensored > 0, exact, log_ndtr(residual)).sum(axis=1)
    return np.where(theta[:, -1] > 0, found, -np.inf)


def _derivatives(
    theta: FloatArray, logs: FloatArray, uncensored: FloatArray, groups: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Score and observed information in (means / sd, 1 / sd)."""
    residual = _residuals(theta, logs, groups)
    hazard = np.exp(-0.5 * residual**2 - 0.5 * math.log(2.0 * math.pi) - log_ndtr(residual))
    slope = np.where(uncensored > 0, -residual, hazard)
    curve = np.where(uncensored > 0, 1.0, hazard * (hazard + residual))
    design = np.concatenate(
        [np.broadcast_to(-groups, (*logs.shape, groups.shape[1])), logs[:, :, None]], axis=2
    )
    gradient = np.einsum("rn,rnk->rk", slope, design)
    information = np.einsum("rn,rnk,rnl->rkl", curve, design, design, optimize=True)
    count = uncensored.sum(axis=1)
    gradient[:, -1] += count / theta[:, -1]
    information[:, -1, -1] += count / theta[:, -1] ** 2
    return gradient, information


def _step(
    theta: FloatArray,
    step: FloatArray,
    value: FloatArray,
    logs: FloatArray,
    uncensored: FloatArray,
    groups: FloatArray,
) -> tuple[FloatArray, FloatArray, float]:
    """Newton's step, halved where the likelihood falls; and the largest relative move."""
    scale = np.ones(len(theta))
    for _ in range(30):
        tried = theta + scale[:, None] * step
        reached = _log_likelihood(tried, logs, uncensored, groups)
        worse = ~(reached >= value - 1e-9 * np.abs(value) - 1e-12)
        if not worse.any():
            break
        scale = np.where(worse, scale / 2.0, scale)
    moved = float(np.max(np.abs(scale[:, None] * step) / (1.0 + np.abs(theta))))
    return tried, reached, moved


@dataclass(frozen=True, slots=True)
class LeftCensoredComparison:
    """Two equal groups, one SD, a share of the untreated below the limit: power by the left-censored fit.

    `difference` is of mean logarithms, in units of the SD.
    """

    patients_each: int
    difference: float
    below_limit: float
    alpha: float = 0.05

    def __post_init__(self) -> None:
        demand(self.patients_each >= 4, "patients_each", "at least 4 patients a group")
        demand_share(self.alpha, "alpha")
        demand(0.0 <= self.below_limit < 0.8, "below_limit", "a share of at least 0 and below 0.8")

    @property
    def attained_power(self) -> float:
        """Noncentral t with 2n - 2 df, the variance by `difference_variance`."""
        shares = shifted_shares(self.below_limit, self.difference)
        variance = difference_variance(shares, (self.patients_each, self.patients_each))
        df = 2.0 * self.patients_each - 2.0
        return t_power(abs(self.difference) / math.sqrt(variance), df, self.alpha, 2)

    def replicate(self, n_rep: int, rng: np.random.Generator, *, null: bool = False) -> BoolArray:
        """Whether each simulated trial rejects; a trial without enough values above the limit does not."""
        count = 2 * self.patients_each
        groups = np.repeat(np.eye(2), self.patients_each, axis=0)
        shift = 0.0 if null else self.difference
        limit = float(ndtri(self.below_limit)) if self.below_limit > 0.0 else -1e300
        values = rng.standard_normal((n_rep, count)) + shift * groups[:, 1]
        below = values < limit
        usable = ((~below).astype(float) @ groups >= 2).all(axis=1)
        rejected = np.zeros(n_rep, dtype=bool)
        if usable.any():
            kept = np.where(below, limit, values)[usable]
            estimate, covariance, _ = fit_left_censored(kept, below[usable], groups)
            variance = covariance[:, 0, 0] + covariance[:, 1, 1] - 2.0 * covariance[:, 0, 1]
            t = (estimate[:, 1] - estimate[:, 0]) / np.sqrt(variance * count / (count - 2))
            rejected[usable] = np.abs(t) >= stdtrit(count - 2, 1.0 - self.alpha / 2.0)
        return rejected
