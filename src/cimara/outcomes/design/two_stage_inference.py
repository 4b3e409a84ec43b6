"""Estimate, interval and p-value after a two-stage trial, by the stage-wise order of its outcomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq  # type: ignore[import-untyped]
from scipy.special import gammaln  # type: ignore[import-untyped]

from cimara.outcomes.design.binomial import FloatArray, at_least
from cimara.outcomes.design.errors import DesignError, demand_share
from cimara.outcomes.design.two_stage import TwoStages


@dataclass(frozen=True, slots=True)
class TwoStageResult:
    """`responses` of `size` patients: estimates, interval at `level`, and p-value against the null rate.

    `rate` is the plain share, which the chance to stop early biases; `unbiased` allows for it.
    """

    responses: int
    size: int
    rate: float
    unbiased: float
    lower: float
    upper: float
    level: float
    p: float
    rejected: bool


def two_stage_result(stages: TwoStages, responses: int, null: float, *, level: float = 0.9) -> TwoStageResult:
    """Inference after the trial; at most `r1` responses mean that it stopped after the first stage.

    Outcomes are ordered by stage, then by responses: going on is always more than stopping (Jung and Kim
    2004; Koyama and Chen 2008). The interval holds the rates under which neither tail is below (1 -
    level)/2; 0.9 goes with a one-sided test at 0.05.

    Raises
    ------
    DesignError
        Responses that the rule cannot give.
    """
    demand_share(null, "null")
    demand_share(level, "level")
    if not 0 <= responses <= stages.n:
        raise DesignError("no such number of responses", where="responses", expected=f"0 to {stages.n}")
    went_on = responses > stages.r1
    size = stages.n if went_on else stages.n1
    tail = (1.0 - level) / 2.0
    lower = _rate_where(lambda rate: at_least_as_good(stages, responses, rate), tail)
    upper = _rate_where(lambda rate: 1.0 - better(stages, responses, rate), tail)
    return TwoStageResult(
        responses=responses,
        size=size,
        rate=responses / size,
        unbiased=unbiased_rate(stages, responses),
        lower=lower if responses > 0 else 0.0,
        upper=upper if responses < stages.n else 1.0,
        level=level,
        p=at_least_as_good(stages, responses, null),
        rejected=went_on and responses > stages.r,
    )


def at_least_as_good(stages: TwoStages, responses: int, rate: float) -> float:
    """Chance of this outcome or a better one."""
    if responses > stages.r1:
        return float(stages.second_stage_tail(rate)[responses])
    return float(at_least(stages.n1, rate)[responses])


def better(stages: TwoStages, responses: int, rate: float) -> float:
    """Chance of a better outcome."""
    if responses > stages.r1:
        return float(stages.second_stage_tail(rate)[responses + 1])
    return float(at_least(stages.n1, rate)[responses + 1])


def _rate_where(chance: Callable[[float], float], wanted: float) -> float:
    """The rate at which a monotone chance has this value."""
    low, high = 1e-12, 1.0 - 1e-12
    if (chance(low) - wanted) * (chance(high) - wanted) > 0.0:
        return 0.0 if abs(chance(low) - wanted) < abs(chance(high) - wanted) else 1.0
    return float(brentq(lambda rate: chance(rate) - wanted, low, high, xtol=1e-13))


def unbiased_rate(stages: TwoStages, responses: int) -> float:
    """Uniformly minimum variance unbiased estimate (Jung and Kim 2004).

    The mean of X1/n1 over the ways to reach `responses` that the rule allows.
    """
    if responses <= stages.r1:
        return responses / stages.n1
    n2 = stages.n - stages.n1
    first = np.arange(max(stages.r1 + 1, responses - n2), min(stages.n1, responses) + 1)
    ways = _log_choose(stages.n1, first) + _log_choose(n2, responses - first)
    weights = np.exp(ways - ways.max())
    return float(weights @ first / weights.sum() / stages.n1)


def _log_choose(size: int, taken: NDArray[np.int64]) -> FloatArray:
    found: FloatArray = gammaln(size + 1) - gammaln(taken + 1) - gammaln(size - taken + 1)
    return found
