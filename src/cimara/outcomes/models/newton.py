"""Newton's method in rounds: one step for each sum of log-likelihood, score and information.

A step that lowers the likelihood is halved. When the log-likelihood changes by less than 1e-9 of itself one
more step is made, and the model is evaluated there a last time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
from scipy.linalg import LinAlgError, cho_factor, cho_solve  # type: ignore[import-untyped]

from cimara.outcomes.contract import State
from cimara.outcomes.frame_columns import BoolArray, FloatArray
from cimara.outcomes.model_warnings import Concern, NotEstimable

CONVERGED = 1e-9
SATURATED = 1e-6
"""A log-likelihood below this part of the first one has reached 0, its supremum: every event is foretold."""
MOST_ITERATIONS = 25
DEPENDENT = 1e-9
"""A covariate whose information, given the earlier ones, is below this part of its own is aliased."""
ILL_CONDITIONED = 1e10


@dataclass(frozen=True, slots=True, kw_only=True)
class NewtonState(State):
    """Where the search is: `coefficients` to evaluate next, and those `previous` ones that were best.

    `last` says that the coming evaluation is the final one; `trace` holds the log-likelihoods so far.
    """

    coefficients: FloatArray
    previous: FloatArray
    loglik_previous: float = -np.inf
    last: bool = False
    aliased: BoolArray
    trace: tuple[float, ...] = ()


N = TypeVar("N", bound=NewtonState)


def next_step(state: N, loglik: float, score: FloatArray, information: FloatArray) -> N:
    """The state with the coefficients to evaluate next.

    Raises
    ------
    NotEstimable
        NO_CONVERGENCE after 25 evaluations, with the log-likelihoods.
    """
    trace = (*state.trace, float(loglik))
    first = not state.trace
    settled = not first and (
        abs(loglik - state.loglik_previous) <= CONVERGED * abs(loglik)
        or abs(loglik) <= SATURATED * abs(trace[0])
    )
    if len(trace) > MOST_ITERATIONS and not settled:
        told = ", ".join(f"{one:.6g}" for one in trace[-5:])
        raise NotEstimable(
            Concern.NO_CONVERGENCE,
            f"no convergence in {MOST_ITERATIONS} iterations; the last log-likelihoods are {told}",
            hint="Look for a covariate with a few extreme values, or use fewer covariates.",
        )
    worse = not np.isfinite(loglik) or (loglik < state.loglik_previous and not settled)
    if worse and not first:
        halved = (state.coefficients + state.previous) / 2
        return replace(state, coefficients=halved, trace=trace)
    return replace(
        state,
        coefficients=state.coefficients + newton_step(score, information, ~state.aliased),
        previous=state.coefficients,
        loglik_previous=float(loglik),
        last=bool(settled),
        trace=trace,
    )


def newton_step(score: FloatArray, information: FloatArray, active: BoolArray) -> FloatArray:
    """Inverse information times score over the active covariates, 0 for the others."""
    step = np.zeros(len(score))
    step[active] = inverse(information, active)[np.ix_(active, active)] @ score[active]
    return step


def inverse(information: FloatArray, active: BoolArray) -> FloatArray:
    """Inverse (p x p) over the active covariates, NaN elsewhere; columns are scaled inside."""
    made = np.full(information.shape, np.nan)
    where = np.flatnonzero(active)
    if not len(where):
        return made
    own = information[np.ix_(where, where)]
    scale = 1.0 / np.sqrt(np.maximum(np.diag(own), np.finfo(np.float64).tiny))
    scaled = own * np.outer(scale, scale)
    try:
        solved = cho_solve(cho_factor(scaled), np.eye(len(where)))
    except LinAlgError:
        solved = np.linalg.pinv(scaled, rcond=1e-14, hermitian=True)
    made[np.ix_(where, where)] = (solved + solved.T) / 2 * np.outer(scale, scale)
    return made


def dependent_columns(information: FloatArray, spread: FloatArray, events: float) -> BoolArray:
    """Covariates that say nothing beside the earlier ones, as R's NA.

    A column depends on the earlier ones when what Cholesky's factorisation leaves of its diagonal is below
    1e-9 of it, or when its diagonal is below 1e-9 of what `events` events of a covariate with its variance
    (`spread` squared) could say: then it is constant in every risk set.
    """
    possible = events * spread**2
    own = np.diag(information)
    gone = np.asarray(~(own > DEPENDENT * possible) | (spread <= 0))
    left = information.copy()
    for column in np.flatnonzero(~gone):
        pivot = left[column, column]
        if pivot > DEPENDENT * own[column]:
            left -= np.outer(left[column], left[column]) / pivot
        else:
            gone[column] = True
    return gone


def condition_number(information: FloatArray, active: BoolArray) -> float:
    """Ratio of the largest to the smallest eigenvalue of the information with a diagonal of ones."""
    own = information[np.ix_(active, active)]
    if not len(own) or not (np.diag(own) > 0).all():
        return 1.0
    scale = 1.0 / np.sqrt(np.diag(own))
    values = np.linalg.eigvalsh(own * np.outer(scale, scale))
    return float(values[-1] / max(values[0], np.finfo(np.float64).tiny))
