"""The truth of one made-up patient, day by day: lesions, leptomeninges, death. No one has observed it yet."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from cimara.response.synth.growth import (
    Sizes,
    as_recorded,
    emerging,
    first_day,
    progresses_by_sum,
    progresses_unequivocally,
    reappears,
    regrowth,
    swelling,
)
from cimara.response.synth.options import SynthOptions
from cimara.terms.response import Answer, LesionCompartment, LesionRole, LocalTherapy

TREATMENT_STARTS = 7
"""Days from the baseline scan to the start of treatment."""
LM_ITEMS = (
    ("brain", "nodules"),
    ("brain", "linear_enhancement"),
    ("brain", "hydrocephalus"),
    ("spine", "nodules"),
    ("spine", "linear_enhancement"),
)
BRAIN_SITES = ("frontal", "parietal", "temporal", "occipital", "cerebellum")
Rates = tuple[float, float]
"""Decay and growth of `growth.regrowth`, per day."""
ORGANS = ("lung", "liver", "adrenal", "bone", "lymph node")


@dataclass(frozen=True, slots=True)
class LatentLesion:
    """One lesion: `tumour` is what it is, `apparent` what a scan shows of it (necrosis included), by day."""

    lesion_id: str
    compartment: LesionCompartment
    role: LesionRole
    organ: str
    site: str
    tumour: Sizes
    apparent: Sizes
    is_node: bool = False
    prior: LocalTherapy = LocalTherapy.NONE
    progressed_since: Answer = Answer.UNKNOWN
    appears: int = 0
    equivocal_first: bool = False
    is_tumour: bool = True
    necrosis_from: int | None = None
    merges_into: str = ""
    merges_on: int | None = None
    splits_on: int | None = None


@dataclass(frozen=True, slots=True)
class LatentLm:
    """Leptomeningeal disease: items there at baseline, the one that worsens and when, those that resolve."""

    at_baseline: tuple[bool, ...]
    improves_from: int
    vanishes_from: int
    worsens_on: int | None
    worse_item: int


@dataclass(frozen=True, slots=True)
class LatentPatient:
    """All that is true of a patient. Days count from the baseline scan; `None` is "not within follow-up"."""

    patient_id: str
    lesions: tuple[LatentLesion, ...]
    lm: LatentLm | None
    immunotherapy: bool
    cns_pd: int | None
    sys_pd: int | None
    lm_pd: int | None
    death: int | None
    death_cause: str


def latent_patient(patient_id: str, options: SynthOptions, rng: np.random.Generator) -> LatentPatient:
    """Draw one patient; the generator alone decides."""
    days = options.horizon
    brain_rates, body_rates = _rates(0.0015, rng), _rates(0.0012, rng)
    brain = _brain(options, brain_rates, rng) if rng.random() >= 0.12 else []
    lesions = [*brain, *_body(days, body_rates, 0 if brain else 1, rng)]
    lesions += _new_lesions(options, rng)
    lm = _leptomeninges(days, rng)
    if lm is not None:
        lesions.append(_lm_lesion(lm, days))
    cns, body = (_progression(lesions, inside=inside) for inside in (True, False))
    death, cause = _death(cns, body, days, rng)
    lived = days if death is None else death

    def before_death(day: int | None) -> int | None:
        return day if day is not None and day < lived else None

    return LatentPatient(
        patient_id=patient_id,
        lesions=tuple(lesions),
        lm=lm,
        immunotherapy=bool(rng.random() < 0.4),
        cns_pd=before_death(cns),
        sys_pd=before_death(body),
        lm_pd=before_death(lm.worsens_on if lm else None),
        death=death,
        death_cause=cause,
    )


def _rates(median_growth: float, rng: np.random.Generator) -> Rates:
    """Decay and growth per day. In one compartment of five all shrinks deeply: CR occurs (invented)."""
    decay, growth = float(rng.uniform(0.0, 0.02)), float(rng.lognormal(np.log(median_growth), 0.7))
    lasting, deep = rng.random() < 0.2, float(rng.uniform(0.03, 0.06))
    return (deep, growth / 20) if lasting else (decay, growth)


def _brain(options: SynthOptions, rates: Rates, rng: np.random.Generator) -> list[LatentLesion]:
    """One to five parenchymal lesions, sometimes a dural one; some treated by radiosurgery before.

    One patient in eight has none of these at baseline (invented).
    """
    lesions = [_brain_lesion(number, options, rates, rng) for number in range(1, int(rng.integers(1, 6)) + 1)]
    if rng.random() < 0.1:
        curve = _curve(int(rng.integers(80, 200)), rates, options.horizon, rng)
        dural = LatentLesion(
            "DB1", LesionCompartment.DURAL_BONY, LesionRole.NON_TARGET, "dura", "convexity", curve, curve
        )
        lesions.append(dural)
    return _merge_and_split(lesions, options, rng)


def _brain_lesion(number: int, options: SynthOptions, rates: Rates, rng: np.random.Generator) -> LatentLesion:
    size = int(rng.integers(60, 320))
    tumour = _curve(size, rates, options.horizon, rng)
    treated = bool(rng.random() < 0.35)
    grew = treated and bool(rng.random() < 0.5)
    measurable = size >= 100 and (grew or not treated)
    necrosis = int(rng.integers(60, 240)) if treated and rng.random() < options.untidiness.necrosis else None
    shown = tumour if necrosis is None else tumour + swelling(necrosis, 120, options.horizon)
    return LatentLesion(
        lesion_id=f"B{number}",
        compartment=LesionCompartment.BRAIN,
        role=LesionRole.TARGET if measurable else LesionRole.NON_TARGET,
        organ="brain",
        site=BRAIN_SITES[int(rng.integers(len(BRAIN_SITES)))],
        tumour=tumour,
        apparent=shown,
        prior=LocalTherapy.SRS if treated else LocalTherapy.NONE,
        progressed_since=(Answer.YES if grew else Answer.NO) if treated else Answer.UNKNOWN,
        necrosis_from=necrosis if necrosis is not None and necrosis < options.horizon else None,
    )


def _merge_and_split(
    lesions: list[LatentLesion], options: SynthOptions, rng: np.random.Generator
) -> list[LatentLesion]:
    """Let two targets grow together, or one fall apart; the sum stays what it was."""
    days = options.horizon
    merging, splitting = rng.random(2) < (options.untidiness.merged, options.untidiness.split)
    day = int(rng.integers(days // 4, days // 2))
    free = [
        index
        for index, lesion in enumerate(lesions)
        if lesion.role is LesionRole.TARGET and lesion.necrosis_from is None
    ]
    if merging and len(free) >= 2:
        into, gone = free[:2]
        union = lesions[into].tumour.copy()
        union[day:] += lesions[gone].tumour[day:]
        rest = lesions[gone].tumour.copy()
        rest[day:] = 0
        merged_into = lesions[into].lesion_id
        lesions[into] = replace(lesions[into], tumour=union, apparent=union)
        lesions[gone] = replace(
            lesions[gone], tumour=rest, apparent=rest, merges_into=merged_into, merges_on=day
        )
    elif splitting and free:
        lesions[free[0]] = replace(lesions[free[0]], splits_on=day)
    return lesions


def _body(days: int, rates: Rates, fewest: int, rng: np.random.Generator) -> list[LatentLesion]:
    """Up to four extracranial lesions, nodes among them; two targets an organ, as RECIST 1.1 asks."""
    lesions: list[LatentLesion] = []
    for number in range(1, int(rng.integers(fewest, 5)) + 1):
        organ = ORGANS[int(rng.integers(len(ORGANS)))]
        node = organ == "lymph node"
        size = int(rng.integers(110, 300)) if node else int(rng.integers(70, 500))
        same_organ = sum(other.organ == organ and other.role is LesionRole.TARGET for other in lesions)
        measurable = size >= (150 if node else 100) and organ != "bone" and same_organ < 2
        curve = _curve(size, rates, days, rng)
        role = LesionRole.TARGET if measurable else LesionRole.NON_TARGET
        place = LesionCompartment.EXTRACRANIAL
        lesions.append(LatentLesion(f"E{number}", place, role, organ, "", curve, curve, is_node=node))
    return lesions


def _curve(size: int, rates: Rates, days: int, rng: np.random.Generator) -> Sizes:
    """A lesion's own course: the patient's rates, up to a third faster or slower."""
    decay, growth = (rate * float(rng.uniform(0.67, 1.33)) for rate in rates)
    return regrowth(size, decay, growth, days)


def _new_lesions(options: SynthOptions, rng: np.random.Generator) -> list[LatentLesion]:
    """Lesions that come later: waiting times are exponential, with means of 900 and 1200 days (invented)."""
    found = []
    for prefix, place, organ, mean in (
        ("NB", LesionCompartment.BRAIN, "brain", 900.0),
        ("NE", LesionCompartment.EXTRACRANIAL, "liver", 1200.0),
    ):
        day, growth = int(rng.exponential(mean)) + 20, float(rng.uniform(0.001, 0.008))
        equivocal = bool(rng.random() < options.untidiness.equivocal_new)
        artefact = equivocal and bool(rng.random() < 0.3)
        if day >= options.horizon:
            continue
        sizes = emerging(day, growth, options.horizon)
        tumour = np.zeros_like(sizes) if artefact else sizes
        found.append(
            LatentLesion(
                f"{prefix}1",
                place,
                LesionRole.NEW,
                organ,
                "",
                tumour,
                sizes,
                appears=day,
                equivocal_first=equivocal,
                is_tumour=not artefact,
            )
        )
    return found


def _leptomeninges(days: int, rng: np.random.Generator) -> LatentLm | None:
    """Leptomeningeal disease at baseline in a quarter of patients, later in another tenth (invented)."""
    kind = rng.random()
    present = tuple(bool(flag) for flag in rng.random(len(LM_ITEMS)) < 0.5)
    improves = int(rng.integers(30, 120))
    vanishes = improves + int(rng.exponential(250.0))
    worsens = int(rng.exponential(300.0)) + 30
    item = int(rng.integers(len(LM_ITEMS)))
    if kind >= 0.35:
        return None
    if kind >= 0.25:
        return LatentLm((False,) * len(LM_ITEMS), days, days, worsens, item) if worsens < days else None
    at_baseline = present if any(present) else (True, *present[1:])
    vanishes = max(vanishes, improves)
    return LatentLm(at_baseline, improves, vanishes, worsens if worsens < days else None, item)


def _lm_lesion(lm: LatentLm, days: int) -> LatentLesion:
    """The leptomeninges as one lesion outside the sum; sizes only say visible (10 mm) and grown (20 mm)."""
    there = any(lm.at_baseline)
    sizes = np.full(days, 100 if there else 0, dtype=np.int64)
    sizes[lm.vanishes_from :] = 0
    if lm.worsens_on is not None:
        sizes[lm.worsens_on :] = 200
    role = LesionRole.NON_TARGET if there else LesionRole.NEW
    appears = 0 if there or lm.worsens_on is None else lm.worsens_on
    place = LesionCompartment.LEPTOMENINGEAL
    return LatentLesion("LM1", place, role, "leptomeninges", "", sizes, sizes, appears=appears)


def _progression(lesions: list[LatentLesion], *, inside: bool) -> int | None:
    """First day of true progression in the CNS (`inside`) or in the body."""
    here = [
        lesion for lesion in lesions if (lesion.compartment is not LesionCompartment.EXTRACRANIAL) == inside
    ]
    new = [lesion.appears for lesion in here if lesion.role is LesionRole.NEW and lesion.tumour.any()]
    known = [lesion for lesion in here if lesion.role is not LesionRole.NEW]
    found = list(new)
    for role in (LesionRole.TARGET, LesionRole.NON_TARGET):
        curves = [as_recorded(lesion.tumour) for lesion in known if lesion.role is role]
        if curves and role is LesionRole.TARGET:
            masks = [progresses_by_sum(np.stack(curves), per_lesion=inside)]
        else:
            masks = [progresses_unequivocally(curve) for curve in curves]
        found += [day for day in map(first_day, masks) if day is not None]
    if known:
        nodes = np.array([lesion.is_node for lesion in known])
        again = first_day(reappears(np.stack([as_recorded(lesion.tumour) for lesion in known]), nodes))
        found += [again] if again is not None else []
    return min(found, default=None)


def _death(cns: int | None, body: int | None, days: int, rng: np.random.Generator) -> tuple[int | None, str]:
    """Death and its cause: 300 days from CNS or 400 from body progression on average, invented."""
    waits = (float(rng.exponential(300.0)), float(rng.exponential(400.0)), float(rng.exponential(4000.0)))
    unknown = rng.random() < 0.06
    never = float(10 * days)
    neuro = never if cns is None else cns + 14 + waits[0]
    systemic = never if body is None else body + 14 + waits[1]
    other = 60 + waits[2]
    day = int(min(neuro, systemic, other))
    if day >= days:
        return None, ""
    if unknown:
        return day, "unknown"
    if other <= min(neuro, systemic):
        return day, "other"
    if abs(neuro - systemic) <= 30:
        return day, "both"
    return day, "neurologic" if neuro < systemic else "systemic"
