"""The Kaplan-Meier figure: curves with bands and censor ticks over a risk table under the same ticks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from cimara.outcomes.curves.survival_curve import KaplanMeierFit, SurvivalCurve
from cimara.outcomes.figures.curve_header import Header, Tested, compared, comparison_frame, median_text
from cimara.outcomes.figures.figure_data import FigureData, FigureError, with_words
from cimara.outcomes.figures.probability_axes import (
    AXIS_FOOT,
    NARROW,
    PLOT_HEIGHT,
    RIGHT,
    TICK_ROOM,
    left_margin,
    probability_axes,
)
from cimara.outcomes.figures.risk_rows import (
    RiskBlock,
    axis_end,
    draw_risk_table,
    risk_blocks,
    risk_frame,
    table_height,
)
from cimara.outcomes.figures.sheet import MARGIN, Sheet
from cimara.outcomes.figures.steps import draw_band, draw_censored, draw_steps
from cimara.outcomes.figures.style import DOUBLE_COLUMN, LineLook, drawing, line_look
from cimara.outcomes.figures.ticks import time_ticks
from cimara.outcomes.figures.words import counted, number, time_told
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.models.cox_fit import CoxFit

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST_BANDS = 3


def plot_kaplan_meier(
    fit: KaplanMeierFit,
    *,
    endpoint: str = "event-free survival",
    unit: str = "months",
    hazard_ratio: CoxFit | None = None,
    covariate: str | None = None,
    log_rank: Tested | None = None,
    until: float | None = None,
    band: bool | None = None,
    risk_table: bool = True,
    width: float = DOUBLE_COLUMN,
) -> tuple[Figure, FigureData]:
    """Survival curves of all groups, with medians, and numbers at risk, events and censored at each tick.

    Parameters
    ----------
    fit
        From `kaplan_meier`.
    endpoint, unit
        Names of the y axis and of the unit of time of the fit.
    hazard_ratio, covariate
        A Cox fit whose hazard ratio is printed, and which of its covariates (may be left out if it has one).
    log_rank
        A test whose p is printed.
    until
        Where the axis ends. By default at the last time with 5 rows, or a tenth of a group's, at risk.
    band
        Whether bands are drawn; by default for at most three groups, beyond which they hide each other.
    risk_table
        False leaves it out.
    width
        Inches.

    Raises
    ------
    FigureError
        A cause-specific fit: with competing causes 1 - KM is not a probability; a covariate not in the fit.
    """
    if fit.cause_specific:
        raise FigureError(
            "a Kaplan-Meier curve of one of several competing causes is not a probability",
            where=fit.cause_specific,
            hint="Draw plot_cumulative_incidence of aalen_johansen.",
        )
    tables, names = [one.counted for one in fit.curves], [one.group for one in fit.curves]
    end = axis_end(tables, [one.n for one in fit.curves]) if until is None else until
    left = left_margin(names if risk_table else (), width)
    ticks = time_ticks(end, unit, max(2, int((width - left) / TICK_ROOM)))
    plot = _KaplanMeier(
        fit=fit,
        endpoint=endpoint,
        unit=unit,
        end=end,
        left=left,
        ticks=ticks,
        comparison=compared(hazard_ratio, covariate, log_rank),
        numbers=risk_frame(tables, ticks) if risk_table else None,
        band=len(names) <= MOST_BANDS if band is None else band,
    )
    frames = plot.frames() | comparison_frame(hazard_ratio, covariate, log_rank)
    data = FigureData(f"Kaplan-Meier estimate of {endpoint}", plot.description(), frames)
    with drawing():
        return with_words(plot.figure(width), data)


@dataclass(frozen=True, slots=True, kw_only=True)
class _KaplanMeier:
    fit: KaplanMeierFit
    endpoint: str
    unit: str
    end: float
    left: float
    ticks: FloatArray
    comparison: str
    numbers: pl.DataFrame | None
    band: bool

    @property
    def looks(self) -> list[LineLook]:
        return [line_look(place) for place in range(len(self.fit.curves))]

    @property
    def groups(self) -> list[str]:
        return [one.group for one in self.fit.curves]

    def figure(self, width: float) -> Figure:
        blocks = self._blocks(width)
        head = Header.of(self.fit, self.unit, self.comparison, width)
        top = MARGIN + head.height + 0.12
        sheet = Sheet(width, top + PLOT_HEIGHT + AXIS_FOOT + table_height(blocks))
        head.draw(sheet, self.looks)
        axes = sheet.axes(self.left, top, width - self.left - RIGHT, PLOT_HEIGHT)
        probability_axes(axes, self.end, self.ticks, f"Time ({self.unit})", self.endpoint)
        for curve, look in zip(self.fit.curves, self.looks, strict=True):
            self._curve(axes, curve, look)
        draw_risk_table(sheet, axes, top + PLOT_HEIGHT + AXIS_FOOT, blocks, self.ticks, MARGIN)
        return sheet.figure

    def frames(self) -> dict[str, pl.DataFrame]:
        steps = self.fit.table().filter(pl.col("time") <= self.end)
        found = {"steps": steps, "medians": self.fit.quantiles((0.5,))}
        return found if self.numbers is None else {**found, "risk_table": self.numbers}

    def _blocks(self, width: float) -> tuple[RiskBlock, ...]:
        if self.numbers is None:
            return ()
        named = self.groups if width >= NARROW else None
        return risk_blocks(self.numbers, self.groups, self.looks, "Cumulative events", labels=named)

    def _curve(self, axes: Axes, curve: SurvivalCurve, look: LineLook) -> None:
        first, end = curve.first_time, min(self.end, curve.last_time)
        if self.band:
            draw_band(axes, curve.time, curve.limits(), look, start=1.0, first=first, end=end)
        draw_steps(axes, curve.time, curve.survival, look, start=1.0, first=first, end=end)
        draw_censored(axes, curve.time, curve.survival, curve.censored, look, end=end)

    def description(self) -> str:
        several = f"s of {self.endpoint} in {len(self.groups)} groups"
        what = several if len(self.groups) > 1 else f" of {self.endpoint}"
        said = [
            f"Kaplan-Meier curve{what}: {counted(self.fit.n, 'row')}, {self.fit.events:g} events, up to "
            f"{time_told(self.end)} {self.unit}."
        ]
        for curve in self.fit.curves:
            name = f"{curve.group}: median" if curve.group else "Median"
            said.append(f"{name} {median_text(curve.median)} {self.unit}{self._late(curve)}.")
        return " ".join([*said, f"{self.comparison}."] if self.comparison else said)

    def _late(self, curve: SurvivalCurve) -> str:
        """The survival at the last tick that the curve reaches."""
        reached = curve.at(self.ticks[1:]).drop_nulls("survival")
        if reached.is_empty():
            return ""
        last = reached.row(-1, named=True)
        return f", survival {number(last['survival'])} at {last['time']:g} {self.unit}"
