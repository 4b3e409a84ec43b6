"""Window-of-opportunity trials: a short treatment before resection, judged in the tissue.

Unbound drug above its target (a rate), a marker before and after (paired), or treated against untreated (two
groups); several specimens a patient are averaged first.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit  # type: ignore[import-untyped]

from cimara.outcomes.design.endpoints import Measurement
from cimara.outcomes.design.errors import DesignError, demand, demand_positive, demand_rate, demand_share
from cimara.outcomes.design.left_censored import difference_variance, efficiency, shifted_shares
from cimara.outcomes.design.log_rank import rounded_up
from cimara.outcomes.design.noncentral_t import t_power
from cimara.outcomes.design.report import (
    DesignConcern,
    DesignReport,
    DesignWarning,
    analysis_entry,
)
from cimara.outcomes.design.single_stage import SingleStageDesign
from cimara.outcomes.design.two_stage import Choice, TwoStageDesign

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
LARGEST = 100_000
UNVERIFIED = DesignWarning(
    DesignConcern.UNVERIFIED, "checked by simulation only, not against another program or a printed table"
)


class Tissue(StrEnum):
    """Where the specimen is from: the barrier is open in one and may be closed in the other."""

    ENHANCING = "contrast-enhancing tumour"
    NON_ENHANCING = "non-enhancing tumour"


@dataclass(frozen=True, slots=True)
class Specimens:
    """Specimens (or lesions) of one patient: how many, and how alike (intraclass correlation)."""

    number: int = 1
    icc: float = 0.0

    def __post_init__(self) -> None:
        demand(self.number >= 1, "number", "at least 1 specimen a patient")
        demand(0.0 <= self.icc <= 1.0, "icc", "a correlation from 0 to 1")

    @property
    def design_effect(self) -> float:
        """Variance of a mean of all specimens, relative to as many patients with one: 1 + (m - 1) icc."""
        return 1.0 + (self.number - 1) * self.icc

    def deviation_of_mean(self, sd: float) -> float:
        """SD of a patient's mean, from that of one specimen: sd sqrt((1 + (m - 1) icc) / m)."""
        return sd * math.sqrt(self.design_effect / self.number)

    def patients(self, independent: float) -> int:
        """Patients who give as much as this number of patients with one specimen each."""
        return rounded_up(independent * self.design_effect / self.number)


@dataclass(frozen=True, slots=True)
class TargetReached:
    """(i) Unbound drug in tumour above a named target, yes or no a patient, each tissue by itself.

    `target` is named, such as "5 x biochemical IC90". A patient with several specimens of one tissue counts
    once, by their median.
    """

    drug: str
    target: str
    null: float
    wanted: float
    alpha: float = 0.05
    power: float = 0.8
    two_stage: Choice | None = None
    tissues: tuple[Tissue, ...] = (Tissue.ENHANCING, Tissue.NON_ENHANCING)

    def __post_init__(self) -> None:
        demand(bool(self.target.strip()), "target", "a named target, such as a multiple of the IC90")
        demand(bool(self.tissues), "tissues", "at least one tissue")
        if self.two_stage is Choice.ADMISSIBLE:
            raise DesignError("no size is named", where="two_stage", expected="optimal or minimax")

    def design(self, tissue: Tissue) -> SingleStageDesign | TwoStageDesign:
        """The exact design of one tissue."""
        measured = Measurement(
            f"TARGET_{tissue.name}",
            f"unbound {self.drug} in {tissue} above {self.target}",
            f"median unbound concentration of the patient's specimens of {tissue} above {self.target}; "
            "a tissue that is not sampled is not evaluable, and never stands for the other",
        )
        if self.two_stage is None:
            return SingleStageDesign(measured, self.null, self.wanted, self.alpha, self.power, ())
        return TwoStageDesign(
            measured, self.null, self.wanted, self.alpha, self.power, self.two_stage, assessments=()
        )

    @property
    def attained_power(self) -> float:
        """Power in one tissue."""
        return self.design(self.tissues[0]).attained_power

    def replicate(self, n_rep: int, rng: np.random.Generator, *, null: bool = False) -> BoolArray:
        """Whether each simulated trial rejects in one tissue."""
        return self.design(self.tissues[0]).replicate(n_rep, rng, null=null)

    def reports(self) -> tuple[DesignReport, ...]:
        """A report for each tissue."""
        return tuple(self.design(tissue).report() for tissue in self.tissues)

    def report(self) -> DesignReport:
        """The report of the first tissue, with the analysis entries of all."""
        first, *others = self.reports()
        more = tuple(replace(entry, primary=False) for one in others for entry in one.entries)
        told = f"each tissue is tested by itself at {self.alpha:g}, by this rule; the first is primary"
        return replace(
            first,
            title=f"{first.title}: drug above its target, {len(self.tissues)} tissues apart",
            assumptions=(*first.assumptions, told, "unbound, not total, concentration is measured"),
            entries=(*first.entries, *more),
        )


