"""How near each study's sites are: open sites are chosen first, then the nearest of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from math import asin, cos, degrees, radians, sin
from typing import NamedTuple

from cimara.terms.registry import OverallStatus
from cimara.trials.places import KM_PER_DEGREE, distance_km
from cimara.trials.search.filters import Circle
from cimara.trials.study import GeoBasis


class Reach(IntEnum):
    """What the best site of a study is, from best to least: open status is decided before distance."""

    OPEN = 0
    OPEN_UNPLACED = 1
    CLOSED = 2
    CLOSED_UNPLACED = 3


class Proximity(NamedTuple):
    """The best site of a study, ordered as studies are listed.

    `km` is infinite when the distance isn't known; `ordinal` is that of the site, -1 for a study without any.
    """

    reach: Reach
    is_abroad: bool
    km: float
    ordinal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NearestSite:
    """The site that a hit is listed by. `km` is None when its distance isn't known.

    `status_inherited`: the site has no status of its own, the study's is taken. `geo_basis` tells whether the
    registry or the city's centre gave the coordinates.
    """

    facility: str | None
    city: str | None
    state: str | None
    country: str | None
    iso2: str | None
    status: OverallStatus
    status_inherited: bool
    is_open: bool
    geo_basis: GeoBasis
    km: float | None


_UNKNOWN_KM = float("inf")
# Read from index location_near alone: a study of a hundred sites costs no more than those in the box.
_SITES = """
SELECT l.study_id, l.ord, l.open, l.lat, l.lon, l.iso2 FROM json_each(?1) j
CROSS JOIN location l INDEXED BY location_near
ON l.study_id = j.value AND l.lat BETWEEN ?2 AND ?3 AND l.lon BETWEEN ?4 AND ?5
UNION ALL
SELECT l.study_id, l.ord, l.open, l.lat, l.lon, l.iso2 FROM json_each(?1) j
CROSS JOIN location l INDEXED BY location_near ON l.study_id = j.value AND l.lat IS NULL
AND (l.iso2 IS NULL OR l.iso2 IN (SELECT value FROM json_each(?6)))
"""
_SITELESS = """
SELECT value FROM json_each(?) WHERE NOT EXISTS (SELECT 1 FROM location WHERE study_id = value)
"""
_NAMES = "SELECT city, facility FROM location WHERE study_id = ? AND ord = ?"
_SITE = """
SELECT facility, city, state, country, iso2, effective_status, status_inherited, open, geo_basis
FROM location WHERE study_id = ? AND ord = ?
"""


def proximities(
    connection: sqlite3.Connection, ids: Sequence[int], circle: Circle, own_country: str | None
) -> dict[int, Proximity]:
    """The best site of each study that has one within the circle or at an unknown distance.

    A study without any site stays, as unknown; `own_country` is given when sites there come first.
    """
    lat0, lon0 = circle.place.lat, circle.place.lon
    best: dict[int, Proximity] = {}
    measured: dict[tuple[float, float], float] = {}
    values = (json.dumps(list(ids)), *_box(circle), json.dumps(sorted(circle.countries)))
    for study_id, ordinal, is_open, lat, lon, iso2 in connection.execute(_SITES, values):
        if lat is None:
            km, reach = _UNKNOWN_KM, Reach.OPEN_UNPLACED if is_open else Reach.CLOSED_UNPLACED
        else:
            known = measured.get((lat, lon))
            km = measured[lat, lon] = distance_km(lat0, lon0, lat, lon) if known is None else known
            if km > circle.km:
                continue
            reach = Reach.OPEN if is_open else Reach.CLOSED
        found = Proximity(reach, own_country is not None and iso2 != own_country, km, ordinal)
        if study_id not in best or found < best[study_id]:
            best[study_id] = found
    rest = json.dumps([row_id for row_id in ids if row_id not in best])
    siteless = Proximity(Reach.CLOSED_UNPLACED, own_country is not None, _UNKNOWN_KM, -1)
    return best | {row_id: siteless for (row_id,) in connection.execute(_SITELESS, (rest,))}


def _box(circle: Circle) -> tuple[float, float, float, float]:
    """South, north, west and east in degrees; every longitude at a pole or the date line."""
    reach = circle.km / KM_PER_DEGREE
    south, north = circle.place.lat - reach, circle.place.lat + reach
    if south <= -90 or north >= 90:
        return south, north, -180.0, 180.0
    wide = degrees(asin(min(1.0, sin(radians(reach)) / cos(radians(circle.place.lat)))))
    west, east = circle.place.lon - wide, circle.place.lon + wide
    return (south, north, west, east) if west >= -180 and east <= 180 else (south, north, -180.0, 180.0)


def site_of(connection: sqlite3.Connection, study_id: int, proximity: Proximity) -> NearestSite | None:
    """The site behind a proximity; None for a study without sites."""
    row = connection.execute(_SITE, (study_id, proximity.ordinal)).fetchone()
    if row is None:
        return None
    facility, city, state, country, iso2, status, inherited, is_open, basis = row
    return NearestSite(
        facility=facility,
        city=city,
        state=state,
        country=country,
        iso2=iso2,
        status=OverallStatus(status),
        status_inherited=bool(inherited),
        is_open=bool(is_open),
        geo_basis=GeoBasis(basis),
        km=None if proximity.km == _UNKNOWN_KM else proximity.km,
    )


def nearest_first(
    connection: sqlite3.Connection,
    found: Mapping[int, Proximity],
    ids: Iterable[int],
    first: int | None = None,
) -> list[int]:
    """The ids that have a proximity: open sites before others, nearer before farther.

    Sites equally far, such as those at one city's centre, go by city and facility, then by static rank; names
    are looked up for the `first` places of the list only, if given.
    """
    ranked = sorted((found[row_id][:3], row_id) for row_id in ids if row_id in found)
    listed: list[int] = []
    for _, group in groupby(ranked, key=lambda pair: pair[0]):
        tied = [row_id for _, row_id in group]
        if len(tied) > 1 and (first is None or len(listed) < first):
            tied.sort(key=lambda row_id: (_names(connection, row_id, found[row_id].ordinal), row_id))
        listed += tied
    return listed


def _names(connection: sqlite3.Connection, study_id: int, ordinal: int) -> tuple[str, str]:
    city, facility = connection.execute(_NAMES, (study_id, ordinal)).fetchone() or ("", "")
    return city or "", facility or ""
