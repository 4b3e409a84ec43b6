"""Numbers at risk, events and censored at any times: the rows of the table under a figure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.grid import GridCounts, Tally


@dataclass(frozen=True, slots=True)
class RiskTable:
    """What was counted in one group, at every time of the grid."""

    group: str
    grid: FloatArray
    rows: Tally
    weighted: Tally

    @classmethod
    def of(cls, counts: GridCounts, group: int, name: str) -> RiskTable:
        """The counts of one group."""
        return cls(name, counts.grid, *counts.of_group(group))

    def at(self, times: Sequence[float] | FloatArray) -> pl.DataFrame:
        """One row a time: rows with start < t <= time, and events and censored up to t.

        At time 0 the rows that begin at 0 are at risk. `weight_at_risk` is the sum of their weights. Between
        the times of a planned grid the numbers are those of the grid.
        """
        asked = np.asarray(times, dtype=np.float64)
        events, censored = (
            _until(self.rows.failures, self.grid, asked),
            _until(self.rows.censored, self.grid, asked),
        )
        return pl.DataFrame(
            {
                "group": [self.group] * len(asked),
                "time": asked,
                "at_risk": self._risk(self.rows, asked).astype(np.int64),
                "weight_at_risk": self._risk(self.weighted, asked),
                "events": events.astype(np.int64),
                "censored": censored.astype(np.int64),
            }
        )

    def _risk(self, tally: Tally, asked: FloatArray) -> FloatArray:
        place = np.searchsorted(self.grid, asked, side="left")
        found = np.append(tally.at_risk, tally.beyond)[place]
        begin = (asked == 0) & (self.grid[0] == 0)
        return np.asarray(found + np.where(begin, tally.entered[0], 0.0))


def _until(steps: FloatArray, grid: FloatArray, asked: FloatArray) -> FloatArray:
    totals = np.concatenate(([0.0], np.cumsum(steps)))
    return np.asarray(totals[np.searchsorted(grid, asked, side="right")])
