"""Draws in how many of its measures each endpoint states the items of a definition."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cimara.terms.endpoint import EndpointId
from cimara.terms.svg import FOOT_LINE_INCHES, INK, LINE, draw_svg, foot_lines
from cimara.trials.atlas.heterogeneity import OF_ANY_TRIAL, EndpointReport, Heterogeneity, Item, items_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FILL = "#7fb3d8"
ROW_INCHES = 0.36
LABEL_INCHES = 3.9
CELL_INCHES = 1.3
MARGIN_INCHES = 0.2
HEAD_INCHES = 1.05
FOOT_INCHES = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class SharesWords:
    """The words of the figure in one language; `of` has the places `n` and `total`."""

    title: str
    subtitle: str
    items: Mapping[Item, str]
    endpoints: Mapping[EndpointId, str]
    of: str
    foot: str


def in_english(report: Heterogeneity) -> SharesWords:
    """The library's own words."""
    return SharesWords(
        title="What the measures of each endpoint state",
        subtitle="Blue: share of the endpoint's measures that state the item. No bar: the item is not asked.",
        items={item: item.value for item in Item},
        endpoints={one: one.label for one in EndpointId},
        of="{n} of {total}",
        foot=report.atlas.provenance.describe(),
    )


def in_order(report: Heterogeneity) -> tuple[EndpointReport, ...]:
    """The endpoints of which any item is asked, those of the CNS first."""
    asked = (one for one in report.endpoints if items_of(one.endpoint) and one.rows)
    return tuple(sorted(asked, key=lambda one: one.endpoint in OF_ANY_TRIAL))


def shares_svg(report: Heterogeneity, words: SharesWords | None = None) -> str:
    """One line for each endpoint, one bar for each item that its definition should state, as SVG."""
    said = words or in_english(report)
    return draw_svg(lambda: _figure(in_order(report), said), title=said.title)


def _figure(entries: tuple[EndpointReport, ...], words: SharesWords) -> Figure:
    from matplotlib.figure import Figure

    foot = foot_lines(words.foot)
    width = LABEL_INCHES + CELL_INCHES * len(Item) + 2 * MARGIN_INCHES
    height = HEAD_INCHES + len(entries) * ROW_INCHES + FOOT_INCHES + FOOT_LINE_INCHES * len(foot)
    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.axis("off")
    axes.text(MARGIN_INCHES, 0.3, words.title, fontsize=12, weight="bold", color=INK)
    axes.text(MARGIN_INCHES, 0.55, words.subtitle, fontsize=8, color=INK)
    for column, item in enumerate(Item):
        x = MARGIN_INCHES + LABEL_INCHES + (column + 0.5) * CELL_INCHES
        axes.text(x, HEAD_INCHES - 0.1, words.items[item], ha="center", weight="bold", color=INK)
    for place, entry in enumerate(entries):
        _line(axes, entry, HEAD_INCHES + place * ROW_INCHES, words)
    for place, line in enumerate(foot):
        y = HEAD_INCHES + len(entries) * ROW_INCHES + 0.25 + place * FOOT_LINE_INCHES
        axes.text(MARGIN_INCHES, y, line, fontsize=7, color=INK)
    return figure


def _line(axes: Axes, entry: EndpointReport, y: float, words: SharesWords) -> None:
    from matplotlib.patches import Rectangle

    label_end = MARGIN_INCHES + LABEL_INCHES - 0.12
    axes.text(label_end, y + ROW_INCHES * 0.64, words.endpoints[entry.endpoint], ha="right", color=INK)
    total = len(entry.rows)
    for column, item in enumerate(Item):
        if item not in items_of(entry.endpoint):
            continue
        stated = entry.stated(item)
        x, top = MARGIN_INCHES + LABEL_INCHES + column * CELL_INCHES + 0.03, y + 0.04
        across, down = CELL_INCHES - 0.06, ROW_INCHES - 0.08
        axes.add_patch(Rectangle((x, top), across * stated / total, down, facecolor=FILL, edgecolor="none"))
        axes.add_patch(Rectangle((x, top), across, down, facecolor="none", edgecolor=LINE, lw=0.6))
        text = words.of.format(n=f"{stated:,}", total=f"{total:,}")
        axes.text(x + across / 2, y + ROW_INCHES * 0.64, text, ha="center", fontsize=8, color=INK)
