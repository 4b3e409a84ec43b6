"""Simulated power within three Monte-Carlo standard errors of every closed form, and the type I error held.

A closed form is an approximation for survival designs and for Welch's test, exact for rates and the paired t
test. CIMARA_MANY=1 runs ten times as many trials, with one more percentage point for the approximations.
"""

from __future__ import annotations

import dataclasses
import os
from typing import Any

import pytest

from cimara.outcomes import Schedule, catalogue
from cimara.outcomes.design.competing_death import CompetingDeathDesign, RatioScale
from cimara.outcomes.design.endpoints import Measurement
from cimara.outcomes.design.gates import GatekeepingDesign
from cimara.outcomes.design.group_sequential import Futility, GroupSequentialDesign
from cimara.outcomes.design.hazards import Hazard, Recruitment
from cimara.outcomes.design.left_censored import LeftCensoredComparison
from cimara.outcomes.design.lesions import LesionCounts, LesionDesign, RandomisedBy
from cimara.outcomes.design.log_rank import EventFormula, LogRankDesign, TwoArmTest
from cimara.outcomes.design.max_combo import MaxComboDesign
from cimara.outcomes.design.restricted_mean import RestrictedMeanDesign
from cimara.outcomes.design.simulation import simulate
from cimara.outcomes.design.single_stage import SingleStageDesign
from cimara.outcomes.design.spending import Spending, SpendingKind
from cimara.outcomes.design.two_stage import TwoStageDesign
from cimara.outcomes.design.unknown_cause import CountedAs, UnknownCauseDesign
from cimara.outcomes.design.visits import TrueTimes, VisitDesign
from cimara.outcomes.design.window import PairedRatio, Specimens, TargetReached, TwoGroupRatio
from cimara.outcomes.endpoints.words import UnitOfAnalysis

MANY = os.environ.get("CIMARA_MANY") == "1"
TRIALS = 20_000 if MANY else 2_000
TRIAL = Recruitment(18.0, 12.0, 0.1)
CONTROL = Hazard.of_median(9.0)
EIGHTY = TwoArmTest(power=0.8)
MARKER = Measurement("M", "marker", "what is measured")
LOG_RANK = LogRankDesign(catalogue["CNSPFS"], 0.7, CONTROL, TRIAL, EIGHTY)
COMPETING = CompetingDeathDesign(
    catalogue["CNSTTP"], 0.7, Hazard((0.06,)), Hazard((0.03,)), TRIAL, test=EIGHTY
)
LESIONS = dataclasses.replace(
    COMPETING, endpoint=catalogue["LOCFAIL"], unit=UnitOfAnalysis.LESION, hazard_ratio=0.85
)
UNKNOWN = UnknownCauseDesign(dataclasses.replace(COMPETING, endpoint=catalogue["NEURDTH"]), 0.3)
SEQUENTIAL = GroupSequentialDesign(LOG_RANK, (0.4, 0.7, 1.0))
REACHED = TargetReached("drug", "5 x IC90", 0.2, 0.6)
PAIRED = PairedRatio(MARKER, 0.5, 0.8, specimens=Specimens(3, 0.5))

