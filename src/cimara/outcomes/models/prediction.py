"""Survival that a Cox model predicts for given covariates, with its variance and interval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy.special import ndtri  # type: ignore[import-untyped]

from cimara.outcomes.contract import ContractError
from cimara.outcomes.frame_columns import FloatArray, FrameColumns
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.baseline import BaselineHazard, baseline_hazard, step_values
from cimara.outcomes.models.cox_fit import CoxFit
from cimara.outcomes.rows import Survival


@dataclass(frozen=True, kw_only=True, eq=False)
class SurvivalPrediction:
    """Survival at the asked times (rows) for each profile of covariates (columns).

    `se` is that of the survival; `lower` and `upper` limit it by an interval of its logarithm. NaN after the
    last time of the stratum, with a warning.
    """

    times: FloatArray
    stratum: str
    survival: FloatArray
    cumulative_hazard: FloatArray
    se: FloatArray
    lower: FloatArray
    upper: FloatArray
    confidence: float
    conf_type: str = "log"
    warnings: tuple[ModelWarning, ...] = ()

    def table(self) -> pl.DataFrame:
        """One row a profile (from 1) and time."""
        count = self.survival.shape[1]
        named = {"survival": self.survival, "se": self.se, "lower": self.lower, "upper": self.upper}
        return pl.DataFrame(
            {
                "profile": np.repeat(np.arange(1, count + 1), len(self.times)),
                "time": np.tile(self.times, count),
                **{name: pl.Series(values.T.ravel()).fill_nan(None) for name, values in named.items()},
            }
        )


def predict_survival(
    rows: Survival | Iterable[Survival],
    fit: CoxFit,
    profiles: Any,
    times: Sequence[float] | FloatArray,
    *,
    stratum: str | None = None,
    confidence: float = 0.95,
) -> SurvivalPrediction:
    """Survival exp(-exp(x'b) L0(t)); its variance after Tsiatis 1981, ties as in the fit.

    Parameters
    ----------
    rows
        What the model was fitted to, for its baseline hazard.
    profiles
        A matrix (profiles x p) in the order of `fit.names`, or a frame with these columns.
    times
        In the unit of the fit.
    stratum
        Label of the stratum; needed when there is more than one.

    Raises
    ------
    ContractError
        A stratum that the model has not seen, or none named among several.
    NotEstimable
        MONOTONE_LIKELIHOOD: a coefficient is not finite.
    """
    refuse_infinite(fit)
    baseline = baseline_hazard(rows, fit)
    label = named_stratum(baseline, stratum)
    asked = np.asarray(times, dtype=np.float64)
    hazard, variance = hazard_of(baseline, label, fit, profiles_of(profiles, fit), asked)
    survival = np.exp(-hazard)
    reach = float(ndtri(0.5 + confidence / 2)) * np.sqrt(variance)
    return SurvivalPrediction(
        times=asked,
        stratum=label,
        survival=survival,
        cumulative_hazard=hazard,
        se=survival * np.sqrt(variance),
        lower=np.exp(-hazard - reach),
        upper=np.minimum(np.exp(-hazard + reach), 1.0),
        confidence=confidence,
        warnings=too_late(asked, baseline.stratum(label).last_time, label),
    )


def hazard_of(
    baseline: BaselineHazard, stratum: str, fit: CoxFit, profiles: FloatArray, times: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Cumulative hazards (times x profiles) and their variances."""
    own = baseline.stratum(stratum)
    apart = profiles - baseline.centre[stratum]
    relative = np.exp(apart @ baseline.coefficients)
    cumulative = step_values(own, own.cumulative, times)
    gradient = cumulative[:, None, None] * apart - step_values(own, own.means, times)[:, None, :]
    covariance = np.where(np.isfinite(fit.covariance), fit.covariance, 0.0)
    of_coefficients = np.einsum("tmp,pq,tmq->tm", gradient, covariance, gradient)
    variance = relative**2 * (step_values(own, own.variance, times)[:, None] + of_coefficients)
    return cumulative[:, None] * relative, variance


def profiles_of(profiles: Any, fit: CoxFit) -> FloatArray:
    """Profiles as a matrix in the order of the fit's covariates."""
    if isinstance(profiles, np.ndarray | list | tuple):
        matrix = np.atleast_2d(np.asarray(profiles, dtype=np.float64))
    else:
        columns = FrameColumns(profiles)
        matrix = np.stack([columns.numbers(name) for name in fit.names], axis=1)
    if matrix.shape[1] != len(fit.names):
        raise ContractError(
            f"profiles of {matrix.shape[1]} covariates",
            where="profiles",
            expected=f"{len(fit.names)}: {', '.join(fit.names)}",
        )
    return matrix


def refuse_infinite(*fits: CoxFit) -> None:
    """Nothing is predicted from a coefficient that is not finite."""
    for fit in fits:
        columns = tuple(name for name, sign in zip(fit.names, fit.direction, strict=True) if sign)
        if columns:
            raise NotEstimable(
                Concern.MONOTONE_LIKELIHOOD,
                "a coefficient is not finite, so nothing is predicted",
                columns=columns,
                hint="Leave the covariate out, join its levels, or use Firth's penalised likelihood.",
            )


def named_stratum(baseline: BaselineHazard, stratum: str | None) -> str:
    """The stratum asked for, or the only one there is."""
    if stratum is not None:
        return stratum
    if len(baseline.strata) != 1:
        raise ContractError(
            "no stratum named",
            where="stratum",
            expected=f"one of {', '.join(baseline.strata)}",
            hint="Each stratum has a baseline hazard of its own.",
        )
    return next(iter(baseline.strata))


def too_late(times: FloatArray, last: float, stratum: str) -> tuple[ModelWarning, ...]:
    """A warning where times lie after the last one of the stratum."""
    late = int((times > last).sum())
    if not late:
        return ()
    where = f" of stratum {stratum}" if stratum else ""
    return (
        ModelWarning(
            Concern.TAU_TOO_LATE, f"{late} of the times lie after the last one{where}; nothing is said there"
        ),
    )
