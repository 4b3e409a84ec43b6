"""Draws a spider plot: a line for each target lesion and a heavy one for each sum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cimara.response.worksheet.inline_svg import inline_svg
from cimara.response.worksheet.spider import Spider
from cimara.terms.svg import INK, LINE, draw_svg

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = ("#0072b2", "#b5532a", "#17603a", "#7d6b91", "#8a6d00", "#3b7c8c", "#a5231a", "#4a5763")
"""Colours that people with any colour vision tell apart; markers tell the lines apart as well."""
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "p")
SUM_STYLES = ("-", "--", "-.", ":")
DAYS_IN_WEEK = 7
LONGEST_NAME = 28
LAST_LETTER = "\u052f"
"""The font has Latin, Greek and Cyrillic; what it lacks would be named in a warning, which is a log."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpiderWords:
    """The words of the plot in one language; `sum` has the place `criterion`."""

    title: str
    description: str
    weeks: str
    percent: str
    sum: str


def spider_svg(plot: Spider, words: SpiderWords) -> str:
    """The plot as an `<svg>` element to stand inside a page."""
    drawn = draw_svg(lambda: _figure(plot, words), title=words.title)
    return inline_svg(drawn, key="spider", title=words.title, description=words.description)


def _figure(plot: Spider, words: SpiderWords) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.6, 3.6), layout="constrained")
    axes = figure.add_subplot()
    _frame(axes, plot, words)
    sums = lesions = 0
    for line in plot.lines:
        points = [
            (visit.day / DAYS_IN_WEEK, percent)
            for visit, percent in zip(plot.visits, line.percents, strict=True)
            if percent is not None
        ]
        if not points:
            continue
        weeks, percents = zip(*points, strict=True)
        name = _drawn(line.name)
        if line.is_sum:
            label = words.sum.format(criterion=name)
            axes.plot(weeks, percents, SUM_STYLES[sums % 4], color=INK, lw=2.6, label=label, zorder=3)
            sums += 1
        else:
            colour, marker = COLOURS[lesions % len(COLOURS)], MARKERS[lesions % len(MARKERS)]
            axes.plot(weeks, percents, marker=marker, color=colour, lw=1.2, ms=5, label=name)
            lesions += 1
    if sums or lesions:
        legend = figure.legend(loc="outside right upper", frameon=False, fontsize=9)
        for text in legend.get_texts():
            text.set_parse_math(False)
    return figure


def _drawn(name: str) -> str:
    """A name as the font can draw it: short, in its alphabets; a first `_` would hide it from the legend."""
    short = name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    known = "".join(one if one <= LAST_LETTER or one == "…" else "?" for one in short)
    return f" {known}" if known.startswith("_") else known


def _frame(axes: Axes, plot: Spider, words: SpiderWords) -> None:
    """Axes, and hairlines at no change, +20 % and -30 %."""
    from matplotlib.ticker import FuncFormatter

    axes.axhline(0, color=INK, lw=0.8)
    for height in (20, -30):
        axes.axhline(height, color=LINE, lw=0.8, ls=(0, (4, 4)))
    percents = [one for line in plot.lines for one in line.percents if one is not None]
    axes.set_ylim(min(-45.0, min(percents, default=0.0) - 6), max(35.0, max(percents, default=0.0) * 1.1))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:+.0f}" if value else "0"))
    axes.set_xlabel(words.weeks, color=INK)
    axes.set_ylabel(words.percent, color=INK)
    axes.tick_params(colors=INK)
