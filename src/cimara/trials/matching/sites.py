"""Which sites of a trial are open, and the nearest of them: open is decided before near."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from cimara.terms.registry import OverallStatus
from cimara.trials.matching.profile import Profile
from cimara.trials.places import UnknownPlaceError, distance_km, find_place
from cimara.trials.study import Site, Study

OPEN_STATUSES = frozenset({OverallStatus.RECRUITING, OverallStatus.AVAILABLE})

Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class NearSite:
    """An open site; `km` is None when the site, or the person's place, isn't known closely enough."""

    site: Site
    km: float | None = None


def open_sites(study: Study) -> tuple[Site, ...]:
    """Sites that take people now: the site's own status, else the study's, and the study itself is open."""
    if study.overall_status not in OPEN_STATUSES:
        return ()
    overall = study.overall_status
    return tuple(site for site in study.sites if site.effective_status(overall)[0] in OPEN_STATUSES)


def point_of(profile: Profile) -> Point | None:
    """Latitude and longitude in degrees of the person's place; None when unknown or not in the gazetteer."""
    if profile.lat is not None and profile.lon is not None:
        return profile.lat, profile.lon
    return None if profile.place is None else _named_point(profile.place, profile.country)


@lru_cache(maxsize=256)
def _named_point(place: str, country: str | None) -> Point | None:
    try:
        found = find_place(place, home_country=country).place
    except UnknownPlaceError:
        return None
    return found.lat, found.lon


def nearest_open_sites(
    study: Study, profile: Profile, *, own_country_first: bool = False
) -> tuple[NearSite, ...]:
    """Open sites, the nearest first; those without a known distance last, ties by city and facility."""
    point = point_of(profile)
    near = [NearSite(site=site, km=_km(site, point)) for site in open_sites(study)]
    home = profile.country if own_country_first else None

    def order(one: NearSite) -> tuple[bool, bool, float, str, str]:
        abroad = home is not None and one.site.iso2 != home
        return abroad, one.km is None, one.km or 0.0, one.site.city or "", one.site.facility or ""

    return tuple(sorted(near, key=order))


def nearest_open_km(sites: Iterable[Site], point: Point | None, home: str | None = None) -> float | None:
    """Kilometres to the nearest of some open sites; those in the country `home` come first when given."""
    if point is None:
        return None
    listed = tuple(sites)
    at_home = [site for site in listed if site.iso2 == home] if home else []
    lengths = [km for site in at_home or listed if (km := _km(site, point)) is not None]
    return min(lengths, default=None)


def _km(site: Site, point: Point | None) -> float | None:
    if point is None or site.lat is None or site.lon is None:
        return None
    return distance_km(point[0], point[1], site.lat, site.lon)
