"""Funnel limits of sites."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.pooling.funnel import site_funnel


def test_limits_are_normal_at_the_precision_of_the_site() -> None:
    funnel = site_funnel([0.1, -0.1, 0.05], [0.2, 0.4, 0.1], target=0.0)
    row = funnel.table().row(0, named=True)
    assert row["upper_0.95"] == pytest.approx(stats.norm.ppf(0.975) * 0.2)
    assert row["lower_0.998"] == pytest.approx(-stats.norm.ppf(0.999) * 0.2)
    assert row["precision"] == pytest.approx(5)


def test_overdispersion_is_the_mean_square_of_winsorised_scores() -> None:
    z = np.array([-4.0, -2, -1, 0, 0.5, 1, 1.5, 2, 3, 9])
    funnel = site_funnel(z * 0.1, np.full(10, 0.1), target=0.0)
    low, high = np.quantile(z, [0.1, 0.9])
    assert funnel.overdispersion == pytest.approx(np.mean(np.clip(z, low, high) ** 2))
    assert funnel.widened
    reach = funnel.limits(0.1, 0.95)[1]
    assert reach == pytest.approx(stats.norm.ppf(0.975) * 0.1 * np.sqrt(funnel.overdispersion))


def test_less_spread_than_chance_does_not_narrow_the_limits() -> None:
    funnel = site_funnel([0.01, -0.01, 0.0], [1.0, 1, 1], target=0.0)
    assert funnel.overdispersion < 1
    assert funnel.limits(1.0, 0.95)[1] == pytest.approx(stats.norm.ppf(0.975))


def test_a_site_outside_is_named_with_its_widest_limit() -> None:
    estimates = np.array([0.0, 0.01, -0.01, 0.02, -0.02, 0.0, 0.01, -0.01, 0.3, 0.25])
    funnel = site_funnel(estimates, np.array([0.1] * 8 + [0.05, 0.12]), target=0.0)
    assert funnel.table()["outside"].to_list()[8:] == [0.998, 0.95]
    assert funnel.table()["outside"].to_list()[0] is None


def test_one_site_makes_no_funnel() -> None:
    with pytest.raises(NotEstimable) as refused:
        site_funnel([0.1], [0.1], target=0.0)
    assert refused.value.code is Concern.ONE_GROUP
