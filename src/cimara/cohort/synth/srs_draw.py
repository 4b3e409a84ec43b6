"""Draws the patients of the radiosurgery cohort: prognosis, death, courses, and necrosis of each lesion."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cimara.cohort.synth.day_laws import NEVER, BoolArray, FloatArray, IntArray, event_days
from cimara.cohort.synth.draws import Texts, indices, log_normal, stream, to_places, whole_between
from cimara.cohort.synth.options import SynthOptions
from cimara.cohort.synth.people import CONJUGATE, CONJUGATE_ELSEWHERE, GROUPS, YEAR, People, draw_people
from cimara.cohort.synth.prognosis import INDICES, states_of
from cimara.cohort.synth.sites import DemoSite
from cimara.cohort.synth.srs_effects import MONTH, TWO_YEARS, SrsTruth

SECOND_COURSE = (120, 290)
"""Days after the first course between which a second one starts. No conjugate is dosed near it."""


@dataclass(frozen=True, slots=True)
class SrsPatients:
    """Patients and what happened, in days from the first radiosurgery. `second` is the day of a second
    course: of a treated lesion where `again`, of a new one where `salvage`."""

    people: People
    kps: IntArray
    extracranial: BoolArray
    kind: Texts
    haemoglobin: FloatArray
    band: IntArray
    fractions: IntArray
    death: IntArray
    last_contact: IntArray
    lost: BoolArray
    second: IntArray
    again: BoolArray
    salvage: BoolArray
    course_anchor: IntArray
    frailty: FloatArray

    @property
    def died(self) -> BoolArray:
        """Whether the death is seen."""
        return np.asarray(self.death <= self.last_contact)


@dataclass(frozen=True, slots=True)
class TreatedLesions:
    """Lesions in courses. `start` is the day of the course from the first radiosurgery, `onset` that of a
    symptomatic necrosis from the start of the course (NEVER for none), `risk` its planted probability by 24
    months."""

    owner: IntArray
    course: IntArray
    lesion: IntArray
    start: IntArray
    fractions: IntArray
    v12: FloatArray
    reirradiated: BoolArray
    onset: IntArray
    risk: FloatArray
    excess: FloatArray


def draw_srs_patients(options: SynthOptions, sites: tuple[DemoSite, ...], truth: SrsTruth) -> SrsPatients:
    """Patients treated by radiosurgery for brain metastases."""
    people, held = _with_prognosis(options.seed, draw_people(options.seed, sites))
    random = stream(options.seed, "srs state")
    n = people.n
    effect = np.array([one.death_effect for one in sites])[people.site]
    frailty = np.exp(options.frailty_sd * stream(options.seed, "frailty").normal(size=n))
    drawn = stream(options.seed, "death").exponential(size=n)
    time = (
        held["median"] * MONTH * (drawn / (np.log(2) * frailty * np.exp(effect))) ** (1 / truth.death_shape)
    )
    death = np.maximum(np.ceil(np.minimum(time, NEVER)), 1).astype(np.int64)
    loss = np.ceil(stream(options.seed, "follow-up").exponential(YEAR / truth.lost_a_year, n)).astype(
        np.int64
    )
    end = np.minimum(people.offset, loss)
    last = np.minimum(death, end)
    second = whole_between(random, *SECOND_COURSE, n)
    chosen = random.random(n)
    there = second < last
    several = random.random(n) < truth.hypofractionated
    return SrsPatients(
        people=people,
        kps=held["kps"],
        extracranial=held["extracranial"],
        kind=held["kind"],
        haemoglobin=held["haemoglobin"],
        band=held["band"],
        fractions=np.where(several, np.where(random.random(n) < 0.6, 5, 3), 1),
        death=death,
        last_contact=last,
        lost=(loss < people.offset) & (death > loss),
        second=second,
        again=there & (chosen < truth.reirradiation) & ~people.conjugate,
        salvage=there & (chosen >= truth.reirradiation) & (chosen < truth.reirradiation + truth.salvage),
        course_anchor=whole_between(random, 7, 30, n),
        frailty=frailty,
    )


def _with_prognosis(seed: int, people: People) -> tuple[People, dict[str, Texts]]:
    """States drawn within each group of tumours; ages and lesions of the patients follow from them."""
    random = stream(seed, "prognosis")
    n = people.n
    held: dict[str, Texts] = {
        "kps": np.zeros(n, np.int64),
        "extracranial": np.zeros(n, bool),
        "kind": np.full(n, "", dtype=object),
        "band": np.zeros(n, np.int64),
        "median": np.zeros(n),
    }
    age, lesions = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for group in GROUPS:
        rows = np.flatnonzero(people.group == group)
        states = states_of(group)
        cell = indices(random, states.share, len(rows))
        for name in held:
            held[name][rows] = getattr(states, name)[cell]
        lesions[rows] = states.lesions[cell]
        cut = INDICES[group].old_at if group in INDICES else 70
        age[rows] = np.where(
            states.old[cell],
            whole_between(random, cut, 84, len(rows)),
            whole_between(random, 35, cut - 1, len(rows)),
        )
    low, high = np.array([(8.0, 11.1), (11.2, 12.5), (12.6, 16.0)]).T
    level = np.select([held["kind"] == "low", held["kind"] == "middle"], [0, 1], 2)
    held["haemoglobin"] = np.round(low[level] + (high - low)[level] * random.random(n), 1)
    return replace(people, age=age, n_brm=lesions), held


def mean_survival(
    truth: SrsTruth, sites: tuple[DemoSite, ...], days: IntArray, *, conjugate: bool, by_lesions: bool
) -> FloatArray:
    """P(alive after each day) by site (sites x days), given whether there was a conjugate.

    `by_lesions`: averaged over lesions, so that a patient with five counts five times; else over patients.
    """
    rate = np.exp([one.death_effect for one in sites])
    total, weights = np.zeros((len(sites), len(days))), 0.0
    all_groups = sum(GROUPS.values())
    for group, part in GROUPS.items():
        states = states_of(group)
        with_one = CONJUGATE.get(group, CONJUGATE_ELSEWHERE)
        of_group = part / all_groups * (with_one if conjugate else 1 - with_one)
        share = of_group * states.share * (states.lesions if by_lesions else 1)
        for median in np.unique(states.median):
            held = float(share[states.median == median].sum())
            hazard = np.log(2) * (days / (median * MONTH)) ** truth.death_shape
            total += held * np.exp(-rate[:, None] * hazard)
            weights += held
    return total / weights


def draw_treated_lesions(
    options: SynthOptions, sites: tuple[DemoSite, ...], truth: SrsTruth, drawn: SrsPatients
) -> TreatedLesions:
    """All lesions in courses, and the necrosis of each."""
    random = stream(options.seed, "treated lesions")
    people = drawn.people
    counts = people.n_brm
    ends = np.cumsum(counts)
    first = np.repeat(np.arange(people.n), counts)
    later = np.flatnonzero(drawn.again | drawn.salvage)
    owner = np.concatenate([first, later])
    second = np.arange(len(owner)) >= len(first)
    number = np.concatenate(
        [np.arange(1, ends[-1] + 1) - np.repeat(ends - counts, counts), np.ones(len(later), np.int64)]
    )
    lesion = np.where(second & drawn.salvage[owner], counts[owner] + 1, number)
    reirradiated = second & drawn.again[owner]
    conjugate = people.conjugate[owner] & ~second
    most = np.where(conjugate, truth.v12_most_with_conjugate, truth.v12_most)
    most = np.where(reirradiated, truth.v12_most_reirradiated, most)
    raw = log_normal(random, truth.v12_median, truth.v12_sd, len(owner), 0.1, truth.v12_most)
    larger = np.where(reirradiated, truth.reirradiated_larger * raw, raw)
    v12 = to_places(np.minimum(larger, most), 2)
    start = np.where(second, drawn.second[owner], 0)
    relative = _relative(truth, sites, drawn, owner, v12, conjugate, reirradiated)
    onset, excess = _onsets(options.seed, truth, sites, drawn, owner, relative, start)
    return TreatedLesions(
        owner=owner,
        course=1 + second,
        lesion=lesion,
        start=start,
        fractions=np.where(second, 1, drawn.fractions[owner]),
        v12=v12,
        reirradiated=reirradiated,
        onset=np.where(start + onset <= drawn.last_contact[owner], onset, NEVER),
        risk=-np.expm1(-truth.necrosis_law.cumulative()[TWO_YEARS] * relative),
        excess=excess,
    )


def _relative(
    truth: SrsTruth,
    sites: tuple[DemoSite, ...],
    drawn: SrsPatients,
    owner: IntArray,
    v12: FloatArray,
    conjugate: BoolArray,
    reirradiated: BoolArray,
) -> FloatArray:
    """Subdistribution hazard ratio of each treated lesion against a V12 of 0 at the mean site."""
    effects = truth.necrosis
    of_site = np.array([one.necrosis_effect for one in sites])[drawn.people.site[owner]]
    planned = effects.ln_v12 * np.log1p(v12)
    treated = effects.adc_concurrent * conjugate + effects.reirradiated * reirradiated
    return np.asarray(drawn.frailty[owner] * np.exp(planned + treated + of_site))


def _onsets(
    seed: int,
    truth: SrsTruth,
    sites: tuple[DemoSite, ...],
    drawn: SrsPatients,
    owner: IntArray,
    relative: FloatArray,
    start: IntArray,
) -> tuple[IntArray, FloatArray]:
    """Days of necrosis from the start of the course, death competing; see `event_days`."""
    days = np.arange(truth.necrosis_law.horizon + SECOND_COURSE[1] + 1)
    curves = [
        mean_survival(truth, sites, days, conjugate=with_one, by_lesions=lesions)
        for lesions in (True, False)
        for with_one in (False, True)
    ]
    kind = 2 * (start > 0) + drawn.people.conjugate[owner]
    curve = drawn.people.site[owner] + len(sites) * kind
    uniform = stream(seed, "necrosis").random(len(owner))
    death = drawn.death[owner] - start
    return event_days(uniform, death, relative, truth.necrosis_law, np.concatenate(curves), curve, start)
