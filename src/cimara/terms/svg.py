"""Draws figures as SVG: text stays text, and equal input gives equal bytes."""

from __future__ import annotations

import io
from collections.abc import Callable
from textwrap import wrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SETTINGS: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "cimara",
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans", "Arial", "Helvetica"],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
"""Settings of every figure; the salt makes the ids inside the file the same on each run."""

STATED = "#cfe3f3"
SILENT = "#ffffff"
ODD = "#f6d8a8"
INK = "#1c2733"
LINE = "#8a97a5"


LINE_LENGTH = 175
FOOT_LINE_INCHES = 0.16


def foot_lines(text: str) -> list[str]:
    """A source note broken into lines that fit a figure."""
    return wrap(text, LINE_LENGTH)


def draw_svg(draw: Callable[[], Figure], *, title: str) -> str:
    """The figure that `draw` makes, as an SVG document with a title and without a date."""
    import matplotlib as mpl

    out = io.StringIO()
    with mpl.rc_context(SETTINGS):
        figure = draw()
        figure.savefig(
            out, format="svg", metadata={"Date": None, "Title": title, "Creator": "CIMARa"}, facecolor="white"
        )
    return out.getvalue()
