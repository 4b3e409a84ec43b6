"""The quality of every site in one result: figures, digits, duplicates, and how sites compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.quality.between import Difference, FunnelPoint, differences, funnel, mahalanobis
from cimara.cohort.quality.digits import DigitPreference, all_digit_preferences
from cimara.cohort.quality.duplicates import likely_duplicates
from cimara.cohort.quality.summary import SHARES, Share, Spread, follow_up, scan_intervals, shares

NUMBERS = {
    "age_at_anchor": ("Patient", "age_at_anchor"),
    "n_brm_at_anchor": ("Patient", "n_brm_at_anchor"),
    "last_contact_day": ("Patient", "last_contact_day"),
    "performance": ("PerformanceStatus", "value"),
    "dose_gy": ("CourseLesion", "dose_gy"),
    "gtv_cm3": ("CourseLesion", "gtv_cm3"),
    "v12_cm3": ("CourseLesion", "v12_cm3"),
    "longest_mm": ("LesionMeasurement", "longest_mm"),
}
"""Numbers that are compared between sites."""
PREFERENCE = 0.001
"""A p value of digits under which a site is flagged."""


@dataclass(frozen=True, eq=False)
class SiteQuality:
    """The figures of one site."""

    site: str
    patients: int
    shares: tuple[Share, ...]
    spreads: tuple[Spread, ...]
    digits: tuple[DigitPreference, ...]
    duplicates: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, eq=False)
class Quality:
    """All sites: their figures, the funnels by share, differences in numbers, distance of the whole."""

    sites: tuple[SiteQuality, ...]
    funnels: Mapping[str, tuple[FunnelPoint, ...]]
    differences: tuple[Difference, ...]
    distances: Mapping[str, float]

    def flags(self, site: str) -> list[str]:
        """What is out of line at a site, in words. Advice: no site is dropped for it."""
        one = next(held for held in self.sites if held.site == site)
        found = [
            f"{SHARES[name][0]}: {point.share.part} of {point.share.n}, "
            f"expected {point.lower:.0%} to {point.upper:.0%}"
            for name, points in self.funnels.items()
            for point in points
            if point.site == site and point.flagged
        ]
        found += [
            f"{held.variable} differs from the other sites by {held.smd:+.1f} standard deviations"
            for held in self.differences
            if held.site == site and held.flagged
        ]
        found += [
            f"last digits of {held.field} are uneven (chi-square {held.chi_square:.0f}, n {held.n})"
            for held in one.digits
            if held.p < PREFERENCE
        ]
        if one.duplicates:
            found.append(f"{len(one.duplicates)} groups of patients who may be the same person")
        return found


def quality(datasets: Mapping[str, Dataset]) -> Quality:
    """The quality of the data of each site, by site."""
    sites = tuple(_site(site, dataset) for site, dataset in datasets.items())
    by_share = {name: tuple(funnel({one.site: _share(one, name) for one in sites})) for name in SHARES}
    numbers = {name: _values(datasets, *place) for name, place in NUMBERS.items()}
    found = tuple(one for name, values in numbers.items() for one in differences(values, name))
    return Quality(
        sites, {name: points for name, points in by_share.items() if points}, found, _distances(numbers)
    )


def _site(site: str, dataset: Dataset) -> SiteQuality:
    return SiteQuality(
        site=site,
        patients=dataset.frame("Patient").height,
        shares=tuple(shares(dataset)),
        spreads=(scan_intervals(dataset), follow_up(dataset)),
        digits=tuple(all_digit_preferences(dataset)),
        duplicates=tuple(tuple(ids) for ids in likely_duplicates(dataset)["patients"].to_list()),
    )


def _share(site: SiteQuality, name: str) -> Share:
    return next(one for one in site.shares if one.name == name)


def _values(datasets: Mapping[str, Dataset], entity: str, field: str) -> dict[str, np.ndarray]:
    return {
        site: dataset.frame(entity)[field].drop_nulls().cast(pl.Float64).to_numpy()
        for site, dataset in datasets.items()
    }


def _distances(numbers: Mapping[str, Mapping[str, np.ndarray]]) -> dict[str, float]:
    """Distance of each site that has every number."""
    sites = [site for site in next(iter(numbers.values())) if all(one[site].size for one in numbers.values())]
    return mahalanobis({site: [float(one[site].mean()) for one in numbers.values()] for site in sites})
