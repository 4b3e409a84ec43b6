"""A rate with its exact binomial limits (Clopper and Pearson 1934)."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cimara.outcomes.endpoints.errors import DerivationError
from cimara.outcomes.endpoints.plan import EVENT
from cimara.outcomes.endpoints.table import EndpointTable
from cimara.outcomes.endpoints.words import Reason

EMPTY_DENOMINATOR = "EMPTY_DENOMINATOR"


@dataclass(frozen=True, slots=True)
class Rate:
    """`x` of `n`, with limits at `level`; rate and limits are None where `n` is 0 (EMPTY_DENOMINATOR).

    `not_evaluable` patients are in `n` as non-responders.
    """

    x: int
    n: int
    rate: float | None
    lower: float | None
    upper: float | None
    level: float
    not_evaluable: int = 0
    findings: tuple[str, ...] = ()


def clopper_pearson(x: int, n: int, level: float = 0.95) -> tuple[float, float]:
    """Exact limits of a rate of x in n > 0, as shares of 1.

    Lower = Beta(a/2; x, n-x+1), 0 where x = 0; upper = Beta(1-a/2; x+1, n-x), 1 where x = n; a = 1 - level.
    Raises DerivationError unless 0 <= x <= n, n > 0 and 0 < level < 1.
    """
    from scipy.special import betaincinv  # type: ignore[import-untyped]

    if not 0 <= x <= n or n == 0:
        raise DerivationError("no share of a whole", expected="0 <= x <= n and n > 0")
    if not 0 < level < 1:
        raise DerivationError("no level of confidence", expected="0 < level < 1")
    tail = (1 - level) / 2
    lower = 0.0 if x == 0 else float(betaincinv(x, n - x + 1, tail))
    upper = 1.0 if x == n else float(betaincinv(x + 1, n - x, 1 - tail))
    return lower, upper


def rate_of(x: int, n: int, level: float = 0.95, *, not_evaluable: int = 0) -> Rate:
    """x of n with exact limits; nothing but the counts where n = 0. Raises as `clopper_pearson`."""
    if n == 0 and x == 0:
        return Rate(0, 0, None, None, None, level, not_evaluable, (EMPTY_DENOMINATOR,))
    lower, upper = clopper_pearson(x, n, level)
    return Rate(x, n, x / n, lower, upper, level, not_evaluable)


def binary_rate(table: EndpointTable, level: float = 0.95) -> Rate:
    """The rate of a binary endpoint. Raises DerivationError for an endpoint of another kind."""
    if not table.plan.binary:
        raise DerivationError("not a binary endpoint", where=table.endpoint.id, hint="Use to_survival.")
    frame = table.frame
    responded = frame.filter(pl.col("evcode") == EVENT).height
    unseen = frame.filter(pl.col("reason") == Reason.NOT_EVALUABLE).height
    return rate_of(responded, frame.height, level, not_evaluable=unseen)
