"""A log-rank trial that is looked at before its end."""

from __future__ import annotations

import dataclasses
import tomllib

import numpy as np
import pytest

from cimara.outcomes import catalogue
from cimara.outcomes.design.errors import DesignError
from cimara.outcomes.design.group_sequential import Futility, GroupSequentialDesign
from cimara.outcomes.design.hazards import Hazard, Recruitment
from cimara.outcomes.design.log_rank import LogRankDesign, TwoArmTest

BASE = LogRankDesign(
    catalogue["OS"], 0.7, Hazard.of_median(9.0), Recruitment(18.0, 12.0), TwoArmTest(power=0.8)
)
PLAN = GroupSequentialDesign(BASE, (0.4, 0.7, 1.0))


def test_events_are_those_of_the_plain_trial_times_the_inflation() -> None:
    assert PLAN.inflation == pytest.approx(1.0153, abs=5e-5)
    assert PLAN.events == pytest.approx(BASE.events * PLAN.inflation, rel=1e-12)


def test_whole_events_keep_the_power() -> None:
    assert 0.8 <= PLAN.attained_power < 0.805


def test_a_trial_that_works_ends_sooner() -> None:
    assert PLAN.expected_events(0.7) < BASE.events < PLAN.look_events[-1]
    assert PLAN.expected_events(1.0) > PLAN.expected_events(0.7)


def test_futility_ends_a_trial_that_does_not_work() -> None:
    futile = dataclasses.replace(PLAN, futility=Futility.NON_BINDING)
    assert futile.expected_events(1.0) < 0.75 * PLAN.expected_events(1.0)
    assert futile.boundaries().upper == PLAN.boundaries().upper
    assert sum(futile.crossings(1.0).lower) + futile.crossings(1.0).power == pytest.approx(1.0, abs=1e-9)


def test_binding_futility_needs_fewer_events_than_non_binding() -> None:
    binding = dataclasses.replace(PLAN, futility=Futility.BINDING)
    free = dataclasses.replace(PLAN, futility=Futility.NON_BINDING)
    assert PLAN.inflation < binding.inflation < free.inflation


def test_planned_looks_as_made_have_the_planned_boundaries() -> None:
    made = PLAN.boundaries_at(PLAN.look_events)
    assert made.upper == pytest.approx(PLAN.boundaries().upper, abs=0.02)
    assert made.shares[-1] == 1.0


def test_an_interim_look_alone_does_not_spend_everything() -> None:
    share = PLAN.boundaries_at([PLAN.look_events[1]]).upper_spent[0]
    assert share < 0.5 * PLAN.alpha
    assert PLAN.boundaries_at([PLAN.look_events[1]], final=True).upper_spent == (PLAN.alpha,)


def test_a_simulated_trial_looks_when_its_events_are_in() -> None:
    found = PLAN.replicate(60, np.random.default_rng(3))
    assert 0.6 < found.mean() < 0.95


def test_the_report_has_a_row_a_look_and_the_spending_function() -> None:
    report = PLAN.report()
    assert len(report.table) == 4
    assert "Lan and DeMets" in str(report)
    (entry,) = tomllib.loads(report.analysis)["analysis"]
    assert entry["test"]["looks"] == list(PLAN.look_events)
    assert entry["test"]["spending"] == "obrien_fleming"


@pytest.mark.parametrize("looks", [(0.5, 0.9), (1.0, 0.5), ()])
def test_looks_end_at_the_planned_events(looks: tuple[float, ...]) -> None:
    with pytest.raises(DesignError):
        GroupSequentialDesign(BASE, looks)


def test_a_harmful_treatment_has_no_one_sided_test() -> None:
    with pytest.raises(DesignError, match="ratio below 1"):
        GroupSequentialDesign(dataclasses.replace(BASE, hazard_ratio=1.4), (1.0,))
