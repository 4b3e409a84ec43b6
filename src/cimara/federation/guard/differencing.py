"""Whether a cohort and those that were answered before give the sums of a few patients by subtraction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cimara.federation.site.ledger import Cohort

NEW = -1
"""The place of the new cohort; earlier ones count from 0."""


@dataclass(frozen=True, slots=True)
class Derived:
    """A set of patients whose sums are known or follow: bits, and how often each cohort is added."""

    bits: int
    of: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Two sets that differ by a few patients here.

    `cohorts` are the earlier ones that are involved, `pooled` by how many patients of all sites the two sets
    differ at least, as far as the counts of all sites say (0: not known).
    """

    cohorts: tuple[Cohort, ...]
    pooled: float


def near_misses(new: Cohort, earlier: Sequence[Cohort], fewest: float) -> Iterator[NearMiss]:
    """Pairs of sets that differ by 1 to `fewest` - 1 patients once the new cohort is answered.

    What is compared: the cohorts, and the differences of two of which one lies in the other; each set that
    involves the new cohort with each that does not. Larger combinations are not looked at.

    Parameters
    ----------
    earlier
        Cohorts that were answered, of any study.
    """
    numbers: dict[str, int] = {}
    distinct = _distinct(earlier, new.job)
    bits = [_bits(one.units, numbers) for one in distinct]
    own = _bits(new.units, numbers)
    known = [Derived(one, {place: 1}) for place, one in enumerate(bits)]
    known += [
        Derived(large & ~small, {one: 1, other: -1})
        for one, large in enumerate(bits)
        for other, small in enumerate(bits)
        if one != other and small & ~large == 0
    ]
    added = [Derived(own, {NEW: 1})]
    added += [Derived(own & ~one, {NEW: 1, place: -1}) for place, one in enumerate(bits) if one & ~own == 0]
    added += [Derived(one & ~own, {place: 1, NEW: -1}) for place, one in enumerate(bits) if own & ~one == 0]
    totals = {place: one.patients for place, one in enumerate(distinct)} | {NEW: new.patients}
    for fresh in added:
        for held in known:
            if 0 < (fresh.bits ^ held.bits).bit_count() < fewest:
                places = sorted({*fresh.of, *held.of} - {NEW})
                yield NearMiss(tuple(distinct[one] for one in places), _apart(fresh, held, totals))


def _distinct(earlier: Sequence[Cohort], job: str) -> list[Cohort]:
    """Each set of patients once, from another job where it was answered in one."""
    found: dict[frozenset[str], Cohort] = {}
    for one in sorted(earlier, key=lambda one: one.job == job):
        found.setdefault(one.units, one)
    return list(found.values())


def _apart(one: Derived, other: Derived, totals: Mapping[int, float]) -> float:
    """At least so many patients of all sites lie in one of two sets alone; 0 where a count is not known."""
    if not all(totals[place] for place in (*one.of, *other.of)):
        return 0
    size = [sum(times * totals[place] for place, times in held.of.items()) for held in (one, other)]
    return abs(size[0] - size[1])


def _bits(units: frozenset[str], numbers: dict[str, int]) -> int:
    found = 0
    for one in units:
        found |= 1 << numbers.setdefault(one, len(numbers))
    return found
