"""Trend over ordered groups, and all pairs of groups with adjusted p-values."""

from __future__ import annotations

import numpy as np
import pytest

from cimara.outcomes.comparisons.log_rank import log_rank
from cimara.outcomes.comparisons.pairwise import Adjustment, adjusted, pairwise_log_rank
from cimara.outcomes.comparisons.trend import trend_test
from cimara.outcomes.contract import ContractError
from cimara.outcomes.model_warnings import Concern, NotEstimable
from tests.unit.outcomes.comparisons.test_log_rank import generated

P = np.array([0.01, 0.04, 0.03, 0.005])


def test_trend_is_the_quadratic_form_of_the_scores():
    test = log_rank(generated(1, groups=4))
    scores = np.array([0.0, 1.0, 5.0, 6.0])
    found = trend_test(test, scores)
    expected = (scores @ (test.observed - test.expected)) ** 2 / (scores @ test.variance @ scores)
    assert found.statistic == pytest.approx(expected, rel=1e-12)
    assert found.table()["df"].item() == 1


def test_trend_of_two_groups_is_the_log_rank_test():
    test = log_rank(generated(2, strata=3))
    found = trend_test(test)
    assert found.statistic == pytest.approx(test.statistic, rel=1e-12)
    assert found.p == pytest.approx(test.p, rel=1e-10)


def test_trend_does_not_depend_on_origin_and_unit_of_the_scores():
    test = log_rank(generated(3, groups=3))
    assert trend_test(test, [1, 2, 3]).z == pytest.approx(trend_test(test, [2010, 2020, 2030]).z, rel=1e-10)
    assert trend_test(test, [3, 2, 1]).z == pytest.approx(-trend_test(test).z, rel=1e-12)


@pytest.mark.parametrize("scores", [[1.0, 2.0], [1.0, 1.0, 1.0], [1.0, np.nan, 2.0]])
def test_scores_that_do_not_order_the_groups_are_refused(scores):
    with pytest.raises(ContractError, match="scores"):
        trend_test(log_rank(generated(3, groups=3)), scores)


@pytest.mark.parametrize(
    ("adjustment", "expected"),
    [
        ("holm", [0.03, 0.06, 0.06, 0.02]),
        ("bonferroni", [0.04, 0.16, 0.12, 0.02]),
        ("benjamini-hochberg", [0.02, 0.04, 0.04, 0.02]),
        ("none", P),
    ],
)
def test_adjusted_p_values(adjustment, expected):
    np.testing.assert_allclose(adjusted(P, Adjustment(adjustment)), expected, rtol=1e-14)


def test_a_p_that_is_missing_does_not_count():
    found = adjusted(np.array([0.01, np.nan, 0.04]), Adjustment.HOLM)
    np.testing.assert_allclose(found, [0.02, np.nan, 0.04], rtol=1e-14)
    assert adjusted(np.array([0.6, 0.7]), Adjustment.HOLM).max() == 1.0


def test_each_pair_is_tested_on_its_rows_alone():
    rows = generated(4, 120, groups=3, strata=2)
    found = pairwise_log_rank(rows, rho=1)
    assert found.pairs == (("arm 0", "arm 1"), ("arm 0", "arm 2"), ("arm 1", "arm 2"))
    alone = log_rank(rows.take(rows.group.codes != 1), rho=1)
    assert found.p[1] == alone.p
    np.testing.assert_array_equal(found.p_adjusted, adjusted(found.p, Adjustment.HOLM))
    assert found.table().height == 3


def test_pairs_in_parts_equal_the_pooled_ones():
    rows = generated(5, 120, groups=3)
    parts = list(rows.split(np.arange(120) % 3))
    np.testing.assert_allclose(pairwise_log_rank(parts).p, pairwise_log_rank(rows).p, rtol=1e-11)


def test_a_pair_without_events_is_told_and_not_counted():
    rows = generated(6, 120, groups=3)
    quiet = rows.event & (rows.group.codes == 0)
    found = pairwise_log_rank(type(rows)(**{**vars(rows), "event": quiet}))
    assert found.tests[2] is None
    assert found.table()["p"][2] is None
    assert [one.code for one in found.warnings] == [Concern.NO_EVENTS]
    np.testing.assert_array_equal(found.p_adjusted[:2], adjusted(found.p[:2], Adjustment.HOLM))
    with pytest.raises(NotEstimable, match="ONE_GROUP"):
        pairwise_log_rank(rows.take(rows.group.codes == 0))
