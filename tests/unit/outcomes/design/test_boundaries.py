"""Boundaries of repeated looks."""

from __future__ import annotations

import math

import pytest
from scipy.stats import multivariate_normal, norm

from cimara.outcomes.design.boundaries import crossings, drift_for_power, efficacy_boundaries, with_futility
from cimara.outcomes.design.errors import DesignError
from cimara.outcomes.design.spending import Spending, SpendingKind

LOOKS = (0.4, 0.7, 1.0)
ALPHA = 0.025
PLAIN = norm.ppf(0.975) + norm.ppf(0.8)
OBRIEN_FLEMING = Spending()
POCOCK = Spending(SpendingKind.POCOCK)
HSD = Spending(SpendingKind.HWANG_SHIH_DECANI, -4.0)
KIM_DEMETS = Spending(SpendingKind.KIM_DEMETS, 2.0)


@pytest.mark.parametrize(
    ("spending", "expected"),
    [
        (OBRIEN_FLEMING, (3.3569, 2.4445, 2.0005)),
        (POCOCK, (2.2239, 2.3051, 2.3098)),
        (HSD, (2.9037, 2.5015, 2.0038)),
    ],
    ids=str,
)
def test_the_worked_example(spending: Spending, expected: tuple[float, ...]) -> None:
    assert efficacy_boundaries(LOOKS, ALPHA, spending).upper == pytest.approx(expected, abs=5e-5)


def test_obrien_fleming_costs_one_and_a_half_per_cent() -> None:
    made = efficacy_boundaries(LOOKS, ALPHA, OBRIEN_FLEMING)
    assert drift_for_power(made, 0.8) ** 2 / PLAIN**2 == pytest.approx(1.0153, abs=5e-5)


# R 4.2.2, rpact 3.3.4: getDesignGroupSequential(sided = 1, alpha = 0.025, beta = 0.2, ...)
def test_kim_demets_as_rpact() -> None:
    made = efficacy_boundaries(LOOKS, ALPHA, KIM_DEMETS)
    assert made.upper == pytest.approx((2.6520698, 2.3249145, 2.0723595), abs=1e-6)
    assert drift_for_power(made, 0.8) ** 2 / PLAIN**2 == pytest.approx(1.0483938, abs=1e-6)


def test_non_binding_futility_as_rpact() -> None:
    made, drift = with_futility(LOOKS, ALPHA, 0.8, OBRIEN_FLEMING, OBRIEN_FLEMING, binding=False)
    assert made.upper == pytest.approx((3.3568694, 2.4445423, 2.0005391), abs=1e-6)
    assert made.lower[:2] == pytest.approx((0.15209238, 1.26672835), abs=1e-6)
    assert drift**2 / PLAIN**2 == pytest.approx(1.1160961, abs=1e-6)


def test_binding_futility_as_rpact() -> None:
    made, drift = with_futility(LOOKS, ALPHA, 0.8, OBRIEN_FLEMING, OBRIEN_FLEMING, binding=True)
    assert made.upper == pytest.approx((3.3568694, 2.4438917, 1.9299892), abs=1e-6)
    assert made.lower[:2] == pytest.approx((0.11077315, 1.21206293), abs=1e-6)
    assert drift**2 / PLAIN**2 == pytest.approx(1.0673680, abs=1e-6)


@pytest.mark.parametrize("binding", [False, True])
def test_futility_keeps_the_power_and_the_error(binding: bool) -> None:
    made, drift = with_futility(LOOKS, ALPHA, 0.8, OBRIEN_FLEMING, HSD, binding=binding)
    assert crossings(made, drift).power == pytest.approx(0.8, abs=1e-9)
    error = crossings(made, 0.0).power
    assert error == pytest.approx(ALPHA, abs=1e-9) if binding else error < ALPHA


