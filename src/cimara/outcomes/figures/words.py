"""Names and numbers as a figure prints them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from cimara.outcomes.figures.style import POINTS, TEXT

LONGEST_NAME = 40
MINUS = "\u2212"
INTO = "\u2013"
SMALLEST_P = 0.001


def drawn(name: str, longest: int = LONGEST_NAME) -> str:
    """A name as the font can draw it: on one line, in signs that it has, shortened where too long."""
    one_line = " ".join(name.split())
    short = one_line if len(one_line) <= longest else f"{one_line[: longest - 1].rstrip()}…"
    known = _signs()
    return "".join(sign if ord(sign) in known else "?" for sign in short)


def number(value: float, digits: int = 2) -> str:
    """A number with so many decimals, a true minus sign, and no minus before zero."""
    text = f"{value:.{digits}f}"
    if float(text) == 0:
        return text.lstrip("-")
    return text.replace("-", MINUS)


def time_told(time: float) -> str:
    """A time in a sentence: `14.7`, `12`, `365`."""
    return f"{time:.1f}".removesuffix(".0") if time < 100 else f"{time:.0f}"


def percent(value: float) -> str:
    """A change in percent with its sign."""
    return f"{'+' if round(value) > 0 else ''}{number(value, 0)} %"


def p_value(p: float) -> str:
    """`p = 0.012`, or `p < 0.001`."""
    return f"p < {SMALLEST_P}" if p < SMALLEST_P else f"p = {p:.3f}"


def interval(estimate: float, lower: float, upper: float, digits: int = 2) -> str:
    """`0.62 (0.41–0.94)`; limits that may be negative are parted by a word."""
    between = " to " if lower < 0 else INTO
    return f"{number(estimate, digits)} ({number(lower, digits)}{between}{number(upper, digits)})"


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def counted(n: int, noun: str) -> str:
    """`1 patient`, `12 patients`."""
    return f"{n:,} {noun}" if n == 1 else f"{n:,} {noun}s"


def text_width(text: str, size: float = TEXT, *, bold: bool = False) -> float:
    """How wide a text is, in inches."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    properties = FontProperties(family="DejaVu Sans", size=size, weight="bold" if bold else "normal")
    width, _, _ = TextToPath().get_text_width_height_descent(text, properties, ismath=False)
    return float(width) / POINTS


def widest(texts: Sequence[str], size: float = TEXT, *, bold: bool = False) -> float:
    """The width of the widest of some texts, in inches."""
    return max((text_width(one, size, bold=bold) for one in texts if one), default=0.0)


@cache
def _signs() -> frozenset[int]:
    from matplotlib.font_manager import findfont, get_font

    return frozenset(get_font(findfont("DejaVu Sans")).get_charmap())
