"""What a bundle told: the facts used, what was left aside and why, and what could not be matched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cimara.trials.fhir.resource import Coding, Day, Resource
from cimara.trials.matching.facts import Steroids
from cimara.trials.matching.profile import Profile

NOT_A_CODE = "(not a code)"
MAX_CODE = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedFact:
    """One fact of the profile, the resource it came from, and its value as used."""

    resource: str
    field: str
    value: str
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A resource, or a part of one, that wasn't used, and why."""

    resource: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmapped:
    """A code that we have no meaning for."""

    resource: str
    field: str
    system: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """Two values of one fact: the latest dated one was used."""

    field: str
    used: str
    used_from: str
    left: str
    left_from: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleReading:
    """A profile with an account of how it was made.

    `dropped_identifiers` counts elements by kind; their values are kept nowhere. `shown` are facts for a
    person to see that no rule uses. `dangling` names elements whose reference leads out of the bundle.
    """

    profile: Profile
    used: tuple[UsedFact, ...] = ()
    shown: tuple[UsedFact, ...] = ()
    ignored: tuple[Ignored, ...] = ()
    dropped_identifiers: Mapping[str, int] = field(default_factory=dict)
    unmapped: tuple[Unmapped, ...] = ()
    clashes: tuple[Clash, ...] = ()
    dangling: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Candidate:
    value: Any
    day: Day | None
    resource: str
    note: str | None


@dataclass(slots=True)
class Account:
    """Facts as they are found, resource by resource; `settle` picks among them."""

    as_of: date
    candidates: dict[str, list[_Candidate]] = field(default_factory=dict)
    shown: list[UsedFact] = field(default_factory=list)
    ignored: list[Ignored] = field(default_factory=list)
    unmapped: list[Unmapped] = field(default_factory=list)
    dangling: list[str] = field(default_factory=list)
    dropped: Counter[str] = field(default_factory=Counter)

    def found(
        self, name: str, value: Any, resource: Resource, day: Day | None = None, note: str | None = None
    ) -> None:
        """A fact; one dated after `as_of` is left aside."""
        if day is not None and day.on > self.as_of:
            self.left(resource, "dated after the day of matching")
            return
        if day is not None and not day.exact:
            note = "; ".join(part for part in (note, "only its month or year is known") if part)
        self.candidates.setdefault(name, []).append(_Candidate(value, day, resource.label, note))

    def left(self, resource: Resource, reason: str) -> None:
        """A resource, or a part of it, that isn't used."""
        self.ignored.append(Ignored(resource=resource.label, reason=reason))

    def show(self, resource: Resource, name: str, value: str) -> None:
        """A fact for a person to see."""
        self.shown.append(UsedFact(resource=resource.label, field=name, value=value[:120]))

    def not_mapped(self, resource: Resource, name: str, found: list[Coding]) -> None:
        """Codes without a meaning here; free text in a code's place isn't repeated."""
        for one in found or [Coding()]:
            is_code = 0 < len(one.code) <= MAX_CODE and " " not in one.code
            self.unmapped.append(
                Unmapped(
                    resource=resource.label,
                    field=name,
                    system=one.system[:120],
                    code=one.code if is_code else NOT_A_CODE,
                )
            )

    def settle(self) -> tuple[dict[str, Any], list[UsedFact], list[Clash]]:
        """One value a fact: the latest dated, the first of equals; other values are clashes."""
        values: dict[str, Any] = {}
        used, clashes = [], []
        for name, listed in self.candidates.items():
            best = max(listed, key=lambda one: one.day.on if one.day else date.min)
            values[name] = best.value
            used.append(
                UsedFact(resource=best.resource, field=name, value=_shown(best.value), note=best.note)
            )
            if isinstance(best.value, date):
                continue  # an earlier treatment is history, not a contradiction
            clashes += [_clash(name, best, other) for other in listed if other.value != best.value]
        return values, used, clashes


def _clash(name: str, best: _Candidate, other: _Candidate) -> Clash:
    return Clash(
        field=name,
        used=_shown(best.value),
        used_from=best.resource,
        left=_shown(other.value),
        left_from=other.resource,
    )


def _shown(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Steroids):
        dose = "" if value.mg_per_day is None else f" {value.mg_per_day:g} mg/day"
        return f"{value.drug}{dose}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
