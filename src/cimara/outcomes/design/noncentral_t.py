"""Power of t tests by the noncentral t distribution."""

from __future__ import annotations

from scipy.special import nctdtr, stdtrit  # type: ignore[import-untyped]


def t_power(effect: float, df: float, alpha: float, sided: int) -> float:
    """Power of a t test whose statistic has noncentrality `effect` (positive) and `df` degrees of freedom."""
    critical = float(stdtrit(df, 1.0 - alpha / sided))
    upper = 1.0 - float(nctdtr(df, effect, critical))
    return upper if sided == 1 else upper + float(nctdtr(df, effect, -critical))
