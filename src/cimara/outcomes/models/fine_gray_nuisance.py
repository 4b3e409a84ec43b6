"""What it adds to each row's influence that the censoring (and the entry) distribution was estimated.

With dc of n at risk censored at u, a row's psi is q(u)/n(u) if it is censored at u, less q(u)/n(u) dc(u)/n(u)
at every u that it was exposed to (Fine & Gray 1999, appendix); q(u) is what the score loses with one more
censored: the carried rows' score after u. The entry distribution is the same backwards in time, and carries
the other sign.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from cimara.outcomes.frame_columns import BoolArray, FloatArray, IntArray
from cimara.outcomes.models.fine_gray_options import CensoringVariance, CensorTies
from cimara.outcomes.models.fine_gray_places import PlaceCounts, Places
from cimara.outcomes.models.fine_gray_risk import (
    EventTimes,
    RiskMatrix,
    running_from,
    running_to,
    stacked,
)
from cimara.outcomes.models.fine_gray_weights import WHOLE, CarriedWeights


@dataclass(frozen=True, slots=True, eq=False)
class NuisanceTimes:
    """The places (c, by censoring group) at which someone is censored, or enters.

    Parameters
    ----------
    group
        Censoring group of each.
    share, risk
        Estimated hazard there, and the weight of those exposed to it.
    after
        The first event time whose weights it touches, and `end`, one past the last.
    segment_first
        The first of these places in the segment of each.
    before
        How many of them lie before each group and place (groups x N, and one more).
    sign
        +1 for censoring, -1 for entry.
    """

    group: IntArray
    share: FloatArray
    risk: FloatArray
    after: IntArray
    end: IntArray
    segment_first: IntArray
    before: IntArray
    sign: float

    @property
    def size(self) -> int:
        """Number of places, c."""
        return len(self.group)

    def carried_sums(self, places: Places, matrix: RiskMatrix, carried: CarriedWeights) -> csr_array:
        """The sparse matrix (carried rows x c) that puts them, over K(T-), where they first count."""
        rows = matrix.carried
        group, leaves = places.group[rows], places.exit[rows]
        left = leaves + 1 if self.sign > 0 else leaves
        slot = self.before[group * places.size + left]
        counts = slot < self.before[group * places.size + carried.segment_last[group, leaves] + 1]
        return stacked([(counts, slot[counts], matrix.share[counts])], columns=self.size)

    def weighing(self, whole: Places, rows: slice, weights: FloatArray, ties: CensorTies) -> csr_array:
        """The sparse matrix (rows x (2c + 1)) of a row's exposure to the hazard, and of its own jump.

        `rows` says which of the rows placed; `weights` are those of all.
        """
        places, weights = whole.of(rows), weights[rows]
        offset = places.group * places.size
        begin = offset + places.first[places.stratum]
        late = places.entry >= places.first[places.stratum]
        if self.sign > 0:
            spared = ~places.censored & (ties is CensorTies.AFTER_EVENTS)
            upper = self.before[offset + places.exit + 1 - spared]
            lower = self.before[np.where(late, offset + places.entry + 1, begin)]
            jumps, own = places.censored, self.before[offset + places.exit]
        else:
            upper = self.before[offset + places.exit]
            lower = self.before[np.where(late, offset + places.entry, begin)]
            jumps = late & (self.before[offset + np.maximum(places.entry, 0) + 1] > lower)
            own = lower
        exposed = upper > lower
        return stacked(
            [
                (exposed, upper[exposed], -weights[exposed]),
                (exposed, lower[exposed], weights[exposed]),
                (jumps, self.size + 1 + own[jumps], weights[jumps]),
            ],
            columns=2 * self.size + 1,
        )

    def table(
        self, at: EventTimes, sums: FloatArray, carried: FloatArray, variance: CensoringVariance
    ) -> FloatArray:
        """Running sums of q/n dc/n (c + 1), then q/n (c): what `weighing` weighs.

        `sums` are those over the risk sets (m x (p + 1)), `carried` those of the carried rows (c x (p + 1)).
        """
        loss = np.zeros((self.size, carried.shape[1] - 1))
        running = carried.copy()
        running_from(running, self.segment_first)
        for group in range(len(at.weight)):
            own = self.group == group
            events = at.events[group] if variance is CensoringVariance.CMPRSK else at.events.sum(axis=0)
            ahead = self._ahead(at, group, sums * (events / sums[:, 0] ** 2)[:, None], own)
            here = running[own]
            loss[own] = here[:, 1:] * ahead[:, :1] - here[:, :1] * ahead[:, 1:]
        made = np.zeros((2 * self.size + 1, loss.shape[1]))
        total, rate = made[1 : self.size + 1], made[self.size + 1 :]
        np.multiply(loss, self.sign / self.risk[:, None], out=rate)
        np.multiply(rate, self.share[:, None], out=total)
        np.cumsum(total, axis=0, out=total)
        return made

    def _ahead(self, at: EventTimes, group: int, increments: FloatArray, own: BoolArray) -> FloatArray:
        """P and Q: sums of K times the increments over the later event times of the segment."""
        padded = np.zeros((at.size + 1, increments.shape[1]))
        np.multiply(increments, at.weight[group][:, None], out=padded[:-1])
        running_to(padded, np.full(at.size + 1, at.size + 1))
        found = padded[self.after[own]]
        found -= padded[self.end[own]]
        return found


def censoring_times(
    places: Places, at: EventTimes, counts: PlaceCounts, carried: CarriedWeights
) -> NuisanceTimes:
    """The places at which someone is censored."""
    return _times(places, at, carried, counts.censored, carried.censorable, counts.censored > 0, 1.0)


def entry_times(
    places: Places, at: EventTimes, counts: PlaceCounts, carried: CarriedWeights
) -> NuisanceTimes:
    """The places at which someone enters while others are in."""
    some = (counts.entered > 0) & (counts.entered < WHOLE * carried.enterable)
    return _times(places, at, carried, counts.entered, carried.enterable, some, -1.0)


def _times(
    places: Places,
    at: EventTimes,
    carried: CarriedWeights,
    counted: FloatArray,
    risk: FloatArray,
    some: BoolArray,
    sign: float,
) -> NuisanceTimes:
    before = np.concatenate(([0], np.cumsum(some)))
    group, place = np.nonzero(some)
    return NuisanceTimes(
        group=group,
        share=counted[some] / risk[some],
        risk=risk[some],
        after=at.before[place] if sign > 0 else at.before[place + 1],
        end=at.before[carried.segment_last[group, place] + 1],
        segment_first=before[group * places.size + carried.segment_first[group, place]],
        before=before,
        sign=sign,
    )
