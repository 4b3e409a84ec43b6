"""An idea for a study against what places state: met, not met or not stated, wish by wish."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cimara.terms.tumour import is_within
from cimara_web.members.labels import CAPABILITIES, SPECIALTIES, VOLUMES, country_words, tumour_words, worded
from cimara_web.members.models import Capability, Institution, Member
from cimara_web.members.queries import institutions, visible_members
from cimara_web.members.seeing import sees
from cimara_web.members.shown import Person, person
from cimara_web.members.words import NEEDS, Field, Intervention, Volume
from cimara_web.permissions.holder import Holder


class Met(StrEnum):
    """What a place states on a wish."""

    MET = "met"
    NOT_STATED = "not stated"
    NOT_MET = "not met"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What an idea needs. Empty is no wish."""

    tumours: tuple[str, ...] = ()
    interventions: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    volume: str = ""
    countries: tuple[str, ...] = ()
    specialties: tuple[str, ...] = ()

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Wishes:
        """From a form or a session: only what is known."""
        lists = ("tumours", "interventions", "capabilities", "countries", "specialties")
        return cls(**{name: tuple(kept.get(name) or ()) for name in lists}, volume=kept.get("volume") or "")

    def kept(self) -> dict[str, Any]:
        """As a session keeps it."""
        return {
            "tumours": list(self.tumours),
            "interventions": list(self.interventions),
            "capabilities": list(self.capabilities),
            "volume": self.volume,
            "countries": list(self.countries),
            "specialties": list(self.specialties),
        }

    @property
    def needed(self) -> tuple[str, ...]:
        """Capabilities that are wished for by name, or that an intervention needs."""
        by_intervention = (NEEDS[Intervention(one)].value for one in self.interventions)
        return tuple(dict.fromkeys((*self.capabilities, *by_intervention)))

    def lines(self) -> list[tuple[str, str]]:
        """The wish list in words: what, and which."""
        told = [
            ("Tumours", ", ".join(tumour_words(one) for one in self.tumours)),
            ("Interventions", ", ".join(self.interventions)),
            ("Capabilities", ", ".join(worded(CAPABILITIES, one) for one in self.needed)),
            ("Patients a year", worded(VOLUMES, self.volume)),
            ("Countries", ", ".join(country_words(one) for one in self.countries)),
            ("Specialties", ", ".join(worded(SPECIALTIES, one) for one in self.specialties)),
        ]
        return [(what, which) for what, which in told if which]


@dataclass(frozen=True, slots=True)
class Fit:
    """A place and what it states on each wish."""

    institution: Institution
    answers: tuple[tuple[str, Met], ...]

    def count(self, met: Met) -> int:
        """How many wishes are so."""
        return sum(answer == met for _wish, answer in self.answers)


@dataclass(frozen=True, slots=True)
class Found:
    """Places that could carry an idea, the fitting ones first, and people who agreed to be contacted."""

    wishes: tuple[str, ...]
    fits: tuple[Fit, ...]
    people: tuple[tuple[Person, tuple[str, ...]], ...] = field(default=())


def search(by: Holder, wishes: Wishes) -> Found:
    """Every place of the network: one that states nothing is listed as well, after those that state more."""
    people = list(visible_members(by).filter(left=None))
    fits = [
        Fit(place, tuple(_answers(place, wishes, _specialties_at(place, people, by))))
        for place in institutions().prefetch_related("capabilities")
    ]
    fits.sort(key=lambda fit: (fit.count(Met.NOT_MET), -fit.count(Met.MET), fit.institution.name))
    return Found(
        wishes=tuple(wish for wish, _ in fits[0].answers) if fits else (),
        fits=tuple(fits),
        people=tuple(_people(people, wishes, by)),
    )


def _answers(place: Institution, wishes: Wishes, there: frozenset[str]) -> Iterator[tuple[str, Met]]:
    stated = {one.kind: one for one in place.capabilities.all()}
    for kind in wishes.needed:
        yield worded(CAPABILITIES, kind), _capability(stated.get(kind))
    said = [one for one in stated.values() if one.present]
    about = [one for one in said if one.kind in wishes.needed] or said
    for tumour in wishes.tumours:
        yield _begun(tumour_words(tumour)), _tumour(about, tumour)
    if wishes.volume:
        yield f"{worded(VOLUMES, wishes.volume)} patients a year", _volume(about, wishes.volume)
    if wishes.countries:
        is_there = place.country in wishes.countries
        yield "Country", Met.MET if is_there else Met.NOT_MET
    for specialty in wishes.specialties:
        yield worded(SPECIALTIES, specialty), Met.MET if specialty in there else Met.NOT_STATED


def _capability(stated: Capability | None) -> Met:
    if stated is None:
        return Met.NOT_STATED
    return Met.MET if stated.present else Met.NOT_MET


def _tumour(about: Iterable[Capability], tumour: str) -> Met:
    """A place that names tumours and not this one doesn't meet it; one that names none may."""
    named = {one for row in about for one in row.tumour_types}
    if not named:
        return Met.NOT_STATED
    return Met.MET if any(is_within(tumour, one) or is_within(one, tumour) for one in named) else Met.NOT_MET


def _volume(about: Iterable[Capability], wanted: str) -> Met:
    """The largest number that is stated counts."""
    order = [str(one) for one in Volume]
    stated = [order.index(row.patients_a_year) for row in about if row.patients_a_year in order]
    if not stated:
        return Met.NOT_STATED
    return Met.MET if max(stated) >= order.index(wanted) else Met.NOT_MET


def _specialties_at(place: Institution, people: Iterable[Member], by: Holder) -> frozenset[str]:
    """Specialties that people of a place show: what somebody hides is no answer to a wish."""
    return frozenset(
        specialty
        for one in people
        if any(row.institution_id == place.pk for row in one.affiliations.all())
        if sees(by, one, Field.SPECIALTIES) and sees(by, one, Field.AFFILIATION)
        for specialty in one.specialties
    )


def _people(people: Iterable[Member], wishes: Wishes, by: Holder) -> Iterator[tuple[Person, tuple[str, ...]]]:
    """People who agreed to be contacted, with what of theirs fits; who fits most comes first."""
    found = []
    for one in people:
        shown = person(one, by)
        if one.contactable and not shown.is_self:
            why = tuple(_reasons(shown, wishes))
            if why:
                found.append((shown, why))
    yield from sorted(found, key=lambda pair: (-len(pair[1]), pair[0].name))


def _reasons(shown: Person, wishes: Wishes) -> Iterator[str]:
    yield from (
        words
        for one, words in zip(shown.specialties, shown.specialty_words, strict=True)
        if one in wishes.specialties
    )
    yield from (
        words
        for one, words in zip(shown.interests, shown.interest_words, strict=True)
        if any(one == tumour or is_within(one, tumour) for tumour in wishes.tumours)
    )
    yield from (country_words(one.country) for one in shown.works[:1] if one.country in wishes.countries)


def _begun(text: str) -> str:
    return text[:1].upper() + text[1:]
