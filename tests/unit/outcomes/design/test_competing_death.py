"""One cause of failure when death comes first."""

from __future__ import annotations

import dataclasses
import math
import tomllib

import numpy as np
import pytest
from scipy.integrate import quad

from cimara.outcomes import catalogue
from cimara.outcomes.design.competing_death import CompetingDeathDesign, RatioScale
from cimara.outcomes.design.errors import DesignError
from cimara.outcomes.design.hazards import Hazard, Recruitment
from cimara.outcomes.design.unknown_cause import CountedAs, UnknownCauseDesign

TRIAL = Recruitment(18.0, 12.0, -math.expm1(-0.005 * 12.0))
PLAN = CompetingDeathDesign(catalogue["LMDINC"], 0.6, Hazard((0.02,)), Hazard((0.06,)), TRIAL)


def test_the_worked_example_sees_the_cause_in_192_of_1000() -> None:
    assert PLAN.event_probabilities[1] == pytest.approx(0.192, abs=0.0005)


def test_ignoring_death_says_323_of_1000() -> None:
    assert PLAN.ignoring_death == pytest.approx(0.323, abs=0.0005)


def test_ignoring_death_makes_a_trial_40_per_cent_too_small() -> None:
    assert 1.0 - PLAN.event_probabilities[1] / PLAN.ignoring_death == pytest.approx(0.4, abs=0.01)
    assert "too small" in str(PLAN.report())


def test_patients_are_events_over_their_chance_averaged_over_arms() -> None:
    treated, control = PLAN.event_probabilities
    assert PLAN.patients == pytest.approx(PLAN.events / ((treated + control) / 2.0), rel=1e-14)


def test_the_subdistribution_arm_has_the_power_of_the_incidence() -> None:
    plan = dataclasses.replace(PLAN, scale=RatioScale.SUBDISTRIBUTION)
    whole = 0.02 / 0.08

    def density(t: float) -> float:
        free = 1.0 - whole * (1.0 - math.exp(-0.08 * t))
        slope = 0.6 * free ** (0.6 - 1.0) * 0.02 * math.exp(-0.08 * t)
        return slope * float(TRIAL.observed(np.asarray([t]))[0])

    assert plan.event_probabilities[0] == pytest.approx(quad(density, 0, 30, points=[12])[0], rel=1e-9)


def test_the_analysis_of_a_subdistribution_ratio_is_grays_test() -> None:
    plan = dataclasses.replace(PLAN, scale=RatioScale.SUBDISTRIBUTION)
    assert tomllib.loads(plan.report().analysis)["analysis"][0]["test"]["kind"] == "gray"
    assert tomllib.loads(PLAN.report().analysis)["analysis"][0]["test"]["kind"] == "logrank"


def test_an_endpoint_without_a_competing_cause_is_refused() -> None:
    with pytest.raises(DesignError, match="log-rank"):
        dataclasses.replace(PLAN, endpoint=catalogue["OS"])


def test_a_lesion_endpoint_is_refused_where_patients_are_compared() -> None:
    with pytest.raises(DesignError, match="lesion"):
        dataclasses.replace(PLAN, endpoint=catalogue["LOCFAIL"])


def test_brain_mri_is_asked_for() -> None:
    with pytest.raises(DesignError, match="no brain MRI"):
        dataclasses.replace(PLAN, assessments=())


NEUROLOGIC = dataclasses.replace(PLAN, endpoint=catalogue["NEURDTH"])
UNKNOWN = UnknownCauseDesign(NEUROLOGIC, 0.25)


def test_a_quarter_unknown_leaves_three_quarters_of_the_events() -> None:
    whole = UnknownCauseDesign(NEUROLOGIC, 0.0)
    same_patients = UNKNOWN.events(CountedAs.LEFT_OUT, 2000.0)
    assert same_patients == pytest.approx(0.75 * whole.events(CountedAs.LEFT_OUT, 2000.0), rel=1e-12)


def test_patients_make_up_for_the_unknown() -> None:
    assert UNKNOWN.patients == pytest.approx(NEUROLOGIC.patients / 0.75, rel=1e-14)


def test_counting_the_unknown_as_the_cause_dilutes_the_ratio() -> None:
    # (0.02 x 0.6 + 0.25 x 0.06) / (0.02 + 0.25 x 0.06)
    assert UNKNOWN.hazard_ratio(CountedAs.THE_CAUSE) == pytest.approx(0.027 / 0.035, rel=1e-14)
    assert UNKNOWN.events(CountedAs.THE_CAUSE) > UNKNOWN.events(CountedAs.LEFT_OUT)


def test_both_extremes_are_in_the_report_and_in_the_plan() -> None:
    report = UNKNOWN.report()
    assert [line.split()[0] for line in report.table] == ["left_out", "the_cause", "another_cause"]
    (entry,) = tomllib.loads(report.analysis)["analysis"]
    assert entry["unknown_cause"] == "left_out"
    assert entry["sensitivity"] == ["the_cause", "another_cause"]


def test_all_causes_unknown_is_no_trial() -> None:
    with pytest.raises(DesignError):
        UnknownCauseDesign(NEUROLOGIC, 1.0)
