"""The cumulative incidence figure: every competing cause, side by side or stacked, over its risk table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cimara.outcomes.comparisons.gray import GrayTest
from cimara.outcomes.curves.incidence_curve import AalenJohansenFit, IncidenceCurve
from cimara.outcomes.figures.figure_data import FigureData, FigureError, with_words
from cimara.outcomes.figures.probability_axes import (
    AXIS_FOOT,
    PLOT_HEIGHT,
    RIGHT,
    TICK_ROOM,
    Y_AXIS,
    probability_axes,
)
from cimara.outcomes.figures.risk_rows import (
    RiskBlock,
    axis_end,
    draw_risk_table,
    events_of_cause,
    line_sign,
    table_height,
)
from cimara.outcomes.figures.sheet import MARGIN, ROW, KeyEntry, Sheet, key_height
from cimara.outcomes.figures.steps import draw_band, draw_steps, stepped
from cimara.outcomes.figures.style import DOUBLE_COLUMN, LineLook, drawing, line_look
from cimara.outcomes.figures.ticks import time_ticks
from cimara.outcomes.figures.words import counted, drawn, listed, number, p_value, time_told
from cimara.outcomes.frame_columns import FloatArray
from cimara.terms.svg import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FILLS = (("#7fb3d8", ""), ("#c9d1d8", "////"), ("#f6d8a8", "...."), ("#e6f2ec", "xxxx"), ("#8a97a5", ""))
"""Areas of stacked causes, in order."""
MOST_BANDS = 3
MOST_ACROSS = 3
TITLE_ROOM = 0.24


class IncidenceLayout(StrEnum):
    """How causes and groups share the figure."""

    SIDE_BY_SIDE = "side_by_side"
    """A panel for each cause with a line a group; one panel with a line a cause where there is one group."""
    STACKED = "stacked"
    """A panel for each group, the causes stacked: what is above them all is free of events."""


def plot_cumulative_incidence(
    fit: AalenJohansenFit,
    *,
    endpoint: str = "event",
    unit: str = "months",
    layout: IncidenceLayout | str = IncidenceLayout.SIDE_BY_SIDE,
    gray: Iterable[GrayTest] = (),
    until: float | None = None,
    band: bool | None = None,
    width: float = DOUBLE_COLUMN,
) -> tuple[Figure, FigureData]:
    """Cumulative incidences of all causes of an endpoint (Aalen-Johansen, never 1 - Kaplan-Meier).

    Parameters
    ----------
    fit
        From `aalen_johansen`.
    endpoint, unit
        What the title names, and the unit of time of the fit.
    layout
        Side by side or stacked.
    gray
        Gray's tests, whose p is printed in the panel of their cause (side by side, several groups).
    until
        Where the axis ends. By default at the last time with 5 rows, or a tenth of a group's, at risk.
    band
        Whether bands are drawn; by default for at most three lines a panel. Stacked areas have none.
    width
        Inches.

    Raises
    ------
    FigureError
        A test of a cause that the fit does not have, or more causes than can be told apart.
    """
    tests = {one.cause: one for one in gray}
    unknown = set(tests) - set(fit.causes)
    if unknown:
        raise FigureError("a test of a cause that is not in the fit", expected=listed(fit.causes))
    if len(fit.causes) > len(FILLS):
        raise FigureError(f"more than {len(FILLS)} causes", where="causes", hint="Join causes first.")
    tables = [one.counted for one in fit.curves]
    end = axis_end(tables, [one.n for one in fit.curves]) if until is None else until
    plot = _Incidence(fit, endpoint, unit, IncidenceLayout(layout), tests, end, band, width)
    frames = {
        "steps": fit.table().filter(pl.col("time") <= end, pl.col("cause").is_in(fit.causes)),
        "risk_table": plot.numbers(),
    }
    if tests:
        rows = [(cause, one.statistic, one.df, one.p) for cause, one in tests.items()]
        schema = {"cause": pl.String, "statistic": pl.Float64, "df": pl.Int64, "p": pl.Float64}
        frames["gray"] = pl.DataFrame(rows, schema=schema, orient="row")
    data = FigureData(f"Cumulative incidence of {endpoint}", plot.description(), frames)
    with drawing():
        return with_words(plot.figure(), data)


@dataclass(frozen=True, slots=True)
class _Panel:
    """What one panel shows: lines of (group, cause), or the areas of a group's causes."""

    title: str
    curves: tuple[tuple[IncidenceCurve, int, LineLook], ...]
    blocks: tuple[RiskBlock, ...]


