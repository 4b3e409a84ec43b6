"""Cause-specific Cox models of competing causes: all of them fitted, shown together, and combined to risks.

A cause-specific hazard ratio answers what acts on a cause among those still free of all causes; only all of
them together say how probable an event is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from cimara.outcomes.frame_columns import BoolArray, FloatArray, IntArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.baseline import BaselineHazard, baseline_hazard
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.cox_fit import CoxFit
from cimara.outcomes.models.prediction import hazard_of, named_stratum, profiles_of, refuse_infinite, too_late
from cimara.outcomes.rows import CompetingRisks, Survival


@dataclass(frozen=True, eq=False, kw_only=True)
class CauseSpecificFit:
    """One Cox fit for each cause that has events; causes without are in `not_estimable` with the reason."""

    fits: Mapping[str, CoxFit]
    not_estimable: Mapping[str, str]
    warnings: tuple[ModelWarning, ...]

    def table(self) -> pl.DataFrame:
        """One row a cause and covariate, as `CoxFit.table`."""
        frames = [
            fit.table().select(pl.lit(cause).alias("cause"), pl.all()) for cause, fit in self.fits.items()
        ]
        return pl.concat(frames)


@dataclass(frozen=True, eq=False, kw_only=True)
class AbsoluteRisk:
    """Probability of each cause by each time (times x profiles), and of being free of all of them.

    At every time they sum to 1. No standard error: bootstrap patients for one.
    """

    times: FloatArray
    stratum: str
    risk: Mapping[str, FloatArray]
    event_free: FloatArray
    warnings: tuple[ModelWarning, ...]

    def table(self) -> pl.DataFrame:
        """One row a cause, profile (from 1) and time."""
        profiles = self.event_free.shape[1]
        frames = [
            pl.DataFrame(
                {
                    "cause": [cause] * values.size,
                    "profile": np.repeat(np.arange(1, profiles + 1), len(self.times)),
                    "time": np.tile(self.times, profiles),
                    "risk": pl.Series(values.T.ravel()).fill_nan(None),
                }
            )
            for cause, values in self.risk.items()
        ]
        return pl.concat(frames)


def cause_specific_cox(rows: CompetingRisks | Iterable[CompetingRisks], **options: Any) -> CauseSpecificFit:
    """A Cox model for the hazard of every cause, the other causes censored; options as of `cox`.

    Raises
    ------
    NotEstimable
        NO_EVENTS: no cause has an event.
    """
    parts = [rows] if isinstance(rows, CompetingRisks) else list(rows)
    fits: dict[str, CoxFit] = {}
    refused: dict[str, str] = {}
    for cause in parts[0].causes if parts else ():
        try:
            fits[cause] = cox([part.cause_specific(cause) for part in parts], **options)
        except NotEstimable as error:
            if error.code is not Concern.NO_EVENTS:
                raise
            refused[cause] = str(error)
    if not fits:
        raise NotEstimable(Concern.NO_EVENTS, "no cause has an event")
    gone = (ModelWarning(Concern.NO_EVENTS, f"cause {cause}: {why}") for cause, why in refused.items())
    return CauseSpecificFit(fits=fits, not_estimable=refused, warnings=(*gone, *_warnings(fits)))


def absolute_risk(
    rows: CompetingRisks | Iterable[CompetingRisks],
    fit: CauseSpecificFit,
    profiles: Any,
    times: Sequence[float] | FloatArray,
    *,
    stratum: str | None = None,
) -> AbsoluteRisk:
    """Probability of each cause for given covariates, from the hazards of all causes.

    Over a step of the hazards dL_k, d their sum: those still free, S, lose S (1 - exp(-d)), of which cause k
    has the part dL_k / d (the product integral of Andersen, Borgan, Gill & Keiding 1993, section IV.4, with
    the exponential of each step in place of its first-order term, so that nothing leaves [0, 1]).

    Raises
    ------
    ContractError
        A stratum that the model has not seen, or none named among several.
    NotEstimable
        MONOTONE_LIKELIHOOD: a coefficient is not finite.
    """
    parts = [rows] if isinstance(rows, CompetingRisks) else list(rows)
    refuse_infinite(*fit.fits.values())
    asked = np.asarray(times, dtype=np.float64)
    baselines = {cause: baseline_hazard(_of_cause(parts, cause), one) for cause, one in fit.fits.items()}
    label = named_stratum(next(iter(baselines.values())), stratum)
    own = [baseline.stratum(label) for baseline in baselines.values()]
    grid, last = np.unique(np.concatenate([one.times for one in own])), max(one.last_time for one in own)
    steps = np.stack(
        [_steps(baselines[cause], label, one, profiles, grid) for cause, one in fit.fits.items()]
    )
    total = steps.sum(axis=0)
    free = np.exp(-np.cumsum(total, axis=0))
    leaving = np.concatenate((np.ones((1, free.shape[1])), free))[:-1] * -np.expm1(-total)
    share = np.divide(steps, total, out=np.zeros_like(steps), where=total > 0)
    risks = np.cumsum(leaving * share, axis=1)
    place = np.searchsorted(grid, asked, side="right")
    return AbsoluteRisk(
        times=asked,
        stratum=label,
        risk={cause: _at(risks[k], place, asked > last, 0.0) for k, cause in enumerate(fit.fits)},
        event_free=_at(free, place, asked > last, 1.0),
        warnings=too_late(asked, last, label),
    )


def _of_cause(parts: Sequence[CompetingRisks], cause: str) -> list[Survival]:
    return [part.cause_specific(cause) for part in parts]


def _steps(
    baseline: BaselineHazard, stratum: str, fit: CoxFit, profiles: Any, grid: FloatArray
) -> FloatArray:
    """Steps of one cause's cumulative hazard at the grid (times x profiles)."""
    until = np.minimum(grid, baseline.stratum(stratum).last_time)
    cumulative, _ = hazard_of(baseline, stratum, fit, profiles_of(profiles, fit), until)
    return np.diff(cumulative, axis=0, prepend=0.0)


def _at(values: FloatArray, place: IntArray, late: BoolArray, before: float) -> FloatArray:
    padded = np.concatenate((np.full((1, values.shape[1]), before), values))
    found: FloatArray = padded[place]
    found[late] = np.nan
    return found


def _warnings(fits: Mapping[str, CoxFit]) -> Iterator[ModelWarning]:
    for cause, fit in fits.items():
        for one in fit.warnings:
            yield ModelWarning(one.code, f"cause {cause}: {one.message}", one.columns)
