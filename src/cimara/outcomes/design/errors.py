"""What can be wrong with a trial design, said to the person who plans it."""

from __future__ import annotations

from cimara.terms.errors import CimaraError


class DesignError(CimaraError, ValueError):
    """A design that cannot be run as it is described."""


def demand(holds: bool, where: str, expected: str, problem: str = "no design has this value") -> None:
    """Raise DesignError on the parameter `where` unless `holds`."""
    if not holds:
        raise DesignError(problem, where=where, expected=expected)


def demand_share(value: float, where: str) -> None:
    """Raise DesignError unless 0 < value < 1."""
    demand(0.0 < value < 1.0, where, "a share between 0 and 1, both excluded")


def demand_rate(value: float, where: str) -> None:
    """Raise DesignError unless 0 <= value < 1: a share that may be absent."""
    demand(0.0 <= value < 1.0, where, "a share of at least 0 and below 1")


def demand_positive(value: float, where: str) -> None:
    """Raise DesignError unless 0 < value and finite."""
    demand(0.0 < value < float("inf"), where, "a number above 0")
