"""How a program compares sums: exactly, or in one of the ways that get it wrong."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from cimara.response.sizes import has_grown, has_shrunk


class Thresholds(Protocol):
    """The three comparisons of the target rules, on what `total` makes of the lesions' sizes."""

    def total(self, sizes: Iterable[int]) -> float:
        """The sum."""

    def shrunk(self, now: float, reference: float, percent: int) -> bool:
        """Whether `now` lies far enough below `reference`."""

    def grown(self, now: float, reference: float, percent: int) -> bool:
        """Whether `now` lies far enough above `reference`, as a share of it."""

    def rose(self, now: float, reference: float, minimum: int) -> bool:
        """Whether `now` lies far enough above `reference`; `minimum` in tenths of mm."""


@dataclass(frozen=True)
class Exact:
    """Integers, and `at least`: right."""

    def total(self, sizes: Iterable[int]) -> int:
        """Tenths of a millimetre."""
        return sum(sizes)

    def shrunk(self, now: float, reference: float, percent: int) -> bool:
        """At least `percent` % below."""
        return has_shrunk(int(now), int(reference), percent)

    def grown(self, now: float, reference: float, percent: int) -> bool:
        """At least `percent` % above."""
        return has_grown(int(now), int(reference), percent)

    def rose(self, now: float, reference: float, minimum: int) -> bool:
        """At least `minimum` above."""
        return now - reference >= minimum


@dataclass(frozen=True)
class Strict(Exact):
    """Integers, and `more than`."""

    def shrunk(self, now: float, reference: float, percent: int) -> bool:
        """More than `percent` % below."""
        return 100 * now < (100 - percent) * reference

    def grown(self, now: float, reference: float, percent: int) -> bool:
        """More than `percent` % above."""
        return 100 * now > (100 + percent) * reference

    def rose(self, now: float, reference: float, minimum: int) -> bool:
        """More than `minimum` above."""
        return now - reference > minimum


@dataclass(frozen=True)
class FloatQuotient:
    """Binary floating point in millimetres, the change divided by its reference."""

    def total(self, sizes: Iterable[int]) -> float:
        """Millimetres, added one by one."""
        return sum(size / 10 for size in sizes)

    def shrunk(self, now: float, reference: float, percent: int) -> bool:
        """`(reference - now) / reference >= 0.3`."""
        return reference > 0 and (reference - now) / reference >= percent / 100

    def grown(self, now: float, reference: float, percent: int) -> bool:
        """`(now - reference) / reference >= 0.2`."""
        return now > reference and (reference == 0 or (now - reference) / reference >= percent / 100)

    def rose(self, now: float, reference: float, minimum: int) -> bool:
        """`now - reference >= 5.0`."""
        return now - reference >= minimum / 10


@dataclass(frozen=True)
class FloatProduct(FloatQuotient):
    """Binary floating point in millimetres, the reference multiplied."""

    def shrunk(self, now: float, reference: float, percent: int) -> bool:
        """`now <= 0.7 * reference`."""
        return now <= (1 - percent / 100) * reference

    def grown(self, now: float, reference: float, percent: int) -> bool:
        """`now >= 1.2 * reference`."""
        return now > reference and now >= (1 + percent / 100) * reference
