"""Several lesions in one patient: how many more (or fewer) a trial needs when they are alike."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cimara.outcomes.design.competing_death import CompetingDeathDesign
from cimara.outcomes.design.errors import DesignError, demand
from cimara.outcomes.design.hazards import FloatArray
from cimara.outcomes.design.log_rank import LogRankDesign, power_of_events, rounded_up
from cimara.outcomes.design.report import DesignReport
from cimara.outcomes.design.trial_matrix import clustered_log_rank_z

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]


class RandomisedBy(StrEnum):
    """What gets the treatment as a whole."""

    PATIENT = "patient"
    LESION = "lesion"


@dataclass(frozen=True, slots=True)
class LesionCounts:
    """How many lesions patients have: mean, coefficient of variation, share of patients with an odd number.

    The odd share matters only when lesions are randomised: an odd lesion has no partner in its patient. 1,
    the default, is the careful choice where it is not known.
    """

    mean: float
    cv: float = 0.0
    odd_share: float = 1.0

    def __post_init__(self) -> None:
        demand(self.mean >= 1.0 and math.isfinite(self.mean), "mean", "at least 1 lesion a patient")
        demand(self.cv >= 0.0 and math.isfinite(self.cv), "cv", "a coefficient of variation of at least 0")
        demand(0.0 <= self.odd_share <= 1.0, "odd_share", "a share from 0 to 1")

    @classmethod
    def of_shares(cls, shares: Mapping[int, float]) -> LesionCounts:
        """From the share of patients with each number of lesions; shares need not sum to 1."""
        counts = np.asarray(list(shares), dtype=np.float64)
        weights = np.asarray(list(shares.values()), dtype=np.float64)
        fits = bool(len(counts)) and bool((counts >= 1).all()) and bool((weights >= 0).all())
        demand(fits and weights.sum() > 0, "shares", "a share of at least 0 for numbers from 1")
        weights = weights / weights.sum()
        mean = float(weights @ counts)
        cv = math.sqrt(max(float(weights @ (counts - mean) ** 2), 0.0)) / mean
        return cls(mean, cv, float(weights @ (counts % 2)))

    @property
    def of_a_lesion(self) -> float:
        """Mean number of lesions in the patient of a lesion: mean (1 + cv^2)."""
        return self.mean * (1.0 + self.cv**2)


def design_effect(counts: LesionCounts, icc: float, by: RandomisedBy) -> float:
    """Variance of the comparison, relative to as many independent lesions.

    By patient: 1 + (m (1 + cv^2) - 1) icc (Eldridge, Ashby and Kerry 2006). By lesion, arms as even as
    can be inside each patient: 1 - icc (1 - odd share / m), since the contrasts of a patient sum to 0 or 1.
    """
    if by is RandomisedBy.PATIENT:
        return 1.0 + (counts.of_a_lesion - 1.0) * icc
    return 1.0 - icc * (1.0 - counts.odd_share / counts.mean)


@dataclass(frozen=True, slots=True)
class LesionDesign:
    """A comparison of lesions, several in a patient, by the log-rank test with patients as clusters.

    `base` is the design for as many independent lesions; for an endpoint per lesion that is a
    `CompetingDeathDesign` with `unit="lesion"`. `icc` is the correlation of the score contributions
    (martingale residuals) of two lesions of a patient.
    """

    base: LogRankDesign | CompetingDeathDesign
    counts: LesionCounts
    icc: float
    randomised_by: RandomisedBy = RandomisedBy.PATIENT

    def __post_init__(self) -> None:
        demand(0.0 <= self.icc < 1.0, "icc", "a correlation of at least 0 and below 1")
        if self.randomised_by is RandomisedBy.LESION and self.base.test.allocation != 1.0:
            raise DesignError(
                "lesions of a patient are split evenly", where="allocation", expected="allocation 1"
            )

    def effect(self, by: RandomisedBy) -> float:
        """Design effect when randomised by patient or by lesion."""
        return design_effect(self.counts, self.icc, by)

    @property
    def lesions(self) -> float:
        """Lesions needed, not rounded."""
        return self.base.patients * self.effect(self.randomised_by)

    def patients_by(self, by: RandomisedBy) -> int:
        """Patients needed when randomised by patient (arms rounded up each) or by lesion."""
        patients = self.base.patients * self.effect(by) / self.counts.mean
        return sum(self.base.test.arms(patients)) if by is RandomisedBy.PATIENT else rounded_up(patients)

    @property
    def patients(self) -> int:
        """Patients needed."""
        return self.patients_by(self.randomised_by)

    @property
    def attained_power(self) -> float:
        """Power of the rounded numbers: events count 1 / design effect each."""
        lesions = self.patients * self.counts.mean
        events = lesions * self.base.event_probability / self.effect(self.randomised_by)
        return power_of_events(events, self.base.hazard_ratio, self.base.test)

    def replicate(self, n_rep: int, rng: np.random.Generator, *, null: bool = False) -> BoolArray:
        """Whether each simulated trial rejects, by the clustered log-rank test.

        Two lesions of a patient have the same cumulative hazard at failure with chance `icc`, independent
        ones otherwise, so that any score of one lesion has correlation `icc` with that of another. Entry,
        loss and death are the patient's.
        """
        sizes = self._cluster_sizes(rng)
        of_lesion = np.repeat(np.arange(len(sizes)), sizes)
        treated = self._arms(n_rep, sizes, rng)
        shape = (n_rep, len(sizes))
        end = self.base.recruitment.censoring_times(shape, rng)
        if isinstance(self.base, CompetingDeathDesign):
            end = np.minimum(end, self.base.death.times(rng.standard_exponential(shape)))
            control = self.base.cause
        else:
            control = self.base.control
        shared = rng.random((n_rep, len(of_lesion))) < math.sqrt(self.icc)
        own = rng.standard_exponential((n_rep, len(of_lesion)))
        common = rng.standard_exponential(shape)[:, of_lesion]
        ratio = np.where(treated & (not null), self.base.hazard_ratio, 1.0)
        months = control.times(np.where(shared, common, own) / ratio)
        seen_until: FloatArray = end[:, of_lesion]
        first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        z = clustered_log_rank_z(
            np.minimum(months, seen_until), months <= seen_until, treated, first.astype(np.int64)
        )
        return self.base.test.rejects(z)

    def _cluster_sizes(self, rng: np.random.Generator) -> IntArray:
        """Lesions a patient with this mean and variance, the same for a block of trials.

        Fixed where cv is 0 and the mean whole; else 1 + negative binomial (or binomial below its variance).
        """
        more, variance = self.counts.mean - 1.0, (self.counts.cv * self.counts.mean) ** 2
        size = self.patients
        if more == 0.0 or (variance == 0.0 and more.is_integer()):
            return np.full(size, round(self.counts.mean), dtype=np.int64)
        if variance > more:
            chance = more / variance
            return 1 + rng.negative_binomial(more * chance / (1.0 - chance), chance, size)
        trials = max(math.ceil(more), round(more / max(1.0 - variance / more, 1e-9)))
        return 1 + rng.binomial(trials, more / trials, size)

    def _arms(self, n_rep: int, sizes: IntArray, rng: np.random.Generator) -> BoolArray:
        """Arm of each lesion: its patient's, or alternating inside the patient from a random start."""
        patients = len(sizes)
        if self.randomised_by is RandomisedBy.PATIENT:
            treated = rng.permuted(
                np.broadcast_to(np.arange(patients) < self._treated_patients, (n_rep, patients)), axis=1
            )
            return np.repeat(treated, sizes, axis=1)
        place = np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        start = np.repeat(rng.random((n_rep, patients)) < 0.5, sizes, axis=1)
        arms: BoolArray = (place % 2 == 0) ^ start
        return arms

    @property
    def _treated_patients(self) -> int:
        return self.base.test.arms(self.lesions / self.counts.mean)[0]

    def report(self) -> DesignReport:
        """The design in full, both units of randomisation beside each other."""
        base = self.base.report()
        by_patient, by_lesion = (self.effect(by) for by in RandomisedBy)
        return DesignReport(
            title=f"{base.title}: lesions in patients, randomised by {self.randomised_by}",
            measured=base.measured,
            numbers=(
                *(
                    pair
                    for pair in base.numbers
                    if pair[0] not in ("patients needed", "power of these patients")
                ),
                ("independent lesions", self.base.patients),
                ("lesions a patient", f"{self.counts.mean:g} (cv {self.counts.cv:g})"),
                ("correlation of lesions", self.icc),
                ("design effect by patient", by_patient),
                ("design effect by lesion", by_lesion),
                ("patients, by patient", self.patients_by(RandomisedBy.PATIENT)),
                ("patients, by lesion", self.patients_by(RandomisedBy.LESION)),
                ("lesions needed", rounded_up(self.lesions)),
                ("power of these patients", self.attained_power),
            ),
            formulas=(
                *base.formulas,
                "by patient: 1 + (m (1 + cv^2) - 1) icc (Eldridge, Ashby and Kerry 2006)",
                "by lesion: 1 - icc (1 - odd share / m), lesions of a patient split as evenly as can be",
            ),
            assumptions=(
                *(one for one in base.assumptions if not one.startswith("one row a patient")),
                "any two lesions of a patient are equally alike (one icc); their number tells nothing",
                "randomised by lesion: treating one lesion does nothing to its neighbour",
                "the design effect is for hazard ratios near 1: with 0.6, randomised by lesion, simulated "
                "power lies about 0.04 lower, so simulate a strong effect",
            ),
            entries=tuple(one.with_keys(cluster="patient_id", unit="lesion") for one in base.entries),
            warnings=base.warnings,
        )
