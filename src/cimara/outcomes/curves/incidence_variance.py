"""Three variances of a cumulative incidence: infinitesimal jackknife, delta method, and that of cmprsk.

With F the incidence of the cause, S the all-cause survival, d_k and d events of the cause and of any, each
sum over earlier times u of (F(t) - F(u))^p times something is opened into running sums, so that a whole curve
costs one pass.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from cimara.outcomes.curves.influence import Exposed, Moves, cross_products, squared_influence
from cimara.outcomes.curves.steps import HazardSteps, ratio
from cimara.outcomes.curves.survival_variance import at_entry, at_exit
from cimara.outcomes.frame_columns import FloatArray


class IncidenceVariance(StrEnum):
    """Where the standard error of a cumulative incidence comes from."""

    IJ = "ij"
    DELTA = "delta"
    CMPRSK = "cmprsk"


def incidence(steps: HazardSteps, events: FloatArray) -> FloatArray:
    """F(t) = sum over u <= t of S(u-) d_k/n (Aalen and Johansen 1978)."""
    return np.cumsum(steps.before * ratio(events, steps.at_risk))


def jackknife_variance(steps: HazardSteps, cause: int, rows: Exposed) -> FloatArray:
    """Squared influence on F(t) of the cause at that place, summed in clusters, at each grid time."""
    where, weights, failed = rows.where, rows.weight, rows.cause > 0
    own, events = rows.cause == cause + 1, steps.events[:, cause]
    curve = incidence(steps, events)
    hazards = np.cumsum(steps.greenwood)
    lost = np.cumsum(steps.before * ratio(ratio(events, steps.at_risk), steps.at_risk))
    lost += np.cumsum(curve * steps.greenwood)
    gain = ratio(steps.before, steps.at_risk)
    step = at_exit(steps.per_survivor, where) * failed
    left = [at_exit(values, where) for values in (hazards, lost, gain, curve)]
    entering = np.stack(
        (
            weights,
            -weights * at_entry(hazards, where),
            weights * at_entry(lost, where),
        ),
        axis=1,
    )
    leaving = np.stack(
        (
            -weights,
            weights * (left[0] - step),
            weights * (own * left[2] + left[3] * step - left[1]),
        ),
        axis=1,
    )
    products = cross_products(Moves(where, entering, leaving), rows.cluster, len(curve))
    loadings = np.stack((curve * hazards - lost, curve, np.ones_like(curve)), axis=1)
    return squared_influence(loadings, products)


def delta_variance(steps: HazardSteps, events: FloatArray) -> FloatArray:
    """Delta method (Andersen, Borgan, Gill and Keiding 1993, section IV.4).

    Sum of D^2 d/(n(n-d)) + S(u-)^2 d_k(n-d_k)/n^3 - 2 D S(u-) d_k/n^2, with D = F(t) - F(u).
    """
    curve = incidence(steps, events)
    hazard = ratio(events, steps.at_risk)
    per_risk = steps.before * ratio(hazard, steps.at_risk)
    own = steps.before * per_risk * (1 - hazard)
    return np.maximum(
        _opened(curve, steps.greenwood)
        + np.cumsum(own)
        - 2 * (curve * np.cumsum(per_risk) - np.cumsum(curve * per_risk)),
        0.0,
    )


def cmprsk_variance(steps: HazardSteps, events: FloatArray) -> FloatArray:
    """The variance of R's cmprsk::cuminc (Gray 1988, section 2), for unweighted right-censored rows.

    Sum of y^2 S(u-)^2 d_other/n^2 tau(d_other) + (1-y)^2 S(u-)^2 d_k/n^2 tau(d_k), with
    y = (F(t) - F(u))/S(u), 0 where S(u) = 0, and tau(d) = 1 - (d-1)/(n-1) for d > 1.
    """
    curve = incidence(steps, events)
    per_survival = ratio(np.ones_like(curve), steps.survival)
    squared = ratio(steps.before, steps.at_risk) ** 2
    other = steps.failures - events
    own = squared * events * _ties(events, steps.at_risk)
    others = squared * other * _ties(other, steps.at_risk)
    once = own * per_survival
    linear = curve * np.cumsum(once) - np.cumsum(curve * once)
    return np.maximum(_opened(curve, (own + others) * per_survival**2) + np.cumsum(own) - 2 * linear, 0.0)


def _opened(curve: FloatArray, values: FloatArray) -> FloatArray:
    """Sum over u <= t of (F(t) - F(u))^2 times values(u)."""
    return curve**2 * np.cumsum(values) - 2 * curve * np.cumsum(curve * values) + np.cumsum(curve**2 * values)


def _ties(events: FloatArray, at_risk: FloatArray) -> FloatArray:
    return np.where(events > 1, 1 - ratio(events - 1, at_risk - 1), 1.0)
