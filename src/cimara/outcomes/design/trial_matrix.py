"""Survival tests of many simulated trials at once: one row a trial, one column a patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class OrderedTrials:
    """Trials with each row in the order of time: who is at risk, and how many events each time has.

    All arrays are trials x patients. `first` and `last` are the columns where the tie of a column begins and
    ends, `deaths` the events of that tie, `at_risk` (and of the treated) those with time at or after it.
    """

    order: IntArray
    event: BoolArray
    treated: BoolArray
    first: IntArray
    last: IntArray
    deaths: FloatArray
    at_risk: FloatArray
    treated_at_risk: FloatArray


def order_trials(time: FloatArray, event: BoolArray, treated: BoolArray) -> OrderedTrials:
    """Sort each trial by time; `treated` may be one row for all trials."""
    order = np.argsort(time, axis=1, kind="stable")
    time = np.take_along_axis(time, order, axis=1)
    event = np.take_along_axis(event, order, axis=1)
    treated = np.take_along_axis(np.broadcast_to(treated, time.shape), order, axis=1)
    size = time.shape[1]
    column = np.arange(size)
    starts = np.ones(time.shape, dtype=bool)
    starts[:, 1:] = time[:, 1:] > time[:, :-1]
    first = np.maximum.accumulate(np.where(starts, column, 0), axis=1)
    ends = np.ones(time.shape, dtype=bool)
    ends[:, :-1] = starts[:, 1:]
    last = np.minimum.accumulate(np.where(ends, column, size - 1)[:, ::-1], axis=1)[:, ::-1]
    deaths = _between(event, first, last)
    before = _before(treated.astype(np.float64), first)
    return OrderedTrials(
        order, event, treated, first, last, deaths, size - first.astype(np.float64),
        treated.sum(axis=1, keepdims=True) - before,
    )  # fmt: skip


def _before(values: FloatArray, column: IntArray) -> FloatArray:
    """Sum of the values left of `column`."""
    summed = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=summed[:, 1:])
    return np.take_along_axis(summed, column, axis=1)


def _between(values: NDArray[np.bool_], first: IntArray, last: IntArray) -> FloatArray:
    summed = np.zeros((values.shape[0], values.shape[1] + 1))
    np.cumsum(values, axis=1, out=summed[:, 1:])
    found: FloatArray = np.take_along_axis(summed, last + 1, axis=1)
    found -= np.take_along_axis(summed, first, axis=1)
    return found


def survival_before(trials: OrderedTrials) -> FloatArray:
    """Kaplan-Meier estimate of all patients of a trial just before the time of each column."""
    alive = trials.at_risk - trials.deaths
    ends = trials.last == np.arange(trials.last.shape[1])
    with np.errstate(divide="ignore"):
        steps = np.where(ends & (alive > 0), np.log(alive / trials.at_risk), 0.0)
    return np.exp(_before(steps, trials.first))


def weighted_log_rank(
    trials: OrderedTrials, weights: Sequence[tuple[float, float]] = ((0.0, 0.0),)
) -> tuple[FloatArray, FloatArray]:
    """Observed less expected events of the treated, and its covariance, for Fleming-Harrington weights.

    Parameters
    ----------
    weights
        Pairs (rho, gamma): S(t-)^rho (1 - S(t-))^gamma; the log-rank test is (0, 0).

    Returns
    -------
    tuple
        Scores (trials x weights) and covariances (trials x weights x weights), the hypergeometric variance
        with factor (n - d)/(n - 1) at ties, 0 where one patient is at risk. Fleming and Harrington 1991.
    """
    share = trials.treated_at_risk / trials.at_risk
    surprise = trials.event * (trials.treated - share)
    tie_factor = (trials.at_risk - trials.deaths) / np.maximum(trials.at_risk - 1.0, 1.0)
    variance = trials.event * share * (1.0 - share) * tie_factor
    survival = survival_before(trials)
    weight = np.stack([survival**rho * (1.0 - survival) ** gamma for rho, gamma in weights])
    score = np.einsum("krn,rn->rk", weight, surprise)
    covariance = np.einsum("krn,lrn,rn->rkl", weight, weight, variance, optimize=True)
    return score, covariance


def log_rank_z(time: FloatArray, event: BoolArray, treated: BoolArray) -> FloatArray:
    """Standardised log-rank score of each trial, positive where the treated have fewer events."""
    score, covariance = weighted_log_rank(order_trials(time, event, treated))
    return standardised(-score[:, 0], covariance[:, 0, 0])


def standardised(score: FloatArray, variance: FloatArray) -> FloatArray:
    """score / sqrt(variance), 0 where the variance is 0: a trial without information rejects nothing."""
    found = np.zeros_like(score)
    np.divide(score, np.sqrt(variance), out=found, where=variance > 0)
    return found


def clustered_log_rank_z(
    time: FloatArray, event: BoolArray, treated: BoolArray, first_of_cluster: IntArray
) -> FloatArray:
    """As `log_rank_z`, with the variance from the score sums of clusters (Lin and Wei 1989).

    `first_of_cluster` holds the column at which each cluster begins; a cluster's columns lie together.
    """
    trials = order_trials(time, event, treated)
    share = trials.treated_at_risk / trials.at_risk
    rate = _before(trials.event / trials.at_risk, trials.last + 1)
    mean = _before(trials.event * share / trials.at_risk, trials.last + 1)
    influence = trials.event * (trials.treated - share) - (trials.treated * rate - mean)
    patients = np.empty_like(influence)
    np.put_along_axis(patients, trials.order, influence, axis=1)
    summed = np.add.reduceat(patients, first_of_cluster, axis=1)
    return standardised(-summed.sum(axis=1), (summed**2).sum(axis=1))


def restricted_means(time: FloatArray, event: BoolArray, tau: float) -> tuple[FloatArray, FloatArray]:
    """Restricted mean survival time to `tau` of each trial's patients, and its variance.

    Greenwood's form: sum of A(u)^2 d / (n (n - d)), A(u) the area under the curve from u to `tau`; terms with
    n = d are 0.
    """
    trials = order_trials(time, event, np.zeros(time.shape[1], dtype=bool))
    times = np.minimum(np.sort(time, axis=1), tau)
    before = survival_before(trials)
    steps = np.diff(times, axis=1, prepend=0.0)
    area_until = np.cumsum(before * steps, axis=1)
    last_alive = (trials.at_risk - trials.deaths)[:, -1] > 0
    after_last = np.where(last_alive, before[:, -1] * _kept(trials)[:, -1], 0.0)
    total = area_until[:, -1] + after_last * (tau - times[:, -1])
    alive = trials.at_risk - trials.deaths
    counted = trials.event & (np.sort(time, axis=1) <= tau) & (alive > 0)
    jump = np.divide(counted, trials.at_risk * alive, out=np.zeros_like(alive), where=alive > 0)
    remaining = total[:, None] - area_until
    return total, (remaining**2 * jump).sum(axis=1)


def _kept(trials: OrderedTrials) -> FloatArray:
    return (trials.at_risk - trials.deaths) / trials.at_risk
