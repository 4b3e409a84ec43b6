"""A smooth of points by a natural cubic spline, with the pointwise error of points of known variance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.outcomes.frame_columns import FloatArray

KNOTS = (0.05, 0.35, 0.65, 0.95)
"""Quantiles of the points at which the cubics join (Harrell 2015, table 2.3, four knots)."""


@dataclass(frozen=True, slots=True)
class Smooth:
    """The curve at `x`; `spread` is its standard error where each point has variance 1."""

    x: FloatArray
    y: FloatArray
    spread: FloatArray


def natural_smooth(x: FloatArray, y: FloatArray, at: FloatArray) -> Smooth | None:
    """Least squares on a natural cubic basis; None with too few distinct x for the knots.

    Basis: Hastie, Tibshirani & Friedman 2009, equations 5.4 and 5.5.
    """
    knots = np.unique(np.quantile(x, KNOTS)) if len(x) else np.zeros(0)
    if len(knots) < len(KNOTS) or len(np.unique(x)) <= len(KNOTS):
        return None
    low, reach = x.min(), np.ptp(x)
    places = (knots - low) / reach
    basis, asked = _basis((x - low) / reach, places), _basis((at - low) / reach, places)
    inverse = np.linalg.inv(basis.T @ basis)
    curve = asked @ (inverse @ (basis.T @ y))
    return Smooth(at, curve, np.sqrt(np.einsum("ij,jk,ik->i", asked, inverse, asked)))


def _basis(x: FloatArray, knots: FloatArray) -> FloatArray:
    last = knots[-1]

    def divided(knot: float) -> FloatArray:
        cubes = np.maximum(x - knot, 0) ** 3 - np.maximum(x - last, 0) ** 3
        return np.asarray(cubes / (last - knot))

    end = divided(knots[-2])
    return np.stack([np.ones_like(x), x, *(divided(one) - end for one in knots[:-2])], axis=1)
