"""Who the patients are: tumours, ages, day 0 in the calendar, and ids that tell nothing of the order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl

from cimara.cohort.synth.day_laws import BoolArray, FloatArray, IntArray
from cimara.cohort.synth.draws import Texts, choices, stream, whole_between
from cimara.cohort.synth.sites import DemoSite, site_of_patients

GROUPS = {
    "nsclc_adeno": 0.38,
    "breast": 0.23,
    "melanoma": 0.15,
    "renal": 0.08,
    "nsclc_nonadeno": 0.06,
    "gi_lower": 0.04,
    "sclc": 0.03,
    "other": 0.03,
}
CONJUGATE = {"breast": 0.30, "nsclc_adeno": 0.08}
"""Share with an antibody-drug conjugate around the radiosurgery, by tumour; 2 % of all others."""
CONJUGATE_ELSEWHERE = 0.02
OLDEST = 90
DATA_CUT = dt.date(2025, 12, 31)
FIRST_ORIGIN, LAST_ORIGIN = dt.date(2019, 7, 1), dt.date(2025, 6, 30)
YEAR = 365.25


@dataclass(frozen=True, slots=True)
class People:
    """Patients, a place each in every array. `site` is a place in the list of sites; `offset` says how many
    days before the data cut the origin of the follow-up lies."""

    site: IntArray
    patient_id: Texts
    sex: Texts
    age: IntArray
    group: Texts
    synchronous: BoolArray
    n_brm: IntArray
    conjugate: BoolArray
    offset: IntArray

    @property
    def n(self) -> int:
        """How many."""
        return len(self.site)


def draw_people(seed: int, sites: tuple[DemoSite, ...]) -> People:
    """Patients of all sites, those of a site together."""
    random = stream(seed, "people")
    site = site_of_patients(sites)
    n = len(site)
    group = choices(random, GROUPS, n)
    female = random.random(n) < np.where(group == "breast", 0.99, 0.46)
    share = np.array([CONJUGATE.get(one, CONJUGATE_ELSEWHERE) for one in group])
    return People(
        site=site,
        patient_id=_ids(random, sites),
        sex=np.where(female, "female", "male").astype(object),
        age=np.clip(np.round(random.normal(60, 11, n)), 24, 89).astype(np.int64),
        group=group,
        synchronous=random.random(n) < 0.35,
        n_brm=1 + np.minimum(random.geometric(0.38, n) - 1, 9),
        conjugate=random.random(n) < share,
        offset=whole_between(random, (DATA_CUT - LAST_ORIGIN).days, (DATA_CUT - FIRST_ORIGIN).days, n),
    )


def _ids(random: np.random.Generator, sites: tuple[DemoSite, ...]) -> Texts:
    """Ids of a site in an order that says nothing of when a patient came."""
    ids = []
    for one in sites:
        numbers = np.sort(random.choice(np.arange(1, 4 * one.size + 1), one.size, replace=False))
        ids += [f"{one.site_id}-P{number:04d}" for number in numbers]
    return np.array(ids, dtype=object)


def anchor_dates(people: People, origin: IntArray) -> pl.Series:
    """The date of day 0 of each patient, whose follow-up began on day `origin`. Known to a site alone."""
    cut = (DATA_CUT - dt.date(1970, 1, 1)).days
    return pl.Series("anchor_date", cut - people.offset - origin).cast(pl.Int32).cast(pl.Date)


def stored_age(age: IntArray, last_contact: IntArray) -> tuple[IntArray, BoolArray]:
    """Age at anchor as it may be stored, and whether it is top-coded: 90 too where 90 could be worked out."""
    reached: FloatArray = age + last_contact / YEAR
    capped = np.asarray(reached >= OLDEST)
    return np.where(capped, OLDEST, age), capped
