"""Draws curves that move in steps: the line, its band, and ticks where rows are censored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cimara.outcomes.figures.style import LineLook
from cimara.outcomes.frame_columns import FloatArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BAND = 0.16
"""Opacity of a confidence band."""


def stepped(
    time: FloatArray, values: FloatArray, *, start: float, first: float, end: float
) -> tuple[FloatArray, FloatArray]:
    """Corners of a curve: `start` from `first` on, then each value from its time on, up to `end`."""
    kept = time <= end
    at = np.concatenate(([first], time[kept], [end]))
    heights = np.concatenate(([start], values[kept]))
    return at, np.append(heights, heights[-1])


def draw_steps(
    axes: Axes,
    time: FloatArray,
    values: FloatArray,
    look: LineLook,
    *,
    start: float,
    first: float,
    end: float,
) -> None:
    """A step line."""
    x, y = stepped(time, values, start=start, first=first, end=end)
    axes.plot(
        x, y, drawstyle="steps-post", color=look.colour, ls=look.dashes, lw=1.5, zorder=3,
        solid_joinstyle="miter", dash_capstyle="butt",
    )  # fmt: skip


def draw_band(
    axes: Axes,
    time: FloatArray,
    limits: tuple[FloatArray, FloatArray],
    look: LineLook,
    *,
    start: float,
    first: float,
    end: float,
) -> None:
    """The area between two step curves; nothing where a limit is undefined."""
    x, low = stepped(time, limits[0], start=start, first=first, end=end)
    _, high = stepped(time, limits[1], start=start, first=first, end=end)
    axes.fill_between(x, low, high, step="post", color=look.colour, alpha=BAND, lw=0, zorder=1)


def draw_censored(
    axes: Axes, time: FloatArray, values: FloatArray, censored: FloatArray, look: LineLook, *, end: float
) -> None:
    """A tick on the curve wherever a row is censored."""
    shown = (censored > 0) & (time <= end)
    axes.plot(
        time[shown], values[shown], ls="none", marker="|", ms=5, mew=0.9, color=look.colour, zorder=4,
        clip_on=False,
    )  # fmt: skip
