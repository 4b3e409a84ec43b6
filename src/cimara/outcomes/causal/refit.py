"""A Cox model fitted again to the same rows in other frequencies: nothing is sorted or read twice.

A bootstrap sample is the rows with a count each. What depends on the times alone (order, risk sets, tie
groups) is kept; a refit starts at the estimate of all rows, three or four Newton steps from its own.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from cimara.outcomes.frame_columns import BoolArray, FloatArray
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.cox_fit import Ties
from cimara.outcomes.models.cox_sums import evaluate
from cimara.outcomes.models.newton import newton_step
from cimara.outcomes.riskset import RiskSets

SMALL = 1e-6
"""A Newton step this small, in standard deviations of a covariate, leaves an error of about its square."""
MOST_STEPS = 25
MOST_HALVINGS = 10
FELL = 1e-9


def recounted(sets: RiskSets, counts: FloatArray) -> RiskSets:
    """The risk sets when each row (n of the rows given) counts so often; 0 leaves a row out."""
    weights = counts[sets.order]
    if sets.weights is not None:
        weights = weights * sets.weights
    dying = sets.of_events(weights[sets.event_rows])
    return replace(sets, weights=weights, death_weight=dying, deaths=np.rint(dying).astype(np.int64))


def refit(sets: RiskSets, begin: FloatArray, active: BoolArray, ties: Ties) -> FloatArray:
    """The coefficients (p) where the score of the active covariates is 0.

    Raises
    ------
    NotEstimable
        NO_EVENTS; NO_CONVERGENCE where no finite estimate is found.
    """
    if not sets.deaths.any():
        raise NotEstimable(Concern.NO_EVENTS, "a resampled data set has no event")
    spread = sets.covariates.std(axis=0)
    coefficients, model = begin, evaluate(sets, begin, ties)
    loglik = model.loglik()
    for _ in range(MOST_STEPS):
        step = newton_step(model.score(), model.information(), active)
        if np.abs(step * spread).max(initial=0.0) < SMALL:
            return np.asarray(coefficients + step)
        for _ in range(MOST_HALVINGS):
            model = evaluate(sets, coefficients + step, ties)
            if model.loglik() >= loglik - FELL * abs(loglik):
                break
            step = step / 2
        coefficients, loglik = coefficients + step, model.loglik()
    raise NotEstimable(Concern.NO_CONVERGENCE, "a resampled data set has no finite estimate")
