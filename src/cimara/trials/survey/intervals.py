"""Intervals and tests for counts: Wilson, Woolf with Haldane's correction, Cochran-Armitage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import erfc, exp, log, sqrt
from statistics import NormalDist

HALDANE = 0.5
"""Added to each of the four cells when one is empty (Haldane 1956, Anscombe 1956)."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval; `level` is its coverage."""

    low: float
    high: float
    level: float = 0.95


def wilson(count: int, total: int, level: float = 0.95) -> Interval | None:
    """Score interval of a proportion (Wilson 1927), as fractions; None for no trials at all.

    Raises
    ------
    ValueError
        When `count` isn't between 0 and `total`.
    """
    if not 0 <= count <= total:
        raise ValueError("a count must lie between 0 and its total")
    if total == 0:
        return None
    z = _quantile(level)
    share, spread = count / total, z * z / total
    centre = (share + spread / 2) / (1 + spread)
    half = sqrt(share * (1 - share) * spread + (spread / 2) ** 2) / (1 + spread)
    low = 0.0 if count == 0 else centre - half
    high = 1.0 if count == total else centre + half
    return Interval(low, high, level)


@dataclass(frozen=True, slots=True)
class OddsRatio:
    """An odds ratio with its interval (Woolf 1955); `corrected` says that Haldane's 0.5 was added."""

    value: float
    interval: Interval
    corrected: bool


def odds_ratio(yes_a: int, no_a: int, yes_b: int, no_b: int, level: float = 0.95) -> OddsRatio | None:
    """Odds of group A over those of group B; None when a group is empty.

    Raises
    ------
    ValueError
        When a count is negative.
    """
    cells = (yes_a, no_a, yes_b, no_b)
    if min(cells) < 0:
        raise ValueError("a count can't be negative")
    if yes_a + no_a == 0 or yes_b + no_b == 0:
        return None
    corrected = 0 in cells
    a, b, c, d = (cell + HALDANE * corrected for cell in cells)
    centre, half = log(a * d / (b * c)), _quantile(level) * sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    return OddsRatio(exp(centre), Interval(exp(centre - half), exp(centre + half), level), corrected)


@dataclass(frozen=True, slots=True)
class Trend:
    """A trend of proportions over ordered scores: `z` is positive when they rise; `p` is two-sided."""

    z: float
    p: float
    groups: int


def cochran_armitage(counts: Sequence[int], totals: Sequence[int], scores: Sequence[float]) -> Trend | None:
    """Cochran-Armitage test for trend (Armitage 1955), without continuity correction.

    None when there are fewer than two non-empty groups with different scores, or when all or none of the
    trials count.

    Raises
    ------
    ValueError
        When the three sequences differ in length.
    """
    groups = [group for group in zip(counts, totals, scores, strict=True) if group[1] > 0]
    n = sum(total for _, total, _ in groups)
    hits = sum(count for count, _, _ in groups)
    if n == 0 or hits in (0, n) or len({score for _, _, score in groups}) < 2:
        return None
    share = hits / n
    statistic = sum(score * (count - total * share) for count, total, score in groups)
    mean = sum(total * score for _, total, score in groups) / n
    variance = share * (1 - share) * sum(total * (score - mean) ** 2 for _, total, score in groups)
    z = statistic / sqrt(variance)
    return Trend(z, erfc(abs(z) / sqrt(2)), len(groups))


def _quantile(level: float) -> float:
    return NormalDist().inv_cdf((1 + level) / 2)
