"""What scan visits do to a comparison: progression is seen at the next scan, not when it happens."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from cimara.outcomes.design.endpoints import USUAL_ASSESSMENTS, check_endpoint
from cimara.outcomes.design.errors import DesignError, demand, demand_positive, demand_rate
from cimara.outcomes.design.hazards import FloatArray, Hazard, Recruitment
from cimara.outcomes.design.log_rank import TwoArmTest, arm_columns
from cimara.outcomes.design.report import (
    DesignConcern,
    DesignReport,
    DesignWarning,
    analysis_entry,
    scans_planned,
)
from cimara.outcomes.design.trial_matrix import log_rank_z
from cimara.outcomes.endpoints.definition import Endpoint
from cimara.outcomes.endpoints.observe import LATENT, ScanPlan
from cimara.outcomes.endpoints.plan import plan_of
from cimara.outcomes.endpoints.schedule import Schedule
from cimara.outcomes.endpoints.words import DAYS_IN_MONTH, EndpointKind, FactWord
from cimara.terms.response import AssessedCompartment

BoolArray = NDArray[np.bool_]
FAR_APART = 0.25
"""A scan interval above this share of the control median hides too much of the curve."""
ENTRY_GROUPS = 6
"""Patients come in in this many waves, evenly spread, so that each wave has one length of follow-up."""
DEATH = "death"
_SHOWS: dict[AssessedCompartment | None, tuple[str, ...]] = {
    AssessedCompartment.CNS: ("cns_growth",),
    AssessedCompartment.SYS: ("systemic_growth",),
    AssessedCompartment.ANY: ("cns_growth", "systemic_growth"),
    AssessedCompartment.LM: ("lmd",),
    None: ("cns_growth",),
}


@dataclass(frozen=True, slots=True)
class TrueTimes:
    """Hazards of one arm, a month, of what truly happens: columns of `observe.LATENT`; `death` is needed."""

    hazards: tuple[tuple[str, Hazard], ...]

    def __post_init__(self) -> None:
        names = [name for name, _ in self.hazards]
        unknown = sorted(set(names) - set(LATENT))
        demand(not unknown and DEATH in names, "hazards", f"`death`, and any of {', '.join(LATENT)}")

    @classmethod
    def of_medians(cls, **medians: float) -> TrueTimes:
        """Constant hazards from medians in months: `of_medians(cns_growth=8, death=16)`."""
        return cls(tuple((name, Hazard.of_median(months)) for name, months in medians.items()))

    def times_ratio(self, **ratios: float) -> TrueTimes:
        """The same with some hazards multiplied: `times_ratio(cns_growth=0.6)`."""
        known = {name for name, _ in self.hazards}
        demand(set(ratios) <= known, "ratios", f"any of {', '.join(sorted(known))}")
        for name, ratio in ratios.items():
            demand_positive(ratio, name)
        return TrueTimes(tuple((name, one.times_ratio(ratios.get(name, 1.0))) for name, one in self.hazards))

    def days(self, size: int, rng: np.random.Generator) -> pl.DataFrame:
        """True days of `size` patients, rounded up to whole days; null where never."""
        drawn = {name: hazard.times(rng.standard_exponential(size)) for name, hazard in self.hazards}
        whole = {name: np.ceil(np.minimum(months * DAYS_IN_MONTH, 1e6)) for name, months in drawn.items()}
        frame = pl.DataFrame({name: days.astype(np.int64) for name, days in whole.items()})
        return frame.with_columns(pl.when(pl.all() < 1_000_000).then(pl.all()))

    def median_seen(self, names: tuple[str, ...]) -> float:
        """Median months to the first of these events (by the sum of their hazards)."""
        found = [hazard for name, hazard in self.hazards if name in names]
        cuts = tuple(sorted({cut for hazard in found for cut in hazard.cuts}))
        starts = np.asarray((0.0, *cuts))
        rates = sum((hazard.at(starts) for hazard in found), np.zeros(len(starts)))
        return Hazard(tuple(float(rate) for rate in rates), cuts).median


def true_events(endpoint: Endpoint) -> tuple[str, ...]:
    """The true times that make the endpoint's events of interest."""
    names: list[str] = []
    for one in plan_of(endpoint).events:
        if one.rule.fact is FactWord.DEATH:
            names.append(DEATH)
        elif one.rule.fact is FactWord.LMD:
            names.append("lmd")
        else:
            names += _SHOWS[one.rule.compartment]
    return tuple(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class VisitDesign:
    """Two arms whose progression is seen at scans, analysed by the endpoint's own rules.

    Power by simulation: true times are put onto scan days by `Endpoint.observe`, which also applies the
    rules for missed scans and censoring, then the log-rank test. Event of interest against everything else.

    Parameters
    ----------
    control, treated
        True hazards of the arms.
    patients
        Both arms together.
    schedule
        Planned scans of the control arm, in days; `treated_schedule` only where it differs.
    missed
        The chance that one scan is missed.
    allow_unequal_schedules
        Take arms that are scanned on different days: the test is then biased, see the report.

    Raises
    ------
    DesignError
        Unequal schedules that were not allowed, a schedule that lacks a scan, or an impossible number.
    """

    endpoint: Endpoint
    control: TrueTimes
    treated: TrueTimes
    patients: int
    recruitment: Recruitment
    schedule: Schedule
    test: TwoArmTest = field(default_factory=TwoArmTest)
    missed: float = 0.0
    treated_schedule: Schedule | None = None
    allow_unequal_schedules: bool = False
    assessments: tuple[str, ...] = USUAL_ASSESSMENTS

    def __post_init__(self) -> None:
        kinds = (EndpointKind.TIME_TO_EVENT, EndpointKind.COMPETING_RISKS)
        check_endpoint(self.endpoint, kinds, self.assessments)
        demand_rate(self.missed, "missed")
        demand(self.patients >= 2, "patients", "at least 2 patients")
        demand(
            self.recruitment.yearly_loss == 0.0, "yearly_loss", "0: here patients are lost by missed scans"
        )
        if self.unequal and not self.allow_unequal_schedules:
            raise DesignError(
                "the arms are scanned on different days",
                where="treated_schedule",
                expected="one schedule for both arms",
                hint="The arm that is scanned later progresses later without any effect; "
                "allow_unequal_schedules takes it nevertheless.",
            )

    @property
    def unequal(self) -> bool:
        """Whether the arms have different planned days."""
        other = self.treated_schedule
        last = round(self.recruitment.length * DAYS_IN_MONTH)
        return other is not None and other.nominal(last) != self.schedule.nominal(last)

    @property
    def interval_share(self) -> float:
        """Longest interval between scans as a share of the control median of the endpoint's true events."""
        step = max(one.step for one in (self.schedule, self.treated_schedule) if one is not None)
        return step / DAYS_IN_MONTH / self.control.median_seen(true_events(self.endpoint))

    def replicate(self, n_rep: int, rng: np.random.Generator, *, null: bool = False) -> BoolArray:
        """Whether each simulated trial rejects."""
        treated = arm_columns(self.test.arms(self.patients))
        time, event = (np.empty((n_rep, len(treated))) for _ in range(2))
        for arm, columns in ((True, treated), (False, ~treated)):
            months, seen = self._arm(n_rep, int(columns.sum()), rng, treated=arm, null=null)
            time[:, columns], event[:, columns] = months, seen
        return self.test.rejects(log_rank_z(time, event > 0, treated))

    def _arm(
        self, n_rep: int, size: int, rng: np.random.Generator, *, treated: bool, null: bool
    ) -> tuple[FloatArray, FloatArray]:
        """Days and whether the event was seen, trials x patients: all trials' patients of a wave at once."""
        truth = self.treated if treated and not null else self.control
        schedule = (self.treated_schedule if treated else None) or self.schedule
        waves = np.array_split(np.arange(size), min(ENTRY_GROUPS, size))
        time, event = np.empty((n_rep, size)), np.empty((n_rep, size))
        for number, columns in enumerate(waves):
            waited = self.recruitment.accrual * (number + 0.5) / len(waves)
            followup = math.floor((self.recruitment.length - waited) * DAYS_IN_MONTH)
            scans = ScanPlan(schedule, followup, self.missed, self.assessments)
            latent = truth.days(n_rep * len(columns), rng)
            seen = self.endpoint.observe(latent, scans, rng).frame.sort("patient_id")
            if seen.height != latent.height:
                raise DesignError("simulated patients were excluded", where=self.endpoint.id)
            time[:, columns] = seen["aval"].to_numpy().reshape(n_rep, -1)
            event[:, columns] = (seen["evcode"] == 1).to_numpy().reshape(n_rep, -1)
        return time, event

    def warnings(self) -> tuple[DesignWarning, ...]:
        """Scans too far apart, and unequal schedules."""
        found = []
        if self.interval_share > FAR_APART:
            told = (
                f"scans are {self.interval_share:.2f} of the control median apart; 0.25 is the most advised"
            )
            found.append(DesignWarning(DesignConcern.VISITS_FAR_APART, told))
        if self.unequal:
            told = "unequal schedules: the test rejects without any effect; simulate with null=True"
            found.append(DesignWarning(DesignConcern.UNEQUAL_SCHEDULES, told))
        return tuple(found)

    def report(self) -> DesignReport:
        """The design in full; its power is what `simulate` gives."""
        treated, control = self.test.arms(self.patients)
        seen = {name: f"{hazard.median:.3g}" for name, hazard in self.control.hazards}
        wanted = {name: f"{hazard.median:.3g}" for name, hazard in self.treated.hazards}
        return DesignReport(
            title="Two arms with progression seen at scan visits",
            measured=self.endpoint,
            numbers=(
                ("true medians, control", ", ".join(f"{name} {one}" for name, one in seen.items())),
                ("true medians, treated", ", ".join(f"{name} {one}" for name, one in wanted.items())),
                ("alpha", f"{self.test.alpha:g} {'two' if self.test.sided == 2 else 'one'}-sided"),
                (
                    "accrual, follow-up, months",
                    f"{self.recruitment.accrual:g}, {self.recruitment.followup:g}",
                ),
                ("days between scans", self.schedule.step),
                ("interval / control median", self.interval_share),
                ("chance of a missed scan", self.missed),
                ("patients", f"{treated} + {control}"),
            ),
            formulas=(
                "true times -> first scan at or after them -> the rules of the endpoint -> log-rank test",
                "power = share of simulated trials that reject; there is no closed form",
            ),
            assumptions=(
                "true hazards are constant between the months given; a patient's true times are independent",
                f"patients come in in {ENTRY_GROUPS} even waves",
                "scans are done on the planned day or missed at random; the first one after growth shows it",
                "no loss but missed scans",
                *scans_planned(self.assessments),
            ),
            entries=(
                analysis_entry(
                    self.endpoint,
                    "kaplan_meier"
                    if self.endpoint.kind is EndpointKind.TIME_TO_EVENT
                    else "cumulative_incidence",
                    by="arm",
                    schedule_days=self.schedule.step,
                    test={"kind": "logrank", "sided": self.test.sided, "alpha": self.test.alpha},
                ),
            ),
            warnings=self.warnings(),
        )
