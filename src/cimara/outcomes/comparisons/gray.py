"""Gray's test: are the cumulative incidences of one cause alike between groups, others competing?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import chdtrc  # type: ignore[import-untyped]

from cimara.outcomes.comparisons.counted import (
    Comparison,
    GroupSums,
    check_rows,
    concerns_of,
    quadratic,
)
from cimara.outcomes.contract import ContractError, Scope, run
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.grid import Cells, GridCounts
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.rows import CompetingRisks


@dataclass(frozen=True, slots=True, kw_only=True)
class GrayStatistic:
    """Gray's score of each group and its variance; `cause` is a place on the axis of causes."""

    cause: int
    rho: float = 0.0

    def sums(self, counts: GridCounts) -> GroupSums:
        """Scores, events of the cause, rows (3 x groups), and the variance, summed over strata."""
        groups = counts.events.shape[1]
        events = counts.events[..., self.cause].sum(axis=(0, 2))
        rows = (counts.weighted.failures + counts.weighted.censored).sum(axis=(0, 2))
        vectors = np.stack([np.zeros(groups), events, rows + counts.weighted.beyond.sum(axis=0)])
        matrix = np.zeros((groups, groups))
        for stratum in range(counts.events.shape[0]):
            of_cause = counts.events[stratum, ..., self.cause]
            others = counts.weighted.failures[stratum] - of_cause
            used = (of_cause + others).sum(axis=0) > 0
            score, variance = gray_sums(
                counts.at_risk[stratum][:, used], of_cause[:, used], others[:, used], self.rho
            )
            vectors[0] += score
            matrix += variance
        return GroupSums(vectors, matrix)


def gray_sums(
    at_risk: FloatArray, of_cause: FloatArray, others: FloatArray, rho: float
) -> tuple[FloatArray, FloatArray]:
    """Score (groups) and variance (groups x groups) of one stratum; arguments are groups x event times.

    Gray 1988, section 3: equation 3.1 for the score, with the variance of its appendix.
    """
    survival, before = _kaplan_meier(at_risk, of_cause + others)
    incidence = np.cumsum(_ratio(before * of_cause, at_risk), axis=1)
    incidence_before = incidence - _ratio(before * of_cause, at_risk)
    y = _ratio(at_risk, before)
    under = y * (1.0 - incidence_before)
    died, exposed = of_cause.sum(axis=0), y.sum(axis=0)
    jump = _ratio(died, exposed)
    pooled = np.cumsum(jump)
    pooled_before = pooled - jump
    weight = (1.0 - pooled_before) ** rho
    score = (weight * (of_cause - died * _ratio(under, under.sum(axis=0)))).sum(axis=1)
    spread = -_ratio(y[:, None] * y[None, :], exposed)
    spread[np.diag_indices(len(y))] += y
    spread = weight * spread
    towards = np.cumsum(spread * _ratio(died, exposed * (1.0 - pooled_before)), axis=2)
    later = towards[..., -1:] - towards if towards.shape[2] else towards
    left = _ratio(np.broadcast_to(1.0 - pooled, survival.shape), survival)
    own = spread + (1.0 - left) * later
    competing = left * later
    own_weight = _ratio(_finite(died, exposed * before - 1.0) * before * died, exposed * at_risk)
    other_weight = _ratio(_finite(others, at_risk - 1.0) * before**2 * others, at_risk**2)
    variance = np.einsum("gqt,hqt,qt->gh", own, own, own_weight)
    variance += np.einsum("gqt,hqt,qt->gh", competing, competing, other_weight)
    return score, variance


