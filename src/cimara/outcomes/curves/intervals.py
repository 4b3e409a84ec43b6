"""Pointwise limits of a probability, by the scale on which its estimate is taken to be normal."""

from __future__ import annotations

from enum import StrEnum

import numpy as np
from scipy.special import ndtri  # type: ignore[import-untyped]

from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import Concern, NotEstimable


class ConfType(StrEnum):
    """Scale of a pointwise interval; its name is printed with every interval."""

    LOG = "log"
    LOG_LOG = "log-log"
    PLAIN = "plain"
    LOGIT = "logit"
    ARCSIN = "arcsin"


def normal_quantile(conf_level: float) -> float:
    """z of a two-sided interval, 1.96 for 0.95; a level outside (0, 1) is refused."""
    if not 0 < conf_level < 1:
        raise NotEstimable(
            Concern.NOT_SUPPORTED, "a confidence level outside 0 to 1", hint="0.95 means 95 %."
        )
    return float(ndtri((1 + conf_level) / 2))


def limits(
    probability: FloatArray, se: FloatArray, conf_type: ConfType | str, conf_level: float
) -> tuple[FloatArray, FloatArray]:
    """Lower and upper limits, inside [0, 1].

    Parameters
    ----------
    probability, se
        The estimate and its standard error on the same, untransformed scale.

    A probability of 1 has the limits (1, 1); one of 0, or without a standard error, has none (NaN).
    """
    z = normal_quantile(conf_level)
    inner = (probability > 0) & (probability < 1) & np.isfinite(se)
    inside = np.where(inner, probability, 0.5)
    relative = np.where(inner, se, 0.0) / inside
    lower, upper = _SCALES[ConfType(conf_type)](inside, z * relative)
    outside = np.where(probability == 1, 1.0, np.nan)
    return (
        np.where(inner, np.clip(lower, 0.0, 1.0), outside),
        np.where(inner, np.clip(upper, 0.0, 1.0), outside),
    )


def _log(p: FloatArray, width: FloatArray) -> tuple[FloatArray, FloatArray]:
    return p * np.exp(-width), np.exp(np.minimum(np.log(p) + width, 0.0))


def _log_log(p: FloatArray, width: FloatArray) -> tuple[FloatArray, FloatArray]:
    stretch = np.minimum(-width / np.log(p), 700.0)
    return p ** np.exp(stretch), p ** np.exp(-stretch)


def _plain(p: FloatArray, width: FloatArray) -> tuple[FloatArray, FloatArray]:
    return p - p * width, p + p * width


def _logit(p: FloatArray, width: FloatArray) -> tuple[FloatArray, FloatArray]:
    centre = np.log(p / (1 - p))
    half = width / (1 - p)
    return 1 / (1 + np.exp(np.minimum(half - centre, 700.0))), 1 / (1 + np.exp(-centre - half))


def _arcsin(p: FloatArray, width: FloatArray) -> tuple[FloatArray, FloatArray]:
    centre = np.arcsin(np.sqrt(p))
    half = 0.5 * width * np.sqrt(p / (1 - p))
    low, high = np.maximum(centre - half, 0.0), np.minimum(centre + half, np.pi / 2)
    return np.sin(low) ** 2, np.sin(high) ** 2


_SCALES = {
    ConfType.LOG: _log,
    ConfType.LOG_LOG: _log_log,
    ConfType.PLAIN: _plain,
    ConfType.LOGIT: _logit,
    ConfType.ARCSIN: _arcsin,
}
