"""Events and patients of a log-rank comparison."""

from __future__ import annotations

import dataclasses
import tomllib

import pytest

from cimara.outcomes import catalogue
from cimara.outcomes.design.errors import DesignError
from cimara.outcomes.design.hazards import Hazard, Recruitment
from cimara.outcomes.design.log_rank import (
    EventFormula,
    LogRankDesign,
    TwoArmTest,
    events_needed,
    power_of_events,
)

PLAN = LogRankDesign(
    endpoint=catalogue["CNSPFS"],
    hazard_ratio=0.6,
    control=Hazard.of_median(9.0),
    recruitment=Recruitment(18.0, 12.0, 0.1),
    test=TwoArmTest(alpha=0.05, power=0.85, sided=2, allocation=2.0),
)


def test_the_worked_example_needs_155_events() -> None:
    assert PLAN.events == pytest.approx(154.83, abs=0.005)


def test_the_worked_example_needs_167_and_84_patients() -> None:
    assert PLAN.patients == pytest.approx(249.26, abs=0.005)
    assert PLAN.arms == (167, 84)


def test_schoenfeld_two_sided_even_arms() -> None:
    # 4 (1.959964 + 1.281552)^2 / ln(0.7)^2
    assert events_needed(0.7, TwoArmTest(power=0.9)) == pytest.approx(330.37791, abs=1e-4)


def test_freedman_asks_for_a_little_more_than_schoenfeld_for_even_arms() -> None:
    # ((1 + 0.7) / (1 - 0.7))^2 (1.959964 + 1.281552)^2
    assert events_needed(0.7, TwoArmTest(power=0.9), EventFormula.FREEDMAN) == pytest.approx(
        337.40503, abs=1e-4
    )


def test_freedman_counts_the_allocation() -> None:
    # (1 + 2 x 0.7)^2 / (2 x 0.3^2) (1.959964 + 1.281552)^2
    test = TwoArmTest(power=0.9, allocation=2.0)
    assert events_needed(0.7, test, EventFormula.FREEDMAN) == pytest.approx(336.23753, abs=1e-4)


@pytest.mark.parametrize("formula", list(EventFormula))
@pytest.mark.parametrize("allocation", [0.5, 1.0, 2.0])
def test_the_power_of_the_events_needed_is_the_power_asked_for(
    formula: EventFormula, allocation: float
) -> None:
    test = TwoArmTest(power=0.83, allocation=allocation)
    events = events_needed(0.65, test, formula)
    assert power_of_events(events, 0.65, test, formula) == pytest.approx(0.83, rel=1e-12)


def test_a_ratio_and_its_inverse_need_the_same_events_in_even_arms() -> None:
    test = TwoArmTest()
    assert events_needed(0.6, test) == pytest.approx(events_needed(1 / 0.6, test), rel=1e-14)


def test_rounded_arms_have_at_least_the_power() -> None:
    assert 0.85 <= PLAN.attained_power < 0.86


def test_the_analysis_entry_is_toml_that_names_the_endpoint_and_the_test() -> None:
    plan = tomllib.loads(PLAN.report().analysis)
    assert plan["endpoints"]["cnspfs"]["use"] == "CNSPFS"
    (entry,) = plan["analysis"]
    assert entry["primary"] is True
    assert entry["test"] == {"kind": "logrank", "sided": 2, "alpha": 0.05}


def test_the_report_says_numbers_formula_assumptions_and_endpoint() -> None:
    text = str(PLAN.report())
    for words in (
        "155 (154.83)",
        "167 + 84",
        "Schoenfeld",
        "proportional",
        catalogue["CNSPFS"].fingerprint[:12],
    ):
        assert words in text


def test_a_schedule_without_brain_mri_is_refused_for_a_cns_endpoint() -> None:
    with pytest.raises(DesignError, match="no brain MRI"):
        dataclasses.replace(PLAN, assessments=("body scan",))


def test_survival_needs_no_scan() -> None:
    assert dataclasses.replace(PLAN, endpoint=catalogue["OS"], assessments=()).arms == (167, 84)


def test_an_endpoint_with_a_competing_death_is_sent_to_its_own_design() -> None:
    with pytest.raises(DesignError, match="competing death"):
        dataclasses.replace(PLAN, endpoint=catalogue["CNSTTP"])


def test_a_rate_is_sent_to_its_own_design() -> None:
    with pytest.raises(DesignError, match="two-stage"):
        dataclasses.replace(PLAN, endpoint=catalogue["ICORR"])


def test_few_events_are_warned_of() -> None:
    strong = dataclasses.replace(PLAN, hazard_ratio=0.2)
    assert [one.code for one in strong.report().warnings] == ["FEW_EVENTS"]
    assert PLAN.report().warnings == ()


@pytest.mark.parametrize(
    "numbers",
    [{"alpha": 0.0}, {"power": 1.0}, {"sided": 3}, {"allocation": 0.0}, {"alpha": 0.5, "power": 0.2}],
)
def test_tests_that_cannot_be(numbers: dict[str, float]) -> None:
    with pytest.raises(DesignError):
        TwoArmTest(**numbers)  # type: ignore[arg-type]


@pytest.mark.parametrize("ratio", [0.0, 1.0, -2.0, float("inf")])
def test_ratios_that_no_trial_can_show(ratio: float) -> None:
    with pytest.raises(DesignError):
        dataclasses.replace(PLAN, hazard_ratio=ratio)
