"""Logistic and Poisson regression, pooled or over parts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from cimara.outcomes.contract import ContractError, State, run
from cimara.outcomes.frame_columns import RowError
from cimara.outcomes.models.cox_result import check_robust
from cimara.outcomes.regression.estimator import Regression
from cimara.outcomes.regression.fit import RegressionFit, regression_fit
from cimara.outcomes.regression.kernels import Kernel, LogisticKernel, PoissonKernel
from cimara.outcomes.regression.outcome_rows import Outcomes


def logistic(
    rows: Outcomes | Iterable[Outcomes],
    *,
    robust: bool | None = None,
    confidence: float = 0.95,
    progress: Callable[[State], None] | None = None,
) -> RegressionFit:
    """Log odds ratios of an outcome of 0 and 1 by maximum likelihood (McCullagh & Nelder 1989, chapter 4).

    Parameters
    ----------
    rows
        Rows, or parts of them (sites, say) whose covariates have the same names.
    robust
        Variance by sums of scores in clusters (Liang & Zeger 1986); None: where rows have probability weights
        or clusters.

    Raises
    ------
    NotEstimable
        NO_EVENTS: all outcomes alike; MONOTONE_LIKELIHOOD: covariates that separate the outcomes;
        NO_CONVERGENCE.
    RowError
        An outcome other than 0 and 1, or an exposure.
    """
    return _fitted(LogisticKernel(), rows, robust, confidence, progress)


def poisson(
    rows: Outcomes | Iterable[Outcomes],
    *,
    robust: bool | None = None,
    confidence: float = 0.95,
    progress: Callable[[State], None] | None = None,
) -> RegressionFit:
    """Log ratios of counts, or of rates over an `exposure` (McCullagh & Nelder 1989, chapter 6).

    Parameters are those of `logistic`; `robust=True` holds where counts vary more than Poisson's do.

    Raises
    ------
    NotEstimable
        NO_EVENTS: nothing was counted; MONOTONE_LIKELIHOOD: a level without counts; NO_CONVERGENCE.
    """
    return _fitted(PoissonKernel(), rows, robust, confidence, progress)


def _fitted(
    kernel: Kernel,
    rows: Outcomes | Iterable[Outcomes],
    robust: bool | None,
    confidence: float,
    progress: Callable[[State], None] | None,
) -> RegressionFit:
    parts = [rows] if isinstance(rows, Outcomes) else list(rows) if isinstance(rows, Iterator) else rows
    first = next(iter(parts), None)
    if first is None:
        raise ContractError("there are no rows to estimate from", expected="at least one part")
    if kernel.family == "binomial":
        for part in parts:
            if (part.value > 1).any() or part.exposure is not None:
                raise RowError(["outcome: neither 0 nor 1, or an exposure"], hint="Counts go to `poisson`.")
    estimator = Regression(kernel=kernel, covariates=first.names, robust=check_robust(first, robust))
    return regression_fit(estimator, run(estimator, parts, progress=progress), first, confidence)