def _kaplan_meier(at_risk: FloatArray, failed: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Survival at each time, and just before it."""
    after: FloatArray = np.asarray(np.cumprod(_ratio(at_risk - failed, at_risk, empty=1.0), axis=1))
    before = np.ones_like(after)
    before[:, 1:] = after[:, :-1]
    return after, before


def _finite(events: FloatArray, others: FloatArray) -> FloatArray:
    """The correction for ties, 1 - (events - 1)/others, 1 where there is one event or none."""
    return np.where(events > 1, 1.0 - _ratio(events - 1.0, others), 1.0)


def _ratio(above: FloatArray, below: FloatArray, empty: float = 0.0) -> FloatArray:
    shape = np.broadcast_shapes(above.shape, below.shape)
    made = np.full(shape, empty)
    return np.asarray(np.divide(above, below, out=made, where=np.broadcast_to(below, shape) > 0))


@dataclass(frozen=True, kw_only=True, eq=False)
class GrayTest:
    """Gray's test of one cause; all groups with rows, in the order of their levels.

    Parameters
    ----------
    n, events
        Rows of each group, and those with the event of `cause`.
    score, variance
        Weighted difference of events and expectation (groups), and its variance (groups x groups).
    """

    cause: str
    groups: tuple[str, ...]
    n: FloatArray
    events: FloatArray
    score: FloatArray
    variance: FloatArray
    statistic: float
    df: int
    p: float
    rho: float
    strata_columns: tuple[str, ...]
    group_column: str
    scope: Scope
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def table(self) -> pl.DataFrame:
        """One row a group: rows, events, score."""
        return pl.DataFrame(
            {"group": list(self.groups), "n": self.n, "events": self.events, "score": self.score}
        )


def gray_test(
    rows: CompetingRisks | Iterable[CompetingRisks],
    *,
    cause: str | int,
    rho: float = 0.0,
    scope: Scope | str = Scope.ACROSS_PARTS,
    grid: Sequence[float] | FloatArray | None = None,
) -> GrayTest:
    """Compare the cumulative incidence of a cause between the groups of `rows.group`, within strata.

    Parameters
    ----------
    rho
        Power of 1 - F in the weight: above 0 early differences count more.
    scope
        "within_part": every stratum lies inside one part, and only sums leave it.

    Raises
    ------
    NotEstimable
        NO_EVENTS; ONE_GROUP; NOT_SUPPORTED: delayed entry, or probability weights.
    """
    parts = [rows] if isinstance(rows, CompetingRisks) else list(rows) if isinstance(rows, Iterator) else rows
    first = next(iter(parts), None)
    if first is None:
        raise ContractError("there are no rows to compare", expected="at least one part")
    check_rows(first)
    if first.start is not None:
        raise NotEstimable(
            Concern.NOT_SUPPORTED,
            "Gray's test is not defined for delayed entry",
            hint="Use the Wald test of a Fine-Gray model with the group as covariate.",
        )
    cells = Cells.of(parts, by_stratum=bool(first.strata))
    if str(cause) not in cells.causes:
        raise ContractError("a cause that does not occur", where="cause", expected=", ".join(cells.causes))
    estimator = Comparison(
        statistic=GrayStatistic(cause=cells.causes.index(str(cause)), rho=rho),
        cells=cells,
        planned=() if grid is None else tuple(float(time) for time in grid),
        scope=Scope(scope),
    )
    return _tested(run(estimator, parts), estimator, (str(cause), rho), first, concerns_of(parts))


def _tested(
    sums: GroupSums,
    estimator: Comparison,
    of: tuple[str, float],
    rows: CompetingRisks,
    warnings: tuple[ModelWarning, ...],
) -> GrayTest:
    present = np.flatnonzero(sums.vectors[2] > 0)
    score, events, n = sums.vectors[:, present]
    variance = sums.matrix[np.ix_(present, present)]
    if not events.sum():
        raise NotEstimable(Concern.NO_EVENTS, f"none of {n.sum():,.0f} rows has an event of {of[0]}")
    found, rank = quadratic(score[:-1], variance[:-1, :-1])
    if not rank:
        raise NotEstimable(
            Concern.ONE_GROUP, "no event while two groups were at risk", columns=(rows.group_column,)
        )
    strata = f", strata = interaction({', '.join(rows.strata_columns)})" if rows.strata_columns else ""
    return GrayTest(
        cause=of[0],
        groups=tuple(estimator.cells.groups[code] for code in present),
        n=n,
        events=events,
        score=score,
        variance=variance,
        statistic=found,
        df=rank,
        p=float(chdtrc(rank, found)),
        rho=of[1],
        strata_columns=rows.strata_columns,
        group_column=rows.group_column,
        scope=estimator.scope,
        warnings=warnings,
        r_call=f"cmprsk::cuminc(time, status, {rows.group_column}{strata}, rho = {of[1]:g})$Tests",
    )
