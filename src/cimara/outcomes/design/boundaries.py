"""Boundaries of repeated looks at one statistic, and the chances to cross them, by recursive integration.

The score process B(t) = Z(t) sqrt(t) is a Brownian motion with drift in the information share t (Jennison and
Turnbull 2000, chapter 19). Each stage carries the density of B on the region where the trial goes on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq  # type: ignore[import-untyped]
from scipy.special import ndtr, ndtri  # type: ignore[import-untyped]

from cimara.outcomes.design.errors import demand, demand_share
from cimara.outcomes.design.hazards import legendre
from cimara.outcomes.design.spending import Spending

FloatArray = NDArray[np.float64]
TAIL = 9.0
"""Standard deviations beyond which a density is 0 to rounding."""
PANEL_WIDTH = 4.0
"""Standard deviations of one step that a panel of the quadrature spans."""
PANEL_NODES = 24
FEWEST_PANELS, MOST_PANELS = 4, 128
WIDEST_Z = 12.0
"""A boundary that spends less than about 1e-33 is put here."""


@dataclass(frozen=True, slots=True)
class Boundaries:
    """Critical z at each look: reject at or above `upper`; below `lower` (None: no such rule) give up.

    `upper_spent` and `lower_spent` are the errors used up by then.
    """

    shares: tuple[float, ...]
    upper: tuple[float, ...]
    lower: tuple[float | None, ...]
    upper_spent: tuple[float, ...]
    lower_spent: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Crossings:
    """Chances to reject and to give up at each look, under one drift."""

    upper: tuple[float, ...]
    lower: tuple[float, ...]

    @property
    def power(self) -> float:
        """Chance to reject at any look."""
        return sum(self.upper)


@dataclass(frozen=True, slots=True)
class _Continuing:
    """Trials that go on: nodes of B, each with its weight times density, at information share `share`."""

    share: float
    nodes: FloatArray
    mass: FloatArray

    def above(self, score: float, share: float, drift: float) -> float:
        """Chance that B at `share` is at or above `score`, of the trials that go on."""
        step = share - self.share
        return float(self.mass @ ndtr((self.nodes + drift * step - score) / math.sqrt(step)))

    def below(self, score: float, share: float, drift: float) -> float:
        """Chance that B at `share` is below `score`."""
        step = share - self.share
        return float(self.mass @ ndtr((score - self.nodes - drift * step) / math.sqrt(step)))

    def onward(self, low: float, high: float, share: float, drift: float) -> _Continuing:
        """Those whose B at `share` lies between `low` and `high`."""
        step = share - self.share
        spread, middle = math.sqrt(share), drift * share
        low, high = max(low, middle - TAIL * spread), min(high, middle + TAIL * spread)
        if low >= high:
            return _Continuing(share, np.zeros(1), np.zeros(1))
        panels = math.ceil((high - low) / (PANEL_WIDTH * math.sqrt(step)))
        edges = np.linspace(low, high, min(max(panels, FEWEST_PANELS), MOST_PANELS) + 1)
        places, weights = legendre(PANEL_NODES)
        half = (edges[1] - edges[0]) / 2.0
        nodes = (edges[:-1, None] + half * (places + 1.0)).ravel()
        weights = np.tile(weights, len(edges) - 1)
        distance = (nodes[:, None] - self.nodes[None, :] - drift * step) / math.sqrt(step)
        density = np.exp(-0.5 * distance**2) @ self.mass / math.sqrt(2.0 * math.pi * step)
        return _Continuing(share, nodes, half * weights * density)


def _begin() -> _Continuing:
    return _Continuing(0.0, np.zeros(1), np.ones(1))


def check_shares(shares: Sequence[float]) -> tuple[float, ...]:
    """The looks as a tuple. Raises DesignError unless they rise from above 0."""
    found = tuple(float(one) for one in shares)
    rising = all(early < late for early, late in zip((0.0, *found), found, strict=False))
    demand(
        bool(found) and rising and found[-1] < math.inf, "looks", "rising shares of the information above 0"
    )
    return found


def efficacy_boundaries(
    shares: Sequence[float],
    alpha: float,
    spending: Spending,
    *,
    stop_below: Sequence[float | None] | None = None,
    spend_all_at_end: bool = True,
) -> Boundaries:
    """One-sided upper boundaries at these information shares.

    Parameters
    ----------
    shares
        Looks as they were made, planned or not, as shares of the planned information; spending depends on
        nothing else. A last share above 1 (overrunning) spends what is left.
    stop_below
        Futility boundaries (z) that will be obeyed: binding. None ignores futility, which is safe.
    spend_all_at_end
        Take the last look as the final one, whatever its share; False when the trial goes on.
    """
    demand_share(alpha, "alpha")
    looks = check_shares(shares)
    lower = tuple(stop_below) if stop_below is not None else (None,) * len(looks)
    going, upper, spent = _begin(), [], 0.0
    spent_by = [spending.spent(share, alpha) for share in looks]
    if spend_all_at_end:
        spent_by[-1] = alpha
    for share, total, floor in zip(looks, spent_by, lower, strict=True):
        critical = _critical(going, share, total - spent)
        upper.append(critical)
        spent = total
        root = math.sqrt(share)
        low = -math.inf if floor is None else floor * root
        going = going.onward(low, critical * root, share, 0.0)
    return Boundaries(looks, tuple(upper), lower, tuple(spent_by))


def _critical(going: _Continuing, share: float, error: float) -> float:
    """z that the trials going on reach or pass with chance `error` under no drift."""
    root = math.sqrt(share)
    if error <= 0.0 or going.above(WIDEST_Z * root, share, 0.0) >= error:
        return WIDEST_Z
    if going.share == 0.0:
        return float(-ndtri(error))

    def excess(z: float) -> float:
        return going.above(z * root, share, 0.0) - error

    if excess(-WIDEST_Z) <= 0.0:
        return -WIDEST_Z
    return float(brentq(excess, -WIDEST_Z, WIDEST_Z, xtol=1e-12, rtol=1e-14))


def crossings(boundaries: Boundaries, drift: float) -> Crossings:
    """Chances to reject and to give up at each look, when Z at share t has mean drift sqrt(t)."""
    going, upper, lower = _begin(), [], []
    for share, high, low in zip(boundaries.shares, boundaries.upper, boundaries.lower, strict=True):
        root = math.sqrt(share)
        floor = -math.inf if low is None else low * root
        upper.append(going.above(high * root, share, drift))
        lower.append(0.0 if low is None else going.below(floor, share, drift))
        going = going.onward(floor, high * root, share, drift)
    return Crossings(tuple(upper), tuple(lower))


def drift_for_power(boundaries: Boundaries, power: float) -> float:
    """The drift at which the boundaries reject with this chance."""

    def lacking(drift: float) -> float:
        return crossings(boundaries, drift).power - power

    return float(brentq(lacking, 0.0, WIDEST_Z, xtol=1e-11))


def with_futility(
    shares: Sequence[float],
    alpha: float,
    power: float,
    spending: Spending,
    beta_spending: Spending,
    *,
    binding: bool,
) -> tuple[Boundaries, float]:
    """Both boundaries, and the drift at which type II error is spent so that they meet at the last look.

    Non-binding: efficacy boundaries ignore futility, so that going on past it does no harm. Binding: each
    stage's efficacy boundary counts the trials that futility has stopped (Pampallona, Tsiatis and Kim 2001).
    """
    demand(0.0 < alpha < power < 1.0, "power", "a power above alpha and below 1")
    looks = check_shares(shares)
    start = float(ndtri(power) - ndtri(alpha))

    def gap(drift: float) -> float:
        made = _with_drift(looks, alpha, 1.0 - power, spending, beta_spending, drift, binding=binding)
        return _last_floor(made, 1.0 - power, drift) - made.upper[-1]

    drift = float(brentq(gap, 0.7 * start, 2.5 * start, xtol=1e-10))
    made = _with_drift(looks, alpha, 1.0 - power, spending, beta_spending, drift, binding=binding)
    closed = (*made.lower[:-1], made.upper[-1])
    return Boundaries(looks, made.upper, closed, made.upper_spent, made.lower_spent), drift


def _with_drift(
    looks: tuple[float, ...],
    alpha: float,
    beta: float,
    spending: Spending,
    beta_spending: Spending,
    drift: float,
    *,
    binding: bool,
) -> Boundaries:
    """Boundaries of all looks; futility of all but the last, where type II error is spent at this drift."""
    fixed = None if binding else efficacy_boundaries(looks, alpha, spending)
    under_null, under_drift = _begin(), _begin()
    upper: list[float] = []
    lower: list[float | None] = []
    spent_up = [*(spending.spent(share, alpha) for share in looks[:-1]), alpha]
    spent_low = [*(beta_spending.spent(share, beta) for share in looks[:-1]), beta]
    before_up = before_low = 0.0
    for stage, share in enumerate(looks):
        root = math.sqrt(share)
        high = fixed.upper[stage] if fixed else _critical(under_null, share, spent_up[stage] - before_up)
        upper.append(high)
        if stage == len(looks) - 1:
            lower.append(None)
            break
        low = min(_floor(under_drift, share, spent_low[stage] - before_low, drift), high)
        lower.append(low)
        before_up, before_low = spent_up[stage], spent_low[stage]
        under_null = under_null.onward(low * root, high * root, share, 0.0)
        under_drift = under_drift.onward(low * root, high * root, share, drift)
    return Boundaries(looks, tuple(upper), tuple(lower), tuple(spent_up), tuple(spent_low))


def _last_floor(made: Boundaries, beta: float, drift: float) -> float:
    """z of the last look below which the rest of the type II error is spent."""
    going = _begin()
    for share, high, low in zip(made.shares[:-1], made.upper[:-1], made.lower[:-1], strict=True):
        root = math.sqrt(share)
        assert low is not None
        going = going.onward(low * root, high * root, share, drift)
    before = made.lower_spent[-2] if len(made.shares) > 1 else 0.0
    return _floor(going, made.shares[-1], beta - before, drift)


def _floor(going: _Continuing, share: float, error: float, drift: float) -> float:
    """z below which the trials going on fall with chance `error` under this drift."""
    root = math.sqrt(share)

    def excess(z: float) -> float:
        return going.below(z * root, share, drift) - error

    if excess(-WIDEST_Z) >= 0.0:
        return -WIDEST_Z
    if excess(WIDEST_Z) <= 0.0:
        return WIDEST_Z
    return float(brentq(excess, -WIDEST_Z, WIDEST_Z, xtol=1e-12, rtol=1e-14))
