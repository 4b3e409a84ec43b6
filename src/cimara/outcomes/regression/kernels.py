"""What a generalised linear model of each kind is made of: mean and likelihood of a row given its predictor.

Both links are canonical, so that score and information are X'(y - mu) and X' diag(v) X (McCullagh & Nelder
1989, section 2.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
from scipy.special import expit, gammaln, log_expit, logit  # type: ignore[import-untyped]

from cimara.outcomes.frame_columns import FloatArray


class Kernel(Protocol):
    """One kind of model; arrays have one entry a row."""

    family: ClassVar[str]
    ratio: ClassVar[str]
    """What the exponential of a coefficient is."""

    def mean(self, linear: FloatArray) -> FloatArray:
        """The expected outcome at the linear predictor."""
        ...

    def variance(self, mean: FloatArray) -> FloatArray:
        """The variance of the outcome, which is the derivative of the mean too."""
        ...

    def loglik(self, value: FloatArray, linear: FloatArray) -> FloatArray:
        """The log-likelihood."""
        ...

    def link(self, mean: float) -> float:
        """The linear predictor of a mean."""
        ...

    def one_sided(self, mean: float) -> bool:
        """Whether a mean of all outcomes leaves nothing to explain."""
        ...


@dataclass(frozen=True, slots=True)
class LogisticKernel:
    """Yes or no, on the scale of log odds."""

    family: ClassVar[str] = "binomial"
    ratio: ClassVar[str] = "odds ratio"

    def mean(self, linear: FloatArray) -> FloatArray:
        """The probability of yes."""
        return np.asarray(expit(linear))

    def variance(self, mean: FloatArray) -> FloatArray:
        """p (1 - p)."""
        return np.asarray(mean * (1 - mean))

    def loglik(self, value: FloatArray, linear: FloatArray) -> FloatArray:
        """y log p + (1 - y) log(1 - p)."""
        return np.asarray(log_expit(np.where(value > 0, linear, -linear)))

    def link(self, mean: float) -> float:
        """Log odds."""
        return float(logit(mean))

    def one_sided(self, mean: float) -> bool:
        """All yes, or all no."""
        return mean in (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class PoissonKernel:
    """A count, on the scale of its logarithm."""

    family: ClassVar[str] = "poisson"
    ratio: ClassVar[str] = "rate ratio"

    def mean(self, linear: FloatArray) -> FloatArray:
        """The expected count."""
        return np.asarray(np.exp(linear))

    def variance(self, mean: FloatArray) -> FloatArray:
        """The mean itself."""
        return mean

    def loglik(self, value: FloatArray, linear: FloatArray) -> FloatArray:
        """y log mu - mu - log y!."""
        return np.asarray(value * linear - np.exp(linear) - gammaln(value + 1))

    def link(self, mean: float) -> float:
        """Logarithm."""
        return float(np.log(mean))

    def one_sided(self, mean: float) -> bool:
        """Nothing was counted."""
        return mean == 0.0