@dataclass(frozen=True, slots=True)
class _Incidence:
    fit: AalenJohansenFit
    endpoint: str
    unit: str
    layout: IncidenceLayout
    gray: Mapping[str, GrayTest]
    end: float
    band: bool | None
    width: float

    @property
    def stacked(self) -> bool:
        return self.layout is IncidenceLayout.STACKED

    @property
    def alone(self) -> bool:
        """One group, its causes in one panel."""
        return len(self.fit.curves) == 1

    @property
    def n_panels(self) -> int:
        if self.stacked:
            return len(self.fit.curves)
        return 1 if self.alone else len(self.fit.causes)

    @property
    def columns(self) -> int:
        return min(self.n_panels, MOST_ACROSS if self.width >= DOUBLE_COLUMN else 2 if self.width > 5 else 1)

    @property
    def panel_width(self) -> float:
        return (self.width - MARGIN) / self.columns - Y_AXIS - RIGHT

    @property
    def ticks(self) -> FloatArray:
        return time_ticks(self.end, self.unit, max(2, int(self.panel_width / TICK_ROOM)))

    @property
    def highest(self) -> float:
        """The top of the axis: 1, or a half where no limit comes near."""
        shown = self.fit.table().filter(pl.col("time") <= self.end, pl.col("cause").is_in(self.fit.causes))
        high = shown.select((pl.max_horizontal("upper", "probability") > 0.5).any()).item()
        return 1.0 if self.stacked or high else 0.5

    def numbers(self) -> pl.DataFrame:
        """Group, time, at risk, events of each cause, censored: what stands under the panels."""
        frames = []
        for curve in self.fit.curves:
            base = curve.counted.at(self.ticks).select("group", "time", "at_risk")
            for place, cause in enumerate(self.fit.causes):
                events = events_of_cause(curve.counted, place, self.ticks)
                frames.append(base.with_columns(cause=pl.lit(cause), events=pl.Series(events)))
        joined = pl.concat(frames)
        censored = pl.concat([one.counted.at(self.ticks) for one in self.fit.curves])
        return joined.join(
            censored.select("group", "time", "censored"), on=["group", "time"], how="left"
        ).select("group", "cause", "time", "at_risk", "events", "censored")

    def panels(self) -> list[_Panel]:
        if self.stacked or self.alone:
            return [self._of_group(place) for place in range(len(self.fit.curves))]
        return [self._of_cause(place) for place in range(len(self.fit.causes))]

    def _of_group(self, place: int) -> _Panel:
        curve, causes = self.fit.curves[place], self.fit.causes
        looks = [line_look(one) for one in range(len(causes))]
        told = curve.counted.at(self.ticks)
        events = tuple(
            tuple(events_of_cause(curve.counted, one, self.ticks).tolist()) for one in range(len(causes))
        )
        signs = tuple(self._sign(one) for one in range(len(causes)))
        blocks = (
            RiskBlock("Number at risk", ("",), (None,), (tuple(told["at_risk"]),)),
            RiskBlock("Cumulative events", ("",) * len(causes), signs, events),
            RiskBlock("Cumulative censored", ("",), (None,), (tuple(told["censored"]),)),
        )
        lines = tuple((curve, one, look) for one, look in enumerate(looks))
        return _Panel(drawn(curve.group), lines, blocks)

    def _of_cause(self, place: int) -> _Panel:
        cause = self.fit.causes[place]
        looks = tuple(line_look(one) for one in range(len(self.fit.curves)))
        told = [one.counted.at(self.ticks) for one in self.fit.curves]
        events = [tuple(events_of_cause(one.counted, place, self.ticks).tolist()) for one in self.fit.curves]
        blank, signs = ("",) * len(looks), tuple(map(line_sign, looks))
        blocks = (
            RiskBlock("Number at risk", blank, signs, tuple(tuple(one["at_risk"]) for one in told)),
            RiskBlock("Cumulative events of this cause", blank, signs, tuple(events)),
            RiskBlock("Cumulative censored", blank, signs, tuple(tuple(one["censored"]) for one in told)),
        )
        test = self.gray.get(cause)
        title = drawn(cause) if test is None else f"{drawn(cause)} (Gray {p_value(test.p)})"
        lines = tuple((curve, place, look) for curve, look in zip(self.fit.curves, looks, strict=True))
        return _Panel(title[:1].upper() + title[1:], lines, blocks)

    def _sign(self, place: int, label: str = "") -> KeyEntry:
        """How a cause is shown where causes share a panel."""
        if self.stacked:
            face, hatch = FILLS[place]
            return KeyEntry(label=label, face=face, hatch=hatch)
        return line_sign(line_look(place), label)

    def key(self) -> list[KeyEntry]:
        """Groups with their numbers, or causes."""
        if self.stacked or self.alone:
            labels = [f"{drawn(cause)} ({self.fit.events[cause]:g} events)" for cause in self.fit.causes]
            return [self._sign(place, label) for place, label in enumerate(labels)]
        return [
            line_sign(line_look(place), self._group_label(one)) for place, one in enumerate(self.fit.curves)
        ]

    def _group_label(self, curve: IncidenceCurve) -> str:
        events = curve.events.sum(axis=0)
        told = "; ".join(f"{drawn(one)} {n:g}" for one, n in zip(curve.causes, events, strict=True))
        return f"{drawn(curve.group)}: {told}; n {curve.n:,}"

    def figure(self) -> Figure:
        panels, key = self.panels(), self.key()
        title = TITLE_ROOM if panels[0].title else 0.0
        height = title + PLOT_HEIGHT * (1.0 if self.columns == 1 else 0.82) + AXIS_FOOT
        plot_height = height - title - AXIS_FOOT
        row_height = height + table_height(panels[0].blocks) + 0.1
        rows = -(-len(panels) // self.columns)
        top = MARGIN + key_height(key, self.width - 2 * MARGIN) + 0.14
        sheet = Sheet(self.width, top + rows * row_height)
        sheet.key(key, MARGIN, MARGIN, self.width - 2 * MARGIN)
        across = (self.width - MARGIN) / self.columns
        for place, panel in enumerate(panels):
            row, column = divmod(place, self.columns)
            left, upper = column * across + Y_AXIS, top + row * row_height
            if title:
                sheet.text(left, upper + ROW / 2 - 0.03, panel.title, weight="bold")
            axes = sheet.axes(left, upper + title, self.panel_width, plot_height)
            label = "Cumulative incidence" if column == 0 else ""
            probability_axes(axes, self.end, self.ticks, f"Time ({self.unit})", label, highest=self.highest)
            self._draw(axes, panel)
            below = upper + title + plot_height + AXIS_FOOT
            draw_risk_table(sheet, axes, below, panel.blocks, self.ticks, column * across + MARGIN)
        return sheet.figure

    def _draw(self, axes: Axes, panel: _Panel) -> None:
        if self.stacked:
            self._stack(axes, panel.curves[0][0])
            return
        banded = len(panel.curves) <= MOST_BANDS if self.band is None else self.band
        for curve, cause, look in panel.curves:
            first, end = curve.first_time, min(self.end, curve.last_time)
            values, limits = curve.incidence[:, cause], curve.limits(curve.causes[cause])
            if banded:
                draw_band(axes, curve.time, limits, look, start=0.0, first=first, end=end)
            draw_steps(axes, curve.time, values, look, start=0.0, first=first, end=end)

    def _stack(self, axes: Axes, curve: IncidenceCurve) -> None:
        first, end = curve.first_time, min(self.end, curve.last_time)
        below = np.zeros(len(curve.time))
        for place in range(len(curve.causes)):
            above = below + curve.incidence[:, place]
            x, low = stepped(curve.time, below, start=0.0, first=first, end=end)
            _, high = stepped(curve.time, above, start=0.0, first=first, end=end)
            face, hatch = FILLS[place]
            axes.fill_between(
                x, low, high, step="post", facecolor=face, hatch=hatch, edgecolor=INK, lw=0.0, zorder=1
            )
            axes.plot(x, high, drawstyle="steps-post", color=INK, lw=1.0, zorder=2)
            below = above

    def description(self) -> str:
        groups = f" in {len(self.fit.curves)} groups" if len(self.fit.curves) > 1 else ""
        said = [
            f"Cumulative incidence curves of {listed(self.fit.causes)}{groups}: "
            f"{counted(self.fit.n, 'row')}, up to {time_told(self.end)} {self.unit}."
        ]
        said += [self._late(curve) for curve in self.fit.curves]
        said += [f"{cause}: Gray's test {p_value(test.p)}." for cause, test in self.gray.items()]
        return " ".join(one for one in said if one)

    def _late(self, curve: IncidenceCurve) -> str:
        """The incidences at the last tick that the curve reaches."""
        reached = curve.at(self.ticks[1:]).drop_nulls("probability")
        if reached.is_empty():
            return ""
        time = max(reached["time"].to_list())
        rows = reached.filter(pl.col("time") == time, pl.col("cause").is_in(curve.causes))
        told = listed(
            [f"{cause} {number(p)}" for cause, p in rows.select("cause", "probability").iter_rows()]
        )
        return f"{curve.group + ': ' if curve.group else ''}at {time:g} {self.unit} {told}."
