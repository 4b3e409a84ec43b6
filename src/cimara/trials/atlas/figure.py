"""Draws which items of a definition each trial states, as a matrix."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from cimara.terms.svg import FOOT_LINE_INCHES, INK, LINE, ODD, SILENT, STATED, draw_svg, foot_lines
from cimara.trials.atlas.collect import AtlasRow
from cimara.trials.atlas.heterogeneity import (
    NOT_STATED,
    OF_ANY_TRIAL,
    EndpointReport,
    Heterogeneity,
    Item,
    is_stated,
    items_of,
    value_of,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAX_ROWS = 60
ROW_INCHES = 0.27
LABEL_INCHES = 3.9
CELL_INCHES = 1.3
MARGIN_INCHES = 0.2
HEAD_INCHES = 0.95
FOOT_INCHES = 0.55
NAME_LENGTH = 42
VALUE_LENGTH = 23


def matrix_svg(report: Heterogeneity) -> str:
    """Uses of each endpoint against the items of a definition, as SVG.

    A cell is blue where the record states the item as most trials of the endpoint do, amber where it states
    something else, white where it is silent. Endpoints of the CNS come first; at most `MAX_ROWS` uses are
    drawn, and the rest is counted.
    """
    return draw_svg(lambda: _matrix(report), title="What trials state of their endpoints")


def _matrix(report: Heterogeneity) -> Figure:
    from matplotlib.figure import Figure

    entries = [entry for entry in report.endpoints if items_of(entry.endpoint) and entry.rows]
    entries.sort(key=lambda entry: entry.endpoint in OF_ANY_TRIAL)
    shown, left_out = _shown(entries)
    lines = sum(len(rows) + 1 for _, rows in shown) or 1
    width = LABEL_INCHES + CELL_INCHES * len(Item) + 2 * MARGIN_INCHES
    height = HEAD_INCHES + lines * ROW_INCHES + FOOT_INCHES
    foot = foot_lines(_note(report, left_out))
    height += FOOT_LINE_INCHES * len(foot)
    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, width)
    axes.set_ylim(height, 0)
    axes.axis("off")
    _title(axes, report, width)
    y = HEAD_INCHES
    for entry, rows in shown:
        y = _group(axes, entry, rows, y)
    _legend(axes, y + 0.2)
    for place, line in enumerate(foot):
        axes.text(MARGIN_INCHES, y + 0.46 + place * FOOT_LINE_INCHES, line, fontsize=7, color=INK)
    return figure


def _shown(entries: list[EndpointReport]) -> tuple[list[tuple[EndpointReport, tuple[AtlasRow, ...]]], int]:
    shown, room = [], MAX_ROWS
    for entry in entries:
        rows = entry.rows[: max(room, 0)]
        if rows:
            shown.append((entry, rows))
        room -= len(rows)
    left_out = sum(len(entry.rows) for entry in entries) - sum(len(rows) for _, rows in shown)
    return shown, left_out


def _title(axes: Axes, report: Heterogeneity, width: float) -> None:
    atlas = report.atlas
    axes.text(
        MARGIN_INCHES, 0.28, "What trials state of their endpoints", fontsize=12, weight="bold", color=INK
    )
    counts = f"{atlas.n_with_outcomes:,} trials with {atlas.n_measures:,} outcome measures"
    axes.text(MARGIN_INCHES, 0.52, counts, color=INK)
    for column, item in enumerate(Item):
        x = MARGIN_INCHES + LABEL_INCHES + (column + 0.5) * CELL_INCHES
        axes.text(x, HEAD_INCHES - 0.1, item.value, ha="center", weight="bold", color=INK)


def _group(axes: Axes, entry: EndpointReport, rows: tuple[AtlasRow, ...], y: float) -> float:
    share = entry.share_complete
    said = "" if share is None else f"; all stated in {entry.n_complete} of {len(entry.rows)} ({share:.0%})"
    label = f"{entry.endpoint}: {entry.endpoint.label}{said}"
    axes.text(MARGIN_INCHES, y + ROW_INCHES * 0.72, label, weight="bold", color=INK)
    usual = {item: _most_common(counts) for item, counts in entry.counts.items()}
    for row in rows:
        y += ROW_INCHES
        name = f"{row.nct_id}  {_cut(row.use.name, NAME_LENGTH)}"
        axes.text(MARGIN_INCHES + 0.1, y + ROW_INCHES * 0.7, name, color=INK, fontsize=8)
        for column, item in enumerate(Item):
            _cell(axes, column, y, item, row, usual)
    return y + ROW_INCHES


def _cell(axes: Axes, column: int, y: float, item: Item, row: AtlasRow, usual: dict[Item, str]) -> None:
    from matplotlib.patches import Rectangle

    if item not in usual:
        return
    value = value_of(row.use, item)
    colour = SILENT if not is_stated(value) else STATED if value == usual[item] else ODD
    x = MARGIN_INCHES + LABEL_INCHES + column * CELL_INCHES
    box = Rectangle(
        (x + 0.02, y + 0.02), CELL_INCHES - 0.04, ROW_INCHES - 0.04, facecolor=colour, edgecolor=LINE, lw=0.6
    )
    axes.add_patch(box)
    text = "–" if value == NOT_STATED else _cut(value, VALUE_LENGTH)
    axes.text(x + CELL_INCHES / 2, y + ROW_INCHES * 0.68, text, ha="center", fontsize=7, color=INK)


def _most_common(counts: Counter[str]) -> str:
    """The value that more uses state than any other; none when two are equally common."""
    stated = sorted(((n, value) for value, n in counts.items() if is_stated(value)), reverse=True)
    if not stated or (len(stated) > 1 and stated[0][0] == stated[1][0]):
        return NOT_STATED
    return stated[0][1]


def _cut(text: str, length: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"


def _note(report: Heterogeneity, left_out: int) -> str:
    source = report.atlas.provenance.describe()
    return f"{left_out:,} further uses not drawn. {source}" if left_out else source


def _legend(axes: Axes, y: float) -> None:
    from matplotlib.patches import Rectangle

    x = MARGIN_INCHES
    for colour, text in (
        (STATED, "stated, the most common value"),
        (ODD, "stated, another value"),
        (SILENT, "not stated (–), or without version or size"),
    ):
        axes.add_patch(Rectangle((x, y - 0.1), 0.2, 0.13, facecolor=colour, edgecolor=LINE, lw=0.6))
        axes.text(x + 0.27, y, text, fontsize=8, color=INK)
        x += 0.45 + 0.075 * len(text)
