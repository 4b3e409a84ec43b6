"""Cumulative incidences of competing causes as a result: steps, limits and numbers at risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from cimara.outcomes.curves.concerns import OneSidedBound
from cimara.outcomes.curves.intervals import ConfType, limits
from cimara.outcomes.curves.risk_table import RiskTable
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import ModelWarning

EVENT_FREE = "event-free"
"""The state of those who have had no event of any cause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidenceCurve:
    """The curves of one group; arrays have one entry a time at which a row leaves, and a column a cause.

    `at_risk`, `events` and `censored` are sums of weights (rows when there are none).
    """

    group: str
    causes: tuple[str, ...]
    n: int
    clusters: int | None
    time: FloatArray
    at_risk: FloatArray
    events: FloatArray
    censored: FloatArray
    incidence: FloatArray
    se: FloatArray
    survival: FloatArray
    survival_se: FloatArray
    first_time: float
    last_time: float
    conf_type: ConfType
    conf_level: float
    no_event_bounds: tuple[OneSidedBound | None, ...]
    counted: RiskTable = field(repr=False)

    def limits(
        self, cause: str | int, conf_type: ConfType | str | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Pointwise limits of one cause's incidence."""
        place = self.causes.index(str(cause))
        kind = conf_type or self.conf_type
        return limits(self.incidence[:, place], self.se[:, place], kind, self.conf_level)

    def survival_limits(self) -> tuple[FloatArray, FloatArray]:
        """Pointwise limits of the probability of no event of any cause."""
        return limits(self.survival, self.survival_se, self.conf_type, self.conf_level)

    def at(self, times: Sequence[float] | FloatArray) -> pl.DataFrame:
        """One row a time and cause, and one for event-free; null before the curve begins or after it ends."""
        asked = np.asarray(times, dtype=np.float64)
        place = np.searchsorted(self.time, asked, side="right")
        gone = np.append(1.0, self.survival)[place] == 0
        outside = ((asked > self.last_time) & ~gone) | (asked < self.first_time)
        frames = [
            self.counted.at(asked).with_columns(
                pl.lit(name).alias("cause"),
                **{
                    column: np.where(outside, np.nan, np.append(start, values)[place])
                    for column, start, values in columns
                },
            )
            for name, columns in self._states()
        ]
        frame = pl.concat(frames).with_columns(pl.lit(str(self.conf_type)).alias("conf_type"))
        return frame.fill_nan(None)

    def table(self) -> pl.DataFrame:
        """One row a cause (and event-free) and time at which a row leaves."""
        size = len(self.time)
        frames = [
            pl.DataFrame(
                {
                    "group": [self.group] * size,
                    "cause": [name] * size,
                    "time": self.time,
                    "at_risk": self.at_risk,
                    "events": self._events(name),
                    "censored": self.censored,
                    **{column: values for column, _, values in columns},
                    "conf_type": [str(self.conf_type)] * size,
                }
            )
            for name, columns in self._states()
        ]
        return pl.concat(frames).fill_nan(None)

    def _events(self, name: str) -> FloatArray:
        total = np.asarray(self.events.sum(axis=1))
        return total if name == EVENT_FREE else self.events[:, self.causes.index(name)]

    def _states(self) -> list[tuple[str, tuple[tuple[str, float, FloatArray], ...]]]:
        """Name of each state, with its columns: name, value before the first time, values."""
        found = []
        for place, cause in enumerate(self.causes):
            curve = (0.0, self.incidence[:, place], self.se[:, place], self.limits(cause))
            found.append((cause, _columns(*curve)))
        event_free = (1.0, self.survival, self.survival_se, self.survival_limits())
        return [*found, (EVENT_FREE, _columns(*event_free))]


def _columns(
    start: float, probability: FloatArray, se: FloatArray, band: tuple[FloatArray, FloatArray]
) -> tuple[tuple[str, float, FloatArray], ...]:
    edge = 1.0 if start == 1.0 else np.nan
    return (
        ("probability", start, probability),
        ("se", 0.0, se),
        ("lower", edge, band[0]),
        ("upper", edge, band[1]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AalenJohansenFit:
    """Curves of all groups and causes with the options that made them."""

    curves: tuple[IncidenceCurve, ...]
    causes: tuple[str, ...]
    variance: str
    conf_type: ConfType
    conf_level: float
    start_at: float | None
    grid: str
    n: int
    events: dict[str, float]
    dropped: int
    zero_weight: int
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def curve(self, group: str | float = "") -> IncidenceCurve:
        """The curves of a group by its label."""
        label = f"{group:g}" if isinstance(group, int | float) else group
        return next(one for one in self.curves if one.group == label)

    def table(self) -> pl.DataFrame:
        """One row a group, cause and time."""
        return pl.concat([one.table() for one in self.curves])

    def at(self, times: Sequence[float] | FloatArray) -> pl.DataFrame:
        """The curves at any times, one row a group, cause and time."""
        return pl.concat([one.at(times) for one in self.curves])

    def number_at_risk(self, times: Sequence[float] | FloatArray) -> pl.DataFrame:
        """At risk, events of any cause and censored by group and time."""
        return pl.concat([one.counted.at(times) for one in self.curves])
