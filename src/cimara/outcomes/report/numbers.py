"""How the report writes numbers, intervals and p-values."""

from __future__ import annotations

import math
from collections.abc import Sequence

MINUS = "\u2212"
INTO = "\u2013"
SMALLEST_P = 0.001


def number(value: float, digits: int = 2) -> str:
    """A number with so many decimals, a true minus sign, and no minus before zero."""
    text = f"{value:.{digits}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", MINUS)


def significant(value: float, digits: int = 3) -> str:
    """A number with so many significant digits, never as a power of ten."""
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else "not finite"
    before = math.floor(math.log10(abs(value))) + 1
    return number(value, max(0, digits - before))


def p_value(p: float) -> str:
    """`p = 0.012`, or `p < 0.001`."""
    return f"p < {SMALLEST_P}" if p < SMALLEST_P else f"p = {p:.3f}"


def interval(estimate: float, lower: float, upper: float, digits: int = 2) -> str:
    """`0.62 (0.41\u20130.94)`; limits that may be negative are parted by a word."""
    between = " to " if lower < 0 else INTO
    return f"{number(estimate, digits)} ({number(lower, digits)}{between}{number(upper, digits)})"


def listed(parts: Sequence[str]) -> str:
    """`a, b and c`."""
    return "".join(parts) if len(parts) < 2 else f"{', '.join(parts[:-1])} and {parts[-1]}"
