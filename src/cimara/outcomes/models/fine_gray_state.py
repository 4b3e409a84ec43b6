"""The rounds of a Fine-Gray fit: what has been gathered, the next Newton step, and when it ends."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace as changed
from typing import Any, TypeVar

import numpy as np

from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.fine_gray_part import FineGrayPart
from cimara.outcomes.models.newton import NewtonState, dependent_columns, newton_step, next_step
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import CompetingRisks

MOVES = 0.01
"""A further step of a coefficient, in standard deviations of its covariate or as part of the coefficient,
that says it has no end."""
AT_REST = 1e-6
"""A further step smaller than this part of its standard error is rounding."""
COUNTS = (
    "n",
    "events",
    "competing",
    "clusters",
    "strata",
    "empty_strata",
    "weight",
    "weight_squared",
    "heavy",
    "gaps",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FineGrayState(NewtonState):
    """State of a Fine-Gray estimator.

    `score`, `information` and `cross` (products of cluster sums of influence, p x p) are the final ones,
    `spread` the standard deviation of each covariate inside strata (p), `held` marks coefficients that stay
    where they began, `direction` is +1 or -1 for a coefficient whose likelihood rises for ever.
    """

    loglik_null: float = 0.0
    loglik: float = 0.0
    score: FloatArray
    information: FloatArray
    cross: FloatArray
    spread: FloatArray
    counts: FloatArray
    direction: FloatArray
    held: FloatArray

    def count(self, name: str) -> float:
        """One of `COUNTS`."""
        return float(self.counts[COUNTS.index(name)])


F = TypeVar("F", bound=FineGrayState)


def blank(p: int, held: tuple[tuple[int, float], ...]) -> dict[str, Any]:
    """The arrays of a state before any round."""
    made: dict[str, Any] = {
        name: np.zeros(p) for name in ("coefficients", "score", "spread", "direction", "held")
    }
    made |= {name: np.zeros((p, p)) for name in ("information", "cross")}
    for place, value in held:
        made["coefficients"][place] = value
        made["held"][place] = 1.0
    made["previous"] = made["coefficients"].copy()
    return made | {"counts": np.zeros(len(COUNTS)), "aliased": np.zeros(p, dtype=bool)}


def counts_of(rows: CompetingRisks, part: FineGrayPart, mean_weight: float) -> FloatArray:
    """The `COUNTS` of one part; rows are heavy above ten times the mean weight (none while that is 0)."""
    weights, places = part.weights, part.places
    often = weights if rows.weight_kind is WeightKind.FREQUENCY else np.ones(rows.n)
    strata = len(places.first) - 1
    present = np.bincount(places.stratum, minlength=strata) > 0
    with_events = np.bincount(places.stratum[places.event], minlength=strata) > 0
    clusters = often.sum() if rows.cluster is None else np.count_nonzero(np.bincount(rows.cluster))
    found = {
        "n": often.sum(),
        "events": often[places.event].sum(),
        "competing": often[places.competing].sum(),
        "clusters": clusters,
        "strata": present.sum(),
        "empty_strata": (present & ~with_events).sum(),
        "weight": weights.sum(),
        "weight_squared": weights @ weights,
        "heavy": (weights > 10 * mean_weight).sum() if mean_weight else 0,
        "gaps": part.carried.gaps if rows.n else 0,
    }
    return np.array([found[name] for name in COUNTS], dtype=np.float64)


def squares_inside_strata(part: FineGrayPart) -> FloatArray:
    """Weighted squares of the covariates about the centre of their stratum (p)."""
    return np.asarray(part.weights @ part.design[:, 1:] ** 2)


def after_evaluation(
    state: F, loglik: float, score: FloatArray, information: FloatArray, cross: FloatArray | None
) -> F:
    """The state after a round of the search: the next step, or the final sums."""
    if not state.trace:
        if not state.count("events"):
            raise NotEstimable(
                Concern.NO_EVENTS,
                f"none of {state.count('n'):,.0f} rows has the event of interest; "
                f"{state.count('competing'):,.0f} have a competing one",
                hint="A subdistribution hazard ratio needs events; report the cumulative incidence as 0.",
            )
        gone = dependent_columns(information, state.spread, state.count("events"))
        state = changed(state, loglik_null=float(loglik), aliased=gone | (state.held > 0))
    if not state.last:
        # Counted from minus the number of events, so that a likelihood that tends to 1 settles, too.
        return next_step(state, loglik - state.count("events"), score, information)
    final = changed(
        state,
        loglik=float(loglik),
        score=score,
        information=information,
        cross=state.cross if cross is None else cross,
        trace=(*state.trace, float(loglik)),
        finished=True,
    )
    return changed(final, direction=_endless(final))


def _endless(state: FineGrayState) -> FloatArray:
    """+1 or -1 where a further Newton step still moves a coefficient, so that its estimate is infinite."""
    active = ~state.aliased
    step = newton_step(state.score, state.information, active)
    rest = np.abs(step) * np.sqrt(np.maximum(np.diag(state.information), 0.0)) <= AT_REST
    moves = np.abs(step) * state.spread > MOVES
    moves |= ~rest & (np.abs(step) > MOVES * np.abs(state.coefficients))
    return np.where(active & moves, np.sign(step), 0.0)
