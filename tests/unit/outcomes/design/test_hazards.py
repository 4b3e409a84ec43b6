"""Piecewise hazards and recruitment: what is seen of a trial's events."""

from __future__ import annotations

import math

import numpy as np
import pytest

from cimara.outcomes.design.errors import DesignError
from cimara.outcomes.design.hazards import Hazard, Recruitment

CONSTANT = Hazard((0.08,))
TWO_PIECES = Hazard((0.1, 0.02), (6.0,))
TRIAL = Recruitment(18.0, 12.0, 0.1)


def lachin_foulkes(hazard: float, others: float, accrual: float, followup: float) -> float:
    every = hazard + others
    late = (math.exp(-every * followup) - math.exp(-every * (accrual + followup))) / (every * accrual)
    return hazard / every * (1.0 - late)


def test_the_chance_of_an_event_is_the_closed_form_for_constant_hazards() -> None:
    found = TRIAL.event_probability(CONSTANT, Hazard((0.03,)))
    assert found == pytest.approx(lachin_foulkes(0.08, 0.03 + TRIAL.loss, 18.0, 12.0), rel=1e-12)


def test_a_hazard_cut_into_equal_pieces_is_the_same_hazard() -> None:
    pieces = Hazard((0.08, 0.08, 0.08), (3.0, 20.0))
    assert TRIAL.event_probability(pieces) == pytest.approx(TRIAL.event_probability(CONSTANT), rel=1e-13)


def test_the_chance_of_an_event_of_a_changing_hazard_is_the_share_of_simulated_patients() -> None:
    rng = np.random.default_rng(1)
    seen = TWO_PIECES.times(rng.standard_exponential(200_000)) <= TRIAL.censoring_times((200_000,), rng)
    chance = TRIAL.event_probability(TWO_PIECES)
    assert abs(seen.mean() - chance) < 3.0 * math.sqrt(chance * (1 - chance) / 200_000)


def test_everyone_at_once_is_followed_to_the_end() -> None:
    at_once = Recruitment(0.0, 12.0)
    assert at_once.event_probability(CONSTANT) == pytest.approx(1.0 - math.exp(-0.96), rel=1e-12)


def test_a_yearly_loss_of_ten_per_cent_leaves_nine_tenths_after_a_year() -> None:
    assert math.exp(-12.0 * TRIAL.loss) == pytest.approx(0.9, rel=1e-14)


def test_times_undo_the_cumulative_hazard() -> None:
    exponentials = np.asarray([0.1, 0.6, 0.61, 3.0])
    assert TWO_PIECES.cumulative(TWO_PIECES.times(exponentials)) == pytest.approx(exponentials, rel=1e-14)


def test_survivors_of_a_hazard_that_ends_never_have_the_event() -> None:
    cured = Hazard((0.1, 0.0), (6.0,))
    assert cured.times(np.asarray([0.5, 0.7])).tolist() == [5.0, math.inf]
    assert cured.median == math.inf


def test_the_median_of_a_median_is_itself() -> None:
    assert Hazard.of_median(9.0).median == pytest.approx(9.0, rel=1e-14)


def test_a_delayed_ratio_changes_the_hazard_from_its_month_on() -> None:
    late = TWO_PIECES.delayed_ratio(0.5, 3.0)
    assert late.at(np.asarray([0.0, 2.9, 3.0, 6.0])).tolist() == [0.1, 0.1, 0.05, 0.01]


@pytest.mark.parametrize(
    ("rates", "cuts"), [((0.1,), (3.0,)), ((0.1, 0.2, 0.3), (6.0, 3.0)), ((-0.1,), ()), ((0.1, 0.2), (0.0,))]
)
def test_hazards_that_cannot_be(rates: tuple[float, ...], cuts: tuple[float, ...]) -> None:
    with pytest.raises(DesignError):
        Hazard(rates, cuts)


@pytest.mark.parametrize("numbers", [(-1.0, 12.0), (0.0, 0.0), (12.0, 12.0, 1.0), (math.inf, 3.0)])
def test_recruitment_that_cannot_be(numbers: tuple[float, ...]) -> None:
    with pytest.raises(DesignError):
        Recruitment(*numbers)
