"""Survival tests of many trials at once, against one trial at a time by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from cimara.outcomes.design.trial_matrix import (
    clustered_log_rank_z,
    log_rank_z,
    order_trials,
    restricted_means,
    survival_before,
    weighted_log_rank,
)

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def made(seed: int, ties: bool) -> tuple[FloatArray, BoolArray, BoolArray]:
    rng = np.random.default_rng(seed)
    time = rng.exponential(8.0, (6, 30))
    time = np.ceil(time) if ties else time
    return time, rng.random((6, 30)) < 0.7, rng.random((6, 30)) < 0.5


def plain(
    time: FloatArray, event: BoolArray, treated: BoolArray, rho: float, gamma: float
) -> tuple[float, float]:
    """Observed less expected and variance, one event time after the other."""
    score = variance = 0.0
    survival = 1.0
    for t in np.unique(time[event]):
        at_risk = time >= t
        n, n1 = at_risk.sum(), (at_risk & treated).sum()
        dies = event & (time == t)
        d, d1 = dies.sum(), (dies & treated).sum()
        w = survival**rho * (1.0 - survival) ** gamma
        score += w * (d1 - d * n1 / n)
        if n > 1:
            variance += w**2 * d * (n - d) / (n - 1) * n1 / n * (1 - n1 / n)
        survival *= 1.0 - d / n
    return score, variance


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("weight", [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)])
def test_each_trial_is_its_own_log_rank_test(ties: bool, weight: tuple[float, float]) -> None:
    time, event, treated = made(1, ties)
    score, covariance = weighted_log_rank(order_trials(time, event, treated), (weight,))
    for trial in range(len(time)):
        expected = plain(time[trial], event[trial], treated[trial], *weight)
        assert (score[trial, 0], covariance[trial, 0, 0]) == pytest.approx(expected, rel=1e-11, abs=1e-13)


def test_the_order_of_patients_does_not_matter() -> None:
    time, event, treated = made(2, True)
    order = np.random.default_rng(0).permutation(30)
    assert log_rank_z(time[:, order], event[:, order], treated[:, order]) == pytest.approx(
        log_rank_z(time, event, treated), rel=1e-12
    )


def test_the_pooled_curve_just_before_each_time() -> None:
    time = np.asarray([[1.0, 2.0, 2.0, 3.0, 4.0]])
    event = np.asarray([[True, True, False, True, True]])
    trials = order_trials(time, event, np.zeros(5, dtype=bool))
    assert survival_before(trials)[0] == pytest.approx([1.0, 0.8, 0.8, 0.6, 0.3], rel=1e-14)


def test_fewer_events_of_the_treated_are_positive() -> None:
    time = np.asarray([[1.0, 2.0, 9.0, 9.0]])
    event = np.asarray([[True, True, False, False]])
    assert log_rank_z(time, event, np.asarray([False, False, True, True]))[0] > 0.0


def test_a_trial_without_events_has_no_evidence() -> None:
    assert log_rank_z(np.ones((1, 4)), np.zeros((1, 4), dtype=bool), np.asarray([1, 1, 0, 0]) > 0)[0] == 0.0


@pytest.mark.parametrize("ties", [False, True])
def test_clusters_of_one_give_the_robust_score_test(ties: bool) -> None:
    time, event, treated = made(3, ties)
    found = clustered_log_rank_z(time, event, treated, np.arange(30))
    for trial in range(len(time)):
        t, e, x = time[trial], event[trial], treated[trial].astype(float)
        influence = np.zeros(30)
        for u in np.unique(t[e]):
            at_risk, dies = t >= u, e & (t == u)
            mean = x[at_risk].mean()
            influence += dies * (x - mean) - at_risk * (x - mean) * dies.sum() / at_risk.sum()
        expected = -influence.sum() / np.sqrt((influence**2).sum())
        assert found[trial] == pytest.approx(expected, rel=1e-11)


def test_a_patient_counted_twice_is_no_more_evidence() -> None:
    time, event, treated = made(4, True)
    twice = [np.repeat(each, 2, axis=1) for each in (time, event, treated)]
    single = clustered_log_rank_z(time, event, treated, np.arange(30))
    assert clustered_log_rank_z(*twice, np.arange(0, 60, 2)) == pytest.approx(single, rel=1e-11)


def test_the_restricted_mean_is_the_area_under_the_curve() -> None:
    time = np.asarray([[2.0, 4.0, 4.0, 10.0]])
    event = np.asarray([[True, True, False, False]])
    mean, variance = restricted_means(time, event, 8.0)
    # S: 1 until 2, 3/4 until 4, 1/2 until 8
    assert mean[0] == pytest.approx(2.0 + 1.5 + 2.0, rel=1e-14)
    # area after 2: 3.5, 1/(4 x 3); after 4: 2, 1/(3 x 2)
    assert variance[0] == pytest.approx(3.5**2 / 12.0 + 2.0**2 / 6.0, rel=1e-14)


def test_a_curve_that_reaches_0_adds_nothing_after() -> None:
    mean, _ = restricted_means(np.asarray([[1.0, 3.0]]), np.ones((1, 2), dtype=bool), 8.0)
    assert mean[0] == pytest.approx(1.0 + 0.5 * 2.0, rel=1e-14)
