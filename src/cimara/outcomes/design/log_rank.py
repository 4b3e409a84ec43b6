"""Events and patients for a log-rank comparison of two arms."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri  # type: ignore[import-untyped]

from cimara.outcomes.design.endpoints import USUAL_ASSESSMENTS, Measured, check_endpoint
from cimara.outcomes.design.errors import demand, demand_positive, demand_share
from cimara.outcomes.design.hazards import FloatArray, Hazard, Recruitment
from cimara.outcomes.design.report import (
    DesignConcern,
    DesignReport,
    DesignWarning,
    Number,
    analysis_entry,
    scans_planned,
)
from cimara.outcomes.design.trial_matrix import log_rank_z
from cimara.outcomes.endpoints.words import EndpointKind

FEW_EVENTS = 20
"""Below this many events the normal approximation of the log-rank test is not to be trusted."""


class EventFormula(StrEnum):
    """How events follow from the hazard ratio."""

    SCHOENFELD = "schoenfeld"
    FREEDMAN = "freedman"


FORMULA_TEXT = {
    EventFormula.SCHOENFELD: "d = (z_alpha + z_power)^2 / (p (1 - p) ln^2 HR), p the treated share "
    "(Schoenfeld 1983)",
    EventFormula.FREEDMAN: "d = (z_alpha + z_power)^2 (1 + k HR)^2 / (k (1 - HR)^2), k treated a control "
    "(Freedman 1982)",
}


@dataclass(frozen=True, slots=True)
class TwoArmTest:
    """The test of two arms: error rates, sides, and treated patients for each control patient."""

    alpha: float = 0.05
    power: float = 0.9
    sided: int = 2
    allocation: float = 1.0

    def __post_init__(self) -> None:
        demand_share(self.alpha, "alpha")
        demand_share(self.power, "power")
        demand(self.sided in (1, 2), "sided", "1 or 2")
        demand(self.alpha / self.sided < self.power, "power", "a power above alpha")
        demand_positive(self.allocation, "allocation")

    @property
    def treated_share(self) -> float:
        """Share of patients in the treated arm."""
        return self.allocation / (1.0 + self.allocation)

    @property
    def critical(self) -> float:
        """Standard normal quantile of the test: z of 1 - alpha/2, or 1 - alpha one-sided."""
        return float(-ndtri(self.alpha / self.sided))

    @property
    def distance(self) -> float:
        """z_alpha + z_power."""
        return self.critical + float(ndtri(self.power))

    def arms(self, total: float) -> tuple[int, int]:
        """Treated and control patients, each arm rounded up."""
        return rounded_up(total * self.treated_share), rounded_up(total * (1.0 - self.treated_share))

    def lines(self) -> tuple[tuple[str, Number], ...]:
        """The test as named numbers."""
        sides = "two-sided" if self.sided == 2 else "one-sided"
        return (
            ("alpha", f"{self.alpha:g} {sides}"),
            ("power asked for", self.power),
            ("treated a control", self.allocation),
        )

    def rejects(self, z: FloatArray) -> NDArray[np.bool_]:
        """Whether z (positive in favour of the treatment) is beyond the critical value."""
        return np.asarray(z >= self.critical if self.sided == 1 else np.abs(z) >= self.critical)


USUAL_TEST = TwoArmTest()
"""Two-sided 0.05, power 0.9, equal arms."""


def rounded_up(value: float) -> int:
    """The next whole number; a value that is whole but for rounding stays."""
    return math.ceil(value - 1e-9 * max(1.0, abs(value)))


def events_needed(
    hazard_ratio: float, test: TwoArmTest, formula: EventFormula = EventFormula.SCHOENFELD
) -> float:
    """Events for the power asked for, not rounded.

    Schoenfeld 1983; Freedman 1982. Raises DesignError for a hazard ratio of 1.
    """
    demand_positive(hazard_ratio, "hazard_ratio")
    demand(
        hazard_ratio != 1.0, "hazard_ratio", "a ratio other than 1: no trial can show that nothing differs"
    )
    return test.distance**2 / information_per_event(hazard_ratio, test, formula)


def information_per_event(hazard_ratio: float, test: TwoArmTest, formula: EventFormula) -> float:
    """Squared drift of the log-rank statistic that one event adds."""
    if formula is EventFormula.FREEDMAN:
        k = test.allocation
        return k * (1.0 - hazard_ratio) ** 2 / (1.0 + k * hazard_ratio) ** 2
    share = test.treated_share
    return share * (1.0 - share) * math.log(hazard_ratio) ** 2


def power_of_events(
    events: float, hazard_ratio: float, test: TwoArmTest, formula: EventFormula = EventFormula.SCHOENFELD
) -> float:
    """Power with this many events; the chance to reject on the wrong side is left out."""
    drift = math.sqrt(events * information_per_event(hazard_ratio, test, formula))
    return float(ndtr(drift - test.critical))


@dataclass(frozen=True, slots=True)
class LogRankDesign:
    """Two arms compared by the log-rank test, analysed `followup` months after the last patient came in.

    `control` is the hazard of the control arm a month; the treated arm has it times `hazard_ratio`.

    Raises
    ------
    DesignError
        An endpoint that is not time to event per patient, a schedule that lacks a scan which it needs, or a
        number that no trial can have.
    """

    endpoint: Measured
    hazard_ratio: float
    control: Hazard
    recruitment: Recruitment
    test: TwoArmTest = USUAL_TEST
    formula: EventFormula = EventFormula.SCHOENFELD
    assessments: tuple[str, ...] = USUAL_ASSESSMENTS

    def __post_init__(self) -> None:
        check_endpoint(self.endpoint, (EndpointKind.TIME_TO_EVENT,), self.assessments)
        events_needed(self.hazard_ratio, self.test, self.formula)
        demand(max(self.control.rates) > 0.0, "control", "a hazard above 0")

    @property
    def treated(self) -> Hazard:
        """Hazard of the treated arm."""
        return self.control.times_ratio(self.hazard_ratio)

    @property
    def events(self) -> float:
        """Events needed, not rounded."""
        return events_needed(self.hazard_ratio, self.test, self.formula)

    @property
    def event_probabilities(self) -> tuple[float, float]:
        """The chance that an event is seen, treated and control."""
        treated = self.recruitment.event_probability(self.treated)
        return treated, self.recruitment.event_probability(self.control)

    @property
    def event_probability(self) -> float:
        """That chance over all patients: arms averaged by allocation."""
        treated, control = self.event_probabilities
        share = self.test.treated_share
        return share * treated + (1.0 - share) * control

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
        """Events that the rounded arms are expected to give."""
        return float(np.dot(self.arms, self.event_probabilities))

    @property
    def attained_power(self) -> float:
        """Power of the rounded arms."""
        return power_of_events(self.expected_events, self.hazard_ratio, self.test, self.formula)

    def replicate(self, n_rep: int, rng: np.random.Generator, *, null: bool = False) -> NDArray[np.bool_]:
        """Whether each simulated trial rejects: entry, loss, events, then the log-rank test."""
        time, event, treated = self.simulated_patients(n_rep, rng, null=null)
        return self.test.rejects(log_rank_z(time, event, treated))

    def simulated_patients(
        self, n_rep: int, rng: np.random.Generator, *, null: bool = False
    ) -> tuple[FloatArray, NDArray[np.bool_], NDArray[np.bool_]]:
        """Months, whether the event was seen (trials x patients), and the arm of each column."""
        treated = arm_columns(self.arms)
        shape = (n_rep, len(treated))
        exponentials = rng.standard_exponential(shape)
        arm = self.control if null else self.treated
        months = np.where(treated, arm.times(exponentials), self.control.times(exponentials))
        end = self.recruitment.censoring_times(shape, rng)
        return np.minimum(months, end), months <= end, treated

    def warnings(self) -> tuple[DesignWarning, ...]:
        """What is wrong with the numbers of this design."""
        if self.events >= FEW_EVENTS:
            return ()
        told = f"{self.events:.1f} events: simulate the power, the formula is for many"
        return (DesignWarning(DesignConcern.FEW_EVENTS, told),)

    def report(self) -> DesignReport:
        """The design in full."""
        treated, control = self.arms
        seen_treated, seen_control = self.event_probabilities
        limit = self.test.critical / math.sqrt(
            rounded_up(self.events) * self.test.treated_share * (1.0 - self.test.treated_share)
        )
        return DesignReport(
            title="Log-rank comparison of two arms",
            measured=self.endpoint,
            numbers=(
                ("hazard ratio", self.hazard_ratio),
                ("control median, months", self.control.median),
                *self.test.lines(),
                (
                    "accrual, follow-up, months",
                    f"{self.recruitment.accrual:g}, {self.recruitment.followup:g}",
                ),
                ("lost in a year", self.recruitment.yearly_loss),
                ("events needed", f"{rounded_up(self.events)} ({self.events:.2f})"),
                ("chance of an event, treated", seen_treated),
                ("chance of an event, control", seen_control),
                ("patients needed", f"{treated} + {control} ({self.patients:.2f})"),
                ("power of these patients", self.attained_power),
                ("hazard ratio at the limit", math.exp(-limit if self.hazard_ratio < 1 else limit)),
            ),
            formulas=(
                FORMULA_TEXT[self.formula],
                "n = d / P(event), arms averaged; constant hazard h with loss h_l, H = h + h_l: "
                "P = h/H [1 - (e^(-HF) - e^(-H(A+F)))/(HA)] (Lachin and Foulkes 1986)",
            ),
            assumptions=(*LOG_RANK_ASSUMPTIONS, *scans_planned(self.assessments)),
            entries=(
                analysis_entry(
                    self.endpoint,
                    "kaplan_meier",
                    by="arm",
                    test={"kind": "logrank", "sided": self.test.sided, "alpha": self.test.alpha},
                ),
            ),
            warnings=self.warnings(),
        )


LOG_RANK_ASSUMPTIONS = (
    "hazards are proportional over the whole trial",
    "hazards are constant between the months given",
    "patients come in evenly over the accrual",
    "loss is at a constant hazard, the same in both arms, and tells nothing of the prognosis",
    "one row a patient; patients are independent",
    "events are seen when they happen (a design for visits drops this)",
)


def arm_columns(arms: tuple[int, int]) -> NDArray[np.bool_]:
    """One flag a patient: the treated, then the controls."""
    return np.repeat([True, False], arms)
