"""Rates in one group: exact single stage, Simon's two stages, and inference after them."""

from __future__ import annotations

import itertools
import tomllib
from functools import cache

import pytest
from scipy.stats import binom

from cimara.outcomes import catalogue
from cimara.outcomes.design.errors import DesignError
from cimara.outcomes.design.single_stage import SingleStageDesign, smallest_exact_test
from cimara.outcomes.design.two_stage import Candidate, Choice, TwoStageDesign, TwoStages
from cimara.outcomes.design.two_stage_inference import (
    at_least_as_good,
    better,
    two_stage_result,
    unbiased_rate,
)

ICORR = catalogue["ICORR"]
SIMON = TwoStageDesign(ICORR, 0.3, 0.5)
STAGES = TwoStages(5, 15, 18, 46)


@cache
def simon() -> list[Candidate]:
    """The admissible designs of the worked example, searched once."""
    return SIMON.admissible()


def test_the_single_stage_of_the_worked_example() -> None:
    found = smallest_exact_test(0.15, 0.5, 0.05, 0.8)
    assert (found.size, found.reject_at) == (10, 4)
    assert found.alpha == pytest.approx(0.04997, abs=5e-6)
    assert found.power == pytest.approx(0.828, abs=5e-4)


def test_no_smaller_single_stage_has_the_power() -> None:
    for size in range(1, 10):
        tests = [r for r in range(size + 2) if binom.sf(r - 1, size, 0.15) <= 0.05]
        assert binom.sf(min(tests) - 1, size, 0.5) < 0.8


def test_the_saw_tooth_is_shown() -> None:
    report = SingleStageDesign(ICORR, 0.15, 0.5).report()
    assert [one.code for one in report.warnings] == ["SAWTOOTH"]
    assert [line.split()[0] for line in report.table[1:]] == ["10", "11", "12", "13"]


def test_simons_optimal_design() -> None:
    found = SIMON.chosen(simon())
    assert found.stages == STAGES
    assert found.mean_size == pytest.approx(23.6, abs=0.05)


def test_simons_minimax_design() -> None:
    found = TwoStageDesign(ICORR, 0.3, 0.5, choice=Choice.MINIMAX).chosen(simon())
    assert found.stages == TwoStages(6, 19, 16, 39)
    assert found.mean_size == pytest.approx(25.7, abs=0.05)


@pytest.mark.parametrize(
    ("rates", "errors", "optimal", "minimax"),
    [
        ((0.05, 0.25), (0.05, 0.2), (0, 9, 2, 17), (0, 12, 2, 16)),
        ((0.1, 0.3), (0.05, 0.1), (2, 18, 6, 35), (2, 22, 6, 33)),
        ((0.7, 0.9), (0.05, 0.1), (11, 15, 29, 36), (13, 18, 26, 32)),
    ],
)
def test_rows_of_simons_tables(
    rates: tuple[float, float],
    errors: tuple[float, float],
    optimal: tuple[int, ...],
    minimax: tuple[int, ...],
) -> None:
    hull = TwoStageDesign(ICORR, *rates, errors[0], 1.0 - errors[1]).admissible()
    assert hull[-1].stages == TwoStages(*optimal)
    assert hull[0].stages == TwoStages(*minimax)


def test_attained_errors_are_sums_over_all_outcomes() -> None:
    found = SIMON.chosen(simon())
    for rate, attained in ((0.3, found.alpha), (0.5, found.power)):
        total = sum(
            binom.pmf(first, 15, rate) * binom.pmf(later, 31, rate)
            for first, later in itertools.product(range(16), range(32))
            if first > 5 and first + later > 18
        )
        assert attained == pytest.approx(total, rel=1e-12)
    assert found.stop_early == pytest.approx(binom.cdf(5, 15, 0.3), rel=1e-12)


def test_admissible_designs_lie_between_and_one_is_taken_by_its_size() -> None:
    hull = simon()
    assert [one.stages.n for one in hull] == sorted(one.stages.n for one in hull)
    between = TwoStageDesign(ICORR, 0.3, 0.5, choice=Choice.ADMISSIBLE, size=42)
    assert between.chosen(simon()) == hull[1]
    with pytest.raises(DesignError, match="39, 42, 46"):
        TwoStageDesign(ICORR, 0.3, 0.5, choice=Choice.ADMISSIBLE, size=41).chosen(simon())


def test_the_p_value_of_the_critical_number_is_the_attained_alpha() -> None:
    assert two_stage_result(STAGES, 19, 0.3).p == pytest.approx(SIMON.chosen(simon()).alpha, rel=1e-12)


def test_rejection_and_interval_agree() -> None:
    """The 90 % interval excludes the null rate just when the one-sided 5 % test rejects."""
    for responses in range(STAGES.n + 1):
        found = two_stage_result(STAGES, responses, 0.3, level=0.9)
        assert found.rejected == (found.lower > 0.3) == (found.p <= 0.05)


def test_the_stage_wise_order_puts_going_on_above_stopping() -> None:
    outcomes = [*range(6), *range(6, 47)]
    p = [two_stage_result(STAGES, responses, 0.3).p for responses in outcomes]
    assert p == sorted(p, reverse=True)


def test_outcomes_tile_the_whole() -> None:
    for responses in range(STAGES.n):
        assert better(STAGES, responses, 0.4) == pytest.approx(
            at_least_as_good(STAGES, responses + 1, 0.4), rel=1e-12
        )


def test_limits_cover_their_share() -> None:
    found = two_stage_result(STAGES, 20, 0.3, level=0.9)
    assert at_least_as_good(STAGES, 20, found.lower) == pytest.approx(0.05, rel=1e-8)
    assert 1.0 - better(STAGES, 20, found.upper) == pytest.approx(0.05, rel=1e-8)


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.62])
def test_the_unbiased_rate_is_unbiased(rate: float) -> None:
    mean = 0.0
    for first, later in itertools.product(range(16), range(32)):
        chance = binom.pmf(first, 15, rate) * binom.pmf(later, 31, rate)
        mean += chance * unbiased_rate(STAGES, first if first <= 5 else first + later)
    assert mean == pytest.approx(rate, rel=1e-12)


def test_none_and_all_have_limits_at_the_ends() -> None:
    assert two_stage_result(STAGES, 0, 0.3).lower == 0.0
    assert two_stage_result(STAGES, 46, 0.3).upper == 1.0


def test_responses_that_the_rule_cannot_give() -> None:
    with pytest.raises(DesignError):
        two_stage_result(STAGES, 47, 0.3)


def test_the_analysis_entry_carries_the_rule() -> None:
    (entry,) = tomllib.loads(SIMON.report().analysis)["analysis"]
    assert entry["test"] == {
        "kind": "two_stage",
        "null": 0.3,
        "alpha": 0.05,
        "stages": [5, 15, 18, 46],
        "order": "stage-wise",
    }


@pytest.mark.parametrize("rates", [(0.5, 0.3), (0.3, 0.3), (0.0, 0.3), (0.3, 1.0)])
def test_rates_that_cannot_be_told_apart(rates: tuple[float, float]) -> None:
    with pytest.raises(DesignError):
        TwoStageDesign(ICORR, *rates)


def test_a_time_to_event_is_refused() -> None:
    with pytest.raises(DesignError, match="time_to_event"):
        SingleStageDesign(catalogue["OS"], 0.1, 0.3)


def test_a_cns_response_needs_brain_mri() -> None:
    with pytest.raises(DesignError, match="no brain MRI"):
        TwoStageDesign(ICORR, 0.1, 0.3, assessments=("body scan",))
