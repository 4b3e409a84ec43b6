"""Laws of the day of death and of an event that death precludes, on a grid of whole days from an origin.

A day is the whole day in which something happens: continuous time t falls on day ceil(t), from 1. The two
laws are exact at once: death follows a proportional hazards model given all that is known of a patient, and
the event follows a proportional subdistribution hazards model given fewer covariates. `event_days` says how;
docs/explanation/the-demonstration-study.md derives it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
BoolArray: TypeAlias = NDArray[np.bool_]

NEVER = np.int64(10**6)
"""A day that is never reached."""
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Weibull:
    """Cumulative hazard ln 2 (t / median)^shape, in days."""

    median: float
    shape: float

    def cumulative(self, days: FloatArray | IntArray) -> FloatArray:
        """Cumulative hazard at each day."""
        return np.asarray(np.log(2) * (np.asarray(days, dtype=float) / self.median) ** self.shape)

    def time_at(self, cumulative: FloatArray) -> FloatArray:
        """The time at which the cumulative hazard has a value."""
        return np.asarray(self.median * (np.maximum(cumulative, 0.0) / np.log(2)) ** (1 / self.shape))


@dataclass(frozen=True, slots=True)
class Switch:
    """A treatment that is on or off at the origin, and may change once: on day T by a log-logistic law.

    `share` of those who could change ever do; `median` days for these.
    """

    share: float
    median: float
    shape: float = 2.5

    def by_day(self, days: FloatArray | IntArray) -> FloatArray:
        """Share that has changed by the end of each day."""
        with np.errstate(divide="ignore"):
            return np.asarray(self.share / (1 + (np.asarray(days, dtype=float) / self.median) ** -self.shape))

    def draw(self, random: np.random.Generator, n: int) -> IntArray:
        """Days of change, from 1; NEVER where there is none."""
        changes, place = random.random(n) < self.share, random.random(n)
        time = self.median * (place / (1 - place)) ** (1 / self.shape)
        return np.where(changes & (time < NEVER), np.ceil(time), NEVER).astype(np.int64)


def death_days(
    exponential: FloatArray,
    rate: FloatArray,
    law: Weibull,
    on_first: BoolArray,
    change: IntArray,
    ratio: float,
) -> IntArray:
    """Days of death under the hazard rate x law x ratio^(on), given unit exponential draws.

    The treatment is on in (0, change] where `on_first`, and after `change` elsewhere.
    """
    target = exponential / rate
    before = np.where(on_first, ratio, 1.0)
    after = np.where(on_first, 1.0, ratio)
    at_change = law.cumulative(np.minimum(change, NEVER))
    early = target <= before * at_change
    late = at_change + (target - before * at_change) / after
    time = law.time_at(np.where(early, target / before, late))
    return np.maximum(np.ceil(np.minimum(time, NEVER)), 1).astype(np.int64)


def survival_with_switch(
    rate: FloatArray, law: Weibull, days: IntArray, *, on_first: bool, switch: Switch, ratio: float
) -> FloatArray:
    """P(alive after each day) of patients with each rate (rates x days), averaged over the day of change."""
    base = law.cumulative(days)
    before, after = (ratio, 1.0) if on_first else (1.0, ratio)
    changed = switch.by_day(days)
    share = np.diff(changed, prepend=0.0)
    rates = rate[:, None]
    cumulative = np.cumsum(share * np.exp(-rates * (before - after) * base), axis=1)
    return np.asarray(
        np.exp(-rates * after * base) * cumulative + (1 - changed) * np.exp(-rates * before * base)
    )


@dataclass(frozen=True, slots=True)
class EventLaw:
    """Cumulative subdistribution hazard `total` x K(t); K is a Weibull distribution that begins after day
    `earliest`, cut off at day `horizon`."""

    total: float
    scale: float
    shape: float
    horizon: int
    earliest: int = 0

    @classmethod
    def reaching(
        cls, value: float, day: int, *, scale: float, shape: float, horizon: int, earliest: int = 0
    ) -> EventLaw:
        """The law whose cumulative subdistribution hazard has a value at the end of a day."""
        unit = cls(1.0, scale, shape, horizon, earliest)
        return replace(unit, total=value / float(unit.cumulative()[day]))

    def cumulative(self) -> FloatArray:
        """Cumulative subdistribution hazard at the end of days 0 to `horizon`."""
        days = np.maximum(np.arange(self.horizon + 1) - self.earliest, 0)
        share = -np.expm1(-((days / self.scale) ** self.shape))
        return np.asarray(self.total * share / share[-1])


def event_days(
    uniform: FloatArray,
    death: IntArray,
    relative: FloatArray,
    law: EventLaw,
    survival: FloatArray,
    curve: IntArray,
    start: IntArray,
) -> tuple[IntArray, FloatArray]:
    """Days of an event whose cumulative incidence is 1 - exp(-law x relative), death competing.

    Given death on day d, the event falls on day r < d with probability f(r) / S(r), where f is the law's
    probability of day r and S the probability of being alive after r given the covariates of the law. Over
    the law of d this gives f(r) for every r: the incidence is exact, and death is not touched.

    Parameters
    ----------
    uniform, death, relative, curve, start
        One a row: a uniform draw, the day of death, exp(coefficients x covariates), the row of `survival`
        that belongs to the row, and the day of that curve on which the row's time begins (0: at its origin).
    survival
        Curves x days; P(alive after day), long enough for start + horizon.

    Returns
    -------
    Days of the event (NEVER where there is none), and how far the probabilities f/S summed above 1, which is
    how much of the law could not be met: 0 where it is exact.
    """
    base = law.cumulative()
    found = np.full(len(uniform), NEVER)
    excess = np.zeros(len(uniform))
    steps = np.arange(law.horizon + 1)
    for first in range(0, len(uniform), _BLOCK):
        rows = slice(first, first + _BLOCK)
        alive = survival[curve[rows, None], start[rows, None] + steps]
        alive = alive[:, 1:] / alive[:, :1]
        incidence = -np.expm1(-base * relative[rows, None])
        reached = np.cumsum(np.diff(incidence, axis=1) / alive, axis=1)
        day = 1 + (reached < uniform[rows, None]).sum(axis=1)
        found[rows] = np.where((day <= law.horizon) & (day < death[rows]), day, NEVER)
        excess[rows] = np.maximum(reached[:, -1] - 1, 0.0)
    return found, excess
