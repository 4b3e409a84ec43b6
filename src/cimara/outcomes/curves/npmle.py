"""The step from one set of masses to a likelier one: self-consistency beside the iterative convex minorant.

Every round evaluates several candidates at once, so that a line search costs no round of its own: the masses
after one step of self-consistency (EM), and steps of several lengths towards the isotonic solution of the
likelihood's diagonal quadratic (Wellner and Zhan 1997; Jongbloed 1998).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import isotonic_regression  # type: ignore[import-untyped]

from cimara.outcomes.frame_columns import FloatArray, IntArray

STEPS = 0.5 ** np.arange(6)
"""Lengths of the steps towards the isotonic solution."""


EQUAL = 1e-13
"""Log-likelihoods that differ by less than this share are equal."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Likelihood of candidates (axis 0) and its derivatives; additive over rows.

    `ratio` is the sum of w alpha_j / (alpha p); `first` and `second` the derivatives by the distribution at
    the boundaries between boxes, `second` with its sign turned.
    """

    loglik: FloatArray
    ratio: FloatArray
    first: FloatArray
    second: FloatArray

    def best(self, turn: int) -> int:
        """The likeliest candidate; among equals, turn and turn about, EM or the isotonic step.

        Near the end all likelihoods are equal but for rounding, which must not choose: parts added in
        another order would then take another path. Of the isotonic steps that one is taken which is nearest
        to Kuhn and Tucker's condition.
        """
        most = float(self.loglik.max())
        equal = self.loglik >= most - EQUAL * max(abs(most), 1.0)
        if equal[0] and (turn % 2 == 0 or not equal[1:].any()):
            return 0
        excess = np.where(equal, self.ratio.max(axis=1), np.inf)
        return 1 + int(np.argmin(excess[1:])) if equal[1:].any() else 0


def evaluate(masses: FloatArray, first: IntArray, end: IntArray, weights: FloatArray) -> Evaluation:
    """Evaluate candidates (rows of `masses`) on rows that lie in the boxes first, ..., end - 1."""
    found = [_evaluate_one(mass, first, end, weights) for mass in masses]
    logliks, *others = zip(*found, strict=True)
    return Evaluation(np.array(logliks, dtype=np.float64), *(np.stack(values) for values in others))


def candidates(mass: FloatArray, ratio: FloatArray, first: FloatArray, second: FloatArray) -> FloatArray:
    """Masses to try next, the step of self-consistency first; it is never less likely."""
    tried = [mass * ratio / np.sum(mass * ratio)]
    if len(mass) > 1:
        reached = np.cumsum(mass)[:-1]
        target = isotonic_regression(reached + first / second, weights=second).x
        isotonic = np.diff(np.concatenate(([0.0], np.clip(target, 0.0, 1.0), [1.0])))
        tried += [(1 - step) * mass + step * isotonic for step in STEPS]
    return np.stack(tried)


def _evaluate_one(
    mass: FloatArray, first: IntArray, end: IntArray, weights: FloatArray
) -> tuple[float, FloatArray, FloatArray, FloatArray]:
    size = len(mass)
    reached = np.concatenate(([0.0], np.cumsum(mass)))
    probability = np.where(end - first == 1, mass[first], reached[end] - reached[first])
    if (probability <= 0).any():
        return -np.inf, np.zeros(size), np.zeros(size - 1), np.ones(size - 1)
    once, twice = weights / probability, weights / probability**2
    opens, closes = (np.bincount(edge, once, minlength=size + 1) for edge in (first, end))
    curvature = sum(np.bincount(edge, twice, minlength=size + 1) for edge in (first, end))
    ratio: FloatArray = np.cumsum(opens - closes, dtype=np.float64)[:size]
    loglik = float(np.sum(weights * np.log(probability)))
    slope: FloatArray = np.asarray(closes - opens, dtype=np.float64)
    return loglik, ratio, slope[1:size], np.asarray(curvature)[1:size]
