"""What a Cox model's rounds have gathered: the search, the tests at 0, the final sums, and counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

import numpy as np
from scipy.special import ndtri  # type: ignore[import-untyped]

from cimara.outcomes.frame_columns import FloatArray, IntArray
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.newton import NewtonState, dependent_columns, newton_step, next_step
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.riskset import RiskSets
from cimara.outcomes.rows import Survival

MOVES = 0.01
"""A further step of a coefficient, in standard deviations of its covariate, that says it has no end."""
BOUND_ROUNDS = 40
BOUND_FOUND = 1e-9
LONGEST_STEP = 2.0
COUNTS = ("n", "events", "clusters", "strata", "empty_strata", "weight", "weight_squared", "heavy")


class Phase(StrEnum):
    """What the coming round is for."""

    FIT = "fit"
    EXTREMES = "extremes"
    BOUND = "bound"


@dataclass(frozen=True, slots=True, kw_only=True)
class CoxState(NewtonState):
    """State of a Cox estimator.

    `null_...` are the sums at coefficients 0, those without a prefix the final ones; `cross` the products of
    cluster sums of score residuals (p x p). `spread` is the standard deviation of each covariate (p) inside
    strata, `counts` what `COUNTS` names. `direction` and `bound` are about coefficients without a finite
    estimate; `bounding` is the one (index) whose bound is sought at `trial`, -1 for none.
    """

    phase: str = Phase.FIT
    null_loglik: float = 0.0
    null_score: FloatArray
    null_information: FloatArray
    null_cross: FloatArray
    loglik: float = 0.0
    score: FloatArray
    information: FloatArray
    cross: FloatArray
    spread: FloatArray
    counts: FloatArray
    direction: FloatArray
    bound: FloatArray
    trial: FloatArray
    bounding: int = -1
    bounding_rounds: int = 0

    @property
    def evaluated_at(self) -> FloatArray:
        """The coefficients that the coming sums are wanted at."""
        return self.trial if self.phase == Phase.BOUND else self.coefficients

    @property
    def wants_cross(self) -> bool:
        """Whether the coming round is one whose score residuals are wanted: at 0, or the final one."""
        return self.phase == Phase.FIT and (self.last or not self.trace)


C = TypeVar("C", bound=CoxState)


def blank(p: int) -> dict[str, Any]:
    """The arrays of a state before any round."""
    vectors = ("coefficients", "previous", "null_score", "score", "spread", "direction", "trial")
    matrices = ("null_information", "null_cross", "information", "cross")
    made: dict[str, Any] = {name: np.zeros(p) for name in vectors}
    made |= {name: np.zeros((p, p)) for name in matrices}
    return made | {"bound": np.full(p, np.nan), "counts": np.zeros(len(COUNTS))}


def counts_of(rows: Survival, sets: RiskSets, mean_weight: float) -> FloatArray:
    """The `COUNTS` of one part; rows are heavy above ten times the mean weight (none while that is 0)."""
    weights = rows.weight()
    often = weights if rows.weight_kind is WeightKind.FREQUENCY else np.ones(rows.n)
    present = np.bincount(rows.stratum_codes()) > 0
    heavy = (weights > 10 * mean_weight).sum() if mean_weight else 0
    clusters = independent(rows)
    return np.array(
        [
            often.sum(),
            often[rows.event].sum(),
            often.sum() if clusters is None else np.count_nonzero(np.bincount(clusters)),
            present.sum(),
            present.sum() - len(np.unique(sets.strata[sets.event_counts > 0])),
            weights.sum(),
            weights @ weights,
            heavy,
        ],
        dtype=np.float64,
    )


def independent(rows: Survival) -> IntArray | None:
    """Codes of what is independent of each other, None where each row (or each of its frequency) is."""
    return None if rows.cluster is None and rows.id is None else rows.cluster_codes()


def after_fit(
    state: C,
    loglik: float,
    score: FloatArray,
    information: FloatArray,
    cross: FloatArray | None,
    *,
    extremes: bool = True,
) -> C:
    """The state after a round of the search: the next step, or the final sums.

    `extremes` says whether parts can be asked for the largest covariates of their risk sets.
    """
    if not state.trace:
        state = _from_null(state, loglik, score, information, cross)
    if not state.last:
        return next_step(state, loglik, score, information)
    state = replace(
        state,
        loglik=float(loglik),
        score=score,
        information=information,
        cross=state.cross if cross is None else cross,
        trace=(*state.trace, float(loglik)),
    )
    return _judged(state, extremes)


def _from_null(
    state: C, loglik: float, score: FloatArray, information: FloatArray, cross: FloatArray | None
) -> C:
    counts = dict(zip(COUNTS, state.counts, strict=True))
    if not counts["events"]:
        raise NotEstimable(
            Concern.NO_EVENTS,
            f"none of {counts['n']:,.0f} rows has an event",
            hint="A hazard ratio needs events; report the follow-up instead.",
        )
    return replace(
        state,
        null_loglik=float(loglik),
        null_score=score,
        null_information=information,
        null_cross=state.null_cross if cross is None else cross,
        aliased=dependent_columns(information, state.spread, counts["events"]),
    )


def _judged(state: C, extremes: bool) -> C:
    """Which coefficients still move; where one is merely uncertain, whether its covariate separates."""
    further = newton_step(state.score, state.information, ~state.aliased) * state.spread
    direction = np.where(np.abs(further) > MOVES, np.sign(further), 0.0)
    little = np.diag(state.information) * state.spread**2 < 1
    state = replace(state, direction=direction)
    if extremes and (little & ~state.aliased & (direction == 0)).any():
        return replace(state, phase=Phase.EXTREMES)
    return next_bound(state)


def after_extremes(state: C, below: FloatArray, above: FloatArray) -> C:
    """The state after events were compared with their risk sets.

    `below` and `above` (p) count events whose covariate is under the maximum, or over the minimum, of those
    at risk.
    """
    found = np.where(below == 0, 1.0, np.where(above == 0, -1.0, 0.0))
    direction = np.where(state.aliased | (state.direction != 0), state.direction, found)
    return next_bound(replace(state, direction=direction))


def next_bound(state: C) -> C:
    """Begin with the next coefficient that needs a bound, or finish."""
    left = np.flatnonzero((state.direction != 0) & (np.arange(len(state.direction)) > state.bounding))
    if not len(left):
        return replace(state, finished=True)
    trial = state.coefficients.copy()
    trial[left[0]] = 0.0
    return replace(state, phase=Phase.BOUND, bounding=int(left[0]), bounding_rounds=0, trial=trial)


def after_bound(state: C, loglik: float, score: FloatArray, information: FloatArray, confidence: float) -> C:
    """One Newton step on the equations of a profile-likelihood bound (Venzon & Moolgavkar 1988).

    The log-likelihood must lie z^2/2 under its supremum, z the one-sided normal quantile, and the score of
    all other coefficients must be 0.
    """
    column = state.bounding
    where = np.flatnonzero(~state.aliased)
    place = int(np.flatnonzero(where == column)[0])
    short = loglik - (state.loglik - ndtri(confidence) ** 2 / 2)
    equations = score[where].copy()
    equations[place] = short
    slopes = -information[np.ix_(where, where)]
    slopes[place] = score[where]
    spread = state.spread[where]
    scaled_step = -np.linalg.lstsq(slopes / spread, equations, rcond=1e-14)[0]
    others = newton_step(score, information, ~state.aliased & (np.arange(len(score)) != column))
    if abs(short) <= BOUND_FOUND * abs(loglik) and others @ score <= BOUND_FOUND * abs(loglik):
        bound = state.bound.copy()
        bound[column] = state.trial[column]
        return next_bound(replace(state, bound=bound))
    if state.bounding_rounds >= BOUND_ROUNDS:
        return next_bound(state)
    trial = state.trial.copy()
    longest = max(1.0, float(np.abs(scaled_step).max()) / LONGEST_STEP)
    trial[where] += scaled_step / longest / spread
    return replace(state, trial=trial, bounding_rounds=state.bounding_rounds + 1)
