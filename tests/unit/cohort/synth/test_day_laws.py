"""The law of death and the law of an event that death precludes are both exact."""

import numpy as np
import pytest

from cimara.cohort.synth.day_laws import (
    NEVER,
    EventLaw,
    Switch,
    Weibull,
    death_days,
    event_days,
    survival_with_switch,
)

DEATH = Weibull(median=400.0, shape=1.1)
EVENT = EventLaw(total=0.2, scale=200.0, shape=1.5, horizon=600, earliest=30)
DAYS = np.arange(EVENT.horizon + 1)


def test_half_are_dead_at_the_median() -> None:
    assert np.exp(-DEATH.cumulative(np.array([400.0])))[0] == pytest.approx(0.5)


def test_a_day_of_death_uses_up_the_hazard_that_was_drawn() -> None:
    drawn = np.array([0.3, 1.0, 2.5])
    none = np.full(3, NEVER)
    day = death_days(drawn, np.full(3, 1.3), DEATH, np.zeros(3, dtype=bool), none, 1.0)
    spent = 1.3 * DEATH.cumulative(np.array([day - 1, day]))
    assert (spent[0] < drawn).all()
    assert (drawn <= spent[1]).all()


@pytest.mark.parametrize("on_first", [True, False])
def test_a_treatment_counts_on_the_days_on_which_it_is_on(*, on_first: bool) -> None:
    drawn, change, ratio = np.array([2.0]), np.array([100]), 1.8
    day = int(death_days(drawn, np.ones(1), DEATH, np.array([on_first]), change, ratio)[0])
    at = DEATH.cumulative(np.array([100.0, day]))
    first, then = (ratio, 1.0) if on_first else (1.0, ratio)
    assert (
        first * at[0] + then * (at[1] - at[0])
        >= 2.0
        > first * at[0] + then * (DEATH.cumulative(np.array([day - 1.0]))[0] - at[0])
    )


@pytest.mark.parametrize("on_first", [True, False])
def test_survival_averages_over_the_day_of_change(*, on_first: bool) -> None:
    switch, ratio = Switch(share=0.7, median=60.0), 1.6
    found = survival_with_switch(np.array([1.2]), DEATH, DAYS, on_first=on_first, switch=switch, ratio=ratio)[
        0
    ]
    random = np.random.default_rng(5)
    change = switch.draw(random, 200_000)
    on = np.full(200_000, on_first)
    day = death_days(random.exponential(size=200_000), np.full(200_000, 1.2), DEATH, on, change, ratio)
    seen = np.array([(day > one).mean() for one in (30, 90, 365, 600)])
    assert np.abs(seen - found[[30, 90, 365, 600]]).max() < 0.005


def test_a_change_falls_on_its_median_half_of_the_time() -> None:
    assert Switch(share=0.6, median=60.0).by_day(np.array([60]))[0] == pytest.approx(0.3)


def test_the_incidence_of_the_event_is_that_of_its_law() -> None:
    """Summed over the law of death, not simulated: both agree to the width of the grids."""
    alive = np.exp(-DEATH.cumulative(np.arange(4000)))
    ends = np.arange(6, 4000, 6)
    dies = alive[ends - 6] - alive[ends]
    uniform = (np.arange(100) + 0.5) / 100
    n = len(ends) * len(uniform)
    found, excess = event_days(
        np.tile(uniform, len(ends)),
        np.repeat(ends - 2, len(uniform)),
        np.full(n, 1.7),
        EVENT,
        alive[None, :],
        np.zeros(n, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
    )
    assert not excess.any()
    weight = np.repeat(dies / len(uniform), len(uniform))
    total = np.cumsum(np.bincount(np.minimum(found, len(DAYS)), weight, len(DAYS) + 1)[: len(DAYS)])
    wanted = -np.expm1(-1.7 * EVENT.cumulative())
    assert np.abs(total - wanted).max() < 0.006


def test_an_event_never_falls_on_or_after_the_day_of_death() -> None:
    random = np.random.default_rng(1)
    death = random.integers(1, 500, 3000)
    alive = np.exp(-DEATH.cumulative(DAYS))[None, :]
    zero = np.zeros(3000, dtype=np.int64)
    found, _ = event_days(random.random(3000), death, np.full(3000, 3.0), EVENT, alive, zero, zero)
    assert (found[found < NEVER] < death[found < NEVER]).all()
    assert (found > EVENT.earliest).all()


def test_a_later_start_counts_survival_from_there() -> None:
    alive = np.exp(-DEATH.cumulative(np.arange(900)))[None, :]
    late, _ = event_days(
        np.array([0.05]), np.array([900]), np.ones(1), EVENT, alive, np.array([0]), np.array([200])
    )
    own = alive[:, 200:] / alive[:, 200:201]
    same, _ = event_days(
        np.array([0.05]), np.array([900]), np.ones(1), EVENT, own, np.array([0]), np.array([0])
    )
    assert late == same


def test_a_law_that_death_leaves_no_room_for_is_told() -> None:
    alive = np.exp(-0.02 * DAYS)[None, :]
    zero = np.zeros(1, dtype=np.int64)
    _, excess = event_days(np.array([0.5]), np.array([900]), np.array([9.0]), EVENT, alive, zero, zero)
    assert excess[0] > 0


def test_a_law_reaches_the_value_that_was_asked_for() -> None:
    law = EventLaw.reaching(0.1, 365, scale=200.0, shape=1.5, horizon=600, earliest=30)
    assert law.cumulative()[365] == pytest.approx(0.1)
    assert law.cumulative()[30] == 0
