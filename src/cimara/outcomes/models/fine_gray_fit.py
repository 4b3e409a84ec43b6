"""A fitted Fine-Gray model: coefficients, subdistribution hazard ratios, baseline, predicted incidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from cimara.outcomes.contract import ContractError
from cimara.outcomes.frame_columns import BoolArray, FloatArray, IntArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.fine_gray_options import FineGrayOptions


@dataclass(frozen=True, slots=True, eq=False)
class BaselineHazard:
    """Jumps of the baseline subdistribution hazard, at covariates 0.

    Parameters
    ----------
    strata
        Labels of the strata; one empty label when there are none.
    stratum, time, jump
        Of each event time, by stratum and time.
    last
        The last time at which a row of each stratum left.
    """

    strata: tuple[str, ...]
    stratum: IntArray
    time: FloatArray
    jump: FloatArray
    last: FloatArray

    def table(self) -> pl.DataFrame:
        """One row an event time: stratum, time, jump, cumulative hazard."""
        frame = pl.DataFrame(
            {"stratum": np.array(self.strata, dtype=object)[self.stratum].astype(str)}
            | {"time": self.time, "jump": self.jump}
        )
        return frame.with_columns(cumulative=pl.col("jump").cum_sum().over("stratum"))


@dataclass(frozen=True, slots=True, eq=False)
class PredictedIncidence:
    """Cumulative incidence (times x covariate rows) of the cause of interest in one stratum."""

    stratum: str
    times: FloatArray
    incidence: FloatArray

    def table(self) -> pl.DataFrame:
        """One row a time and covariate row (numbered from 1)."""
        rows = self.incidence.shape[1]
        return pl.DataFrame(
            {
                "stratum": [self.stratum] * self.incidence.size,
                "row": np.tile(np.arange(1, rows + 1), len(self.times)),
                "time": np.repeat(self.times, rows),
                "incidence": self.incidence.ravel(),
            }
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class FineGrayFit:
    """Estimates of log subdistribution hazard ratios (p), their variance, and all options that were used.

    Parameters
    ----------
    coef, se, z, p
        NaN where `aliased`, or where `direction` is not 0; both come with a warning.
    covariance
        Of the coefficients, robust, with clusters and the estimated censoring weights in it.
    model_covariance, model_se
        The inverse information, for comparison only: it is not a valid variance here.
    shr, shr_lower, shr_upper
        Subdistribution hazard ratios with intervals at `options.confidence`.
    evaluated_at
        The finite coefficients that the likelihood was evaluated at last.
    direction
        +1 or -1 where the likelihood rises for ever (the estimate is infinite), else 0.
    one_sided_bound
        Where `direction` is not 0: the end of the one-sided profile-likelihood interval.
    n, events, competing, clusters
        Rows (frequencies counted), those with the event of interest, with another, and clusters (or None).
    df
        Degrees of freedom of Student's t behind p and intervals; None for the normal.
    """

    names: tuple[str, ...]
    terms: tuple[str, ...]
    coef: FloatArray
    se: FloatArray
    z: FloatArray
    p: FloatArray
    covariance: FloatArray
    model_se: FloatArray
    model_covariance: FloatArray
    shr: FloatArray
    shr_lower: FloatArray
    shr_upper: FloatArray
    evaluated_at: FloatArray
    aliased: BoolArray
    direction: IntArray
    one_sided_bound: FloatArray
    loglik_null: float
    loglik: float
    baseline: BaselineHazard
    n: int
    events: int
    competing: int
    clusters: int | None
    n_strata: int
    options: FineGrayOptions
    df: float | None
    iterations: int
    rounds: int
    strata_columns: tuple[str, ...]
    group_column: str
    unit: str
    dropped: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[ModelWarning, ...]
    r_call: str

    @property
    def estimable(self) -> BoolArray:
        """True for coefficients that are finite and identified."""
        return np.asarray(~self.aliased & (self.direction == 0))

    def has(self, code: Concern) -> bool:
        """Whether a warning of this code was given."""
        return any(one.code is code for one in self.warnings)

    def table(self) -> pl.DataFrame:
        """One row a covariate: coefficient, standard error, ratio with interval, z, p, and a note."""
        named = {
            "coef": self.coef,
            "se": self.se,
            "shr": self.shr,
            "shr_lower": self.shr_lower,
            "shr_upper": self.shr_upper,
            "z": self.z,
            "p": self.p,
            "one_sided_bound": self.one_sided_bound,
        }
        columns = {name: pl.Series(values).fill_nan(None) for name, values in named.items()}
        sign = {1: "not finite, +", -1: "not finite, -", 0: ""}
        notes = [
            "aliased" if gone else sign[int(one)]
            for gone, one in zip(self.aliased, self.direction, strict=True)
        ]
        return pl.DataFrame({"covariate": list(self.names), **columns, "note": notes})

    def predict(
        self,
        covariates: FloatArray,
        times: FloatArray | None = None,
        stratum: str | None = None,
    ) -> PredictedIncidence:
        """F1(t given x) = 1 - exp(-exp(x'beta) Lambda0(t)), Fine & Gray 1999, section 2.

        Parameters
        ----------
        covariates
            Rows x p, in the order of `names`.
        times
            In the unit of the fit; None for the event times of the stratum.
        stratum
            Label of the stratum; needed where there are several.

        Raises
        ------
        NotEstimable
            MONOTONE_LIKELIHOOD: a coefficient is infinite. TAU_TOO_LATE: a time after the stratum's last.
        ContractError
            A stratum that was not fitted; covariates of another shape.
        """
        wanted = np.atleast_2d(np.asarray(covariates, dtype=np.float64))
        if wanted.shape[1] != len(self.names):
            raise ContractError("covariates of another number", expected=", ".join(self.names))
        if (self.direction != 0).any():
            raise NotEstimable(Concern.MONOTONE_LIKELIHOOD, "no prediction from an infinite coefficient")
        code = self._stratum(stratum)
        own = self.baseline.stratum == code
        own_times = self.baseline.time[own]
        asked = own_times if times is None else np.asarray(times, dtype=np.float64)
        if (asked > self.baseline.last[code]).any():
            raise NotEstimable(
                Concern.TAU_TOO_LATE,
                "a time after the last one of the stratum",
                hint=f"The largest time allowed is {self.baseline.last[code]:g} {self.unit}.",
            )
        cumulative = np.concatenate(([0.0], np.cumsum(self.baseline.jump[own])))
        hazard = cumulative[np.searchsorted(own_times, asked, side="right")]
        relative = np.exp(wanted @ self.evaluated_at)
        return PredictedIncidence(
            self.baseline.strata[code], asked, -np.expm1(-np.multiply.outer(hazard, relative))
        )

    def _stratum(self, label: str | None) -> int:
        known = self.baseline.strata
        if label is None and len(known) == 1:
            return 0
        if label not in known:
            raise ContractError(
                "a stratum that was not fitted",
                where=", ".join(self.strata_columns),
                expected=", ".join(known),
            )
        return known.index(label)
