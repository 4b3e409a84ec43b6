"""The time by which a curve has fallen by a given share, with Brookmeyer and Crowley's limits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import Concern, NotEstimable

EXACTLY = 1e-9
"""A curve this near to the level asked for is at the level."""


@dataclass(frozen=True, slots=True)
class Quantile:
    """Time by which a share of `probability` has had the event; None: not reached."""

    group: str
    probability: float
    time: float | None
    lower: float | None
    upper: float | None

    def __str__(self) -> str:
        told = ["not reached" if one is None else f"{one:g}" for one in (self.time, self.lower, self.upper)]
        return f"{told[0]} ({told[1]} to {told[2]})"


def crossing(time: FloatArray, curve: FloatArray, probability: float) -> float | None:
    """First time at which the curve is at most 1 - probability; None where it is never.

    A curve that lies at that level exactly over a flat stretch gives the middle of the stretch, which ends at
    the next fall, or at the last time of the curve. A band that rises again in its tail gives, as R does, the
    time of its highest value that is not above the level.
    """
    if not 0 < probability <= 1:
        raise NotEstimable(Concern.NOT_SUPPORTED, "a quantile outside 0 to 1", hint="0.5 is the median.")
    level = 1 - probability
    reached = np.flatnonzero(curve <= level + EXACTLY)
    if not len(reached):
        return None
    highest = np.max(curve[reached])
    first = int(reached[np.argmax(curve[reached] >= highest - EXACTLY)])
    if curve[first] < level - EXACTLY:
        return float(time[first])
    fallen = np.flatnonzero(~(curve[first:] >= level - EXACTLY))
    end = first + int(fallen[0]) if len(fallen) else len(time) - 1
    return float((time[first] + time[end]) / 2)
