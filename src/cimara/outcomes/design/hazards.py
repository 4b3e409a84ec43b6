"""Piecewise constant hazards, in months: survival, cumulative hazard, and times drawn from them."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from cimara.outcomes.design.errors import demand, demand_positive, demand_rate

FloatArray = NDArray[np.float64]
NODES = 48
"""Gauss-Legendre nodes on each smooth stretch: an exponential times a line is then exact to rounding."""


@dataclass(frozen=True, slots=True)
class Hazard:
    """A hazard a month: `rates[k]` from `cuts[k-1]` (0 for the first) to `cuts[k]` months.

    Raises
    ------
    DesignError
        Cuts that do not rise from above 0, a negative rate, or no rate above 0.
    """

    rates: tuple[float, ...]
    cuts: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        rising = all(early < late for early, late in zip((0.0, *self.cuts), self.cuts, strict=False))
        demand(
            rising and len(self.rates) == len(self.cuts) + 1, "cuts", "rising months, one fewer than rates"
        )
        demand(all(0.0 <= rate < math.inf for rate in self.rates), "rates", "hazards of at least 0 a month")

    @classmethod
    def of_median(cls, months: float) -> Hazard:
        """The constant hazard with this median: ln 2 / median."""
        demand_positive(months, "median")
        return cls((math.log(2.0) / months,))

    @property
    def knots(self) -> FloatArray:
        """0 and the cuts."""
        return np.asarray((0.0, *self.cuts))

    def times_ratio(self, ratio: float) -> Hazard:
        """The same hazard multiplied throughout."""
        return Hazard(tuple(rate * ratio for rate in self.rates), self.cuts)

    def delayed_ratio(self, ratio: float, delay: float) -> Hazard:
        """The hazard multiplied from `delay` months on only (a treatment that works late)."""
        cuts = tuple(sorted({*self.cuts, delay} - {0.0}))
        starts = np.asarray((0.0, *cuts))
        rates = self.at(starts) * np.where(starts >= delay, ratio, 1.0)
        return Hazard(tuple(float(rate) for rate in rates), cuts)

    def at(self, months: FloatArray) -> FloatArray:
        """The hazard at these times, from the right."""
        return np.asarray(self.rates)[np.searchsorted(self.knots, months, side="right") - 1]

    def cumulative(self, months: FloatArray) -> FloatArray:
        """The cumulative hazard up to these times."""
        knots, rates = self.knots, np.asarray(self.rates)
        reached = np.concatenate([[0.0], np.cumsum(np.diff(knots) * rates[:-1])])
        piece = np.searchsorted(knots, months, side="right") - 1
        found: FloatArray = reached[piece] + (months - knots[piece]) * rates[piece]
        return found

    def survival(self, months: FloatArray) -> FloatArray:
        """The share still free of the event at these times."""
        return np.exp(-self.cumulative(months))

    def times(self, exponentials: FloatArray) -> FloatArray:
        """Times at which the cumulative hazard reaches these standard exponentials; infinity where never."""
        knots, rates = self.knots, np.asarray(self.rates)
        reached = np.concatenate([[0.0], np.cumsum(np.diff(knots) * rates[:-1])])
        piece = np.searchsorted(reached, exponentials, side="right") - 1
        with np.errstate(divide="ignore", invalid="ignore"):
            found: FloatArray = knots[piece] + (exponentials - reached[piece]) / rates[piece]
        return found

    @property
    def median(self) -> float:
        """The median in months; infinity where half never have the event."""
        return float(self.times(np.asarray([math.log(2.0)]))[0])


@dataclass(frozen=True, slots=True)
class Recruitment:
    """Uniform accrual, then follow-up of everyone, in months; patients are lost at a constant hazard.

    `yearly_loss` is the share lost in a year (0.10: a hazard of -ln 0.9 / 12 a month).
    """

    accrual: float
    followup: float
    yearly_loss: float = 0.0

    def __post_init__(self) -> None:
        demand(self.accrual >= 0.0 and math.isfinite(self.accrual), "accrual", "months, at least 0")
        demand(self.followup >= 0.0 and self.followup + self.accrual > 0.0, "followup", "months, at least 0")
        demand_rate(self.yearly_loss, "yearly_loss")

    @property
    def loss(self) -> float:
        """Hazard of loss a month."""
        return -math.log1p(-self.yearly_loss) / 12.0

    @property
    def length(self) -> float:
        """Months from the first patient in to the analysis."""
        return self.accrual + self.followup

    def observed(self, months: FloatArray) -> FloatArray:
        """The share of patients whose observation is not yet over after these months in the trial."""
        entered = np.ones_like(months)
        if self.accrual > 0.0:
            entered = np.clip((self.length - months) / self.accrual, 0.0, 1.0)
        entered = np.where(months > self.length, 0.0, entered)
        return np.exp(-self.loss * months) * entered

    def censoring_times(self, shape: tuple[int, ...], rng: np.random.Generator) -> FloatArray:
        """End of observation of simulated patients, without the event: the analysis, or the loss."""
        end = self.length - self.accrual * rng.random(shape)
        return np.minimum(end, rng.standard_exponential(shape) / self.loss) if self.loss > 0.0 else end

    def integral(self, rate: Callable[[FloatArray], FloatArray], *hazards: Hazard) -> float:
        """The integral of `rate(months)` over a patient's observation, its smooth stretches apart."""
        return integral(
            lambda months: rate(months) * self.observed(months),
            (0.0, self.followup, self.length, *(cut for hazard in hazards for cut in hazard.cuts)),
            self.length,
        )

    def event_probability(self, hazard: Hazard, *competing: Hazard) -> float:
        """The chance that a patient's event is seen before loss, the analysis, and what competes.

        One constant hazard: h/H [1 - (e^{-HF} - e^{-H(A+F)})/(HA)], H = sum of hazards and loss (Lachin and
        Foulkes 1986); piecewise constant hazards by quadrature on each piece.
        """

        def rate(months: FloatArray) -> FloatArray:
            free = sum((one.cumulative(months) for one in (hazard, *competing)), np.zeros_like(months))
            return hazard.at(months) * np.exp(-free)

        return self.integral(rate, hazard, *competing)


def integral(rate: Callable[[FloatArray], FloatArray], knots: tuple[float, ...], end: float) -> float:
    """Integral from 0 to `end` by Gauss-Legendre between knots, where `rate` need not be smooth."""
    inside = sorted({0.0, end, *(knot for knot in knots if 0.0 < knot < end)})
    nodes, weights = legendre(NODES)
    total = 0.0
    for low, high in pairwise(inside):
        half = (high - low) / 2.0
        total += half * float(weights @ rate(low + half * (nodes + 1.0)))
    return total


@cache
def legendre(count: int) -> tuple[FloatArray, FloatArray]:
    """Nodes and weights of Gauss-Legendre quadrature on (-1, 1)."""
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return nodes, weights
