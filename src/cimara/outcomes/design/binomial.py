"""Binomial probabilities over all counts of one sample size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, gammaln  # type: ignore[import-untyped]

from cimara.outcomes.design.errors import demand, demand_share

FloatArray = NDArray[np.float64]


def masses(size: int, chance: float) -> FloatArray:
    """P(X = x) for x = 0 to `size`."""
    x = np.arange(size + 1)
    if chance <= 0.0 or chance >= 1.0:
        return np.asarray(x == (0 if chance <= 0.0 else size), dtype=np.float64)
    choose = gammaln(size + 1) - gammaln(x + 1) - gammaln(size - x + 1)
    found: FloatArray = np.exp(choose + x * np.log(chance) + (size - x) * np.log1p(-chance))
    return found


def at_least(size: int, chance: float) -> FloatArray:
    """P(X >= x) for x = 0 to `size` + 1; the incomplete beta function, so small tails keep their digits."""
    x = np.arange(size + 2)
    tail = np.zeros(size + 2)
    tail[0] = 1.0
    tail[1:-1] = betainc(x[1:-1], size - x[1:-1] + 1, chance)
    return tail


def check_rates(null: float, wanted: float, alpha: float, power: float) -> None:
    """Refuse rates that no test of p0 against a higher p1 can have."""
    for value, where in ((null, "null"), (wanted, "wanted"), (alpha, "alpha"), (power, "power")):
        demand_share(value, where)
    demand(null < wanted, "wanted", "a rate above the null rate")
    demand(alpha < power, "power", "a power above alpha")
