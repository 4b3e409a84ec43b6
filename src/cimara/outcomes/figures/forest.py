"""The forest plot: estimates of sites or subgroups on a log axis, and what they make together."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from cimara.outcomes.figures.figure_data import FigureData, FigureError, with_words
from cimara.outcomes.figures.forest_rows import ForestRow, ForestSection, RowKind, forest_frame
from cimara.outcomes.figures.sheet import MARGIN, Sheet
from cimara.outcomes.figures.style import DOUBLE_COLUMN, GRID, PALETTE, SMALLEST_TEXT, drawing
from cimara.outcomes.figures.ticks import ratio_ticks
from cimara.outcomes.figures.words import INTO, drawn, interval, number, p_value, text_width, widest
from cimara.terms.svg import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINE = 0.2
GAP = 0.16
FOOT = 0.56
LARGEST_BOX = 9.5
SMALLEST_BOX = 2.2
LEAST_PLOT = 1.6
NEAREST = 0.72
"""The axis reaches beyond 0.5 and 2 (in logarithms) at least."""
WIDEST_RATIO = 16.0
"""Intervals beyond this many times the reference are cut and end in arrows."""
NOT_ESTIMABLE = "not estimable"


def plot_forest(
    sections: Sequence[ForestSection],
    *,
    measure: str = "Hazard ratio",
    favours: tuple[str, str] | None = None,
    conf_level: float = 0.95,
    notes: Sequence[str] = (),
    title: str = "",
    width: float = DOUBLE_COLUMN,
) -> tuple[Figure, FigureData]:
    """A row for each estimate: label, events / n, box and interval on a log axis, the same as text.

    Parameters
    ----------
    sections
        From `site_sections`, `subgroup_section`, or made by hand.
    measure
        Name of the ratio.
    favours
        What a ratio below 1 and one above 1 speak for.
    conf_level
        The level of the intervals, for their heading.
    notes
        Lines under the axis, on heterogeneity say.

    Raises
    ------
    FigureError
        No row with an estimate.
    """
    shown = [row for section in sections for row in section.rows if row.estimate is not None]
    if not shown:
        raise FigureError("there is no estimate to draw", where="sections")
    plot = _Forest(tuple(sections), measure, favours, conf_level, tuple(notes), width)
    name = title or f"{measure} by {listed_headings(sections)}"
    data = FigureData(name, plot.description(), {"rows": forest_frame(sections)})
    with drawing():
        return with_words(plot.figure(), data)


def listed_headings(sections: Sequence[ForestSection]) -> str:
    """The headings in words, for a title."""
    return ", ".join(one.heading.lower() for one in sections if one.heading) or "group"


@dataclass(frozen=True, slots=True)
class _Line:
    """One line of the figure: a heading, or a row with its texts."""

    label: str
    row: ForestRow | None
    indent: float
    interaction: str
    top: float

    @property
    def is_bold(self) -> bool:
        return self.row is None or self.row.kind is RowKind.DIAMOND


@dataclass(frozen=True, slots=True)
class _Forest:
    sections: tuple[ForestSection, ...]
    measure: str
    favours: tuple[str, str] | None
    conf_level: float
    notes: tuple[str, ...]
    width: float

    def lines(self) -> list[_Line]:
        return list(self._lines())

    def _lines(self) -> Iterator[_Line]:
        top = MARGIN + LINE + 0.08
        for place, section in enumerate(self.sections):
            p = "" if section.interaction is None else p_value(section.interaction.p).removeprefix("p ")
            p = p.removeprefix("= ")
            if place and (section.heading or len(self.sections[place - 1].rows) > 1):
                top += 0.06
            if section.heading:
                yield _Line(drawn(section.heading), None, 0.0, p, top)
                top += LINE
            for row in section.rows:
                indent = 0.12 if section.heading else 0.0
                yield _Line(drawn(row.label), row, indent, "", top)
                top += LINE

    @property
    def rows(self) -> list[ForestRow]:
        return [row for section in self.sections for row in section.rows]

    def columns(self) -> tuple[list[str], float, float, float, float, float]:
        """Headings, then where events, plot, texts and p begin, and the plot's width."""
        lines = self.lines()
        level = f"{self.measure} ({100 * self.conf_level:g} % CI)"
        headings = ["", "Events / n", level, "p, interaction"]
        counts = any(row.n is not None for row in self.rows)
        interactions = any(section.interaction is not None for section in self.sections)
        label = max(text_width(one.label, bold=one.is_bold) + one.indent for one in lines)
        events = (
            max(
                widest([counts_text(row) for row in self.rows]),
                text_width(headings[1], SMALLEST_TEXT, bold=True),
            )
            if counts
            else 0.0
        )
        texts = max(
            widest([ratio_text(row) for row in self.rows]),
            text_width(level, SMALLEST_TEXT, bold=True),
        )
        p = text_width(headings[3], SMALLEST_TEXT, bold=True) if interactions else 0.0
        events_at = MARGIN + label + GAP
        plot_at = events_at + (events + GAP if counts else 0.0)
        p_at = self.width - MARGIN - p
        texts_at = p_at - (GAP if interactions else 0.0) - texts
        plot = texts_at - GAP - plot_at
        if plot < LEAST_PLOT:
            raise FigureError(
                "the texts leave no room for the plot", where="width", hint="Make the figure wider."
            )
        return headings, events_at, plot_at, texts_at, p_at, plot

    def span(self) -> tuple[float, float]:
        """The ends of the axis: all estimates, and intervals up to the widest ratio."""
        estimates = [row.estimate for row in self.rows if row.estimate is not None]
        ends = [one for row in self.rows for one in (row.lower, row.upper) if one is not None]
        most = math.log(WIDEST_RATIO)
        low = min(*estimates, *(max(one, -most) for one in ends), -NEAREST)
        high = max(*estimates, *(min(one, most) for one in ends), NEAREST)
        return low - 0.06 * (high - low), high + 0.06 * (high - low)

    def figure(self) -> Figure:
        lines = self.lines()
        headings, events_at, plot_at, texts_at, p_at, plot = self.columns()
        top, bottom = lines[0].top, lines[-1].top + LINE
        said = FOOT + 0.17 * self._favours_rows(plot)
        foot = said + 0.17 * len(self.notes)
        sheet = Sheet(self.width, bottom + foot)
        for x, heading in ((events_at, headings[1]), (texts_at, headings[2]), (p_at, headings[3])):
            if (x == events_at and plot_at == events_at) or (x == p_at and p_at >= self.width - MARGIN):
                continue
            sheet.text(x, MARGIN + LINE / 2, heading, fontsize=SMALLEST_TEXT, weight="bold")
        axes = sheet.axes(plot_at, top, plot, bottom - top)
        self._scale(axes, bottom - top)
        for line in lines:
            middle = line.top + LINE / 2
            weight = "bold" if line.is_bold else "normal"
            sheet.text(MARGIN + line.indent, middle, line.label, weight=weight)
            if line.interaction:
                sheet.text(p_at, middle, line.interaction)
            if line.row is None:
                continue
            sheet.text(events_at, middle, counts_text(line.row))
            sheet.text(texts_at, middle, ratio_text(line.row), weight=weight)
            self._estimate(axes, line.row, middle - top)
        self._favours(sheet, plot_at, plot, bottom + FOOT - 0.02)
        for place, note in enumerate(self.notes):
            sheet.text(MARGIN, bottom + said + 0.17 * place, note, fontsize=SMALLEST_TEXT)
        return sheet.figure

    def _scale(self, axes: Axes, height: float) -> None:
        low, high = self.span()
        axes.set_xlim(low, high)
        axes.set_ylim(height, 0)
        ticks = ratio_ticks(math.exp(low), math.exp(high))
        axes.set_xticks(np.log(ticks), [f"{one:g}" for one in ticks])
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.axvline(0, color=GRID, lw=0.9, zorder=1)
        axes.set_xlabel(f"{self.measure} (log scale)", labelpad=3)
        diamonds = [row for row in self.rows if row.kind is RowKind.DIAMOND]
        if diamonds and diamonds[0].estimate is not None:
            axes.axvline(diamonds[0].estimate, color=GRID, lw=0.9, ls=(0, (2, 2)), zorder=1)

    def _favours(self, sheet: Sheet, left: float, plot: float, top: float) -> None:
        """What either side of 1 speaks for, in one line or, where they are long, in two."""
        if self.favours is None:
            return
        below, above = f"← {drawn(self.favours[0])}", f"{drawn(self.favours[1])} →"
        sheet.text(left, top, below, fontsize=SMALLEST_TEXT)
        lower = 0.0 if self._favours_rows(plot) == 1 else 0.17
        sheet.text(left + plot, top + lower, above, fontsize=SMALLEST_TEXT, ha="right")

    def _favours_rows(self, plot: float) -> int:
        if self.favours is None:
            return 0
        wide = sum(text_width(f"← {drawn(one)}", SMALLEST_TEXT) for one in self.favours)
        return 1 if wide + GAP <= plot else 2

    def _estimate(self, axes: Axes, row: ForestRow, y: float) -> None:
        if row.estimate is None or row.lower is None or row.upper is None:
            return
        if row.kind is RowKind.DIAMOND:
            half = 0.34 * LINE
            corners = [row.lower, row.estimate, row.upper, row.estimate]
            axes.fill(corners, [y, y - half, y, y + half], color=PALETTE[1], ec=INK, lw=0.8, zorder=3)
            return
        low, high = axes.get_xlim()
        ends = [max(row.lower, low), min(row.upper, high)]
        if row.kind is RowKind.PREDICTION:
            axes.plot(ends, [y, y], color=PALETTE[1], lw=2.6, zorder=2, solid_capstyle="butt")
        else:
            axes.plot(ends, [y, y], color=INK, lw=1.0, zorder=2, solid_capstyle="butt")
            axes.plot(row.estimate, y, marker="s", ms=self._side(row), color=INK, zorder=3)
        if row.lower < low:
            axes.plot(low, y, marker="<", ms=4.5, color=INK, clip_on=False, zorder=3)
        if row.upper > high:
            axes.plot(high, y, marker=">", ms=4.5, color=INK, clip_on=False, zorder=3)

    def _side(self, row: ForestRow) -> float:
        """Side of a box in points, its area in proportion to the information."""
        known = [one.information for one in self.rows if one.information and one.kind is RowKind.BOX]
        if not row.information or not known:
            return 5.0
        return max(SMALLEST_BOX, LARGEST_BOX * math.sqrt(row.information / max(known)))

    def description(self) -> str:
        said = [f"Forest plot of {self.measure.lower()}s with {100 * self.conf_level:g} % intervals."]
        for section in self.sections:
            rows = "; ".join(f"{row.label} {ratio_text(row)}" for row in section.rows)
            p = "" if section.interaction is None else f", interaction {p_value(section.interaction.p)}"
            said.append(f"{section.heading + ': ' if section.heading else ''}{rows}{p}.")
        return " ".join([*said, *self.notes])


def ratio_text(row: ForestRow) -> str:
    """`0.62 (0.41–0.94)`; of a prediction interval its limits alone."""
    if row.estimate is None or row.lower is None or row.upper is None:
        return NOT_ESTIMABLE
    estimate, lower, upper = (math.exp(one) for one in (row.estimate, row.lower, row.upper))
    if row.kind is RowKind.PREDICTION:
        return f"({number(lower)}{INTO}{number(upper)})"
    return interval(estimate, lower, upper)


def counts_text(row: ForestRow) -> str:
    """`12 / 40`, or nothing where not known."""
    return "" if row.events is None or row.n is None else f"{row.events:g} / {row.n:,}"