@dataclass(frozen=True, slots=True)
class PairedRatio:
    """(ii) A marker before and after treatment (or against the other side), as the ratio of the two.

    `ratio` is the geometric mean of after / before to be found; `sd` the standard deviation of the log
    ratio of one pair of specimens (natural logarithms). The test is the exact paired t test of log ratios.
    """

    marker: Measurement
    ratio: float
    sd: float
    alpha: float = 0.05
    power: float = 0.8
    sided: int = 2
    specimens: Specimens = Specimens()
    below_limit: float = 0.0

    def __post_init__(self) -> None:
        _check_t(self.ratio, self.sd, self.alpha, self.power, self.sided, self.below_limit)

    @property
    def patient_sd(self) -> float:
        """SD of a patient's mean log ratio."""
        return self.specimens.deviation_of_mean(self.sd)

    def power_of(self, patients: int) -> float:
        """Power: noncentral t, noncentrality sqrt(n) |ln ratio| / sd, n - 1 degrees of freedom."""
        effect = math.sqrt(patients) * abs(math.log(self.ratio)) / self.patient_sd
        return t_power(effect, patients - 1.0, self.alpha, self.sided)

    @property
    def patients(self) -> int:
        """Smallest number of evaluable patients with the power, more where values are below the limit."""
        return rounded_up(smallest(self.power_of, 2, self.power) / efficiency(self.below_limit))

    @property
    def attained_power(self) -> float:
        """Power of that number, without values below the limit."""
        return self.power_of(smallest(self.power_of, 2, self.power))

    def replicate(self, n_rep: int, rng: np.random.Generator, *, null: bool = False) -> BoolArray:
        """Whether each simulated trial rejects: specimens of a patient are alike, then the t test."""
        patients = smallest(self.power_of, 2, self.power)
        mean = 0.0 if null else math.log(self.ratio)
        logs = mean + patient_means(n_rep, patients, self.sd, self.specimens, rng)
        t = logs.mean(axis=1) / (logs.std(axis=1, ddof=1) / math.sqrt(patients))
        return _beyond(t, np.full(n_rep, patients - 1.0), math.log(self.ratio), self.alpha, self.sided)

    def report(self) -> DesignReport:
        """The design in full."""
        return DesignReport(
            title="Window of opportunity: paired ratio of a marker",
            measured=self.marker,
            numbers=(
                ("geometric mean ratio to find", self.ratio),
                ("SD of a log ratio", self.sd),
                *_shared_numbers(self),
                ("patients", self.patients),
                ("attained power", self.attained_power),
            ),
            formulas=(
                "power = P(|T| > t), T noncentral t with n - 1 df and noncentrality sqrt(n) |ln ratio| / sd",
                *_SHARED_FORMULAS,
            ),
            assumptions=(
                "log ratios are normal; both specimens are of the same tissue, taken and stored alike",
                "nothing but the treatment changes between the two specimens (the first biopsy may)",
                *_SHARED_ASSUMPTIONS,
            ),
            entries=(
                analysis_entry(
                    self.marker,
                    "biomarker",
                    test={"kind": "paired_t", "scale": "log", "sided": self.sided, "alpha": self.alpha},
                    below_limit="left_censored" if self.below_limit else None,
                    cluster="patient_id" if self.specimens.number > 1 else None,
                ),
            ),
            warnings=_warnings(self.below_limit),
        )


