"""The steps of one group's curve on the grid: survival, hazard, and where the curve ends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.outcomes.frame_columns import BoolArray, FloatArray
from cimara.outcomes.grid import GridCounts, Tally


@dataclass(frozen=True, slots=True)
class HazardSteps:
    """Arrays over all grid times of one group; `events` has a second axis of causes.

    `at_risk` n, `failures` d and `surviving` n - d are sums of weights. `survival` is the product of 1 - d/n,
    `before` its value just before each time.
    """

    grid: FloatArray
    rows: Tally
    at_risk: FloatArray
    failures: FloatArray
    surviving: FloatArray
    events: FloatArray
    survival: FloatArray
    before: FloatArray

    @classmethod
    def of(cls, counts: GridCounts, group: int) -> HazardSteps:
        """The steps of one group, strata not told apart."""
        rows, weighted = counts.of_group(group)
        present, failures = rows.at_risk, weighted.failures
        some = present > 0
        at_risk = np.where(some, weighted.at_risk, 0.0)
        surviving = np.where(present > rows.failures, at_risk - failures, 0.0)
        survival: FloatArray = np.cumprod(np.where(some, ratio(surviving, at_risk), 1.0), dtype=np.float64)
        before = np.concatenate(([1.0], survival[:-1]))
        return cls(counts.grid, rows, at_risk, failures, surviving, weighted.events, survival, before)

    @property
    def hazard(self) -> FloatArray:
        """d/n, 0 where nobody is at risk."""
        return ratio(self.failures, self.at_risk)

    @property
    def greenwood(self) -> FloatArray:
        """d/(n(n-d)) at each time, 0 where n = d (Greenwood 1926)."""
        return ratio(self.hazard, self.surviving)

    @property
    def per_survivor(self) -> FloatArray:
        """1/(n-d), 0 where n = d."""
        return ratio(np.ones_like(self.surviving), self.surviving)

    @property
    def leaves(self) -> BoolArray:
        """Times at which a row of the group leaves, by an event or censored."""
        return np.asarray(self.rows.failures + self.rows.censored > 0)

    @property
    def last(self) -> int:
        """Index of the last time of the curve: before a gap without rows at risk, else the last exit."""
        gap = self.gap
        shown = np.flatnonzero(self.leaves)
        if gap is not None:
            return gap
        if self.rows.beyond > 0:
            return len(self.grid) - 1
        return int(shown[-1]) if len(shown) else -1

    @property
    def gap(self) -> int | None:
        """Index of the time after which nobody is at risk although rows enter later, if there is one."""
        staying = self.rows.at_risk - self.rows.failures - self.rows.censored + self.rows.entered
        to_come = np.cumsum(self.rows.entered[::-1])[::-1] - self.rows.entered
        begun = np.cumsum(self.rows.at_risk) > 0
        found = np.flatnonzero(begun & (staying <= 0) & (to_come > 0))
        return int(found[0]) if len(found) else None

    @property
    def emptied(self) -> int | None:
        """Index of the time at which the curve falls to 0 although rows enter then or later."""
        if not (self.survival == 0).any():
            return None
        first = int(np.argmax(self.survival == 0))
        return first if self.rows.entered[first:].sum() > 0 else None

    @property
    def shown(self) -> BoolArray:
        """Times that the curve lists: the exits of the group up to its last time."""
        return self.leaves & (np.arange(len(self.grid)) <= self.last)


def ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """above / below, 0 where below is 0."""
    return np.divide(above, below, out=np.zeros_like(above), where=below > 0)
