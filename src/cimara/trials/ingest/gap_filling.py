"""What a record that lost to a better form still adds: the coordinates of sites."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from cimara.trials.study import GeoBasis, Site, Study


def fill_coordinates(study: Study, losers: Iterable[Study]) -> Study:
    """The study with coordinates from other records of it, where the registry gave none itself.

    A site is the same when facility and city are, apart from case and spaces.
    """
    known = {
        key: site
        for other in losers
        for site in other.sites
        if site.geo_basis is GeoBasis.REGISTRY and all(key := _key(site))
    }
    if not known or all(site.geo_basis is GeoBasis.REGISTRY for site in study.sites):
        return study
    return replace(study, sites=tuple(_filled(site, known.get(_key(site))) for site in study.sites))


def _key(site: Site) -> tuple[str, str]:
    facility, city = (" ".join((name or "").casefold().split()) for name in (site.facility, site.city))
    return facility, city


def _filled(site: Site, other: Site | None) -> Site:
    if other is None or site.geo_basis is GeoBasis.REGISTRY:
        return site
    return replace(site, lat=other.lat, lon=other.lon, geo_basis=GeoBasis.REGISTRY)
