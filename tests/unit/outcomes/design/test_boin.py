"""Dose finding by intervals."""

from __future__ import annotations

import tomllib

import numpy as np
import pytest
from scipy.optimize import minimize

from cimara.outcomes.design.boin import BoinDesign, Decision, isotonic
from cimara.outcomes.design.boin_trials import operating_characteristics, simulated_counts
from cimara.outcomes.design.errors import DesignError

PLAN = BoinDesign(target=0.35, doses=5, patients=30)


def test_the_boundaries_of_the_worked_example() -> None:
    assert PLAN.boundaries == pytest.approx((0.2763, 0.4189), abs=5e-5)


def test_the_boundaries_printed_for_a_target_of_30_per_cent() -> None:
    # Liu and Yuan 2015, table 1
    assert BoinDesign(0.3, 5).boundaries == pytest.approx((0.236, 0.359), abs=1e-3)


@pytest.mark.parametrize(("dropped", "treated"), [(3, 3), (5, 6), (6, 9), (7, 12)])
def test_a_dose_is_dropped_at(dropped: int, treated: int) -> None:
    assert PLAN.limits(treated)[2] == dropped


def test_two_patients_never_drop_a_dose() -> None:
    assert PLAN.limits(2)[2] is None


@pytest.mark.parametrize(
    ("toxic", "treated", "decision"),
    [
        (0, 3, Decision.ESCALATE),
        (1, 3, Decision.STAY),
        (2, 3, Decision.DE_ESCALATE),
        (3, 3, Decision.DROP),
        (2, 6, Decision.STAY),
        (5, 6, Decision.DROP),
    ],
)
def test_decisions(toxic: int, treated: int, decision: Decision) -> None:
    assert PLAN.decision(toxic, treated) is decision


def test_the_table_says_what_the_decisions_say() -> None:
    for treated, most, least, dropped in PLAN.decision_table().iter_rows():
        for toxic in range(treated + 1):
            told = Decision.STAY
            if toxic <= most:
                told = Decision.ESCALATE
            if least is not None and toxic >= least:
                told = Decision.DE_ESCALATE
            if dropped is not None and toxic >= dropped:
                told = Decision.DROP
            assert PLAN.decision(toxic, treated) is told


def test_the_page_for_the_clinic_has_a_row_a_number() -> None:
    page = PLAN.clinic_page().splitlines()
    assert page[7].split() == ["3", "0", "to", "0", "1", "2", "3", "or", "more"]
    assert sum(line.strip()[:1].isdigit() for line in page) == 30


def test_the_isotonic_fit_is_the_least_squares_fit() -> None:
    rng = np.random.default_rng(2)
    values, weights = rng.random(5), rng.random(5) + 0.1
    rising = [{"type": "ineq", "fun": lambda fit, i=i: fit[i + 1] - fit[i]} for i in range(4)]
    best = minimize(
        lambda fit: float(weights @ (fit - values) ** 2),
        np.sort(values),
        constraints=rising,
        method="SLSQP",
        options={"ftol": 1e-14},
    )
    assert isotonic(values[None, :], weights[None, :])[0] == pytest.approx(best.x, abs=1e-5)


def test_rates_that_fall_are_pooled() -> None:
    fit = isotonic(np.asarray([[0.3, 0.1, 0.2, 0.5, 0.4]]), np.ones((1, 5)))
    assert fit[0] == pytest.approx([0.2, 0.2, 0.2, 0.45, 0.45], rel=1e-14)


def test_the_dose_nearest_to_the_target_is_chosen() -> None:
    assert PLAN.chosen_dose([0, 1, 3, 4, 0], [3, 6, 9, 6, 0]) == 3


def test_of_equal_estimates_below_the_target_the_higher_dose_is_chosen() -> None:
    assert PLAN.chosen_dose([1, 1, 4, 0, 0], [6, 6, 6, 0, 0]) == 2


def test_of_equal_estimates_above_the_target_the_lower_dose_is_chosen() -> None:
    assert BoinDesign(0.1, 3).chosen_dose([1, 1, 0], [5, 5, 0]) == 1


def test_a_dropped_dose_and_those_above_are_not_chosen() -> None:
    assert PLAN.chosen_dose([0, 1, 6, 0, 0], [6, 6, 6, 6, 0]) == 2


def test_none_is_chosen_when_the_lowest_is_too_toxic() -> None:
    assert PLAN.chosen_dose([3, 0, 0, 0, 0], [3, 0, 0, 0, 0]) is None


def test_a_trial_never_exceeds_its_patients_and_stops_when_the_lowest_dose_is_dropped() -> None:
    rng = np.random.default_rng(1)
    toxic, treated = simulated_counts(PLAN, np.asarray([0.9, 0.9, 0.9, 0.9, 0.9]), 200, rng)
    assert (toxic <= treated).all()
    assert treated.sum(axis=1).max() <= 30
    assert np.median(treated.sum(axis=1)) == 3
    assert (treated[:, 2:] == 0).all()


def test_a_trial_stays_at_a_dose_that_nobody_minds_only_at_the_top() -> None:
    _, treated = simulated_counts(PLAN, np.zeros(5), 10, np.random.default_rng(1))
    assert treated.tolist() == [[3, 3, 3, 3, 18]] * 10


def test_a_trial_stops_when_enough_have_had_the_dose_that_is_kept() -> None:
    early = BoinDesign(0.35, 2, patients=60, stop_at=9)
    _, treated = simulated_counts(early, np.asarray([0.35, 0.9]), 200, np.random.default_rng(1))
    assert treated.sum(axis=1).mean() < 40


def test_characteristics_are_shares_and_do_not_depend_on_more_trials_before() -> None:
    truth = (0.05, 0.15, 0.35, 0.5, 0.6)
    found = operating_characteristics(PLAN, truth, 1000, 7)
    assert sum(found.chosen) + found.none_chosen == pytest.approx(1.0, rel=1e-12)
    assert found.chosen[2] == max(found.chosen)
    assert found == operating_characteristics(PLAN, truth, 1000, 7)


def test_the_analysis_entry_names_the_design() -> None:
    (entry,) = tomllib.loads(PLAN.report().analysis)["analysis"]
    assert (entry["kind"], entry["design"], entry["target"]) == ("dose_finding", "boin", 0.35)


@pytest.mark.parametrize(
    "numbers",
    [{"target": 0.8}, {"doses": 1}, {"patients": 2}, {"start": 6}, {"too_low": 0.4}, {"drop_above": 1.0}],
)
def test_designs_that_cannot_be(numbers: dict[str, float]) -> None:
    with pytest.raises(DesignError):
        BoinDesign(**{"target": 0.35, "doses": 5, **numbers})  # type: ignore[arg-type]


def test_counts_that_do_not_fit() -> None:
    with pytest.raises(DesignError):
        PLAN.chosen_dose([4, 0, 0, 0, 0], [3, 0, 0, 0, 0])
    with pytest.raises(DesignError):
        operating_characteristics(PLAN, (0.1, 0.2), 10, 1)