EXACT: dict[str, Any] = {
    "single stage": SingleStageDesign(catalogue["ICORR"], 0.15, 0.5),
    "two stages": TwoStageDesign(catalogue["ICORR"], 0.3, 0.5),
    "target reached": REACHED,
    "paired ratio, three specimens": PAIRED,
    "gates": GatekeepingDesign((("PK", REACHED), ("PD", PAIRED))),
}
APPROXIMATE: dict[str, Any] = {
    "log-rank, Schoenfeld": LOG_RANK,
    "log-rank, Freedman": dataclasses.replace(LOG_RANK, formula=EventFormula.FREEDMAN),
    "log-rank, hazards that change": dataclasses.replace(LOG_RANK, control=Hazard((0.1, 0.05), (6.0,))),
    "cause-specific ratio": COMPETING,
    "subdistribution ratio": dataclasses.replace(COMPETING, scale=RatioScale.SUBDISTRIBUTION),
    "unknown cause left out": UNKNOWN,
    "unknown cause counted": dataclasses.replace(UNKNOWN, counted_as=CountedAs.THE_CAUSE),
    "lesions, by patient": LesionDesign(LESIONS, LesionCounts(2.5, 0.6), 0.2),
    "lesions, by lesion": LesionDesign(LESIONS, LesionCounts(2.0, odd_share=0.0), 0.3, RandomisedBy.LESION),
    "restricted mean, late effect": RestrictedMeanDesign(
        catalogue["OS"], CONTROL.delayed_ratio(0.5, 3.0), CONTROL, 24.0, TRIAL, EIGHTY
    ),
    "group sequential": SEQUENTIAL,
    "group sequential, futility": dataclasses.replace(SEQUENTIAL, futility=Futility.NON_BINDING),
    "group sequential, binding": dataclasses.replace(
        SEQUENTIAL, futility=Futility.BINDING, spending=Spending(SpendingKind.POCOCK)
    ),
    "two groups, Welch": TwoGroupRatio(MARKER, 0.5, 0.8, 0.6, specimens=Specimens(2, 0.3)),
    "below the limit": LeftCensoredComparison(25, 0.9, 0.4),
}
ALL = {**EXACT, **APPROXIMATE}


@pytest.mark.parametrize("name", EXACT)
def test_simulated_power_is_the_exact_power(name: str) -> None:
    assert simulate(ALL[name], 5 * TRIALS, seed=11).agrees_with(ALL[name].attained_power)


@pytest.mark.parametrize("name", APPROXIMATE)
def test_simulated_power_is_the_closed_form(name: str) -> None:
    found = simulate(APPROXIMATE[name], TRIALS, seed=12)
    slack = 0.01 if MANY else 0.0
    assert abs(found.power - APPROXIMATE[name].attained_power) <= 3.0 * found.standard_error + slack


@pytest.mark.parametrize(
    ("name", "alpha"),
    [
        ("log-rank, Schoenfeld", 0.05),
        ("subdistribution ratio", 0.05),
        ("lesions, by patient", 0.05),
        ("lesions, by lesion", 0.05),
        ("restricted mean, late effect", 0.05),
        ("group sequential", 0.025),
        ("group sequential, binding", 0.025),
        ("two groups, Welch", 0.05),
        ("below the limit", 0.05),
    ],
)
def test_the_type_i_error_is_held(name: str, alpha: float) -> None:
    found = simulate(ALL[name], TRIALS, seed=13, null=True)
    assert abs(found.power - alpha) <= 3.0 * found.standard_error + (0.003 if MANY else 0.0)


def test_max_combo_holds_its_error_and_sees_late_effects() -> None:
    late = CONTROL.delayed_ratio(0.5, 6.0)
    plan = MaxComboDesign(catalogue["OS"], late, CONTROL, 240, TRIAL)
    assert simulate(plan, 1000, seed=1, null=True).agrees_with(0.05)
    only = dataclasses.replace(plan, weights=((0.0, 0.0),))
    assert simulate(plan, 500, seed=1).power > simulate(only, 500, seed=1).power + 0.05


def test_one_weight_of_max_combo_is_the_log_rank_test() -> None:
    treated = CONTROL.times_ratio(0.7)
    plan = MaxComboDesign(catalogue["OS"], treated, CONTROL, sum(LOG_RANK.arms), TRIAL, EIGHTY, ((0.0, 0.0),))
    assert simulate(plan, TRIALS, seed=2).agrees_with(LOG_RANK.attained_power)


TRUTH = TrueTimes.of_medians(cns_growth=9.0, death=20.0)
VISITS = VisitDesign(
    catalogue["CNSPFS"], TRUTH, TRUTH.times_ratio(cns_growth=0.65), 160, Recruitment(12.0, 12.0), Schedule(42)
)


def test_equal_visits_hold_the_error() -> None:
    assert simulate(VISITS, 500, seed=3, null=True).agrees_with(0.05)


def test_unequal_visits_reject_without_an_effect() -> None:
    unequal = dataclasses.replace(VISITS, treated_schedule=Schedule(168), allow_unequal_schedules=True)
    assert simulate(unequal, 250, seed=3, null=True).power > 0.12
