"""Clinical state, steroids and cognition of a made-up patient, visit by visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from cimara.response.model import Clinical
from cimara.response.synth.latent import LatentPatient
from cimara.response.synth.options import SynthOptions
from cimara.response.synth.visits import MadeVisit
from cimara.terms.response import Attribution, ClinicalStatus, SteroidTrend

COGNITIVE_TESTS = (
    ("HVLT-R total", 26.0, 4.5),
    ("HVLT-R delayed", 9.0, 2.0),
    ("HVLT-R recognition", 10.5, 1.5),
    ("TMT A", 32.0, 11.0),
    ("TMT B", 80.0, 30.0),
    ("COWA", 38.0, 10.0),
)
"""Name, mean and standard deviation, all invented; TMT is a time, where more is worse."""
DECLINE_AFTER = 21
"""Days from true CNS progression to a clinical decline, where there is one."""


@dataclass(frozen=True, slots=True)
class ClinicalCourse:
    """What decides a patient's clinical rows: where they start, and when the CNS makes them worse."""

    kps: int
    dex: float
    declines_on: int | None
    necrosis_on: int | None


def clinical_course(latent: LatentPatient, rng: np.random.Generator) -> ClinicalCourse:
    """Half of the patients decline after CNS progression; steroids go up with it, and with necrosis."""
    kps, dex = (100, 90, 90, 80)[int(rng.integers(4))], (0.0, 0.0, 0.0, 2.0, 4.0)[int(rng.integers(5))]
    declines = rng.random() < 0.5
    day = latent.cns_pd + DECLINE_AFTER if declines and latent.cns_pd is not None else None
    necrosis = [lesion.necrosis_from for lesion in latent.lesions if lesion.necrosis_from is not None]
    return ClinicalCourse(kps, dex, day, min(necrosis, default=None))


def clinical_rows(
    latent: LatentPatient,
    course: ClinicalCourse,
    visits: Sequence[MadeVisit],
    baseline: dt.date,
    options: SynthOptions,
    rng: np.random.Generator,
) -> Iterator[Clinical]:
    """One row a visit; where the assessment was left out, the row says so."""
    for visit in visits:
        missing = rng.random() < options.untidiness.clinical_missing and not visit.is_baseline
        fell = rng.random() < 0.03 and not visit.is_baseline
        date = baseline + dt.timedelta(days=visit.day)
        if missing:
            yield Clinical(latent.patient_id, visit.visit_id, date)
            continue
        status, cause, lost = _state(course, visit, fell=bool(fell))
        kps = course.kps - lost
        dex = _dexamethasone(course, visit)
        yield Clinical(
            patient_id=latent.patient_id,
            visit_id=visit.visit_id,
            date=date,
            status=status,
            kps=kps,
            ecog=ecog_of(kps),
            attributable=cause,
            persisted_days=14 if status is ClinicalStatus.WORSE else None,
            dex_mg_per_day=dex,
            steroid_trend=_trend(dex, course.dex),
        )


def _state(
    course: ClinicalCourse, visit: MadeVisit, *, fell: bool
) -> tuple[ClinicalStatus, Attribution, int]:
    """Status, its cause, and how many points of KPS are lost."""
    if course.declines_on is not None and visit.day >= course.declines_on:
        return ClinicalStatus.WORSE, Attribution.TUMOUR, 30
    if fell:
        return ClinicalStatus.WORSE, Attribution.COMORBIDITY, 20
    return ClinicalStatus.STABLE, Attribution.UNKNOWN, 0


def _dexamethasone(course: ClinicalCourse, visit: MadeVisit) -> float:
    """Milligrams a day: halved from week 8, up with decline or necrosis."""
    if course.declines_on is not None and visit.day >= course.declines_on:
        return course.dex + 6.0
    if course.necrosis_on is not None and 0 <= visit.day - course.necrosis_on <= 120:
        return course.dex + 4.0
    return course.dex / 2 if visit.day >= 50 else course.dex


def _trend(dex: float, at_baseline: float) -> SteroidTrend:
    if dex == 0.0:
        return SteroidTrend.NONE
    if dex == at_baseline:
        return SteroidTrend.STABLE
    return SteroidTrend.INCREASED if dex > at_baseline else SteroidTrend.DECREASED


def ecog_of(kps: int) -> int:
    """The ECOG grade commonly set beside a KPS: 100 is 0, 80 to 90 is 1, and so on down by twenties."""
    return 0 if kps >= 100 else 1 if kps >= 80 else 2 if kps >= 60 else 3 if kps >= 40 else 4


CognitionRow = tuple[str, str, dt.date, str, float | None, float | None, str, str, str]


def cognition_rows(
    latent: LatentPatient,
    visits: Sequence[MadeVisit],
    baseline: dt.date,
    options: SynthOptions,
    rng: np.random.Generator,
) -> Iterator[CognitionRow]:
    """Patient, visit, date, test, score, z against the invented norm, form, done, and why not."""
    ability = float(rng.normal(0.0, 0.7))
    for visit in visits:
        declined = latent.cns_pd is not None and visit.day >= latent.cns_pd
        left_out = rng.random() < options.untidiness.clinical_missing and not visit.is_baseline
        date = baseline + dt.timedelta(days=visit.day)
        why = ("cognitive" if declined else "other") if left_out else ""
        for test, mean, spread in COGNITIVE_TESTS:
            z = ability + float(rng.normal(0.0, 0.4)) - (1.3 if declined else 0.0)
            worse_is_more = -1.0 if test.startswith("TMT") else 1.0
            score = max(round(mean + worse_is_more * z * spread, 1), 0.0)
            shown = round(worse_is_more * (score - mean) / spread, 2)
            told = (None, None) if left_out else (score, shown)
            form, done = "AB"[visit.number % 2], "no" if left_out else "yes"
            yield latent.patient_id, visit.visit_id, date, test, *told, form, done, why
