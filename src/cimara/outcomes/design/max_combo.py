"""The largest of several weighted log-rank tests, for hazards whose departure is not known beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri  # type: ignore[import-untyped]
from scipy.stats import qmc  # type: ignore[import-untyped]

from cimara.outcomes.design.endpoints import USUAL_ASSESSMENTS, Measured, check_endpoint
from cimara.outcomes.design.errors import demand
from cimara.outcomes.design.hazards import FloatArray, Hazard, Recruitment
from cimara.outcomes.design.log_rank import USUAL_TEST, TwoArmTest, arm_columns
from cimara.outcomes.design.report import (
    DesignConcern,
    DesignReport,
    DesignWarning,
    analysis_entry,
    scans_planned,
)
from cimara.outcomes.design.trial_matrix import order_trials, weighted_log_rank
from cimara.outcomes.endpoints.words import EndpointKind

BoolArray = NDArray[np.bool_]
COMBINED = ((0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (1.0, 0.0))
"""Fleming-Harrington weights (rho, gamma): log-rank, late, middle and early differences."""

POINTS = 12
"""2^12 Sobol points for the normal integral: its error is about 0.001 of a p-value of 0.05."""
CHUNK = 32
"""Trials whose integral is taken at once: 32 x 4096 x 4 numbers are 4 MB."""


def max_combo_p(score: FloatArray, covariance: FloatArray, *, sided: int = 2) -> FloatArray:
    """P-values of the largest standardised score.

    Parameters
    ----------
    score, covariance
        Trials x weights and trials x weights x weights, of `weighted_log_rank`; a negative score is in favour
        of the treated.

    Returns
    -------
    FloatArray
        1 - P(all normal scores with these correlations below the largest), by quasi-Monte Carlo over fixed
        Sobol points; 1 where a trial has no event (Karrison 2016).
    """
    deviation = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    informative = (deviation > 0).all(axis=1)
    safe = np.where(deviation > 0, deviation, 1.0)
    z = -score / safe
    largest = (np.abs(z) if sided == 2 else z).max(axis=1)
    correlation = covariance / (safe[:, :, None] * safe[:, None, :])
    p = np.ones(len(score))
    points = _normal_points(score.shape[1])
    for begin in range(0, len(score), CHUNK):
        part = slice(begin, begin + CHUNK)
        drawn = np.einsum("rkl,nl->rnk", _roots(correlation[part]), points)
        beyond = (np.abs(drawn) if sided == 2 else drawn).max(axis=2) >= largest[part, None]
        p[part] = beyond.mean(axis=1)
    return np.where(informative, p, 1.0)


def _roots(correlation: FloatArray) -> FloatArray:
    """Symmetric roots of correlation matrices, which may be singular."""
    values, vectors = np.linalg.eigh(correlation)
    found: FloatArray = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]
    return found


@cache
def _normal_points(dimension: int) -> FloatArray:
    points = qmc.Sobol(dimension, scramble=False).random_base2(POINTS)
    found: FloatArray = ndtri(points + 0.5 / len(points))
    return found


@dataclass(frozen=True, slots=True)
class MaxComboDesign:
    """Two arms of given size, compared by the largest of several weighted log-rank tests.

    Raises
    ------
    DesignError
        No weight, an empty arm, an endpoint of another kind, or a schedule that lacks a scan.
    """

    endpoint: Measured
    treated: Hazard
    control: Hazard
    patients: int
    recruitment: Recruitment
    test: TwoArmTest = USUAL_TEST
    weights: tuple[tuple[float, float], ...] = COMBINED
    assessments: tuple[str, ...] = USUAL_ASSESSMENTS

    def __post_init__(self) -> None:
        check_endpoint(self.endpoint, (EndpointKind.TIME_TO_EVENT,), self.assessments)
        demand(len(self.weights) >= 1, "weights", "at least one pair (rho, gamma)")
        demand(all(min(pair) >= 0.0 for pair in self.weights), "weights", "rho and gamma of at least 0")
        demand(self.patients >= 2, "patients", "at least 2 patients")

    def replicate(self, n_rep: int, rng: np.random.Generator, *, null: bool = False) -> BoolArray:
        """Whether each simulated trial rejects."""
        treated = arm_columns(self.test.arms(self.patients))
        shape = (n_rep, len(treated))
        exponentials = rng.standard_exponential(shape)
        arm = self.control if null else self.treated
        months = np.where(treated, arm.times(exponentials), self.control.times(exponentials))
        end = self.recruitment.censoring_times(shape, rng)
        trials = order_trials(np.minimum(months, end), months <= end, treated)
        score, covariance = weighted_log_rank(trials, self.weights)
        rejected: BoolArray = max_combo_p(score, covariance, sided=self.test.sided) <= self.test.alpha
        return rejected

    def report(self) -> DesignReport:
        """The design in full; its power is what `simulate` gives."""
        treated, control = self.test.arms(self.patients)
        pairs = ", ".join(f"({rho:g}, {gamma:g})" for rho, gamma in self.weights)
        return DesignReport(
            title="Largest of several weighted log-rank tests (max-combo)",
            measured=self.endpoint,
            numbers=(
                ("weights (rho, gamma)", pairs),
                ("alpha", f"{self.test.alpha:g} {'two' if self.test.sided == 2 else 'one'}-sided"),
                ("treated median, months", self.treated.median),
                ("control median, months", self.control.median),
                (
                    "accrual, follow-up, months",
                    f"{self.recruitment.accrual:g}, {self.recruitment.followup:g}",
                ),
                ("lost in a year", self.recruitment.yearly_loss),
                ("patients", f"{treated} + {control}"),
            ),
            formulas=(
                "max over weights of |Z|, Z = sum w (O - E) / sqrt(sum w^2 V), "
                "w = S(t-)^rho (1 - S(t-))^gamma (Fleming and Harrington 1991)",
                "p = 1 - P(all |N| < max), N normal with correlations sum w_j w_k V (Karrison 2016)",
            ),
            assumptions=(
                "hazards are constant between the months given; they need not be proportional",
                "a rejection does not say that the treated fare better at every time: print curves and RMST",
                "patients come in evenly; loss is at a constant hazard and tells nothing of the prognosis",
                *scans_planned(self.assessments),
            ),
            entries=(
                analysis_entry(
                    self.endpoint,
                    "kaplan_meier",
                    by="arm",
                    test={
                        "kind": "max_combo",
                        "weights": self.weights,
                        "sided": self.test.sided,
                        "alpha": self.test.alpha,
                    },
                ),
            ),
            warnings=(
                DesignWarning(DesignConcern.UNVERIFIED, "there is no formula for its power: simulate it"),
            ),
        )
