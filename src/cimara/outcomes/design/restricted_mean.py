"""Two arms compared by restricted mean survival time, for hazards that are not proportional."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr  # type: ignore[import-untyped]

from cimara.outcomes.design.endpoints import USUAL_ASSESSMENTS, Measured, check_endpoint
from cimara.outcomes.design.errors import demand
from cimara.outcomes.design.hazards import FloatArray, Hazard, Recruitment, integral
from cimara.outcomes.design.log_rank import USUAL_TEST, TwoArmTest, arm_columns
from cimara.outcomes.design.report import DesignReport, analysis_entry, scans_planned
from cimara.outcomes.design.trial_matrix import restricted_means, standardised
from cimara.outcomes.endpoints.words import EndpointKind

BoolArray = NDArray[np.bool_]


def restricted_mean(hazard: Hazard, tau: float) -> float:
    """Mean time to the event or to `tau` months, whichever is first: the area under the survival curve."""
    return integral(hazard.survival, hazard.cuts, tau)


def restricted_mean_variance(hazard: Hazard, recruitment: Recruitment, tau: float) -> float:
    """Variance of one patient's contribution to the estimate of the restricted mean.

    Integral to `tau` of A(u)^2 h(u) / (S(u) G(u)) du, A(u) the area under S from u to `tau`, G the share
    still observed at u (Royston and Parmar 2013; the limit of Greenwood's sum).
    """
    whole = restricted_mean(hazard, tau)

    def rate(months: FloatArray) -> FloatArray:
        until = np.asarray([integral(hazard.survival, hazard.cuts, float(one)) for one in months])
        at_risk = hazard.survival(months) * recruitment.observed(months)
        return (whole - until) ** 2 * hazard.at(months) / at_risk

    return integral(rate, (recruitment.followup, *hazard.cuts), tau)


@dataclass(frozen=True, slots=True)
class RestrictedMeanDesign:
    """Two arms compared by the difference of restricted means at `tau` months.

    Raises
    ------
    DesignError
        `tau` at or beyond the longest observation, no difference to find, an endpoint of another kind, or a
        schedule that lacks a scan.
    """

    endpoint: Measured
    treated: Hazard
    control: Hazard
    tau: float
    recruitment: Recruitment
    test: TwoArmTest = USUAL_TEST
    assessments: tuple[str, ...] = USUAL_ASSESSMENTS

    def __post_init__(self) -> None:
        check_endpoint(self.endpoint, (EndpointKind.TIME_TO_EVENT,), self.assessments)
        limit = self.recruitment.length if self.recruitment.accrual > 0 else self.recruitment.followup
        within = 0.0 < self.tau < limit or (self.tau == limit and self.recruitment.accrual == 0.0)
        demand(within, "tau", f"months above 0 and below {limit:g}, the longest observation")
        demand(abs(self.difference) > 1e-9, "treated", "arms whose restricted means differ")

    @property
    def difference(self) -> float:
        """Restricted mean of the treated less that of the controls, months."""
        return restricted_mean(self.treated, self.tau) - restricted_mean(self.control, self.tau)

    @property
    def variances(self) -> tuple[float, float]:
        """Variance a patient, treated and control."""
        treated = restricted_mean_variance(self.treated, self.recruitment, self.tau)
        return treated, restricted_mean_variance(self.control, self.recruitment, self.tau)

    @property
    def patients(self) -> float:
        """Patients needed, not rounded: (z_alpha + z_power)^2 (v1/p + v0/(1-p)) / difference^2."""
        share = self.test.treated_share
        treated, control = self.variances
        return self.test.distance**2 * (treated / share + control / (1.0 - share)) / self.difference**2

    @property
    def arms(self) -> tuple[int, int]:
        """Treated and control patients, each rounded up."""
        return self.test.arms(self.patients)

    @property
    def attained_power(self) -> float:
        """Power of the rounded arms."""
        error = math.sqrt(sum(v / n for v, n in zip(self.variances, self.arms, strict=True)))
        return float(ndtr(abs(self.difference) / error - self.test.critical))

    def replicate(self, n_rep: int, rng: np.random.Generator, *, null: bool = False) -> BoolArray:
        """Whether each simulated trial rejects, by the difference over its standard error."""
        treated = arm_columns(self.arms)
        shape = (n_rep, len(treated))
        exponentials = rng.standard_exponential(shape)
        arm = self.control if null else self.treated
        months = np.where(treated, arm.times(exponentials), self.control.times(exponentials))
        end = self.recruitment.censoring_times(shape, rng)
        time, event = np.minimum(months, end), months <= end
        mean_treated, var_treated = restricted_means(time[:, treated], event[:, treated], self.tau)
        mean_control, var_control = restricted_means(time[:, ~treated], event[:, ~treated], self.tau)
        return self.test.rejects(standardised(mean_treated - mean_control, var_treated + var_control))

    def report(self) -> DesignReport:
        """The design in full."""
        treated, control = self.arms
        return DesignReport(
            title=f"Difference of restricted mean survival times at {self.tau:g} months",
            measured=self.endpoint,
            numbers=(
                ("restricted mean, treated", restricted_mean(self.treated, self.tau)),
                ("restricted mean, control", restricted_mean(self.control, self.tau)),
                ("difference, months", self.difference),
                *self.test.lines(),
                (
                    "accrual, follow-up, months",
                    f"{self.recruitment.accrual:g}, {self.recruitment.followup:g}",
                ),
                ("lost in a year", self.recruitment.yearly_loss),
                ("patients needed", f"{treated} + {control} ({self.patients:.2f})"),
                ("power of these patients", self.attained_power),
                ("smallest difference shown", self._limit()),
            ),
            formulas=(
                "n = (z_alpha + z_power)^2 (v1/p + v0/(1 - p)) / difference^2",
                "v = integral to tau of A(u)^2 h(u) / (S(u) G(u)) du, A(u) the area from u to tau "
                "(Royston and Parmar 2013)",
            ),
            assumptions=(
                "hazards are constant between the months given; they need not be proportional",
                f"tau is fixed in the plan; there at least {self._at_risk():.0f} patients an arm are at risk",
                "patients come in evenly; loss is at a constant hazard and tells nothing of the prognosis",
                "patients are independent; events are seen when they happen",
                *scans_planned(self.assessments),
            ),
            entries=(
                analysis_entry(
                    self.endpoint,
                    "rmst",
                    by="arm",
                    tau=self.tau,
                    test={"kind": "difference", "sided": self.test.sided, "alpha": self.test.alpha},
                ),
            ),
        )

    def _limit(self) -> float:
        error = math.sqrt(sum(v / n for v, n in zip(self.variances, self.arms, strict=True)))
        return self.test.critical * error

    def _at_risk(self) -> float:
        at = np.asarray([self.tau])
        observed = float(self.recruitment.observed(at)[0])
        alive = (float(arm.survival(at)[0]) for arm in (self.treated, self.control))
        return min(n * one * observed for n, one in zip(self.arms, alive, strict=True))
