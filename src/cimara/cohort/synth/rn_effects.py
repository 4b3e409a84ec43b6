"""What is planted in the demonstration study: true effects, laws of time, and the source of each figure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product

from cimara.cohort.synth.day_laws import EventLaw, Switch, Weibull

MONTH = 30.4375


@dataclass(frozen=True, slots=True)
class DeathEffects:
    """Log hazard ratios of death from the first dose of bevacizumab (Cox, a baseline a site). All design."""

    kps_per_10: float = -0.25
    extracranial_progression: float = 0.50
    severe_necrosis: float = 0.30
    early_start: float = -0.30
    dexamethasone: float = 0.50


@dataclass(frozen=True, slots=True)
class RecurrenceEffects:
    """Log subdistribution hazard ratios of recurrent necrosis from the first dose, a baseline a site. Design.

    The ratio of 4 that Lebow 2023 gives for conjugates is of a first necrosis (`srs_cohort`).
    """

    ln_v12: float = 0.50
    adc_concurrent: float = 0.70
    early_start: float = -0.40


@dataclass(frozen=True, slots=True)
class Cell:
    """A state at the first dose, and its share of the patients."""

    kps: int
    progressing: bool
    severe: bool
    early: bool
    share: float


KPS_SHARES = {60: 0.10, 70: 0.22, 80: 0.33, 90: 0.25, 100: 0.10}
PROGRESSING = {True: 0.45, False: 0.30}
"""Share with extracranial progression, by KPS up to 70."""
SEVERE = {True: 0.40, False: 0.25}
"""Share with CTCAE grade 3 or more, by KPS up to 70."""
EARLY = {True: 0.65, False: 0.45}
"""Share whose bevacizumab began within 30 days of the onset, by severity: the worse, the sooner."""


def cells() -> Iterator[Cell]:
    """All states at the first dose; shares sum to 1."""
    either = (False, True)
    for (kps, share), progressing, severe, early in product(KPS_SHARES.items(), either, either, either):
        low = kps <= 70
        parts = (
            PROGRESSING[low] if progressing else 1 - PROGRESSING[low],
            SEVERE[low] if severe else 1 - SEVERE[low],
            EARLY[severe] if early else 1 - EARLY[severe],
        )
        yield Cell(kps, progressing, severe, early, share * parts[0] * parts[1] * parts[2])


DEATH_LAW = Weibull(median=24 * MONTH, shape=1.1)
RECURRENCE_LAW = EventLaw(total=0.23, scale=8 * MONTH, shape=1.6, horizon=int(30 * MONTH), earliest=42)
STEROID_STOP = Switch(share=0.71, median=1.9 * MONTH)
STEROID_START = Switch(share=0.30, median=90.0)


@dataclass(frozen=True, slots=True)
class RnTruth:
    """All parameters of the scenario `rn_treated`. Times in days from the first dose."""

    death: DeathEffects = field(default_factory=DeathEffects)
    recurrence: RecurrenceEffects = field(default_factory=RecurrenceEffects)
    death_law: Weibull = DEATH_LAW
    """Death at KPS 80, no progression, grade 2, late start, no dexamethasone, mean site. Design."""
    recurrence_law: EventLaw = RECURRENCE_LAW
    """At ln(1 + V12) = 2, no conjugate, late start; `total` gives 19 % over all (26 patients, abstract)."""
    recurrence_overall: float = 0.19
    ln_v12_centre: float = 2.0
    kps_centre: int = 80
    on_dexamethasone: tuple[float, float] = (0.70, 0.85)
    """Share on dexamethasone at the first dose, by severity. Design."""
    steroid_stop: Switch = STEROID_STOP
    """71 % stop, at a median of 1.9 months (26 patients, abstract)."""
    steroid_start: Switch = STEROID_START
    """Of those not on it, the share that starts later. Design."""
    v12_median: float = 6.0
    v12_sd: float = 0.7
    v12_most: float = 18.0
    v12_most_with_conjugate: float = 10.0
    """Bounds within which the law of the recurrence can be met beside the law of death. Design."""
    t1gd_change: float = -48.6
    flair_change: float = -62.0
    """Mean change of volume, % (Khan 2021, meta-analysis, abstract)."""
    response: float = 0.88
    response_median: float = 49.0
    """Radiological response, at a median of 7 weeks (26 patients, abstract)."""
    toxicity: tuple[tuple[str, float], ...] = (
        ("vte", 0.12),
        ("hypertension", 0.08),
        ("haemorrhage_cns", 0.04),
    )
    """Grade 2 or more, 24 % (26 patients, abstract)."""
    neurologic_death: float = 0.25
    """Unverified."""
    lost_a_year: float = 0.04
    """Hazard of being lost to follow-up, a year. Design."""


HYPOFRACTIONATED = 0.12
"""Share whose necrotic lesion had 3 or 5 fractions: V12 does not apply there."""
EARLY_WITHIN = 30
"""Days from the onset of necrosis within which a start is early."""
CAVITY = 0.15
"""Share whose necrotic lesion is a resection cavity."""
