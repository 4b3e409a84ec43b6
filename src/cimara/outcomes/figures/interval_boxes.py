"""Turnbull's curve as boxes: inside a box nothing is known of how the curve falls, and nothing is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cimara.outcomes.curves.turnbull import TurnbullCurve, TurnbullFit
from cimara.outcomes.figures.figure_data import FigureData, with_words
from cimara.outcomes.figures.probability_axes import PLOT_HEIGHT, RIGHT, TICK_ROOM, Y_AXIS, probability_axes
from cimara.outcomes.figures.sheet import MARGIN, KeyEntry, Sheet, broken, key_height
from cimara.outcomes.figures.style import DASHES, DOUBLE_COLUMN, SMALLEST_TEXT, LineLook, drawing, line_look
from cimara.outcomes.figures.ticks import time_ticks
from cimara.outcomes.figures.words import counted, drawn, number, time_told
from cimara.terms.svg import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HATCHES = ("", "////", "\\\\\\\\", "....", "xxxx")
OPACITY = 0.22
NOTE = (
    "Boxes: the event lies somewhere inside; the curve may fall in any way within one. "
    "Open boxes go on. No interval is drawn: the estimate does not approach the truth at root n."
)


def plot_interval_boxes(
    fit: TurnbullFit,
    *,
    endpoint: str = "event-free survival",
    unit: str = "months",
    until: float | None = None,
    width: float = DOUBLE_COLUMN,
) -> tuple[Figure, FigureData]:
    """The masses of interval-censored events as boxes, joined by lines where the curve is known.

    Parameters
    ----------
    fit
        From `turnbull`.
    until
        Where the axis ends; by default a little after the last finite end of a box.
    """
    bounds = [one for curve in fit.curves for one in (*curve.lower, *curve.upper) if np.isfinite(one)]
    end = (max(bounds, default=1.0) or 1.0) * 1.05 if until is None else until
    title = f"Nonparametric estimate of {endpoint} from intervals"
    data = FigureData(title, _description(fit, endpoint, end, unit), {"boxes": fit.table()})
    with drawing():
        return with_words(_figure(fit, endpoint, unit, end, width), data)


def _figure(fit: TurnbullFit, endpoint: str, unit: str, end: float, width: float) -> Figure:
    looks = [line_look(place) for place in range(len(fit.curves))]
    key = [
        KeyEntry(
            label=f"{drawn(curve.group) or 'All'} (events {curve.events:g} / n {curve.n:,})",
            colour=look.colour,
            dashes=look.dashes,
        )
        for curve, look in zip(fit.curves, looks, strict=True)
    ]
    notes = broken(NOTE, width - 2 * MARGIN, SMALLEST_TEXT)
    top = MARGIN + key_height(key, width - Y_AXIS - MARGIN) + 0.1
    sheet = Sheet(width, top + PLOT_HEIGHT + 0.52 + 0.17 * len(notes) + MARGIN)
    sheet.key(key, Y_AXIS, MARGIN, width - Y_AXIS - MARGIN)
    axes = sheet.axes(Y_AXIS, top, width - Y_AXIS - RIGHT, PLOT_HEIGHT)
    ticks = time_ticks(end, unit, int((width - Y_AXIS) / TICK_ROOM))
    probability_axes(axes, end, ticks, f"Time ({unit})", endpoint)
    for place, (curve, look) in enumerate(zip(fit.curves, looks, strict=True)):
        _curve(axes, curve, look, HATCHES[place % len(HATCHES)], end)
    for place, line in enumerate(notes):
        sheet.text(MARGIN, top + PLOT_HEIGHT + 0.54 + (place + 0.5) * 0.17, line, fontsize=SMALLEST_TEXT)
    return sheet.figure


def _curve(axes: Axes, curve: TurnbullCurve, look: LineLook, hatch: str, end: float) -> None:
    """Lines before, between and after the boxes, and a box (or, of an exact time, a fall) for each mass."""
    after = np.maximum(1 - np.cumsum(curve.mass), 0.0)
    before = np.concatenate(([1.0], after[:-1]))
    starts = np.concatenate(([0.0], curve.upper))
    line = {"color": look.colour, "ls": look.dashes, "lw": 1.5, "zorder": 3}
    for start, lower, upper, high, low in zip(starts, curve.lower, curve.upper, before, after, strict=False):
        axes.plot([start, lower], [high, high], **line)
        if upper == lower:
            axes.plot([lower, lower], [low, high], **line)
        else:
            _box(axes, (lower, min(upper, end)), (low, high), look, hatch, closed=bool(upper <= end))
    if np.isfinite(curve.upper[-1]):
        axes.plot([curve.upper[-1], end], [after[-1]] * 2, **line)


def _box(
    axes: Axes,
    across: tuple[float, float],
    down: tuple[float, float],
    look: LineLook,
    hatch: str,
    *,
    closed: bool,
) -> None:
    from matplotlib.colors import to_rgba
    from matplotlib.patches import Rectangle

    (left, right), (low, high) = across, down
    axes.add_patch(
        Rectangle(
            (left, low), right - left, high - low, facecolor=to_rgba(look.colour, OPACITY), hatch=hatch,
            edgecolor=look.colour if closed else "none", lw=0.8, zorder=2,
        )
    )  # fmt: skip
    if not closed:
        edge = {"color": look.colour, "lw": 0.8, "ls": DASHES[0], "zorder": 2}
        axes.plot([right, left, left, right], [high, high, low, low], **edge)
        axes.plot(right, (low + high) / 2, marker=">", ms=5, color=INK, clip_on=False, zorder=4)


def _description(fit: TurnbullFit, endpoint: str, end: float, unit: str) -> str:
    said = [f"Turnbull estimate of {endpoint} drawn as boxes up to {time_told(end)} {unit}."]
    for curve in fit.curves:
        finite = curve.upper[np.isfinite(curve.upper)]
        left = "" if not len(finite) else f", after {finite.max():g} {unit} {number(_last(curve))} remain"
        name = f"{curve.group}: " if curve.group else ""
        said.append(f"{name}{counted(len(curve.mass), 'box').replace('boxs', 'boxes')}, "
                    f"{curve.events:g} events of {counted(curve.n, 'row')}{left}.")  # fmt: skip
    return " ".join(said)


def _last(curve: TurnbullCurve) -> float:
    """Survival after the last box that ends."""
    return float(max(0.0, 1 - curve.mass[np.isfinite(curve.upper)].sum()))
