"""Intervals and tests against published examples and other programs."""

from __future__ import annotations

import pytest

from cimara.trials.survey.intervals import cochran_armitage, odds_ratio, wilson


@pytest.mark.parametrize(
    ("count", "total", "low", "high"),
    [
        (0, 10, 0.0, 0.277533),
        (1, 10, 0.017876, 0.404150),
        (5, 10, 0.236593, 0.763407),
        (10, 10, 0.722467, 1.0),
        (81, 263, 0.255291, 0.366221),
    ],
)
def test_wilson_agrees_with_the_score_interval_of_newcombe(
    count: int, total: int, low: float, high: float
) -> None:
    """81 of 263: Newcombe, Statistics in Medicine 1998;17:857, method 3: 0.2553 to 0.3662."""
    found = wilson(count, total)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_no_trials_give_no_interval() -> None:
    assert wilson(0, 0) is None


@pytest.mark.parametrize(("count", "total"), [(-1, 5), (6, 5)])
def test_a_count_outside_its_total_is_refused(count: int, total: int) -> None:
    with pytest.raises(ValueError, match="between 0 and its total"):
        wilson(count, total)


def test_an_odds_ratio_has_woolfs_interval() -> None:
    """ln OR = ln(20 * 70 / (30 * 10)) = 1.5404; SE = sqrt(1/20 + 1/30 + 1/10 + 1/70) = 0.44454."""
    found = odds_ratio(20, 30, 10, 70)
    assert found is not None
    assert found.value == pytest.approx(14 / 3)
    assert (found.interval.low, found.interval.high) == pytest.approx((1.95267, 11.15293), rel=1e-4)
    assert not found.corrected


def test_an_empty_cell_is_corrected_by_haldane_and_said() -> None:
    found = odds_ratio(0, 10, 5, 5)
    assert found is not None
    assert found.corrected
    assert found.value == pytest.approx((0.5 * 5.5) / (10.5 * 5.5))


def test_an_empty_group_has_no_odds() -> None:
    assert odds_ratio(0, 0, 5, 5) is None


def test_a_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        odds_ratio(-1, 1, 1, 1)


def test_the_trend_agrees_with_prop_trend_test_of_r() -> None:
    """R: smokers c(83, 90, 129, 70), patients c(86, 93, 136, 82): X-squared = 8.2249, p = 0.004132."""
    found = cochran_armitage([83, 90, 129, 70], [86, 93, 136, 82], [1, 2, 3, 4])
    assert found is not None
    assert found.z**2 == pytest.approx(8.2249, abs=5e-5)
    assert found.z < 0
    assert found.p == pytest.approx(0.004132, abs=5e-7)


def test_a_trend_needs_two_years_and_both_answers() -> None:
    assert cochran_armitage([1], [2], [2020]) is None
    assert cochran_armitage([2, 3], [2, 3], [2020, 2021]) is None
    assert cochran_armitage([0, 0], [2, 3], [2020, 2021]) is None
    assert cochran_armitage([], [], []) is None


def test_empty_years_change_no_trend() -> None:
    with_gap = cochran_armitage([1, 0, 4], [5, 0, 5], [2019, 2020, 2021])
    assert with_gap == cochran_armitage([1, 4], [5, 5], [2019, 2021])
