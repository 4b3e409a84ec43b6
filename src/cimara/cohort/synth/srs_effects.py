"""What is planted in the radiosurgery cohort: true effects, laws of time, and the source of each figure."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cimara.cohort.synth.day_laws import EventLaw

MONTH = 30.4375
TWO_YEARS = int(24 * MONTH)
AT_5_CM3, AT_10_CM3 = 0.10, 0.15
"""Symptomatic necrosis after one fraction, by V12 (HyTEC, Milano 2021, through a later paper, abstract)."""
REIRRADIATED, NOT_REIRRADIATED = 0.42, 0.094
"""Symptomatic necrosis at 24 months (Lebow 2023, abstract)."""


def cumulative(risk: float) -> float:
    """Cumulative subdistribution hazard of a risk."""
    return float(-np.log1p(-risk))


def ln_v12_effect() -> float:
    """Log subdistribution hazard ratio per unit of ln(1 + V12) through the risks at 5 and 10 cm3: 0.715."""
    return float(np.log(cumulative(AT_10_CM3) / cumulative(AT_5_CM3)) / np.log(11 / 6))


@dataclass(frozen=True, slots=True)
class NecrosisEffects:
    """Log subdistribution hazard ratios of symptomatic necrosis, by lesion and course; a baseline a site."""

    ln_v12: float = field(default_factory=ln_v12_effect)
    adc_concurrent: float = float(np.log(4.0))
    """Lebow 2023, abstract."""
    reirradiated: float = float(np.log(cumulative(REIRRADIATED) / cumulative(NOT_REIRRADIATED)))


def necrosis_law() -> EventLaw:
    """Necrosis at V12 = 0; 10 % at 5 cm3 by 24 months; none within 30 days. Its shape in time is design."""
    at_zero = cumulative(AT_5_CM3) / 6 ** ln_v12_effect()
    return EventLaw.reaching(
        at_zero, TWO_YEARS, scale=8 * MONTH, shape=1.6, horizon=int(30 * MONTH), earliest=30
    )


@dataclass(frozen=True, slots=True)
class SrsTruth:
    """All parameters of the scenario `srs_cohort`. Times in days from the start of a course."""

    necrosis: NecrosisEffects = field(default_factory=NecrosisEffects)
    necrosis_law: EventLaw = field(default_factory=necrosis_law)
    death_shape: float = 1.1
    """Shape of the Weibull law of death from the first radiosurgery; medians by index and band. Design."""
    v12_median: float = 1.75
    v12_sd: float = 0.8
    v12_most: float = 20.0
    v12_most_with_conjugate: float = 7.0
    v12_most_reirradiated: float = 4.2
    """Bounds within which the law of necrosis can be met beside that of death. Design."""
    reirradiated_larger: float = 2.6
    """How much larger the V12 of a lesion treated again is; near 40 % of these then have a necrosis."""
    hypofractionated: float = 0.12
    """Share of first courses in 3 or 5 fractions; necrosis then goes by V20 or V24 over 4: under 10 % below
    20 cm3 (HyTEC, abstract)."""
    reirradiation: float = 0.06
    salvage: float = 0.20
    """Shares with a second course, of a treated or of a new lesion, if alive then. Design."""
    asymptomatic: float = 0.03
    """Share of lesions with a possible necrosis without symptoms, which no case definition counts. Design."""
    neurologic_death: float = 0.25
    """Unverified."""
    lost_a_year: float = 0.04
    """Hazard of being lost to follow-up, a year. Design."""
