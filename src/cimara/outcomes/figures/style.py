"""How every figure looks: colours, lines and markers that the colour-blind and grey printers tell apart."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cimara.terms import svg
from cimara.terms.svg import INK

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PALETTE = ("#000000", "#0072B2", "#D55E00", "#009E73", "#CC79A7")
"""The colours of Okabe & Ito 2008 with a contrast of at least 3:1 on white (WCAG 2.2, criterion 1.4.11)."""
DASHES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.2, 1.4)), (0, (6, 1.4, 1.2, 1.4)), (0, (9, 2.5)))
MARKERS = ("o", "s", "^", "D", "v")
GRID = "#6b7680"
"""Reference lines and hairlines; 3:1 on white as well."""
PALE = "#d9dee3"
"""Fills that carry no information of their own."""

SMALLEST_TEXT = 8.0
"""Points at print size."""
TEXT = 8.5
SINGLE_COLUMN = 3.5
DOUBLE_COLUMN = 7.2
"""Widths of journal columns in inches (89 and 183 mm)."""
POINTS = 72.0

SETTINGS: dict[str, Any] = {
    **svg.SETTINGS,
    "font.size": TEXT,
    "axes.titlesize": TEXT,
    "axes.labelsize": 9,
    "xtick.labelsize": TEXT,
    "ytick.labelsize": TEXT,
    "legend.fontsize": TEXT,
    "legend.frameon": False,
    "axes.linewidth": 0.8,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.linewidth": 0.7,
    "text.parse_math": False,
    "pdf.fonttype": 42,
    "savefig.dpi": 300,
    "savefig.facecolor": "white",
}
"""Over matplotlib's own defaults, so that a figure is the same whatever a user's matplotlibrc says."""

NOT_STYLE = ("backend", "interactive", "toolbar", "timezone", "webagg", "tk.", "macosx", "figure.max_open")


@dataclass(frozen=True, slots=True)
class LineLook:
    """One series: told apart by colour, by dashes and by marker."""

    colour: str
    dashes: Any
    marker: str


def line_look(place: int) -> LineLook:
    """The look of the series at `place` (from 0); 25 in a row differ."""
    shift = place // len(PALETTE)
    return LineLook(
        PALETTE[place % len(PALETTE)],
        DASHES[(place + shift) % len(DASHES)],
        MARKERS[(place + shift) % len(MARKERS)],
    )


def drawing() -> AbstractContextManager[None]:
    """Within it matplotlib draws with our settings; before and after, with those that it had."""
    import matplotlib as mpl

    settings: dict[Any, Any] = {
        name: value for name, value in mpl.rcParamsDefault.items() if not name.startswith(NOT_STYLE)
    }
    settings.update(SETTINGS)
    return mpl.rc_context(settings)


def new_figure(width: float, height: float) -> Figure:
    """An empty figure (inches) on matplotlib's Agg canvas, without pyplot's list of figures."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def contrast(colour: str, other: str = "#ffffff") -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, definition of contrast ratio)."""
    lighter, darker = sorted((_luminance(colour), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