def test_error_spent_at_each_look_is_what_the_function_gives() -> None:
    made = efficacy_boundaries(LOOKS, ALPHA, POCOCK)
    found = crossings(made, 0.0).upper
    by_then = [sum(found[: look + 1]) for look in range(3)]
    assert by_then == pytest.approx([POCOCK.spent(share, ALPHA) for share in LOOKS], abs=1e-11)


def test_the_recursion_is_the_multivariate_normal_integral() -> None:
    made = efficacy_boundaries(LOOKS, ALPHA, HSD)
    drift = 2.0
    covariance = [[math.sqrt(min(s, t) / max(s, t)) for t in LOOKS] for s in LOOKS]
    mean = [drift * math.sqrt(share) for share in LOOKS]
    below = multivariate_normal(mean, covariance).cdf(made.upper)
    assert crossings(made, drift).power == pytest.approx(1.0 - float(below), abs=2e-5)


def test_one_look_is_the_fixed_test() -> None:
    assert efficacy_boundaries((1.0,), ALPHA, POCOCK).upper == pytest.approx((norm.ppf(0.975),), rel=1e-12)


def test_an_unplanned_look_leaves_earlier_boundaries_alone() -> None:
    planned = efficacy_boundaries(LOOKS, ALPHA, OBRIEN_FLEMING)
    moved = efficacy_boundaries((0.4, 0.55, 0.7, 1.0), ALPHA, OBRIEN_FLEMING)
    assert moved.upper[0] == planned.upper[0]
    assert crossings(moved, 0.0).power == pytest.approx(ALPHA, abs=1e-11)


def test_a_trial_that_runs_over_spends_what_is_left() -> None:
    made = efficacy_boundaries((0.4, 0.7, 1.08), ALPHA, OBRIEN_FLEMING)
    assert crossings(made, 0.0).power == pytest.approx(ALPHA, abs=1e-11)


def test_a_last_look_that_comes_early_spends_everything_only_when_it_is_the_last() -> None:
    final = efficacy_boundaries((0.4, 0.9), ALPHA, OBRIEN_FLEMING)
    going_on = efficacy_boundaries((0.4, 0.9), ALPHA, OBRIEN_FLEMING, spend_all_at_end=False)
    assert final.upper_spent[-1] == ALPHA
    assert going_on.upper_spent[-1] == pytest.approx(OBRIEN_FLEMING.spent(0.9, ALPHA), rel=1e-14)
    assert final.upper[-1] < going_on.upper[-1]


def test_many_looks_hold_the_error() -> None:
    made = efficacy_boundaries([look / 50 for look in range(1, 51)], ALPHA, POCOCK)
    assert crossings(made, 0.0).power == pytest.approx(ALPHA, abs=1e-10)


@pytest.mark.parametrize("spending", [OBRIEN_FLEMING, POCOCK, HSD, KIM_DEMETS], ids=str)
def test_spending_begins_at_nothing_rises_and_ends_at_all(spending: Spending) -> None:
    spent = [spending.spent(share / 10.0, ALPHA) for share in range(13)]
    assert spent[0] == 0.0
    assert spent == sorted(spent)
    assert spent[10] == spent[12] == ALPHA


def test_hsd_at_gamma_0_spends_evenly() -> None:
    even = Spending(SpendingKind.HWANG_SHIH_DECANI, 0.0)
    near = Spending(SpendingKind.HWANG_SHIH_DECANI, 1e-7)
    assert even.spent(0.3, ALPHA) == pytest.approx(0.3 * ALPHA, rel=1e-14)
    assert near.spent(0.3, ALPHA) == pytest.approx(even.spent(0.3, ALPHA), rel=1e-6)


@pytest.mark.parametrize("looks", [(), (0.0, 1.0), (0.7, 0.4, 1.0), (0.5, 0.5)])
def test_looks_that_do_not_rise(looks: tuple[float, ...]) -> None:
    with pytest.raises(DesignError):
        efficacy_boundaries(looks, ALPHA, POCOCK)


def test_kim_demets_needs_a_power_above_0() -> None:
    with pytest.raises(DesignError):
        Spending(SpendingKind.KIM_DEMETS, 0.0)
