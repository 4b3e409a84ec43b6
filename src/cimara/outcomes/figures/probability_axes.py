"""Axes of a probability over time, with room for the labels of a risk table beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cimara.outcomes.figures.sheet import MARGIN
from cimara.outcomes.figures.style import SMALLEST_TEXT
from cimara.outcomes.figures.words import drawn, widest
from cimara.outcomes.frame_columns import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

NARROW = 5.0
"""Below this width (inches) a risk table names its rows by their line alone."""
Y_AXIS = 0.68
RIGHT = 0.25
PLOT_HEIGHT = 3.0
AXIS_FOOT = 0.52
TICK_ROOM = 0.46
"""Inches that a tick and the number under it need."""


def left_margin(names: Sequence[str], width: float) -> float:
    """Room for the y axis, and for the labels of the risk table beside the number at the first tick."""
    if not names:
        return Y_AXIS
    if width < NARROW:
        return Y_AXIS + 0.06
    return max(Y_AXIS, MARGIN + 0.4 + widest([drawn(one) for one in names], SMALLEST_TEXT) + 0.3)


def probability_axes(
    axes: Axes, end: float, ticks: FloatArray, x_label: str, y_label: str, *, highest: float = 1.0
) -> None:
    """Axes of a probability from 0 to `highest` over time from 0 to `end`."""
    axes.set_xlim(0, end)
    axes.set_ylim(0, highest * 1.02)
    axes.set_xticks(ticks)
    steps = 5 if highest == 1.0 else round(highest * 10)
    axes.set_yticks([highest * place / steps for place in range(steps + 1)])
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.1f}")
    axes.set_xlabel(x_label, labelpad=3)
    axes.set_ylabel(y_label[:1].upper() + y_label[1:])
