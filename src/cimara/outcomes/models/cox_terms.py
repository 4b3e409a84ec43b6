"""What ties make of the sums over a risk set: the scalars of each event time in Efron's and Breslow's forms.

Notation of Therneau & Grambsch 2000, chapter 3: with d events of weight W at a time, c = W/d and
f_l = l/d for l = 0..d-1 (Efron) or 0 (Breslow), the denominators are den_l = S0 - f_l D0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.outcomes.frame_columns import FloatArray, IntArray
from cimara.outcomes.models.cox_fit import Ties


@dataclass(frozen=True, slots=True)
class TieTerms:
    """Scalars of each event time (K); those that only tied events have, of the times in `tied` alone.

    hazard is A = c sum 1/den, square is Q0 = c sum 1/den^2, log_denominator c sum log den;
    hazard_shared is B = c sum f/den, square_shared Q1 = c sum f/den^2, square_twice Q2 = c sum f^2/den^2.
    """

    death_weight: FloatArray
    hazard: FloatArray
    square: FloatArray
    log_denominator: FloatArray
    tied: IntArray
    hazard_shared: FloatArray
    square_shared: FloatArray
    square_twice: FloatArray


def tie_terms(
    deaths: IntArray, death_weight: FloatArray, at_risk: FloatArray, dying: FloatArray, ties: Ties
) -> TieTerms:
    """The terms of all event times.

    Parameters
    ----------
    deaths, death_weight
        Number of events (d) and their weight (W) at each time; a time without events gets zeros.
    at_risk, dying
        Sums of the relative hazards over the risk set (S0), and over the events of the tied times (D0).
    """
    some = deaths > 0
    inverse = np.divide(1.0, at_risk, out=np.zeros(len(deaths)), where=some)
    logs = np.log(at_risk, out=np.zeros(len(deaths)), where=some)
    hazard, logs = death_weight * inverse, death_weight * logs
    square = hazard * inverse
    tied = tied_times(deaths, ties)
    if not len(tied):
        nothing = np.zeros(0)
        return TieTerms(death_weight, hazard, square, logs, tied, nothing, nothing, nothing)
    count = deaths[tied]
    first = np.cumsum(count) - count
    fraction = (np.arange(count.sum()) - np.repeat(first, count)) / np.repeat(count, count)
    denominator = np.repeat(at_risk[tied], count) - fraction * np.repeat(dying, count)
    each = death_weight[tied] / count

    def summed(values: FloatArray) -> FloatArray:
        return each * np.add.reduceat(values, first)

    once = 1.0 / denominator
    twice = once * once
    logs[tied] = summed(np.log(denominator))
    hazard[tied], square[tied] = summed(once), summed(twice)
    twice *= fraction
    shared = summed(twice)
    shared_hazard = summed(fraction * once)
    return TieTerms(death_weight, hazard, square, logs, tied, shared_hazard, shared, summed(twice * fraction))


def tied_times(deaths: IntArray, ties: Ties) -> IntArray:
    """The event times at which Efron's terms differ from Breslow's; none for Breslow."""
    return np.flatnonzero(deaths > 1) if ties is Ties.EFRON else np.zeros(0, dtype=np.int64)