@dataclass(frozen=True, slots=True)
class TwoGroupRatio:
    """(iii) Treated against untreated patients, a marker compared as a ratio: Welch's t test of logarithms.

    `sd_treated` and `sd_untreated` are standard deviations of the log marker of one specimen.
    """

    marker: Measurement
    ratio: float
    sd_treated: float
    sd_untreated: float
    alpha: float = 0.05
    power: float = 0.8
    sided: int = 2
    allocation: float = 1.0
    specimens: Specimens = Specimens()
    below_limit: float = 0.0

    def __post_init__(self) -> None:
        _check_t(self.ratio, self.sd_treated, self.alpha, self.power, self.sided, self.below_limit)
        demand_positive(self.sd_untreated, "sd_untreated")
        demand_positive(self.allocation, "allocation")

    def arms(self, untreated: int) -> tuple[int, int]:
        """Treated and untreated patients."""
        return rounded_up(untreated * self.allocation), untreated

    def power_of(self, untreated: int) -> float:
        """Power: noncentral t with the Satterthwaite degrees of freedom of the true variances.

        The test estimates those, which costs it about 0.003 of power with 12 patients a group.
        """
        n1, n0 = self.arms(untreated)
        v1 = self.specimens.deviation_of_mean(self.sd_treated) ** 2 / n1
        v0 = self.specimens.deviation_of_mean(self.sd_untreated) ** 2 / n0
        if min(n1, n0) < 2:
            return 0.0
        df = (v1 + v0) ** 2 / (v1**2 / (n1 - 1) + v0**2 / (n0 - 1))
        return t_power(abs(math.log(self.ratio)) / math.sqrt(v1 + v0), df, self.alpha, self.sided)

    @property
    def complete_arms(self) -> tuple[int, int]:
        """Treated and untreated patients if every value can be quantified."""
        return self.arms(smallest(self.power_of, 2, self.power))

    @property
    def patients(self) -> tuple[int, int]:
        """Treated and untreated patients, more where values are below the limit.

        `below_limit` is the share of the untreated; that of the treated follows from the ratio.
        """
        treated, untreated = self.complete_arms
        sd = math.sqrt((self.sd_treated**2 + self.sd_untreated**2) / 2.0)
        shares = shifted_shares(self.below_limit, math.log(self.ratio) / sd)
        lost = difference_variance(shares, (untreated, treated)) / (1.0 / untreated + 1.0 / treated)
        return self.arms(rounded_up(untreated * lost))

    @property
    def attained_power(self) -> float:
        """Power of the arms if every value can be quantified."""
        return self.power_of(self.complete_arms[1])

    def replicate(self, n_rep: int, rng: np.random.Generator, *, null: bool = False) -> BoolArray:
        """Whether each simulated trial rejects, by Welch's test of patients' means."""
        n1, n0 = self.complete_arms
        mean = 0.0 if null else math.log(self.ratio)
        treated = mean + patient_means(n_rep, n1, self.sd_treated, self.specimens, rng)
        untreated = patient_means(n_rep, n0, self.sd_untreated, self.specimens, rng)
        v1, v0 = treated.var(axis=1, ddof=1) / n1, untreated.var(axis=1, ddof=1) / n0
        df = (v1 + v0) ** 2 / (v1**2 / (n1 - 1) + v0**2 / (n0 - 1))
        t = (treated.mean(axis=1) - untreated.mean(axis=1)) / np.sqrt(v1 + v0)
        return _beyond(t, df, math.log(self.ratio), self.alpha, self.sided)

    def report(self) -> DesignReport:
        """The design in full."""
        treated, untreated = self.patients
        return DesignReport(
            title="Window of opportunity: treated against untreated, ratio of a marker",
            measured=self.marker,
            numbers=(
                ("ratio of geometric means to find", self.ratio),
                ("SD of the log, treated", self.sd_treated),
                ("SD of the log, untreated", self.sd_untreated),
                *_shared_numbers(self),
                ("patients", f"{treated} + {untreated}"),
                ("attained power", self.attained_power),
            ),
            formulas=(
                "power = P(|T| > t), T noncentral t, noncentrality |ln ratio| / sqrt(v1/n1 + v0/n0), "
                "df (v1/n1 + v0/n0)^2 / ((v1/n1)^2/(n1-1) + (v0/n0)^2/(n0-1)) (Welch 1947)",
                *_SHARED_FORMULAS,
            ),
            assumptions=(
                "log values are normal; the arms are randomised and resected alike",
                *_SHARED_ASSUMPTIONS,
            ),
            entries=(
                analysis_entry(
                    self.marker,
                    "biomarker",
                    by="arm",
                    test={"kind": "welch_t", "scale": "log", "sided": self.sided, "alpha": self.alpha},
                    below_limit="left_censored" if self.below_limit else None,
                    cluster="patient_id" if self.specimens.number > 1 else None,
                ),
            ),
            warnings=_warnings(self.below_limit),
        )


