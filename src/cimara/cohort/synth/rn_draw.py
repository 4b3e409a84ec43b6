"""Draws the patients of the demonstration study: what is known at the first dose, death, and recurrence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.cohort.synth.day_laws import (
    NEVER,
    BoolArray,
    FloatArray,
    IntArray,
    Switch,
    death_days,
    event_days,
    survival_with_switch,
)
from cimara.cohort.synth.draws import indices, log_normal, stream, to_places, whole_between
from cimara.cohort.synth.options import SynthOptions
from cimara.cohort.synth.people import YEAR, People, draw_people
from cimara.cohort.synth.rn_effects import CAVITY, EARLY_WITHIN, HYPOFRACTIONATED, Cell, RnTruth, cells
from cimara.cohort.synth.sites import DemoSite


@dataclass(frozen=True, slots=True)
class RnPatients:
    """What happened to each patient. Days count from the first dose, but those that end in `_anchor`.

    `v12` is the volume of the index lesion in cm3 (for 3 and 5 fractions: a quarter of its V20 or V24);
    `steroid_change` the day on which dexamethasone stops where it was on, and begins elsewhere; `death` and
    `recurrence` are days as drawn, `last_contact` the day on which the patient was last seen.
    """

    people: People
    kps: IntArray
    progressing: BoolArray
    severe: BoolArray
    early: BoolArray
    v12: FloatArray
    fractions: IntArray
    on_steroid: BoolArray
    steroid_change: IntArray
    death: IntArray
    recurrence: IntArray
    last_contact: IntArray
    lost: BoolArray
    cavity: BoolArray
    course_anchor: IntArray
    onset_anchor: IntArray
    first_dose_anchor: IntArray
    excess: FloatArray

    @property
    def died(self) -> BoolArray:
        """Whether the death is seen."""
        return np.asarray(self.death <= self.last_contact)

    @property
    def recurred(self) -> BoolArray:
        """Whether the recurrence is seen."""
        return np.asarray(self.recurrence <= self.last_contact)


def draw_rn_patients(options: SynthOptions, sites: tuple[DemoSite, ...], truth: RnTruth) -> RnPatients:
    """Patients with radionecrosis who were given bevacizumab."""
    people = draw_people(options.seed, sites)
    n = people.n
    random = stream(options.seed, "rn state")
    states = tuple(cells())
    cell = indices(random, np.array([one.share for one in states]), n)
    kps, progressing, severe, early = (
        np.array([getattr(one, name) for one in states])[cell]
        for name in ("kps", "progressing", "severe", "early")
    )
    most = np.where(people.conjugate, truth.v12_most_with_conjugate, truth.v12_most)
    raw = log_normal(random, truth.v12_median, truth.v12_sd, n, 0.3, truth.v12_most)
    v12 = to_places(np.minimum(raw, most), 2)
    hypofractionated = random.random(n) < HYPOFRACTIONATED
    fractions = np.where(hypofractionated, np.where(random.random(n) < 0.6, 5, 3), 1)
    on = random.random(n) < np.array(truth.on_dexamethasone)[severe.astype(int)]
    change = np.where(on, truth.steroid_stop.draw(random, n), truth.steroid_start.draw(random, n))
    frailty = np.exp(options.frailty_sd * stream(options.seed, "frailty").normal(size=n))
    death = _deaths(options.seed, truth, sites, people, cell, on, change, frailty)
    recurrence, excess = _recurrences(options.seed, truth, sites, people, early, v12, death, frailty)
    last, lost = _last_contacts(options.seed, truth, people, death)
    cavity = random.random(n) < CAVITY
    course, onset, first = _calendar(options.seed, early, cavity)
    return RnPatients(
        people=people,
        kps=kps,
        progressing=progressing,
        severe=severe,
        early=early,
        v12=v12,
        fractions=fractions,
        on_steroid=on,
        steroid_change=change,
        death=death,
        recurrence=recurrence,
        last_contact=last,
        lost=lost,
        cavity=cavity,
        course_anchor=course,
        onset_anchor=onset,
        first_dose_anchor=first,
        excess=excess,
    )


def log_death_ratio(truth: RnTruth, cell: Cell) -> float:
    """Log hazard ratio of death of a state against the reference, dexamethasone apart."""
    effects = truth.death
    return (
        effects.kps_per_10 * (cell.kps - truth.kps_centre) / 10
        + effects.extracranial_progression * cell.progressing
        + effects.severe_necrosis * cell.severe
        + effects.early_start * cell.early
    )


def _deaths(
    seed: int,
    truth: RnTruth,
    sites: tuple[DemoSite, ...],
    people: People,
    cell: IntArray,
    on: BoolArray,
    change: IntArray,
    frailty: FloatArray,
) -> IntArray:
    of_cell = np.array([log_death_ratio(truth, one) for one in cells()])
    of_site = np.array([one.death_effect for one in sites])
    rate = frailty * np.exp(of_cell[cell] + of_site[people.site])
    drawn = stream(seed, "death").exponential(size=people.n)
    return death_days(drawn, rate, truth.death_law, on, change, float(np.exp(truth.death.dexamethasone)))


def mean_survival(truth: RnTruth, sites: tuple[DemoSite, ...], *, early: bool) -> FloatArray:
    """P(alive after each day) by site, given only whether the start was early (sites x days).

    All else that death depends on is averaged over its distribution: performance, progression, severity
    and the course of dexamethasone.
    """
    days = np.arange(truth.recurrence_law.horizon + 1)
    total = np.zeros((len(sites), len(days)))
    of_site = np.array([one.death_effect for one in sites])
    held = [one for one in cells() if one.early == early]
    share = sum(one.share for one in held)
    ratio = float(np.exp(truth.death.dexamethasone))
    for one in held:
        on = truth.on_dexamethasone[one.severe]
        rate = np.exp(of_site + log_death_ratio(truth, one))
        for on_first, part in ((True, on), (False, 1 - on)):
            switch: Switch = truth.steroid_stop if on_first else truth.steroid_start
            alive = survival_with_switch(
                rate, truth.death_law, days, on_first=on_first, switch=switch, ratio=ratio
            )
            total += one.share / share * part * alive
    return total


def log_recurrence_ratio(
    truth: RnTruth, v12: FloatArray, conjugate: BoolArray, early: BoolArray
) -> FloatArray:
    """Log subdistribution hazard ratio of recurrence against the reference."""
    effects = truth.recurrence
    return np.asarray(
        effects.ln_v12 * (np.log1p(v12) - truth.ln_v12_centre)
        + effects.adc_concurrent * conjugate
        + effects.early_start * early
    )


def _recurrences(
    seed: int,
    truth: RnTruth,
    sites: tuple[DemoSite, ...],
    people: People,
    early: BoolArray,
    v12: FloatArray,
    death: IntArray,
    frailty: FloatArray,
) -> tuple[IntArray, FloatArray]:
    of_site = np.array([one.necrosis_effect for one in sites])[people.site]
    relative = frailty * np.exp(log_recurrence_ratio(truth, v12, people.conjugate, early) + of_site)
    survival = np.concatenate([mean_survival(truth, sites, early=one) for one in (False, True)])
    drawn = stream(seed, "recurrence").random(people.n)
    curve = people.site + len(sites) * early
    start = np.zeros(people.n, dtype=np.int64)
    return event_days(drawn, death, relative, truth.recurrence_law, survival, curve, start)


def _last_contacts(seed: int, truth: RnTruth, people: People, death: IntArray) -> tuple[IntArray, BoolArray]:
    """Day of the last contact, and whether the patient was lost before the data cut."""
    random = stream(seed, "follow-up")
    loss = np.ceil(random.exponential(YEAR / truth.lost_a_year, people.n)).astype(np.int64)
    end = np.minimum(people.offset, np.minimum(loss, NEVER))
    return np.minimum(death, end), (loss < people.offset) & (death > loss)


def _calendar(seed: int, early: BoolArray, cavity: BoolArray) -> tuple[IntArray, IntArray, IntArray]:
    """Days from the anchor: radiosurgery of the index lesion, onset of the necrosis, first dose."""
    random = stream(seed, "calendar")
    n = len(early)
    course = np.where(cavity, whole_between(random, 38, 60, n), whole_between(random, 7, 30, n))
    onset = course + np.round(log_normal(random, 270, 0.55, n, 45, 1500)).astype(np.int64)
    soon = whole_between(random, 1, EARLY_WITHIN, n)
    later = whole_between(random, EARLY_WITHIN + 1, 150, n)
    return course, onset, onset + np.where(early, soon, later)
