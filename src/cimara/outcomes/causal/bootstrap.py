"""Resampling of patients with their rows: replicates that do not depend on who computes them, or when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from cimara.outcomes.causal.refit import recounted, refit
from cimara.outcomes.frame_columns import FloatArray, IntArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.cox_fit import CoxFit, Ties
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.riskset import risk_sets
from cimara.outcomes.rows import Survival

TOGETHER = 50
"""Replicates that one task of an executor computes."""
MOST_FAILED = 0.05


@dataclass(frozen=True, kw_only=True, eq=False)
class Replicates:
    """Estimates (replicates x quantities) of the resampled data sets that had one; `failed` had none."""

    estimates: FloatArray
    failed: int
    clusters: int

    @property
    def se(self) -> FloatArray:
        """Standard deviation over replicates."""
        return np.asarray(self.estimates.std(axis=0, ddof=1))

    def interval(self, conf_level: float) -> tuple[FloatArray, FloatArray]:
        """Percentile interval."""
        tail = (1 - conf_level) / 2
        lower, upper = np.quantile(self.estimates, [tail, 1 - tail], axis=0)
        return lower, upper

    def warnings(self) -> tuple[ModelWarning, ...]:
        """What to say of the replicates that failed."""
        if not self.failed:
            return ()
        total = self.failed + len(self.estimates)
        said = f"{self.failed} of {total} resampled data sets had no finite estimate and are left out"
        return (ModelWarning(Concern.NO_CONVERGENCE, said),)


def cluster_bootstrap(
    statistic: Callable[[FloatArray], FloatArray],
    clusters: IntArray,
    *,
    replicates: int,
    generator: Generator,
    executor: Executor | None = None,
) -> Replicates:
    """Resample whole clusters with replacement.

    Parameters
    ----------
    statistic
        From how often each row was drawn (n float64) to the estimates; it can be pickled when the executor
        works in other processes. NotEstimable leaves a replicate out.
    clusters
        Code of each row's cluster (n).
    generator
        Each replicate has its own child of it, so that order, batches and workers change nothing.
    executor
        Any `concurrent.futures.Executor`; None computes here.

    Raises
    ------
    NotEstimable
        NO_CONVERGENCE when more than 5 % of the replicates have no estimate: percentiles would lie.

    Source: Efron & Tibshirani 1993, sections 8.6 and 13.3; clusters: Field & Welsh 2007.
    """
    codes = np.unique(clusters, return_inverse=True)[1].astype(np.int64)
    children = generator.spawn(replicates)
    batches = [children[at : at + TOGETHER] for at in range(0, replicates, TOGETHER)]
    count = int(codes.max()) + 1
    if executor is None:
        found = [_batch(statistic, codes, count, batch) for batch in batches]
    else:
        tasks = [executor.submit(_batch, statistic, codes, count, batch) for batch in batches]
        found = [task.result() for task in tasks]
    estimates = [one for batch in found for one in batch if one is not None]
    failed = replicates - len(estimates)
    if failed > MOST_FAILED * replicates:
        raise NotEstimable(
            Concern.NO_CONVERGENCE,
            f"{failed} of {replicates} resampled data sets have no finite estimate",
            hint="Too few events for this model: use fewer covariates.",
        )
    return Replicates(estimates=np.array(estimates), failed=failed, clusters=count)


def draw_counts(codes: IntArray, count: int, generator: Generator) -> FloatArray:
    """How often each row is drawn when `count` clusters are drawn with replacement."""
    drawn = np.bincount(generator.integers(0, count, count), minlength=count)
    return drawn[codes].astype(np.float64)


def bootstrap_cox(
    rows: Survival,
    *,
    replicates: int,
    generator: Generator,
    ties: Ties | str = Ties.EFRON,
    executor: Executor | None = None,
) -> tuple[CoxFit, Replicates]:
    """A Cox model and its resampled coefficients (of the estimable ones); patients are drawn with their rows.

    A replicate equals the fit to the drawn rows written out as often as they were drawn; probability weights
    are refused, since their propensity step would have to be resampled too.
    """
    if rows.weights is not None and rows.weight_kind is WeightKind.PROBABILITY:
        raise NotEstimable(
            Concern.NOT_SUPPORTED,
            "a bootstrap of weighted rows has to make the weights again in each sample",
            hint="Use variance='stacked', or resample around the propensity model too.",
        )
    fit = cox(rows, ties=ties)
    refitted = _Refitted(rows, fit.evaluated_at, fit.ties, np.flatnonzero(fit.estimable))
    found = cluster_bootstrap(
        refitted, rows.cluster_codes(), replicates=replicates, generator=generator, executor=executor
    )
    return fit, found


@dataclass(frozen=True, eq=False)
class _Refitted:
    """Coefficients of a model refitted to counted rows."""

    rows: Survival
    begin: FloatArray
    ties: Ties
    wanted: IntArray

    def __call__(self, counts: FloatArray) -> FloatArray:
        sets = risk_sets(self.rows)
        active = np.zeros(len(self.begin), dtype=bool)
        active[self.wanted] = True
        return refit(recounted(sets, counts), self.begin, active, self.ties)[self.wanted]


def _batch(
    statistic: Callable[[FloatArray], FloatArray], codes: IntArray, count: int, batch: list[Generator]
) -> list[FloatArray | None]:
    return list(_each(statistic, codes, count, batch))


def _each(
    statistic: Callable[[FloatArray], FloatArray], codes: IntArray, count: int, batch: list[Generator]
) -> Iterator[FloatArray | None]:
    for child in batch:
        try:
            yield statistic(draw_counts(codes, count, child))
        except NotEstimable:
            yield None
