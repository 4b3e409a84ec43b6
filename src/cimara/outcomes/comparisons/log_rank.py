"""The log-rank family: events observed in each group against those expected if the hazards were alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

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
from cimara.outcomes.rows import Survival


class Weighting(StrEnum):
    """What an event time counts; N at risk, S pooled Kaplan-Meier just before, in its stratum."""

    LOG_RANK = "log-rank"
    """1 (Mantel 1966)."""
    GEHAN = "gehan"
    """N (Gehan 1965, Breslow 1970)."""
    TARONE_WARE = "tarone-ware"
    """The square root of N (Tarone & Ware 1977)."""
    FLEMING_HARRINGTON = "fleming-harrington"
    """S^rho (1 - S)^gamma (Fleming & Harrington 1991, section 7.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogRankStatistic:
    """Observed and expected events by group, and their covariance, with the weights of the family."""

    weighting: Weighting = Weighting.LOG_RANK
    rho: float = 0.0
    gamma: float = 0.0

    def sums(self, counts: GridCounts) -> GroupSums:
        """Weighted observed and expected, plain events, rows (4 x groups), and the covariance.

        The covariance of one time is W^2 d (N - d)/(N - 1) [diag(n)/N - nn'/N^2], 0 where N = 1.
        """
        at_risk, events = counts.at_risk, counts.weighted.failures
        total, died = at_risk.sum(axis=1), events.sum(axis=1)
        share = np.divide(at_risk, total[:, None], out=np.zeros_like(at_risk), where=total[:, None] > 0)
        weight = self._weights(total, died)
        spare = np.divide(
            (total - died) * died, total - 1.0, out=np.zeros_like(total), where=(total > 1) & (died > 0)
        )
        variance = weight**2 * spare
        outer = np.einsum("st,sgt,sht->gh", variance, share, share)
        rows = (events + counts.weighted.censored).sum(axis=(0, 2)) + counts.weighted.beyond.sum(axis=0)
        vectors = np.stack(
            [
                np.einsum("st,sgt->g", weight, events),
                np.einsum("st,sgt->g", weight * died, share),
                events.sum(axis=(0, 2)),
                rows,
            ]
        )
        return GroupSums(vectors, np.diag(np.einsum("st,sgt->g", variance, share)) - outer)

    def _weights(self, total: FloatArray, died: FloatArray) -> FloatArray:
        if self.weighting is Weighting.LOG_RANK:
            return np.ones_like(total)
        if self.weighting is Weighting.GEHAN:
            return total
        if self.weighting is Weighting.TARONE_WARE:
            return np.sqrt(total)
        stays = 1.0 - np.divide(died, total, out=np.zeros_like(total), where=total > 0)
        survival = np.ones_like(total)
        survival[:, 1:] = np.cumprod(stays, axis=1)[:, :-1]
        return np.asarray(survival**self.rho * (1.0 - survival) ** self.gamma)


@dataclass(frozen=True, kw_only=True, eq=False)
class LogRankTest:
    """A test of the family; all groups with rows, in the order of their levels.

    Parameters
    ----------
    n, events
        Rows and events of each group.
    observed, expected
        Weighted events, and those expected under one hazard; `variance` (groups x groups) of their
        difference, summed over strata.
    statistic, df, p
        Chi-square, its degrees of freedom (groups with expected events, less one) and p.
    """

    groups: tuple[str, ...]
    n: FloatArray
    events: FloatArray
    observed: FloatArray
    expected: FloatArray
    variance: FloatArray
    statistic: float
    df: int
    p: float
    weighting: Weighting
    rho: float
    gamma: float
    strata_columns: tuple[str, ...]
    group_column: str
    scope: Scope
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def table(self) -> pl.DataFrame:
        """One row a group: rows, events, weighted observed and expected."""
        return pl.DataFrame(
            {
                "group": list(self.groups),
                "n": self.n,
                "events": self.events,
                "observed": self.observed,
                "expected": self.expected,
            }
        )


def log_rank(
    rows: Survival | Iterable[Survival],
    *,
    weighting: Weighting | str = Weighting.LOG_RANK,
    rho: float = 0.0,
    gamma: float = 0.0,
    scope: Scope | str = Scope.ACROSS_PARTS,
    grid: Sequence[float] | FloatArray | None = None,
) -> LogRankTest:
    """Compare the hazards of the groups of `rows.group`, within the strata if there are any.

    Parameters
    ----------
    rho, gamma
        Powers of S and 1 - S; giving one chooses "fleming-harrington".
    scope
        "within_part": every stratum lies inside one part, and only sums leave it.
    grid
        The grid of the plan, for strata that span parts.

    Raises
    ------
    NotEstimable
        NO_EVENTS; ONE_GROUP: a single group, or never two groups at risk; NOT_SUPPORTED: probability weights.
    """
    parts = [rows] if isinstance(rows, Survival) else list(rows) if isinstance(rows, Iterator) else rows
    first = next(iter(parts), None)
    if first is None:
        raise ContractError("there are no rows to compare", expected="at least one part")
    check_rows(first)
    chosen = Weighting(weighting)
    if (rho or gamma) and chosen is Weighting.LOG_RANK:
        chosen = Weighting.FLEMING_HARRINGTON
    statistic = LogRankStatistic(weighting=chosen, rho=rho, gamma=gamma)
    estimator = Comparison(
        statistic=statistic,
        cells=Cells.of(parts, by_stratum=bool(first.strata)),
        planned=() if grid is None else tuple(float(time) for time in grid),
        scope=Scope(scope),
    )
    return _tested(run(estimator, parts), estimator, statistic, first, concerns_of(parts))


def _tested(
    sums: GroupSums,
    estimator: Comparison,
    statistic: LogRankStatistic,
    rows: Survival,
    warnings: tuple[ModelWarning, ...],
) -> LogRankTest:
    present = np.flatnonzero(sums.vectors[3] > 0)
    observed, expected, events, n = sums.vectors[:, present]
    variance = sums.matrix[np.ix_(present, present)]
    if not events.sum():
        raise NotEstimable(Concern.NO_EVENTS, f"none of {n.sum():,.0f} rows has an event")
    compared = np.flatnonzero(expected > 0)[1:]
    found, rank = quadratic((observed - expected)[compared], variance[np.ix_(compared, compared)])
    if not rank:
        raise NotEstimable(
            Concern.ONE_GROUP, "no event while two groups were at risk", columns=(rows.group_column,)
        )
    return LogRankTest(
        groups=tuple(estimator.cells.groups[code] for code in present),
        n=n,
        events=events,
        observed=observed,
        expected=expected,
        variance=variance,
        statistic=found,
        df=rank,
        p=float(chdtrc(rank, found)),
        weighting=statistic.weighting,
        rho=statistic.rho,
        gamma=statistic.gamma,
        strata_columns=rows.strata_columns,
        group_column=rows.group_column,
        scope=estimator.scope,
        warnings=warnings,
        r_call=_r_call(rows, statistic),
    )


def _r_call(rows: Survival, statistic: LogRankStatistic) -> str:
    strata = f" + strata({', '.join(rows.strata_columns)})" if rows.strata_columns else ""
    call = f"survdiff(Surv(time, event) ~ {rows.group_column}{strata}, data = rows, rho = {statistic.rho:g})"
    plain = statistic.weighting is Weighting.LOG_RANK
    in_r = plain or (statistic.weighting is Weighting.FLEMING_HARRINGTON and not statistic.gamma)
    if rows.start is not None:
        score = f"coxph(Surv(start, time, event) ~ {rows.group_column}{strata}, data = rows)"
        return f"{score}  # its score test, without ties" if plain else "none in survival"
    return call if in_r else f"{call}  # without the weights {statistic.weighting}"
