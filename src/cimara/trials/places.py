"""Places and distances: what a person or a registry calls a place, where it lies, what is near it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from heapq import nlargest
from math import asin, cos, radians, sin, sqrt

from cimara.terms.errors import CimaraError
from cimara.terms.units import EARTH_RADIUS_KM
from cimara.trials.gazetteer import Gazetteer, fold_place, gazetteer, place_words

MAX_NAME = 200
MAX_ALTERNATIVES = 8
SUGGESTIONS = 3
SAME_PLACE_KM = 25.0
BIG_CITY = 100_000
MISPLACED_KM = 50.0
MAX_BOX_LATITUDE = 80.0
KM_PER_DEGREE = EARTH_RADIUS_KM * radians(1)

_COORDINATES = re.compile(r"\s*([+-]?\d{1,2}(?:\.\d+)?)\s*,\s*([+-]?\d{1,3}(?:\.\d+)?)\s*")
_ZIP = re.compile(r"(\d{5})(?:-\d{4})?(?:\s*,?\s*(?:us|usa|united states))?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place; `lat`, `lon` in degrees, `iso2` the country's code, `region` a state or province.

    `iso2` is None for bare coordinates.
    """

    name: str
    lat: float
    lon: float
    iso2: str | None = None
    country: str | None = None
    region: str | None = None
    population: int = 0

    def __str__(self) -> str:
        return ", ".join(part for part in (self.name, self.region, self.country) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceFound:
    """The place most likely meant, and the others of that name, the most populous first."""

    place: Place
    alternatives: tuple[Place, ...] = ()


class UnknownPlaceError(CimaraError):
    """A place that isn't in the gazetteer; `suggestions` are the nearest spellings that are."""

    def __init__(self, problem: str, *, suggestions: Sequence[str] = (), hint: str | None = None) -> None:
        self.suggestions = tuple(suggestions)
        super().__init__(
            problem,
            where="near",
            expected="a city, such as `Athens, GR`, a US ZIP code, or `latitude, longitude`",
            hint=f"Did you mean {'; '.join(self.suggestions)}?" if self.suggestions else hint,
        )

    @classmethod
    def of(cls, text: str) -> UnknownPlaceError:
        """The error for a text that names no place."""
        if country_code(text):
            return cls(
                "a country, not a place in it", hint="To stay in one country, filter by country instead."
            )
        return cls("no such place in the gazetteer", suggestions=_suggestions(text))


def find_place(text: str, *, home_country: str | None = None) -> PlaceFound:
    """The place that `text` names: `Athens`, `Athens, GR`, `Portland, Oregon`, `10001` or `37.98, 23.73`.

    Parameters
    ----------
    text
        What the person wrote.
    home_country
        ISO 3166-1 code of the person's country: places there come before more populous ones elsewhere.

    Raises
    ------
    UnknownPlaceError
        With the three nearest spellings.
    """
    wanted = text[:MAX_NAME].strip()
    exact = _point_of(wanted) or _zip_of(wanted, home_country)
    if exact:
        return PlaceFound(place=exact)
    table = gazetteer()
    rows = _named_rows(table, wanted)
    if not rows:
        raise UnknownPlaceError.of(wanted)
    ranked = sorted(rows, key=lambda row: (table.iso2(row) != home_country, -table.population(row), row))
    first, *others = _distinct(_place(table, row) for row in ranked)
    others.sort(key=lambda place: -place.population)
    return PlaceFound(place=first, alternatives=tuple(others[:MAX_ALTERNATIVES]))


def country_code(name: str) -> str | None:
    """ISO 3166-1 alpha-2 code of a country, from any spelling of a registry or a code; None when unknown."""
    return gazetteer().country_codes.get(fold_place(name[:MAX_NAME]).removeprefix("the "))


def country_name(iso2: str) -> str | None:
    """English name of a country from its ISO 3166-1 alpha-2 code; None when unknown."""
    return gazetteer().country_names.get(iso2.upper())


def city_coordinates(city: str, state: str | None, iso2: str | None) -> tuple[float, float] | None:
    """Latitude and longitude of a city's centre in degrees; None when it can't be told.

    Of namesakes the most populous wins. A US, Canadian or Australian state that has no such city gives None
    rather than a namesake elsewhere, and so does a city without a country that exists in several.
    """
    table = gazetteer()
    rows = _rows_with_endings(table, city[:MAX_NAME], iso2)
    rows = tuple(row for row in rows if iso2 is None or table.iso2(row) == iso2)
    if iso2 is None and len({table.iso2(row) for row in rows}) > 1:
        return None
    region = table.region_codes.get(iso2 or "", {}).get(fold_place(state)) if state else None
    if region:
        rows = tuple(row for row in rows if table.regions[row] == region)
    best = max(rows, key=table.population, default=None)
    return None if best is None else table.point(best)


def is_misplaced(city: str, iso2: str | None, lat: float, lon: float) -> bool:
    """True when a registry's point for a city of 100,000 people or more lies far from every listed namesake.

    The registry puts Milan, Roma, München and Frankfurt into hamlets of that name, 140 to 400 km away.
    """
    table = gazetteer()
    rows = [row for row in _rows_with_endings(table, city[:MAX_NAME], iso2) if table.iso2(row) == iso2]
    is_big = max(map(table.population, rows), default=0) >= BIG_CITY
    return is_big and all(distance_km(lat, lon, *table.point(row)) > MISPLACED_KM for row in rows)


def distance_km(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Great-circle distance in kilometres by the haversine formula; degrees in."""
    lat_a, lat_b = radians(lat1), radians(lat2)
    half_lat, half_lon = (lat_b - lat_a) / 2, radians(lon2 - lon1) / 2
    chord = sin(half_lat) ** 2 + cos(lat_a) * cos(lat_b) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))


def cities_within(iso2: str, lat: float, lon: float, km: float) -> bool:
    """True when a city of the country lies within `km` of the point, or the country has no listed city."""
    table = gazetteer()
    rows = table.rows_of_country(iso2)
    if not rows:
        return True
    if not _may_touch(table.boxes[iso2], lat, lon, km):
        return False
    points = (table.point(row) for row in rows)
    return any(
        distance_km(lat, lon, *point) <= km for point in points if abs(point[0] - lat) * KM_PER_DEGREE <= km
    )


def _may_touch(box: tuple[int, ...], lat: float, lon: float, km: float) -> bool:
    """False when a box, in degrees, is surely further away than `km`; near the poles, never."""
    south, north, west, east = box
    reach = km / KM_PER_DEGREE
    if not south - reach <= lat <= north + reach:
        return False
    furthest = abs(lat) + reach
    if furthest > MAX_BOX_LATITUDE:
        return True
    wide = reach / cos(radians(furthest))
    return any(west - wide <= lon + turn <= east + wide for turn in (-360, 0, 360))


@lru_cache(maxsize=256)
def countries_within(lat: float, lon: float, km: float) -> frozenset[str]:
    """Codes of all countries with a city within `km` of the point, or with no listed city."""
    return frozenset(iso2 for iso2 in gazetteer().country_names if cities_within(iso2, lat, lon, km))


def _place(table: Gazetteer, row: int) -> Place:
    iso2 = table.iso2(row)
    lat, lon = table.point(row)
    return Place(
        name=table.names[row],
        lat=lat,
        lon=lon,
        iso2=iso2,
        country=table.country_names.get(iso2),
        region=table.region_names.get((iso2, table.regions[row])),
        population=table.population(row),
    )


def _distinct(places: Iterable[Place]) -> list[Place]:
    """The places without those that are a part, or a post office, of one before them."""
    kept: list[Place] = []
    for place in places:
        if all(distance_km(place.lat, place.lon, one.lat, one.lon) > SAME_PLACE_KM for one in kept):
            kept.append(place)
    return kept


def _point_of(text: str) -> Place | None:
    found = _COORDINATES.fullmatch(text)
    if found is None:
        return None
    lat, lon = float(found[1]), float(found[2])
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return None
    return Place(name=f"{lat:g}, {lon:g}", lat=lat, lon=lon)


def _zip_of(text: str, home_country: str | None) -> Place | None:
    found = _ZIP.fullmatch(text)
    if found is None or (home_country not in (None, "US") and found[0].isdigit()):
        return None
    point = gazetteer().zip_point(found[1])
    if point is None:
        return None
    return Place(name=found[1], lat=point[0], lon=point[1], iso2="US", country="United States")


def _named_rows(table: Gazetteer, text: str) -> tuple[int, ...]:
    """Rows of a name with its qualifiers, after commas or as the last words."""
    name, *qualifiers = [piece.strip() for piece in text.split(",") if piece.strip()] or [""]
    rows = _qualified(table, _rows_with_endings(table, name, None), qualifiers)
    words = name.split()
    for taken in range(1, min(3, len(words) - 1) + 1):
        if rows:
            break
        short, last = " ".join(words[:-taken]), " ".join(words[-taken:])
        rows = _qualified(table, _rows_with_endings(table, short, None), [last, *qualifiers])
    return rows


def _qualified(table: Gazetteer, rows: Iterable[int], qualifiers: Sequence[str]) -> tuple[int, ...]:
    folded = [fold_place(qualifier) for qualifier in qualifiers]
    return tuple(row for row in rows if all(_lies_in(table, row, area) for area in folded))


def _lies_in(table: Gazetteer, row: int, area: str) -> bool:
    iso2 = table.iso2(row)
    if table.country_codes.get(area) == iso2:
        return True
    return bool(table.regions[row]) and table.region_codes.get(iso2, {}).get(area) == table.regions[row]


def _rows_with_endings(table: Gazetteer, name: str, iso2: str | None) -> tuple[int, ...]:
    """Rows of a name, of what hand-kept words say that it stands for, or of it without a local ending."""
    words = place_words()
    known = words.places.get(fold_place(name))
    rows = table.rows_named(name)
    if known and (iso2 in (None, known[1])):
        rows = (*rows, *(row for row in table.rows_named(known[0]) if table.iso2(row) == known[1]))
    if rows:
        return tuple(dict.fromkeys(rows))
    stem, _, ending = fold_place(name).rpartition(" ")
    return table.rows_named(stem) if ending in words.endings.get(iso2 or "", ()) else ()


def _suggestions(text: str) -> list[str]:
    """The three nearest spellings, of places that begin or end as the text does."""
    wanted = fold_place(text.split(",")[0])[:40]
    if len(wanted) < 2:
        return []
    table = gazetteer()
    near = [
        key
        for key in table.keys()  # noqa: SIM118 - a method of the table, not of a dict
        if abs(len(key) - len(wanted)) <= 2 and (key[:2] == wanted[:2] or key[-3:] == wanted[-3:])
    ]
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(wanted)
    best = nlargest(4 * SUGGESTIONS, near, key=lambda key: (_likeness(matcher, key), _people(table, key)))
    named = (str(_place(table, max(table.rows_named(key), key=table.population))) for key in best)
    return list(dict.fromkeys(named))[:SUGGESTIONS]


def _likeness(matcher: SequenceMatcher[str], key: str) -> float:
    matcher.set_seq1(key)
    return matcher.ratio()


def _people(table: Gazetteer, key: str) -> int:
    return max(map(table.population, table.rows_named(key)), default=0)
