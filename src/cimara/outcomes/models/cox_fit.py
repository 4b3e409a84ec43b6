"""A fitted Cox model: coefficients, hazard ratios, tests, and everything that was chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from cimara.outcomes.frame_columns import BoolArray, FloatArray, IntArray
from cimara.outcomes.model_warnings import Concern, ModelWarning
from cimara.outcomes.models.choices import Baseline, SmallSample

if TYPE_CHECKING:
    from cimara.outcomes.models.grid_sums import GridSums


class Ties(StrEnum):
    """How events at one time are met."""

    EFRON = "efron"
    """The average over the orders they may have had (Efron 1977)."""
    BRESLOW = "breslow"
    """As if none left before the others (Breslow 1974)."""
    EXACT = "exact"
    """The discrete likelihood (Cox 1972)."""


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """A test: its statistic, degrees of freedom and p."""

    statistic: float
    df: int
    p: float


@dataclass(frozen=True, kw_only=True, eq=False)
class CoxFit:
    """Estimates of log hazard ratios (p), their variance and tests, and all options that were used.

    Parameters
    ----------
    coef, se, z, p
        NaN where `aliased`, or where `direction` is not 0.
    covariance, model_covariance, model_se
        The covariance that `se` comes from (robust where `robust`), and that of the model (inverse
        information); rows and columns of what is not estimable are NaN.
    hr, hr_lower, hr_upper
        Hazard ratios with intervals at `confidence`.
    evaluated_at
        The finite coefficients the likelihood was evaluated at: 0 where aliased, the last step where the
        estimate is not finite. Residuals and predictions use these.
    aliased
        True for a covariate that says nothing beside the earlier ones inside the risk sets.
    direction
        +1 or -1 where the likelihood rises for ever (the estimate is infinite), else 0.
    one_sided_bound
        Where `direction` is not 0: the end of the one-sided profile-likelihood interval of the coefficient.
    likelihood_ratio, wald, score, robust_score
        Tests of all coefficients at once; the last is None for a fit that is not robust.
    grid_sums
        The sums on the agreed grid, of a fit whose parts share a baseline: its baseline hazard and the test
        of proportional hazards need them. Else None.
    concordance, concordance_se
        None until `models.concordance` has found them.
    df
        Degrees of freedom of Student's t behind p and intervals; None for the normal.
    """

    names: tuple[str, ...]
    terms: tuple[str, ...]
    coef: FloatArray
    se: FloatArray
    model_se: FloatArray
    z: FloatArray
    p: FloatArray
    covariance: FloatArray
    model_covariance: FloatArray
    hr: FloatArray
    hr_lower: FloatArray
    hr_upper: FloatArray
    evaluated_at: FloatArray
    aliased: BoolArray
    direction: IntArray
    one_sided_bound: FloatArray
    loglik_null: float
    loglik: float
    likelihood_ratio: ChiSquare
    wald: ChiSquare
    score: ChiSquare
    robust_score: ChiSquare | None
    n: int
    events: int
    clusters: int | None
    n_strata: int
    ties: Ties
    robust: bool
    small_sample: SmallSample
    confidence: float
    baseline: Baseline
    grid_given: bool = False
    df: float | None = None
    iterations: int
    strata_columns: tuple[str, ...] = ()
    unit: str = "days"
    dropped: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[ModelWarning, ...]
    r_call: str
    grid_sums: GridSums | None = None
    concordance: float | None = None
    concordance_se: float | None = None

    @property
    def estimable(self) -> BoolArray:
        """True for coefficients that are finite and identified."""
        return np.asarray(~self.aliased & (self.direction == 0))

    def has(self, code: Concern) -> bool:
        """Whether a warning of this code was given."""
        return any(one.code is code for one in self.warnings)

    def table(self) -> pl.DataFrame:
        """One row a covariate: coefficient, standard error, hazard ratio with interval, z and p.

        `note` says "aliased", or "not finite, +" or "-" with the bound of the coefficient beside it.
        """
        named = {
            "coef": self.coef,
            "se": self.se,
            "hr": self.hr,
            "hr_lower": self.hr_lower,
            "hr_upper": self.hr_upper,
            "z": self.z,
            "p": self.p,
            "one_sided_bound": self.one_sided_bound,
        }
        columns = {name: pl.Series(values).fill_nan(None) for name, values in named.items()}
        return pl.DataFrame({"covariate": list(self.names), **columns, "note": self._notes()})

    def _notes(self) -> list[str]:
        sign = {1: "not finite, +", -1: "not finite, -", 0: ""}
        found = [sign[int(one)] for one in self.direction]
        return ["aliased" if gone else note for gone, note in zip(self.aliased, found, strict=True)]


def interval_limits(coef: FloatArray, reach: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Hazard ratio with its limits for a coefficient and half the width of its interval."""
    with np.errstate(over="ignore"):
        return np.exp(coef), np.exp(coef - reach), np.exp(coef + reach)
