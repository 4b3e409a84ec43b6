"""Between what a clinician typed and the library's profile, both ways; kept beside a patient's answers."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from cimara.trials.matching import Profile
from cimara.trials.places import Place, country_code
from cimara_web.finder.answers import Answers, Given
from cimara_web.finder.clinician.profile_fields import ProfileFields
from cimara_web.finder.home import place_value, places_named

PROFILE = "profile"
SHOWN = "shown"
"""The parts of `Answers.clinician`: what was typed in the form, and which studies are to be listed."""
PARTS = ("cns", "steroids")
FIELDS: Mapping[str, Any] = ProfileFields.base_fields


def typed_in(answers: Answers) -> Given:
    """What was typed in the form; empty before that."""
    return answers.clinician.get(PROFILE, {})


def shown_in(answers: Answers) -> Given:
    """Which studies are to be listed; empty for the usual ones."""
    return answers.clinician.get(SHOWN, {})


def profile_of(answers: Answers) -> Profile | None:
    """The clinician's profile; None before one was given."""
    given = typed_in(answers)
    return profile_of_given(given) if given else None


def profile_of_given(given: Given) -> Profile:
    """The library's profile of what was typed, on the day when it was typed.

    Raises
    ------
    ProfileError
        When two facts contradict each other, or a date is still to come.
    """
    as_of = date.fromisoformat(str(given["as_of"]))
    facts: dict[str, Any] = {}
    for name, value in given.items():
        field = FIELDS.get(name)
        if field is None or name in ("place", "country"):
            continue
        part, _underscore, rest = name.partition("_")
        if part in PARTS:
            facts.setdefault(part, {})[rest] = field.fact(value, as_of)
        else:
            facts[name] = field.fact(value, as_of)
    return Profile.from_json(facts | _where(given), as_of=as_of)


def given_of(profile: Profile) -> Given:
    """What one would have typed for a profile that was read elsewhere; its place is never among it."""
    given: dict[str, str | list[str]] = {"as_of": profile.as_of.isoformat()}
    for name, value in _flat(json.loads(profile.to_json())):
        field = FIELDS.get(name)
        if field is not None and name not in ("place", "country"):
            given[name] = field.typed(value)
    return given


def place_of(given: Mapping[str, Any]) -> Place | None:
    """The place that was typed, and picked where several have its name."""
    found = places_of(given)
    if len(found) < 2:
        return found[0] if found else None
    return next((place for place in found if place_value(place) == given.get("which")), None)


def places_of(given: Mapping[str, Any]) -> tuple[Place, ...]:
    """The places that the typed words may mean, those of the chosen country when there are any."""
    found = places_named(str(given.get("place") or ""))
    at_home = tuple(place for place in found if place.iso2 == given.get("country"))
    return at_home or found


def _where(given: Given) -> dict[str, Any]:
    """Place and country; the name of a place that nobody knows is kept out of the profile."""
    place, chosen = place_of(given), str(given.get("country", ""))
    country = chosen or (place.iso2 if place else country_code(str(given.get("place", ""))))
    where: dict[str, Any] = {"country": country} if country else {}
    if place is not None:
        where |= {"place": str(place)[:100], "lat": place.lat, "lon": place.lon}
    return where


def _flat(facts: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in facts.items():
        if name in PARTS:
            yield from ((f"{name}_{inner}", held) for inner, held in value.items())
        else:
            yield name, value
