"""Restricted mean time lost to each of several competing causes: the area under its cumulative incidence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from cimara.outcomes.contract import run
from cimara.outcomes.curves.areas import Areas, RestrictedAreas
from cimara.outcomes.curves.contrasts import Contrast, difference, log_ratio
from cimara.outcomes.curves.intervals import normal_quantile
from cimara.outcomes.curves.parts import as_parts
from cimara.outcomes.curves.rmst import place_of
from cimara.outcomes.grid import Cells
from cimara.outcomes.model_warnings import ModelWarning
from cimara.outcomes.rows import CompetingRisks, dropped_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLost:
    """Mean time lost to one cause before tau, in the unit of the rows."""

    group: str
    cause: str
    n: int
    events: float
    time_lost: float
    se: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeLostFit:
    """Time lost to each cause in each group, and each group against the reference.

    `contrasts` holds pairs of a cause and a contrast ("difference" or "ratio").
    """

    tau: float
    lost: tuple[TimeLost, ...]
    contrasts: tuple[tuple[str, Contrast], ...]
    reference: str
    variance: str
    conf_level: float
    grid: str
    n: int
    events: dict[str, float]
    dropped: int
    zero_weight: int
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def of(self, cause: str | int, group: str | float = "") -> TimeLost:
        """The time lost to a cause in a group."""
        label = f"{group:g}" if isinstance(group, int | float) else group
        return next(one for one in self.lost if one.cause == str(cause) and one.group == label)

    def table(self) -> pl.DataFrame:
        """One row an estimate: `time_lost` of each group and cause, then the contrasts."""
        own = [
            ("time_lost", one.cause, one.group, None, one.time_lost, one.lower, one.upper, None, one.se)
            for one in self.lost
        ]
        pairs = [
            (one.measure, cause, one.group, one.reference, one.estimate, one.lower, one.upper, one.p, None)
            for cause, one in self.contrasts
        ]
        frame = pl.DataFrame([*own, *pairs], schema=_SCHEMA, orient="row")
        return frame.with_columns(pl.lit(self.tau).alias("tau"))


_TEXTS = ("measure", "cause", "group", "reference")
_NUMBERS = ("estimate", "lower", "upper", "p", "se")
_SCHEMA = dict.fromkeys(_TEXTS, pl.String) | dict.fromkeys(_NUMBERS, pl.Float64)


def restricted_time_lost(
    rows: CompetingRisks | Iterable[CompetingRisks],
    *,
    tau: float,
    conf_level: float = 0.95,
    reference: str | float | None = None,
    grid: Iterable[float] = (),
    groups: tuple[str, ...] = (),
) -> TimeLostFit:
    """Mean time lost to each cause by `tau`: the area under its cumulative incidence (Andersen 2013).

    Parameters
    ----------
    tau
        The horizon, from the plan; not later than the time to which every group was observed.
    reference
        The group that others are set against; the first when not named.
    grid, groups
        As in `kaplan_meier`.

    The variance is the infinitesimal jackknife, summed in clusters.

    Raises
    ------
    NotEstimable
        `TAU_TOO_LATE`, naming the largest tau allowed.
    """
    parts = as_parts(rows)
    normal_quantile(conf_level)
    cells, planned = Cells.of(parts), tuple(grid)
    cells = Cells(groups=groups or cells.groups, causes=cells.causes)
    dropped = tuple(dropped_of(parts).items())
    options = RestrictedAreas(cells=cells, robust=True, planned=planned, dropped=dropped, tau=float(tau))
    areas = run(options, parts)
    base = place_of(areas.groups, reference)
    totals = areas.events.sum(axis=0).tolist()
    return TimeLostFit(
        tau=float(tau),
        lost=_lost(areas, float(tau), conf_level),
        contrasts=_contrasts(areas, base, conf_level),
        reference=areas.groups[base],
        variance="ij",
        conf_level=conf_level,
        grid="planned" if planned else "all times",
        n=sum(areas.n),
        events=dict(zip(areas.causes, totals, strict=True)),
        dropped=areas.dropped,
        zero_weight=areas.zero_weight,
        warnings=areas.warnings,
        r_call=f"print(survfit(Surv(time, factor(status)) ~ group), rmean = {tau:g})",
    )


def _lost(areas: Areas, tau: float, conf_level: float) -> tuple[TimeLost, ...]:
    z, size = normal_quantile(conf_level), areas.values.shape[1]
    errors = np.sqrt(np.diag(areas.covariance)).reshape(-1, size)
    found = []
    for row, group in enumerate(areas.groups):
        for column, cause in enumerate(areas.causes, start=1):
            lost, se = float(areas.values[row, column]), float(errors[row, column])
            found.append(
                TimeLost(
                    group=group,
                    cause=cause,
                    n=areas.n[row],
                    events=float(areas.events[row, column - 1]),
                    time_lost=lost,
                    se=se,
                    lower=max(lost - z * se, 0.0),
                    upper=min(lost + z * se, tau),
                )
            )
    return tuple(found)


def _contrasts(areas: Areas, base: int, conf_level: float) -> tuple[tuple[str, Contrast], ...]:
    size = areas.values.shape[1]
    found: list[tuple[str, Contrast]] = []
    for place, group in enumerate(areas.groups):
        if place == base:
            continue
        for column, cause in enumerate(areas.causes, start=1):
            lost = areas.values[[base, place], column]
            pair = np.array([base, place]) * size + column
            covariance = areas.covariance[np.ix_(pair, pair)]
            names = (group, areas.groups[base])
            found.append((cause, difference(("difference", *names), lost, covariance, conf_level)))
            found.append((cause, log_ratio(("ratio", *names), lost, covariance, conf_level)))
    return tuple(found)
