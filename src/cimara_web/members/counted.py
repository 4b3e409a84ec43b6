"""The numbers of the network: members by specialty, institution, country. Each member is counted once."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from uuid import UUID

from django.db.models import Count
from django.db.models.fields.json import KT

from cimara_web import clock
from cimara_web.members.queries import institutions, members, with_members_counted
from cimara_web.members.words import Specialty


@dataclass(frozen=True, slots=True)
class Place:
    """An institution and how many members have it as their first."""

    public_id: UUID
    name: str
    city: str
    country: str
    latitude: float | None
    longitude: float | None
    members: int

    @property
    def is_on_map(self) -> bool:
        """Whether it has coordinates, and somebody to be drawn."""
        return self.latitude is not None and self.longitude is not None and self.members > 0


@dataclass(frozen=True)
class Network:
    """All numbers of the network's page, of one moment."""

    as_of: date
    specialties: tuple[tuple[str, int], ...]
    places: tuple[Place, ...]
    is_demonstration: bool

    @property
    def members(self) -> int:
        """Everybody, whatever they show of themselves."""
        return sum(count for _, count in self.specialties)

    @cached_property
    def countries(self) -> tuple[tuple[str, int, int], ...]:
        """Country, its institutions, its members; the most members first."""
        places: Counter[str] = Counter(one.country for one in self.places)
        people: Counter[str] = Counter()
        for one in self.places:
            people[one.country] += one.members
        rows = ((code, places[code], people[code]) for code in places)
        return tuple(sorted(rows, key=lambda row: (-row[2], -row[1], row[0])))

    @property
    def on_map(self) -> tuple[Place, ...]:
        """Institutions that the map shows."""
        return tuple(one for one in self.places if one.is_on_map)

    @property
    def off_map(self) -> tuple[Place, ...]:
        """Institutions with members whose coordinates aren't known."""
        return tuple(one for one in self.places if one.members and not one.is_on_map)

    @property
    def elsewhere(self) -> int:
        """Members without an institution of the network."""
        return self.members - sum(one.members for one in self.places)

    @cached_property
    def version(self) -> str:
        """Names these numbers: figures of one version are one file."""
        told = [self.as_of, self.specialties, [vars_of(one) for one in self.places]]
        return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()[:16]


def vars_of(place: Place) -> tuple[object, ...]:
    """What the map and its table show of a place."""
    return (place.name, place.city, place.country, place.latitude, place.longitude, place.members)


def network() -> Network:
    """The numbers as they are now: two queries."""
    rows = with_members_counted(institutions()).order_by("country", "city", "name")
    places = [
        Place(one.public_id, one.name, one.city, one.country, one.latitude, one.longitude, one.members)
        for one in rows
    ]
    return Network(
        as_of=clock.today(),
        specialties=_by_specialty(),
        places=tuple(places),
        is_demonstration=any(one.is_demonstration for one in rows),
    )


def _by_specialty() -> tuple[tuple[str, int], ...]:
    """Primary specialties with how many have each, the most first; a specialty of nobody is left out."""
    rows = members().annotate(primary=KT("specialties__0")).values_list("primary").annotate(n=Count("pk"))
    order = [str(one) for one in Specialty]
    counts = [(str(primary), n) for primary, n in rows.order_by()]
    return tuple(sorted(counts, key=lambda row: (-row[1], order.index(row[0]))))
