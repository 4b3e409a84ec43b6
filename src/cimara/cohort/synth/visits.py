"""When a patient is scanned: at the interval of the site with a jitter, at planning, and at known events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.cohort.synth.chart import Chart
from cimara.cohort.synth.day_laws import BoolArray, IntArray
from cimara.cohort.synth.draws import counter, stream

MOST_SCANS = 95
JITTER = 0.18
"""Standard deviation of the log of an interval between scans."""


@dataclass(frozen=True, slots=True)
class Scans:
    """Scans in the order of patient and day; `planning` those before the first radiosurgery."""

    owner: IntArray
    number: IntArray
    day: IntArray
    planning: BoolArray


def scan_days(seed: int, interval: np.ndarray, first: IntArray, last: IntArray) -> tuple[IntArray, IntArray]:
    """Owner and day of scans at jittered intervals after `first`, up to `last`."""
    random = stream(seed, "scans")
    n = len(first)
    gaps = interval[:, None] * np.exp(JITTER * random.normal(size=(n, MOST_SCANS)))
    days = first[:, None] + np.cumsum(np.maximum(np.round(gaps), 14), axis=1).astype(np.int64)
    owner, place = np.nonzero(days <= last[:, None])
    return owner, days[owner, place]


def all_scans(chart: Chart, extra: list[tuple[IntArray, IntArray]]) -> Scans:
    """Routine scans, that at planning, extra ones (owner, day), and one at the last visit of those alive."""
    owner, day = scan_days(chart.seed, chart.of_site("scan_interval"), chart.course, chart.last_contact)
    everyone = np.arange(chart.n)
    alive = everyone[~chart.died]
    owners = [everyone, owner, alive, *[one for one, _ in extra]]
    days = [chart.course - 5, day, chart.last_contact[alive], *[one for _, one in extra]]
    pairs = np.unique(np.column_stack((np.concatenate(owners), np.concatenate(days))), axis=0)
    kept = pairs[pairs[:, 1] <= chart.last_contact[pairs[:, 0]]]
    owner, day = kept[:, 0], kept[:, 1]
    return Scans(owner, counter(owner), day, day < chart.course[owner])


def last_scan(n: int, owner: IntArray, day: IntArray) -> IntArray:
    """Day of the last scan of each patient."""
    last = np.full(n, -(10**6))
    np.maximum.at(last, owner, day)
    return last


def next_scan(scans: Scans, owner: IntArray, day: IntArray, never: int) -> IntArray:
    """Day of the first scan on or after a day of each owner; `never` where there is none."""
    width = 10**6
    keys = scans.owner * width + scans.day
    place = np.searchsorted(keys, owner * width + day)
    found = np.minimum(place, len(keys) - 1)
    same = (place < len(keys)) & (scans.owner[found] == owner)
    return np.where(same, scans.day[found], never)
