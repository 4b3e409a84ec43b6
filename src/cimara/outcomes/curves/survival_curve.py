"""A Kaplan-Meier curve as a result: its steps, limits, quantiles and numbers at risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from cimara.outcomes.curves.concerns import OneSidedBound
from cimara.outcomes.curves.intervals import ConfType, limits
from cimara.outcomes.curves.quantiles import Quantile, crossing
from cimara.outcomes.curves.risk_table import RiskTable
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import ModelWarning


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalCurve:
    """The curve of one group; arrays have one entry a time at which a row leaves.

    `at_risk`, `events`, `censored` are sums of weights (rows when there are none). `se` is that of the
    survival, NaN (null in tables) where survival is 0. `last_time` ends the curve, `first_time` begins it.
    """

    group: str
    n: int
    clusters: int | None
    time: FloatArray
    at_risk: FloatArray
    events: FloatArray
    censored: FloatArray
    survival: FloatArray
    se: FloatArray
    cumulative_hazard: FloatArray
    cumulative_hazard_se: FloatArray
    first_time: float
    last_time: float
    conf_type: ConfType
    conf_level: float
    no_event_bound: OneSidedBound | None
    counted: RiskTable = field(repr=False)

    @property
    def lower(self) -> FloatArray:
        """Lower limits of the survival."""
        return self.limits()[0]

    @property
    def upper(self) -> FloatArray:
        """Upper limits of the survival."""
        return self.limits()[1]

    def limits(self, conf_type: ConfType | str | None = None) -> tuple[FloatArray, FloatArray]:
        """Pointwise limits, of the curve's own type or another."""
        return limits(self.survival, self.se, conf_type or self.conf_type, self.conf_level)

    def quantile(self, probability: float, conf_type: ConfType | str | None = None) -> Quantile:
        """Time by which that share has had the event (Brookmeyer and Crowley 1982, equation 2.1)."""
        lower, upper = self.limits(conf_type)
        found = [crossing(self.time, curve, probability) for curve in (self.survival, lower, upper)]
        return Quantile(self.group, probability, *found)

    @property
    def median(self) -> Quantile:
        """The median."""
        return self.quantile(0.5)

    def at(self, times: Sequence[float] | FloatArray) -> pl.DataFrame:
        """The curve at any times; null before it begins and after it ends above 0."""
        asked = np.asarray(times, dtype=np.float64)
        place = np.searchsorted(self.time, asked, side="right")
        over = place > 0
        ended = (asked > self.last_time) & ~(over & (np.append(1.0, self.survival)[place] == 0))
        outside = ended | (asked < self.first_time)
        columns = {name: np.append(start, values)[place] for name, start, values in self._columns()}
        frame = self.counted.at(asked).with_columns(
            **{name: np.where(outside, np.nan, values) for name, values in columns.items()}
        )
        return frame.with_columns(pl.lit(str(self.conf_type)).alias("conf_type")).fill_nan(None)

    def table(self) -> pl.DataFrame:
        """One row a time at which a row leaves."""
        columns = {name: values for name, _, values in self._columns()}
        return pl.DataFrame(
            {
                "group": [self.group] * len(self.time),
                "time": self.time,
                "at_risk": self.at_risk,
                "events": self.events,
                "censored": self.censored,
                **columns,
                "conf_type": [str(self.conf_type)] * len(self.time),
            }
        ).fill_nan(None)

    def _columns(self) -> tuple[tuple[str, float, FloatArray], ...]:
        """Name, value before the first time, and values."""
        lower, upper = self.limits()
        return (
            ("survival", 1.0, self.survival),
            ("se", 0.0, self.se),
            ("lower", 1.0, lower),
            ("upper", 1.0, upper),
            ("cumulative_hazard", 0.0, self.cumulative_hazard),
            ("cumulative_hazard_se", 0.0, self.cumulative_hazard_se),
        )


SURVIVAL_COLUMNS = ("survival", "se", "lower", "upper")


@dataclass(frozen=True, slots=True, kw_only=True)
class KaplanMeierFit:
    """Curves of all groups with the options that made them.

    `cause_specific` names the cause whose competitors were censored; the tables then leave out survival,
    because 1 - KM is not the probability of that cause.
    """

    curves: tuple[SurvivalCurve, ...]
    variance: str
    conf_type: ConfType
    conf_level: float
    start_at: float | None
    cause_specific: str
    grid: str
    n: int
    events: float
    dropped: int
    zero_weight: int
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def curve(self, group: str | float = "") -> SurvivalCurve:
        """The curve of a group by its label."""
        label = f"{group:g}" if isinstance(group, int | float) else group
        return next(one for one in self.curves if one.group == label)

    def table(self) -> pl.DataFrame:
        """One row a group and time."""
        return self._without_survival(pl.concat([one.table() for one in self.curves]))

    def at(self, times: Sequence[float] | FloatArray) -> pl.DataFrame:
        """The curves at any times, one row a group and time."""
        return self._without_survival(pl.concat([one.at(times) for one in self.curves]))

    def number_at_risk(self, times: Sequence[float] | FloatArray) -> pl.DataFrame:
        """The table under the figure: at risk, events and censored by group and time."""
        return pl.concat([one.counted.at(times) for one in self.curves])

    def quantiles(self, probabilities: Sequence[float] = (0.25, 0.5, 0.75)) -> pl.DataFrame:
        """Times by which shares have had the event, with limits; null: not reached."""
        found = [one.quantile(share) for one in self.curves for share in probabilities]
        names = ("group", "probability", "time", "lower", "upper")
        schema = dict(zip(names, (pl.String, *(4 * [pl.Float64])), strict=True))
        columns = {name: [getattr(one, name) for one in found] for name in names}
        return pl.DataFrame(columns, schema=schema).with_columns(
            pl.lit(str(self.conf_type)).alias("conf_type")
        )

    def _without_survival(self, frame: pl.DataFrame) -> pl.DataFrame:
        return frame.drop(*SURVIVAL_COLUMNS, "conf_type") if self.cause_specific else frame
