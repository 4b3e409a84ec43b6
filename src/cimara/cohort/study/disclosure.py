"""What a study lets out: the smallest counts that are shown, which a study may raise and never lower."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """Fewest people, events and sites behind a number that leaves the study, and the base counts round to."""

    min_n: int = 10
    min_events: int = 5
    min_sites: int = 3
    round_base: int = 5


def loosened(asked: Disclosure) -> Iterator[tuple[str, int]]:
    """Limits that are below the platform's, each with the platform's value."""
    least = Disclosure()
    for one in fields(Disclosure):
        floor = getattr(least, one.name)
        if getattr(asked, one.name) < floor:
            yield one.name, floor
