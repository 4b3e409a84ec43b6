"""Restricted means, max-combo and scan visits."""

from __future__ import annotations

import dataclasses
import math
import tomllib

import numpy as np
import pytest
from scipy.integrate import quad

from cimara.outcomes import Schedule, catalogue
from cimara.outcomes.design.errors import DesignError
from cimara.outcomes.design.hazards import Hazard, Recruitment
from cimara.outcomes.design.log_rank import TwoArmTest
from cimara.outcomes.design.max_combo import MaxComboDesign, max_combo_p
from cimara.outcomes.design.restricted_mean import (
    RestrictedMeanDesign,
    restricted_mean,
    restricted_mean_variance,
)
from cimara.outcomes.design.visits import TrueTimes, VisitDesign, true_events

CONTROL = Hazard.of_median(9.0)
TRIAL = Recruitment(18.0, 12.0, 0.1)
LATE = CONTROL.delayed_ratio(0.5, 3.0)
RMST = RestrictedMeanDesign(catalogue["OS"], LATE, CONTROL, 24.0, TRIAL, TwoArmTest(power=0.8))


def test_the_restricted_mean_of_a_constant_hazard() -> None:
    rate = CONTROL.rates[0]
    assert restricted_mean(CONTROL, 24.0) == pytest.approx((1 - math.exp(-24 * rate)) / rate, rel=1e-13)


def test_without_censoring_the_variance_is_that_of_the_restricted_time() -> None:
    everyone = Recruitment(0.0, 100.0)
    rate = CONTROL.rates[0]
    mean = restricted_mean(CONTROL, 24.0)
    square = 2.0 * quad(lambda t: t * math.exp(-rate * t), 0.0, 24.0)[0]
    assert restricted_mean_variance(CONTROL, everyone, 24.0) == pytest.approx(square - mean**2, rel=1e-10)


def test_the_variance_is_that_of_the_sum_over_a_fine_grid() -> None:
    grid = np.linspace(0.0, 24.0, 240_001)
    alive = LATE.survival(grid)
    step = grid[1]
    until = np.concatenate([[0.0], np.cumsum((alive[1:] + alive[:-1]) / 2.0 * step)])
    rate = (until[-1] - until) ** 2 * LATE.at(grid) / (alive * TRIAL.observed(grid))
    total = float(((rate[1:] + rate[:-1]) / 2.0 * step).sum())
    assert restricted_mean_variance(LATE, TRIAL, 24.0) == pytest.approx(total, rel=1e-4)


def test_rounded_arms_have_the_power_of_the_restricted_mean() -> None:
    assert 0.8 <= RMST.attained_power < 0.81


def test_tau_lies_within_the_longest_observation() -> None:
    with pytest.raises(DesignError, match="below 30"):
        dataclasses.replace(RMST, tau=30.0)


def test_equal_arms_have_nothing_to_find() -> None:
    with pytest.raises(DesignError, match="differ"):
        dataclasses.replace(RMST, treated=CONTROL)


def test_tau_is_in_the_plan() -> None:
    (entry,) = tomllib.loads(RMST.report().analysis)["analysis"]
    assert (entry["kind"], entry["tau"]) == ("rmst", 24.0)


def test_one_weight_is_the_plain_normal_test() -> None:
    p = max_combo_p(np.asarray([[-1.959964], [1.0]]), np.ones((2, 1, 1)))
    assert p == pytest.approx([0.05, 0.3173], abs=5e-4)


def test_independent_weights_are_sidak() -> None:
    p = max_combo_p(np.asarray([[2.2, 0.1]]), np.eye(2)[None])
    single = 2.0 * 0.5 * math.erfc(2.2 / math.sqrt(2.0))
    assert p[0] == pytest.approx(1.0 - (1.0 - single) ** 2, abs=1e-3)


def test_the_same_weight_twice_is_one_test() -> None:
    p = max_combo_p(np.asarray([[-2.0, -2.0]]), np.ones((1, 2, 2)), sided=1)
    assert p[0] == pytest.approx(0.5 * math.erfc(2.0 / math.sqrt(2.0)), abs=1e-3)


def test_no_event_is_no_evidence() -> None:
    assert max_combo_p(np.zeros((1, 2)), np.zeros((1, 2, 2)))[0] == 1.0


def test_the_weights_are_in_the_plan() -> None:
    plan = MaxComboDesign(catalogue["OS"], LATE, CONTROL, 100, TRIAL)
    (entry,) = tomllib.loads(plan.report().analysis)["analysis"]
    assert entry["test"]["weights"] == [[0.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, 0.0]]


TRUTH = TrueTimes.of_medians(cns_growth=9.0, death=20.0)
VISITS = VisitDesign(
    catalogue["CNSPFS"],
    TRUTH,
    TRUTH.times_ratio(cns_growth=0.6, death=0.6),
    60,
    Recruitment(12.0, 12.0),
    Schedule(42),
)


def test_scans_far_apart_are_warned_of() -> None:
    # 9 and 20 months: median of either 6.207; a quarter is 47.2 days
    assert VISITS.interval_share == pytest.approx(42 / 30.4375 / (1 / (1 / 9 + 1 / 20)), rel=1e-12)
    assert VISITS.warnings() == ()
    far = dataclasses.replace(VISITS, schedule=Schedule(56))
    assert [one.code for one in far.warnings()] == ["VISITS_FAR_APART"]


def test_unequal_schedules_are_refused() -> None:
    with pytest.raises(DesignError, match="different days"):
        dataclasses.replace(VISITS, treated_schedule=Schedule(84))


def test_unequal_schedules_are_taken_when_asked_for_and_warned_of() -> None:
    taken = dataclasses.replace(VISITS, treated_schedule=Schedule(63), allow_unequal_schedules=True)
    assert "UNEQUAL_SCHEDULES" in [one.code for one in taken.warnings()]


def test_the_same_schedule_written_twice_is_equal() -> None:
    days = Schedule(days=tuple(range(42, 800, 42)))
    assert not dataclasses.replace(VISITS, treated_schedule=days).unequal


def test_a_schedule_without_brain_mri_is_refused() -> None:
    with pytest.raises(DesignError, match="no brain MRI"):
        dataclasses.replace(VISITS, assessments=("body scan",))


def test_what_an_endpoint_truly_waits_for() -> None:
    assert true_events(catalogue["CNSPFS"]) == ("cns_growth", "death")
    assert true_events(catalogue["OS"]) == ("death",)
    assert true_events(catalogue["CNSTTP"]) == ("cns_growth",)


def test_events_are_seen_on_scan_days_or_at_death() -> None:
    days, seen = VISITS._arm(4, 20, np.random.default_rng(1), treated=False, null=False)
    assert days.shape == seen.shape == (4, 20)
    on_scan = (days - 1) % 42 == 0
    assert on_scan[seen == 0].all()
    assert 0.3 < on_scan[seen == 1].mean() < 1.0


def test_true_times_name_what_can_be_simulated() -> None:
    with pytest.raises(DesignError):
        TrueTimes.of_medians(cns_growth=9.0)
    with pytest.raises(DesignError):
        TrueTimes.of_medians(death=9.0, headache=3.0)
    with pytest.raises(DesignError):
        TRUTH.times_ratio(lmd=0.5)
