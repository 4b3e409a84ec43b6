"""Restricted mean survival time: the area under each group's survival to a time the plan names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl

from cimara.outcomes.contract import run
from cimara.outcomes.curves.areas import Areas, RestrictedAreas
from cimara.outcomes.curves.contrasts import Contrast, difference, log_ratio
from cimara.outcomes.curves.intervals import normal_quantile
from cimara.outcomes.curves.kaplan_meier import Variance, guarded_cause, one_event
from cimara.outcomes.curves.parts import Changed, as_parts
from cimara.outcomes.grid import Cells, TimedRows
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.rows import dropped_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RestrictedMean:
    """Mean time without the event up to tau (`rmst`), and the time lost by then: tau - rmst."""

    group: str
    n: int
    events: float
    rmst: float
    se: float
    lower: float
    upper: float
    time_lost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RmstFit:
    """Restricted means of all groups, and each group against the reference."""

    tau: float
    arms: tuple[RestrictedMean, ...]
    contrasts: tuple[Contrast, ...]
    reference: str
    variance: str
    conf_level: float
    grid: str
    n: int
    events: float
    dropped: int
    zero_weight: int
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def arm(self, group: str | float = "") -> RestrictedMean:
        """The restricted mean of a group by its label."""
        label = f"{group:g}" if isinstance(group, int | float) else group
        return next(one for one in self.arms if one.group == label)

    def contrast(self, measure: str, group: str | None = None) -> Contrast:
        """ "difference", "ratio" or "rmtl_ratio" of a group (the only one, if there are two)."""
        return next(one for one in self.contrasts if one.measure == measure and group in (None, one.group))

    def table(self) -> pl.DataFrame:
        """One row an estimate: `rmst` of each group, then the contrasts."""
        own = [
            {
                "measure": "rmst",
                "group": arm.group,
                "reference": None,
                "estimate": arm.rmst,
                "lower": arm.lower,
                "upper": arm.upper,
                "p": None,
                "se": arm.se,
            }
            for arm in self.arms
        ]
        pairs = [
            {name: getattr(one, name) for name in own[0] if name != "se"} | {"se": None}
            for one in self.contrasts
        ]
        return pl.DataFrame([*own, *pairs], schema=_SCHEMA).with_columns(pl.lit(self.tau).alias("tau"))


_TEXTS, _NUMBERS = ("measure", "group", "reference"), ("estimate", "lower", "upper", "p", "se")
_SCHEMA = dict.fromkeys(_TEXTS, pl.String) | dict.fromkeys(_NUMBERS, pl.Float64)


def rmst(
    rows: TimedRows | Iterable[TimedRows],
    *,
    tau: float,
    conf_level: float = 0.95,
    variance: Variance | str | None = None,
    reference: str | float | None = None,
    grid: Iterable[float] = (),
    groups: tuple[str, ...] = (),
) -> RmstFit:
    """Restricted mean survival time of each group, and their differences and ratios.

    Parameters
    ----------
    tau
        The horizon, from the plan; not later than the time to which every group was observed.
    variance
        "ij" is the default for clustered or probability-weighted rows, "greenwood" otherwise.
    reference
        The group that others are set against; the first when not named.
    grid, groups
        As in `kaplan_meier`.

    Raises
    ------
    NotEstimable
        `TAU_TOO_LATE`, naming the largest tau allowed; `NOT_SUPPORTED` for competing causes.
    """
    parts = as_parts(rows)
    normal_quantile(conf_level)
    cause = guarded_cause(parts, None, allowed=False)
    dependent = any(part.robust_by_default for part in parts)
    robust = dependent if variance is None else Variance(variance) is Variance.IJ
    events = Changed(parts, lambda part: one_event(part, cause))
    cells = Cells(groups=groups or Cells.of(events).groups)
    planned = tuple(grid)
    dropped = tuple(dropped_of(parts).items())
    options = RestrictedAreas(cells=cells, robust=robust, planned=planned, dropped=dropped, tau=float(tau))
    areas = run(options, events)
    base = place_of(areas.groups, reference)
    kind = Variance.IJ if robust else Variance.GREENWOOD
    naive = (ModelWarning(Concern.NAIVE_VARIANCE, NAIVE),) if dependent and not robust else ()
    return RmstFit(
        tau=float(tau),
        arms=_arms(areas, float(tau), conf_level),
        contrasts=_contrasts(areas, base, float(tau), conf_level),
        reference=areas.groups[base],
        variance=str(kind),
        conf_level=conf_level,
        grid="planned" if planned else "all times",
        n=sum(areas.n),
        events=float(areas.events.sum()),
        dropped=areas.dropped,
        zero_weight=areas.zero_weight,
        warnings=(*areas.warnings, *naive),
        r_call=f"survRM2::rmst2(time, event, group, tau = {tau:g})"
        if len(areas.groups) > 1
        else f"print(survfit(Surv(time, event) ~ 1), rmean = {tau:g})",
    )


NAIVE = "Greenwood's variance takes weighted or clustered rows for independent ones of weight 1"


def place_of(groups: tuple[str, ...], reference: str | float | None) -> int:
    """The place of the reference group; the first when it is not named."""
    if reference is None:
        return 0
    label = f"{reference:g}" if isinstance(reference, int | float) else reference
    if label not in groups:
        raise NotEstimable(
            Concern.EMPTY_LEVEL, "the reference group has no rows", hint=f"Groups: {', '.join(groups)}."
        )
    return groups.index(label)


def _arms(areas: Areas, tau: float, conf_level: float) -> tuple[RestrictedMean, ...]:
    z, size = normal_quantile(conf_level), areas.values.shape[1]
    errors = np.sqrt(np.diag(areas.covariance)[::size])
    return tuple(
        RestrictedMean(
            group=group,
            n=areas.n[place],
            events=float(areas.events[place].sum()),
            rmst=mean,
            se=se,
            lower=max(mean - z * se, 0.0),
            upper=min(mean + z * se, tau),
            time_lost=tau - mean,
        )
        for place, (group, mean, se) in enumerate(
            zip(areas.groups, areas.values[:, 0].tolist(), errors.tolist(), strict=True)
        )
    )


def _contrasts(areas: Areas, base: int, tau: float, conf_level: float) -> tuple[Contrast, ...]:
    size = areas.values.shape[1]
    found: list[Contrast] = []
    for place, group in enumerate(areas.groups):
        if place == base:
            continue
        means = areas.values[[base, place], 0]
        pair = np.array([base * size, place * size])
        covariance = areas.covariance[np.ix_(pair, pair)]
        names = (group, areas.groups[base])
        found += [
            difference(("difference", *names), means, covariance, conf_level),
            log_ratio(("ratio", *names), means, covariance, conf_level),
            log_ratio(("rmtl_ratio", *names), tau - means, covariance, conf_level),
        ]
    return tuple(found)
