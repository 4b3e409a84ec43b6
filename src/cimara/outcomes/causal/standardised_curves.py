"""Mean predicted curves over rows that count so often each, with the exposure set to one level.

Over a step of the cumulative hazards dL_k, d their sum, those still free, S, lose S (1 - exp(-d)), of which
cause k has the part dL_k/d: with one cause this is S = exp(-L). Rows are taken in blocks, so that memory
stays bounded whatever the number of rows and event times.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.outcomes.causal.refit import recounted
from cimara.outcomes.frame_columns import FloatArray, IntArray
from cimara.outcomes.models.cox_fit import Ties
from cimara.outcomes.models.cox_sums import evaluate
from cimara.outcomes.riskset import RiskSets, risk_sets
from cimara.outcomes.rows import CompetingRisks, Survival

BLOCK = 2_000_000
"""Numbers of a matrix of rows x event times that is made at once."""


@dataclass(frozen=True, slots=True)
class CurveTimes:
    """Times of the risks, and the end of the restricted means."""

    times: FloatArray
    tau: float | None


@dataclass(frozen=True, slots=True)
class Curves:
    """Means over rows: free of events (T), risk of each cause (causes x T), and areas under them to tau."""

    event_free: FloatArray
    risk: FloatArray
    free_area: float | None
    risk_area: FloatArray

    def quantities(self) -> list[FloatArray]:
        """All of them, a vector each: event free, risks, then areas."""
        areas = [] if self.free_area is None else [np.array([self.free_area])]
        return [self.event_free, *self.risk, *areas, *(np.array([one]) for one in self.risk_area)]


def standardised_curves(
    parts: tuple[Survival, ...],
    coefficients: tuple[FloatArray, ...],
    counts: FloatArray,
    ties: Ties,
    exposure: tuple[int, float],
    asked: CurveTimes,
) -> Curves:
    """Predict all rows with the covariate `exposure[0]` at `exposure[1]`, stratum by stratum.

    Parameters
    ----------
    parts
        The same rows once a cause.
    coefficients
        Those of each cause's model; baselines are made from the counted rows at them.
    counts
        How often each row was drawn (n), in the models and in the mean; frequencies multiply it.
    """
    codes = parts[0].stratum_codes()
    hazards = [
        _Hazard.of(part, beta, counts, ties, exposure) for part, beta in zip(parts, coefficients, strict=True)
    ]
    counted = counts * parts[0].weight()
    total = counted.sum()
    causes, times = len(parts), len(asked.times)
    free, risk = np.zeros(times), np.zeros((causes, times))
    areas = np.zeros(1 + causes)
    for code in np.unique(codes):
        grid = np.unique(np.concatenate([one.times_of(code) for one in hazards]))
        steps = np.stack([one.steps(code, grid) for one in hazards])
        own = np.flatnonzero((codes == code) & (counts > 0))
        for block in np.array_split(own, max(1, -(-len(own) * max(len(grid), 1) * causes // BLOCK))):
            weight = counted[block] / total
            relative = np.stack([one.relative[block] for one in hazards])
            event_free, risks = _mean_curves(steps, relative, weight)
            free += _at(event_free, grid, asked.times)
            risk += np.stack([_at(one, grid, asked.times) for one in risks])
            if asked.tau is not None:
                areas += [_area(one, grid, asked.tau) for one in (event_free, *risks)]
    if asked.tau is None:
        return Curves(free, risk, None, np.zeros(0))
    return Curves(free, risk, float(areas[0]), areas[1:])


def largest_time(rows: Survival | CompetingRisks) -> float:
    """The latest time at which every stratum is still observed."""
    codes = np.unique(rows.stratum_codes(), return_inverse=True)[1]
    last = np.zeros(int(codes.max(initial=0)) + 1)
    np.maximum.at(last, codes, rows.time)
    return float(last.min())


@dataclass(frozen=True, slots=True)
class _Hazard:
    """One cause: baseline steps by event time (at the centre), and each row's relative hazard as exposed."""

    sets: RiskSets
    baseline: FloatArray
    relative: FloatArray

    @classmethod
    def of(
        cls, rows: Survival, beta: FloatArray, counts: FloatArray, ties: Ties, exposure: tuple[int, float]
    ) -> _Hazard:
        sets = recounted(risk_sets(rows), counts)
        column, level = exposure
        linear = (rows.covariates - sets.centre) @ beta
        linear += (level - rows.covariates[:, column]) * beta[column]
        return cls(sets, evaluate(sets, beta, ties).terms.hazard, np.exp(linear))

    def times_of(self, code: int) -> FloatArray:
        return np.asarray(self.sets.times[self.sets.strata == code])

    def steps(self, code: int, grid: FloatArray) -> FloatArray:
        """Steps of the cumulative baseline hazard at the grid times."""
        own = self.sets.strata == code
        made = np.zeros(len(grid))
        made[np.searchsorted(grid, self.sets.times[own])] = self.baseline[own]
        return made


def _mean_curves(
    steps: FloatArray, relative: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Weighted sums over rows: free of events with its value before the first time, and risks alike."""
    if len(steps) == 1:
        free = weight @ np.exp(-np.outer(relative[0], np.cumsum(steps[0])))
        event_free = np.concatenate(([weight.sum()], free))
        return event_free, (weight.sum() - event_free)[None]
    each = relative[:, :, None] * steps[:, None, :]
    total = each.sum(axis=0)
    free = np.exp(-np.cumsum(total, axis=1))
    before = np.concatenate((np.ones((len(free), 1)), free[:, :-1]), axis=1)
    leaving = before * -np.expm1(-total)
    share = np.divide(each, total, out=np.zeros_like(each), where=total > 0)
    risks = np.cumsum(np.einsum("i,kit,it->kt", weight, share, leaving), axis=1)
    event_free = np.concatenate(([weight.sum()], weight @ free))
    return event_free, np.column_stack((np.zeros(len(risks)), risks))


def _at(values: FloatArray, grid: FloatArray, times: FloatArray) -> FloatArray:
    place: IntArray = np.searchsorted(grid, times, side="right")
    found: FloatArray = values[place]
    return found


def _area(values: FloatArray, grid: FloatArray, tau: float) -> float:
    """Area under a step function from 0 to tau; `values[0]` holds before the first grid time."""
    edges = np.concatenate(([0.0], np.minimum(grid, tau), [tau]))
    return float(values @ np.diff(edges))
