"""Random-effects pooling of sites."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.pooling.meta_analysis import PoolingError, pool_sites

ESTIMATES = [0.2, -0.1, 0.45, 0.3, 0.05]
VARIANCES = [0.04, 0.02, 0.09, 0.05, 0.03]


def test_the_worked_example_of_five_sites() -> None:
    pool = pool_sites(ESTIMATES, VARIANCES)
    assert pool.tau2 == pytest.approx(0.007439, rel=1e-3)
    assert pool.mean == pytest.approx(0.10498, rel=1e-4)
    assert pool.se == pytest.approx(0.09075, rel=1e-4)
    assert (pool.lower, pool.upper) == pytest.approx((-0.147, 0.357), abs=5e-4)
    assert (pool.prediction_lower, pool.prediction_upper) == pytest.approx((-0.243, 0.453), abs=5e-4)


def test_rileys_prediction_interval_has_one_degree_of_freedom_less() -> None:
    usual, riley = pool_sites(ESTIMATES, VARIANCES), pool_sites(ESTIMATES, VARIANCES, prediction="riley")
    assert usual.prediction_upper is not None
    assert riley.prediction_upper is not None
    wider = (riley.prediction_upper - riley.mean) / (usual.prediction_upper - usual.mean)
    assert wider == pytest.approx(stats.t.ppf(0.975, 3) / stats.t.ppf(0.975, 4), rel=1e-12)


def test_two_sites_have_no_riley_interval_and_say_so() -> None:
    pool = pool_sites([0.1, 0.9], [0.01, 0.01], prediction="riley")
    assert pool.prediction_lower is None
    assert [one.code for one in pool.warnings] == [Concern.NOT_SUPPORTED]
    assert pool.table()["lower"].to_list()[-1] is None


def test_sites_that_agree_have_no_variance_between_them() -> None:
    pool = pool_sites([0.1, 0.11, 0.09], [0.04, 0.04, 0.04])
    assert pool.tau2 == 0
    assert pool.i2 == 0


def test_the_restricted_likelihood_is_greatest_at_its_tau2() -> None:
    y, v = np.array(ESTIMATES), np.array(VARIANCES)

    def restricted(tau2: float) -> float:
        w = 1 / (v + tau2)
        return float(np.log(w).sum() - np.log(w.sum()) - w @ (y - w @ y / w.sum()) ** 2)

    tau2 = pool_sites(y, v).tau2
    assert restricted(tau2) > max(restricted(tau2 * 0.99), restricted(tau2 * 1.01))


def test_of_two_maxima_of_the_restricted_likelihood_the_greater_is_taken() -> None:
    estimates = [0.37, -0.36, -0.45, -0.15, -0.48]
    variances = [0.08502, 0.87712, 0.00057, 0.13904, 0.00031]
    pool = pool_sites(estimates, variances)
    assert pool.tau2 == pytest.approx(0.000101468, rel=1e-4), "the other maximum, a lower one, is at 0.0788"


def test_dersimonian_laird_is_the_moment_estimate() -> None:
    y, v = np.array(ESTIMATES), np.array(VARIANCES)
    w = 1 / v
    q = float(w @ (y - w @ y / w.sum()) ** 2)
    pool = pool_sites(y, v * 0.1, method="dl")
    scaled = (10 * q - 4) / (10 * (w.sum() - w @ w / w.sum()))
    assert pool.tau2 == pytest.approx(scaled, rel=1e-12)
    assert pool.i2 == pytest.approx((10 * q - 4) / (10 * q), rel=1e-12)


def test_q_tests_homogeneity_with_one_degree_less_than_sites() -> None:
    pool = pool_sites([0.0, 1.0], [0.5, 0.5])
    assert pool.q == pytest.approx(1.0)
    assert pool.q_p == pytest.approx(stats.chi2.sf(1.0, 1))


def test_without_knapp_hartung_the_interval_is_normal() -> None:
    pool = pool_sites(ESTIMATES, VARIANCES, knapp_hartung=False)
    assert pool.se == pytest.approx(1 / np.sqrt(pool.weights.sum()))
    assert pool.upper - pool.mean == pytest.approx(stats.norm.ppf(0.975) * pool.se)


def test_equal_estimates_warn_of_a_variance_of_zero() -> None:
    pool = pool_sites([0.5, 0.5, 0.5], [0.1, 0.2, 0.3])
    assert [one.code for one in pool.warnings] == [Concern.ILL_CONDITIONED]


def test_the_order_of_the_sites_changes_nothing() -> None:
    forward, back = pool_sites(ESTIMATES, VARIANCES), pool_sites(ESTIMATES[::-1], VARIANCES[::-1])
    assert (forward.mean, forward.tau2) == pytest.approx((back.mean, back.tau2), rel=1e-12)


def test_one_site_cannot_be_pooled() -> None:
    with pytest.raises(NotEstimable) as refused:
        pool_sites([0.1], [0.1])
    assert refused.value.code is Concern.ONE_GROUP


def test_a_site_without_a_finite_estimate_is_refused() -> None:
    with pytest.raises(PoolingError, match="not finite"):
        pool_sites([0.1, np.nan], [0.1, 0.1])


def test_the_table_ends_with_the_mean_and_a_new_site() -> None:
    table = pool_sites(ESTIMATES, VARIANCES, sites=list("abcde")).table()
    assert table["site"].to_list() == [*"abcde", "mean", "new site"]
    assert table["weight"].sum() == pytest.approx(1)
