"""Invented hospitals: ids, sizes, effects, visit schedules, and how much each leaves unfilled."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.cohort.synth.day_laws import FloatArray, IntArray
from cimara.cohort.synth.draws import stream, truncated_normal
from cimara.cohort.synth.options import SynthOptions

SMALLEST, LARGEST = 0.6, 1.6
"""Sizes of sites, of the mean: 60 to 160 of 100."""
SITE_SD = 0.25
"""Standard deviation of a site's log-normal effect on a hazard; drawn within two of them."""
COUNTRIES = ("XA", "XB", "XC", "XD", "XE")
"""Codes that ISO 3166-1 keeps free for private use: no country has them."""
KPS_MISSING = (0.05, 0.15)
V12_MISSING = (0.10, 0.60)
CAUSE_UNKNOWN = (0.10, 0.40)
SCAN_INTERVAL = (55.0, 110.0)
NO_V12 = (7, 13)
"""Places of the two sites whose planning archive is lost: V-doses can't be had."""


@dataclass(frozen=True, slots=True)
class DemoSite:
    """One invented site. Effects are log hazard ratios against the mean site."""

    site_id: str
    name: str
    country: str
    size: int
    death_effect: float
    necrosis_effect: float
    scan_interval: float
    kps_missing: float
    v12_missing: float
    cause_unknown: float
    v12_impossible: bool


def demo_sites(options: SynthOptions) -> tuple[DemoSite, ...]:
    """The sites of a consortium. Small sites leave more unfilled."""
    n = options.sites
    random = stream(options.seed, "sites")
    sizes = _sizes(random, options.patients, n)
    smallness = np.argsort(np.argsort(-sizes)) / max(n - 1, 1)
    death, necrosis = (truncated_normal(random, SITE_SD, n) for _ in range(2))
    interval = random.uniform(*SCAN_INTERVAL, n)

    def shares(bounds: tuple[float, float]) -> FloatArray:
        place = 0.7 * smallness + 0.3 * random.random(n)
        return np.asarray(bounds[0] + (bounds[1] - bounds[0]) * place)

    kps, v12, cause = shares(KPS_MISSING), shares(V12_MISSING), shares(CAUSE_UNKNOWN)
    return tuple(
        DemoSite(
            site_id=f"D{chr(ord('A') + place)}{place + 1:02d}",
            name=f"Demo Hospital {place + 1:02d}",
            country=COUNTRIES[place % len(COUNTRIES)],
            size=int(sizes[place]),
            death_effect=float(death[place]),
            necrosis_effect=float(necrosis[place]),
            scan_interval=float(interval[place]),
            kps_missing=float(kps[place]),
            v12_missing=float(v12[place]),
            cause_unknown=float(cause[place]),
            v12_impossible=place in NO_V12,
        )
        for place in range(n)
    )


def site_of_patients(sites: tuple[DemoSite, ...]) -> IntArray:
    """Place of the site of each patient, in the order of the sites."""
    return np.repeat(np.arange(len(sites)), [one.size for one in sites])


def _sizes(random: np.random.Generator, patients: int, n: int) -> IntArray:
    """Whole sizes between 0.6 and 1.6 of the mean that sum to the patients, uneven as drawn."""
    mean = patients / n
    place = random.random(n)
    low, high = -1.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        total = mean * (SMALLEST + (LARGEST - SMALLEST) * np.clip(place + middle, 0, 1)).sum()
        low, high = (middle, high) if total < patients else (low, middle)
    wanted = mean * (SMALLEST + (LARGEST - SMALLEST) * np.clip(place + low, 0, 1))
    sizes = np.floor(wanted).astype(np.int64)
    for one in np.argsort(sizes - wanted, kind="stable")[: patients - sizes.sum()]:
        sizes[one] += 1
    return sizes
