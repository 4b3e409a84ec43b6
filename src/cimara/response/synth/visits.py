"""Which visits of a made-up patient took place, and what of each was scanned."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from cimara.response.model import Visit
from cimara.response.synth.latent import LatentPatient
from cimara.response.synth.options import SynthOptions
from cimara.terms.response import Answer, Assessable

BODY_SCAN_LATER = 2
"""The body is scanned two days after the brain."""


@dataclass(frozen=True, slots=True)
class MadeVisit:
    """One visit, in days from the baseline scan."""

    visit_id: str
    number: int
    day: int
    brain: Assessable = Assessable.ALL
    body: Assessable = Assessable.ALL

    @property
    def body_day(self) -> int:
        """The day of the body scan."""
        return self.day + BODY_SCAN_LATER

    @property
    def is_baseline(self) -> bool:
        """Whether this is the visit that later ones are compared with."""
        return self.number == 0


def followed_until(latent: LatentPatient, options: SynthOptions, rng: np.random.Generator) -> int:
    """The first day on which nothing more is recorded: death, withdrawal or the end of follow-up."""
    withdrawal = options.horizon
    leaves, day = rng.random() < options.untidiness.withdrawn, int(rng.integers(60, options.horizon))
    if leaves:
        withdrawal = day
    return min(withdrawal, options.horizon if latent.death is None else latent.death)


def made_visits(until: int, options: SynthOptions, rng: np.random.Generator) -> tuple[MadeVisit, ...]:
    """The visits before day `until`: all of the baseline, then some missed, moved or done in part."""
    untidy = options.untidiness
    visits = [MadeVisit("BL", 0, 0)]
    for number in range(1, options.visits + 1):
        moved = int(rng.integers(-untidy.jitter_days, untidy.jitter_days + 1))
        missed, partial, part = rng.random(3)
        day = number * options.every_days + moved
        if missed < untidy.missed_visit or day + BODY_SCAN_LATER >= until:
            continue
        brain, body = _scanned(part) if partial < untidy.partial_visit else (Assessable.ALL, Assessable.ALL)
        visits.append(MadeVisit(f"W{round(number * options.every_days / 7)}", number, day, brain, body))
    return tuple(visits)


def _scanned(part: float) -> tuple[Assessable, Assessable]:
    """What a partial visit leaves out: the brain, some of it, or the body."""
    if part < 0.3:
        return Assessable.NONE, Assessable.ALL
    if part < 0.6:
        return Assessable.PARTIAL, Assessable.ALL
    return Assessable.ALL, Assessable.NONE


def visit_row(patient_id: str, made: MadeVisit, baseline: dt.date) -> Visit:
    """The visit as it is recorded."""
    brain = baseline + dt.timedelta(days=made.day) if made.brain is not Assessable.NONE else None
    body = baseline + dt.timedelta(days=made.body_day) if made.body is not Assessable.NONE else None
    return Visit(
        patient_id=patient_id,
        visit_id=made.visit_id,
        date=baseline + dt.timedelta(days=made.day),
        label="Baseline" if made.is_baseline else f"Week {made.visit_id[1:]}",
        number=float(made.number),
        is_baseline=made.is_baseline,
        brain_scan_date=brain,
        spine_scan_date=brain,
        body_scan_date=body,
        brain_assessable=made.brain,
        lm_assessable=made.brain,
        body_assessable=made.body,
        nonenhancing_pd=Answer.NO if made.brain is Assessable.ALL else Answer.UNKNOWN,
    )
