"""Squared influence of clusters on survival and on cumulative hazard, at every time of the grid."""

from __future__ import annotations

import numpy as np

from cimara.outcomes.curves.influence import Exposed, Moves, cross_products, squared_influence
from cimara.outcomes.curves.steps import HazardSteps, ratio
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.grid import Span


def survival_variance(steps: HazardSteps, rows: Exposed) -> FloatArray:
    """Influence w S(t) [sum of d/(n(n-d)) over (start, time] - 1/(n-d) at the event]."""
    total = np.cumsum(steps.greenwood)
    where, weights, failing = rows.where, rows.weight, rows.weight * (rows.cause > 0)
    entering = np.stack((weights, -weights * at_entry(total, where)), axis=1)
    leaving = np.stack(
        (-weights, weights * at_exit(total, where) - failing * at_exit(steps.per_survivor, where)), axis=1
    )
    products = cross_products(Moves(where, entering, leaving), rows.cluster, len(total))
    return squared_influence(np.stack((steps.survival * total, steps.survival), axis=1), products)


def hazard_variance(steps: HazardSteps, rows: Exposed) -> FloatArray:
    """Influence w [1/n at the event - sum of d/n^2 over (start, time]]."""
    total = np.cumsum(ratio(steps.hazard, steps.at_risk))
    where, weights, failing = rows.where, rows.weight, rows.weight * (rows.cause > 0)
    per_risk = ratio(np.ones_like(total), steps.at_risk)
    entering = np.stack((weights, weights * at_entry(total, where)), axis=1)
    leaving = np.stack(
        (-weights, failing * at_exit(per_risk, where) - weights * at_exit(total, where)), axis=1
    )
    products = cross_products(Moves(where, entering, leaving), rows.cluster, len(total))
    return squared_influence(np.stack((-total, np.ones_like(total)), axis=1), products)


def at_entry(sums: FloatArray, where: Span) -> FloatArray:
    """A running sum at each row's entry; 0 for a row at risk from before the grid."""
    return np.append(sums, 0.0)[where.entry]


def at_exit(values: FloatArray, where: Span) -> FloatArray:
    """Values at each row's exit; 0 for a row that leaves after the grid, which is never used."""
    return np.append(values, 0.0)[where.exit]
