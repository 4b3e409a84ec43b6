"""Counts as people see them: small ones not shown, the others rounded, totals made of what is shown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.disclosure.release_limits import release_limit


class Rounding(StrEnum):
    """How counts are shown."""

    REDACT = "redact"
    """Up to 7 not shown, 0 included; others to the nearest 5 (OpenSAFELY)."""
    MIDPOINT = "midpoint"
    """The middle of 1..6, 7..12, ..: 3, 9, ..; 0 is shown as 3 too: a 0 says something of everybody."""


@dataclass(frozen=True, slots=True)
class RoundedCounts:
    """Shown parts (None: not shown) and their total, which is the sum of what is shown."""

    parts: tuple[int | None, ...]

    @property
    def total(self) -> int:
        """The sum of the shown parts: nothing can be worked out from it that they do not say."""
        return sum(one for one in self.parts if one is not None)


def rounded_count(count: float, rule: Rounding | str = Rounding.REDACT) -> int | None:
    """One count as it is shown; None where it is not. Raises ValueError for a negative one."""
    if count < 0:
        raise ValueError("a count below 0")
    whole = round(count)
    if Rounding(rule) is Rounding.MIDPOINT:
        step = int(release_limit("midpoint"))
        return step * max(1, math.ceil(whole / step)) - step // 2
    if whole <= release_limit("redact"):
        return None
    base = int(release_limit("round_to"))
    return base * math.floor(whole / base + 0.5)


@dataclass(frozen=True, slots=True)
class CountRule:
    """How a study shows its counts: those below `least` not at all, the others to the nearest `base`."""

    least: float
    base: int

    @classmethod
    def of(cls, limits: Disclosure) -> CountRule:
        """The platform's rule, and a study's where it is stricter."""
        redact, people = release_limit("redact"), limits.min_n
        stricter = people > release_limit("statistic_n")
        return cls(
            max(redact + 1, people) if stricter else redact + 1,
            max(limits.round_base, int(release_limit("round_to"))),
        )

    def shown(self, count: float) -> int | None:
        """A count as it is shown; None where it is not. Raises ValueError for a negative one."""
        if count < 0:
            raise ValueError("a count below 0")
        whole = round(count)
        return None if whole < self.least else self.base * math.floor(whole / self.base + 0.5)

    def behind(self, shown: int) -> tuple[float, float]:
        """The least and the largest count that is shown as this number."""
        least = max(self.least, math.ceil(shown - self.base / 2))
        return least, math.ceil(shown + self.base / 2) - 1


def rounded_counts(counts: Sequence[float], rule: Rounding | str = Rounding.REDACT) -> RoundedCounts:
    """The parts of a whole as they are shown, in their order; null counts are not shown."""
    return RoundedCounts(tuple(rounded_count(one, rule) for one in counts))


def behind(shown: int, rule: Rounding | str = Rounding.REDACT) -> tuple[int, int]:
    """The least and the largest count that is shown as this number."""
    if Rounding(rule) is Rounding.MIDPOINT:
        step = int(release_limit("midpoint"))
        most = shown + step // 2
        return (0 if shown < step else most - step + 1), most
    base = int(release_limit("round_to"))
    return math.ceil(shown - base / 2), math.ceil(shown + base / 2) - 1
