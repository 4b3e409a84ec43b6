"""Makes a site of a study: its country code, and where it lies when the registry doesn't say."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from cimara.terms.registry import OverallStatus
from cimara.trials.importers.issue_log import IssueLog
from cimara.trials.issue import IssueCode
from cimara.trials.places import city_coordinates, country_code, is_misplaced
from cimara.trials.study import GeoBasis, Site

Coordinates = tuple[float, float]

_CITIES_REMEMBERED = 65_536


def make_site(
    ordinal: int,
    *,
    facility: str | None,
    city: str | None,
    state: str | None,
    zip_code: str | None,
    country: str | None,
    status: OverallStatus | None,
    point: Coordinates | None,
) -> Site:
    """A site; without a believable registry point (degrees) it stands at its city's centre, else nowhere."""
    iso2, lat, lon, basis = _placed(city, state, country, point)
    return Site(
        ordinal=ordinal,
        facility=facility,
        city=city,
        state=state,
        zip=zip_code,
        country=country,
        iso2=iso2,
        status=status,
        lat=lat,
        lon=lon,
        geo_basis=basis,
    )


@lru_cache(maxsize=_CITIES_REMEMBERED)
def _placed(
    city: str | None, state: str | None, country: str | None, point: Coordinates | None
) -> tuple[str | None, float | None, float | None, GeoBasis]:
    """Country code, latitude, longitude, and what they rest on."""
    iso2 = country_code(country) if country else None
    if point and _on_earth(point) and not (city and is_misplaced(city, iso2, *point)):
        return iso2, *point, GeoBasis.REGISTRY
    centre = city_coordinates(city, state, iso2) if city else None
    return (iso2, *centre, GeoBasis.CITY) if centre else (iso2, None, None, GeoBasis.NONE)


def _on_earth(point: Coordinates) -> bool:
    return -90 <= point[0] <= 90 and -180 <= point[1] <= 180


def log_differing_sites(sites: Sequence[Site], overall: OverallStatus, path: str, log: IssueLog) -> None:
    """Note the sites of a recruiting study whose own status says that they aren't recruiting."""
    if overall is not OverallStatus.RECRUITING:
        return
    other = [site.status for site in sites if site.status not in (None, OverallStatus.RECRUITING)]
    if other:
        words = ", ".join(sorted({status.value for status in other if status is not None}))
        log.add(
            IssueCode.SITE_STATUS_DIFFERS,
            path,
            f"{len(other)} of {len(sites)} sites of a recruiting study aren't recruiting ({words})",
        )
