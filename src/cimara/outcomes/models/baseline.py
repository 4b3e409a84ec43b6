"""The cumulative baseline hazard of a Cox model in each stratum, with what its variance needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from cimara.outcomes.contract import ContractError
from cimara.outcomes.frame_columns import FloatArray, IntArray
from cimara.outcomes.models.cox_fit import CoxFit
from cimara.outcomes.models.cox_sums import TimeSums, evaluate
from cimara.outcomes.models.cox_terms import TieTerms
from cimara.outcomes.models.grid_sums import GridSums
from cimara.outcomes.riskset import risk_sets
from cimara.outcomes.rows import Survival


@dataclass(frozen=True, kw_only=True, eq=False)
class StratumBaseline:
    """Running sums over the event times (k, ascending) of one stratum, for covariates at the centre.

    `cumulative` is the hazard, `variance` the sum of c/den^2, `means` (k x p) the sum of c/den times the mean
    covariates less the centre. Curves end at `last_time`.
    """

    times: FloatArray
    cumulative: FloatArray
    variance: FloatArray
    means: FloatArray
    last_time: float


@dataclass(frozen=True, kw_only=True, eq=False)
class BaselineHazard:
    """Baselines by the label of their stratum ("" without strata)."""

    strata: Mapping[str, StratumBaseline]
    centre: Mapping[str, FloatArray]
    coefficients: FloatArray

    def cumulative_at(self, stratum: str, times: FloatArray) -> FloatArray:
        """Cumulative hazard at covariates 0, at any times up to the last of the stratum.

        Raises
        ------
        ContractError
            There is no such stratum.
        """
        own = self.stratum(stratum)
        at_zero = np.exp(-self.centre[stratum] @ self.coefficients)
        return step_values(own, own.cumulative, np.asarray(times, dtype=np.float64)) * at_zero

    def stratum(self, label: str) -> StratumBaseline:
        """The baseline of one stratum."""
        if label not in self.strata:
            raise ContractError(
                "there is no baseline hazard for this stratum",
                where="stratum",
                expected=", ".join(self.strata) or "a stratum with events",
                hint="A stratum that the model has not seen cannot be predicted for.",
            )
        return self.strata[label]

    def table(self) -> pl.DataFrame:
        """One row an event time: stratum, time, cumulative hazard at covariates 0."""
        frames = [
            pl.DataFrame({"time": own.times, "cumulative_hazard": self.cumulative_at(label, own.times)})
            .with_columns(stratum=pl.lit(label))
            .select("stratum", "time", "cumulative_hazard")
            for label, own in self.strata.items()
        ]
        return pl.concat(frames)


def baseline_hazard(rows: Survival | Iterable[Survival], fit: CoxFit) -> BaselineHazard:
    """Cumulative baseline hazard by stratum; ties as in the fit (Breslow 1974; Efron 1977).

    Parameters
    ----------
    rows
        What the model was fitted to, or parts in which strata are whole. A fit with a common baseline holds
        its own, from the grid; its curves end at the last event.
    """
    if fit.grid_sums is not None:
        return _of_grid(fit.grid_sums, fit)
    parts = [rows] if isinstance(rows, Survival) else list(rows)
    strata: dict[str, StratumBaseline] = {}
    centre: dict[str, FloatArray] = {}
    for part in parts:
        found = _of_part(part, fit)
        strata |= found
        centre |= dict.fromkeys(found, risk_sets(part).centre)
    return BaselineHazard(strata=strata, centre=centre, coefficients=fit.evaluated_at)


def _of_grid(found: GridSums, fit: CoxFit) -> BaselineHazard:
    strata = {}
    for place, label in enumerate(found.strata):
        own = found.with_events(place)
        last = float(found.times[own[0]]) if len(own) else 0.0
        strata[label] = stratum_baseline(found.times, found.sums, found.terms, own, last)
    return BaselineHazard(
        strata=strata, centre=dict.fromkeys(strata, found.centre), coefficients=fit.evaluated_at
    )


def _of_part(rows: Survival, fit: CoxFit) -> dict[str, StratumBaseline]:
    sets = risk_sets(rows)
    evaluation = evaluate(sets, fit.evaluated_at, fit.ties)
    codes = rows.stratum_codes()
    last = np.full(int(codes.max(initial=0)) + 1, -np.inf)
    np.maximum.at(last, codes, rows.time)
    levels = rows.strata.levels if rows.strata else ("",)
    found = {}
    for code in np.flatnonzero(np.isfinite(last)):
        own = np.flatnonzero(sets.strata == code)
        made = stratum_baseline(sets.times, evaluation.sums, evaluation.terms, own, float(last[code]))
        found[levels[code]] = made
    return found


def stratum_baseline(
    times: FloatArray, sums: TimeSums, terms: TieTerms, own: IntArray, last_time: float
) -> StratumBaseline:
    """The running sums of the event times at the places `own` (descending in time)."""
    means = sums.at_risk_covariates * terms.square[:, None]
    means[terms.tied] -= sums.dying_covariates * terms.square_shared[:, None]
    backwards = own[::-1]
    return StratumBaseline(
        times=times[backwards],
        cumulative=np.cumsum(terms.hazard[backwards]),
        variance=np.cumsum(terms.square[backwards]),
        means=np.cumsum(means[backwards], axis=0),
        last_time=last_time,
    )


def step_values(own: StratumBaseline, values: FloatArray, times: FloatArray) -> FloatArray:
    """A running sum at any times: 0 before the first event, NaN after the last time."""
    place = np.searchsorted(own.times, times, side="right")
    padded = np.concatenate((np.zeros((1, *values.shape[1:])), values))
    found: FloatArray = padded[place]
    found[times > own.last_time] = np.nan
    return found