_SHARED_FORMULAS = (
    "several specimens: sd of a patient's mean = sd sqrt((1 + (m - 1) icc) / m)",
    "share below the limit: n x variance of the left-censored estimate, by its information, / that of "
    "complete data (Cohen 1959)",
)
_SHARED_ASSUMPTIONS = (
    "a patient counts once, by the mean of the logarithms of the specimens",
    "a value below the limit of quantification is left-censored in the likelihood, never replaced",
    "a patient without a specimen that can be judged is replaced",
)


def _shared_numbers(design: PairedRatio | TwoGroupRatio) -> tuple[tuple[str, float | int | str], ...]:
    return (
        ("alpha", f"{design.alpha:g} {'two' if design.sided == 2 else 'one'}-sided"),
        ("power asked for", design.power),
        ("specimens a patient, icc", f"{design.specimens.number}, {design.specimens.icc:g}"),
        ("share below the limit", design.below_limit),
    )


def _warnings(below_limit: float) -> tuple[DesignWarning, ...]:
    if below_limit <= 0.0:
        return (UNVERIFIED,)
    told = (
        f"{below_limit:.0%} of values below the limit: the t test is not for them, use the left-censored fit"
    )
    return (UNVERIFIED, DesignWarning(DesignConcern.BELOW_LIMIT, told))


def _check_t(ratio: float, sd: float, alpha: float, power: float, sided: int, below: float) -> None:
    demand_positive(ratio, "ratio")
    demand(ratio != 1.0, "ratio", "a ratio other than 1")
    demand_positive(sd, "sd")
    demand_share(alpha, "alpha")
    demand_share(power, "power")
    demand(sided in (1, 2), "sided", "1 or 2")
    demand(alpha / sided < power, "power", "a power above alpha")
    demand_rate(below, "below_limit")


def smallest(power_of: Callable[[int], float], first: int, wanted: float) -> int:
    """Smallest whole number whose power is enough; power rises with it. Raises DesignError beyond 100,000."""
    high = first
    while power_of(high) < wanted:
        high *= 2
        if high > LARGEST:
            raise DesignError(
                f"more than {LARGEST} patients are needed", where="ratio", expected="a larger effect"
            )
    low = max(first, high // 2)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if power_of(middle) >= wanted else (middle + 1, high)
    return low


def patient_means(
    n_rep: int, patients: int, sd: float, specimens: Specimens, rng: np.random.Generator
) -> FloatArray:
    """Means of a patient's specimens, trials x patients, about 0."""
    shared = rng.standard_normal((n_rep, patients)) * math.sqrt(specimens.icc)
    own = rng.standard_normal((n_rep, patients, specimens.number)) * math.sqrt(1.0 - specimens.icc)
    means: FloatArray = sd * (shared + own.mean(axis=2))
    return means


def _beyond(t: FloatArray, df: FloatArray, direction: float, alpha: float, sided: int) -> BoolArray:
    critical = stdtrit(df, 1.0 - alpha / sided)
    return np.asarray(np.abs(t) >= critical if sided == 2 else t * math.copysign(1.0, direction) >= critical)
