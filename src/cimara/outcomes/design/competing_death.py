"""Patients for a comparison of one cause of failure when death competes with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from cimara.outcomes.design.endpoints import USUAL_ASSESSMENTS, Measured, check_endpoint
from cimara.outcomes.design.errors import demand
from cimara.outcomes.design.hazards import FloatArray, Hazard, Recruitment
from cimara.outcomes.design.log_rank import (
    USUAL_TEST,
    TwoArmTest,
    arm_columns,
    events_needed,
    power_of_events,
    rounded_up,
)
from cimara.outcomes.design.report import (
    DesignConcern,
    DesignReport,
    DesignWarning,
    analysis_entry,
    scans_planned,
)
from cimara.outcomes.design.trial_matrix import log_rank_z
from cimara.outcomes.endpoints.words import EndpointKind, UnitOfAnalysis

BoolArray = NDArray[np.bool_]


class RatioScale(StrEnum):
    """What the hazard ratio is a ratio of."""

    CAUSE_SPECIFIC = "cause_specific"
    """Hazard among those alive and free of the event: what the treatment does."""
    SUBDISTRIBUTION = "subdistribution"
    """Hazard that goes with the cumulative incidence: how many will have the event."""


@dataclass(frozen=True, slots=True)
class CompetingDeathDesign:
    """Two arms compared for one cause, with death (or any other cause) before it.

    `cause` and `death` are cause-specific hazards of the control arm a month. On the cause-specific scale
    the treated arm has `cause` times `hazard_ratio` and the same `death`. On the subdistribution scale its
    cumulative incidence is 1 - (1 - F)^hazard_ratio.

    Raises
    ------
    DesignError
        An endpoint without a competing cause, a schedule that lacks a scan, or an impossible number.
    """

    endpoint: Measured
    hazard_ratio: float
    cause: Hazard
    death: Hazard
    recruitment: Recruitment
    scale: RatioScale = RatioScale.CAUSE_SPECIFIC
    test: TwoArmTest = USUAL_TEST
    assessments: tuple[str, ...] = USUAL_ASSESSMENTS
    unit: UnitOfAnalysis = UnitOfAnalysis.PATIENT

    def __post_init__(self) -> None:
        check_endpoint(self.endpoint, (EndpointKind.COMPETING_RISKS,), self.assessments, unit=self.unit)
        events_needed(self.hazard_ratio, self.test)
        demand(max(self.cause.rates) > 0.0, "cause", "a hazard above 0")
        constant = not self.cause.cuts and not self.death.cuts
        demand(
            constant or self.scale is RatioScale.CAUSE_SPECIFIC,
            "scale",
            "constant hazards on the subdistribution scale",
        )

    @property
    def events(self) -> float:
        """Events of the cause that are needed, not rounded."""
        return events_needed(self.hazard_ratio, self.test)

    @property
    def event_probabilities(self) -> tuple[float, float]:
        """The chance that the cause is seen before death, loss and the analysis: treated, control."""
        control = self.recruitment.event_probability(self.cause, self.death)
        if self.scale is RatioScale.CAUSE_SPECIFIC:
            treated = self.cause.times_ratio(self.hazard_ratio)
            return self.recruitment.event_probability(treated, self.death), control
        return self._treated_by_subdistribution(), control

    def _treated_by_subdistribution(self) -> float:
        """Integral of G(t) dF(t) with 1 - F = (1 - F_control)^ratio."""
        cause, both = self.cause.rates[0], self.cause.rates[0] + self.death.rates[0]

        def density(months: FloatArray) -> FloatArray:
            without = 1.0 - cause / both * -np.expm1(-both * months)
            slope: FloatArray = cause * np.exp(-both * months)
            return self.hazard_ratio * without ** (self.hazard_ratio - 1.0) * slope

        return self.recruitment.integral(density)

    @property
    def event_probability(self) -> float:
        """That chance over all patients: arms averaged by allocation."""
        treated, control = self.event_probabilities
        share = self.test.treated_share
        return share * treated + (1.0 - share) * control

    @property
    def ignoring_death(self) -> float:
        """The chance of an event in the control arm if nobody died first: what a careless plan uses."""
        return self.recruitment.event_probability(self.cause)

    @property
    def patients(self) -> float:
        """Patients needed, not rounded."""
        return self.events / self.event_probability

    @property
    def arms(self) -> tuple[int, int]:
        """Treated and control patients, each rounded up."""
        return self.test.arms(self.patients)

    @property
    def expected_events(self) -> float:
        """Events of the cause that the rounded arms are expected to give."""
        return float(np.dot(self.arms, self.event_probabilities))

    @property
    def attained_power(self) -> float:
        """Power of the rounded arms."""
        return power_of_events(self.expected_events, self.hazard_ratio, self.test)

    def replicate(self, n_rep: int, rng: np.random.Generator, *, null: bool = False) -> BoolArray:
        """Whether each simulated trial rejects, by the log-rank test of the scale.

        On the subdistribution scale who died stays at risk up to the end of observation, which a simulation
        knows (the censoring-complete form of Fine and Gray 1999).
        """
        treated = arm_columns(self.arms)
        shape = (n_rep, len(treated))
        ratio = np.where(treated & (not null), self.hazard_ratio, 1.0)
        end = self.recruitment.censoring_times(shape, rng)
        if self.scale is RatioScale.SUBDISTRIBUTION:
            months = self._subdistribution_times(ratio, rng.random(shape))
        else:
            months, death = self.simulated_causes(ratio, shape, rng)
            end = np.minimum(end, death)
        return self.test.rejects(log_rank_z(np.minimum(months, end), months <= end, treated))

    def simulated_causes(
        self, ratio: FloatArray, shape: tuple[int, int], rng: np.random.Generator
    ) -> tuple[FloatArray, FloatArray]:
        """Months to the cause and to death, as if each were alone; `ratio` by column."""
        months = self.cause.times(rng.standard_exponential(shape) / ratio)
        return months, self.death.times(rng.standard_exponential(shape))

    def _subdistribution_times(self, ratio: FloatArray, uniform: FloatArray) -> FloatArray:
        """Months at which the arm's cumulative incidence reaches a uniform number; infinity where never."""
        cause, both = self.cause.rates[0], self.cause.rates[0] + self.death.rates[0]
        incidence = -np.expm1(np.log1p(-uniform) / ratio)
        reached = incidence * both / cause
        return np.where(reached < 1.0, -np.log1p(-np.minimum(reached, 1.0 - 1e-16)) / both, np.inf)

    def report(self) -> DesignReport:
        """The design in full, with what ignoring death would have said."""
        treated, control = self.arms
        seen_treated, seen_control = self.event_probabilities
        short = 1.0 - seen_control / self.ignoring_death
        told = (
            f"a plan that ignores death expects an event in {self.ignoring_death:.3f} of the controls, "
            f"not in {seen_control:.3f}: a trial {short:.0%} too small"
        )
        gray = self.scale is RatioScale.SUBDISTRIBUTION
        test = {"kind": "gray" if gray else "logrank", "sided": self.test.sided, "alpha": self.test.alpha}
        return DesignReport(
            title="Comparison of two arms with a competing death",
            measured=self.endpoint,
            numbers=(
                ("hazard ratio", f"{self.hazard_ratio:g} ({self.scale})"),
                *self.test.lines(),
                (
                    "accrual, follow-up, months",
                    f"{self.recruitment.accrual:g}, {self.recruitment.followup:g}",
                ),
                ("lost in a year", self.recruitment.yearly_loss),
                ("events needed", f"{rounded_up(self.events)} ({self.events:.2f})"),
                ("chance of an event, treated", seen_treated),
                ("chance of an event, control", seen_control),
                ("ignoring death, control", self.ignoring_death),
                ("patients needed", f"{treated} + {control} ({self.patients:.2f})"),
                ("power of these patients", self.attained_power),
            ),
            formulas=(
                "d = (z_alpha + z_power)^2 / (p (1 - p) ln^2 HR) events of the cause (Latouche 2004)",
                "n = d / P, P = h_cause/H [1 - (e^(-HF) - e^(-H(A+F)))/(HA)], H = h_cause + h_death + h_loss",
            ),
            assumptions=(
                f"the {str(self.scale).replace('_', '-')} hazards are proportional",
                "hazards of the cause and of death are constant between the months given",
                *(() if gray else ("the treatment does not change the hazard of death",)),
                "patients come in evenly; loss is at a constant hazard and tells nothing of the prognosis",
                *scans_planned(self.assessments),
            ),
            entries=(
                analysis_entry(
                    self.endpoint, "cumulative_incidence", by="arm", scale=str(self.scale), test=test
                ),
            ),
            warnings=(DesignWarning(DesignConcern.DEATH_COMPETES, told),),
        )
