"""Two estimates set against each other: their difference, or their ratio on the log scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr  # type: ignore[import-untyped]

from cimara.outcomes.curves.intervals import normal_quantile
from cimara.outcomes.frame_columns import FloatArray


@dataclass(frozen=True, slots=True)
class Contrast:
    """`measure` of a group against the reference, with limits and a two-sided p-value; None: not defined."""

    measure: str
    group: str
    reference: str
    estimate: float | None
    lower: float | None
    upper: float | None
    p: float | None


def difference(
    names: tuple[str, str, str], values: FloatArray, covariance: FloatArray, conf_level: float
) -> Contrast:
    """values[1] - values[0], taken to be normal; `names` are measure, group and reference."""
    estimate = float(values[1] - values[0])
    se = float(np.sqrt(max(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1], 0.0)))
    if se == 0:
        return Contrast(*names, estimate, None, None, None)
    half = normal_quantile(conf_level) * se
    return Contrast(*names, estimate, estimate - half, estimate + half, _p_value(estimate / se))


def log_ratio(
    names: tuple[str, str, str], values: FloatArray, covariance: FloatArray, conf_level: float
) -> Contrast:
    """values[1] / values[0], its logarithm taken to be normal (delta method)."""
    if not (values > 0).all():
        return Contrast(*names, None, None, None, None)
    logs = difference(names, np.log(values), covariance / np.outer(values, values), conf_level)
    assert logs.estimate is not None
    if logs.lower is None or logs.upper is None:
        return Contrast(*names, float(np.exp(logs.estimate)), None, None, None)
    limits = float(np.exp(logs.lower)), float(np.exp(logs.upper))
    return Contrast(*names, float(np.exp(logs.estimate)), *limits, logs.p)


def _p_value(z: float) -> float:
    return float(2 * ndtr(-abs(z)))
