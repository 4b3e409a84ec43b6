"""Where a visitor lives, as far as the typed words tell: offline, from the library's place names."""

from __future__ import annotations

from cimara.trials.places import Place, UnknownPlaceError, country_code, find_place
from cimara_web.finder.answers import Answers

MILES_COUNTRIES = frozenset({"US", "GB"})
"""Countries whose road signs are in miles."""
MOST_CHOICES = 6


def places_named(text: str) -> tuple[Place, ...]:
    """The places that a text may mean, the most likely first; none when it names no place we know."""
    if not text.strip():
        return ()
    try:
        found = find_place(text)
    except UnknownPlaceError:
        return ()
    return (found.place, *found.alternatives)[:MOST_CHOICES]


def place_value(place: Place) -> str:
    """The form value that stands for a place."""
    return f"{place.lat:.3f},{place.lon:.3f}"


def home_of(answers: Answers) -> Place | None:
    """The place that was typed, and picked where several have its name."""
    found = places_named(answers.one("place", "place"))
    picked = answers.one("place", "which")
    if len(found) < 2:
        return found[0] if found else None
    return next((place for place in found if place_value(place) == picked), None)


def country_of(answers: Answers) -> str | None:
    """The ISO code of the visitor's country; a country alone may have been typed."""
    home = home_of(answers)
    return home.iso2 if home else country_code(answers.one("place", "place"))


def uses_miles(country: str | None) -> bool:
    """True where people count in miles."""
    return country in MILES_COUNTRIES
