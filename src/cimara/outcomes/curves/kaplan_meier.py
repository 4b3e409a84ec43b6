"""Kaplan and Meier's survival and Nelson and Aalen's cumulative hazard, pooled or over parts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from cimara.outcomes.contract import run
from cimara.outcomes.curves.concerns import all_concerns, named, no_event_bound
from cimara.outcomes.curves.counting import CountedCurve, CountedState
from cimara.outcomes.curves.influence import exposed
from cimara.outcomes.curves.intervals import ConfType, normal_quantile
from cimara.outcomes.curves.parts import Changed, as_parts
from cimara.outcomes.curves.risk_table import RiskTable
from cimara.outcomes.curves.steps import HazardSteps, ratio
from cimara.outcomes.curves.survival_curve import KaplanMeierFit, SurvivalCurve
from cimara.outcomes.curves.survival_variance import hazard_variance, survival_variance
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.grid import Cells, TimedRows
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import CompetingRisks, Rows, Survival, dropped_of


class Variance(StrEnum):
    """Where a standard error comes from."""

    GREENWOOD = "greenwood"
    IJ = "ij"
    """Infinitesimal jackknife: squared influence, summed in clusters."""


@dataclass(frozen=True, kw_only=True)
class KaplanMeier(CountedCurve):
    """One curve a group; `robust` takes the infinitesimal jackknife, else Greenwood's variance."""

    conf_type: ConfType = ConfType.LOG
    conf_level: float = 0.95
    cause_specific: str = ""
    bounded: bool = True
    """False for weighted or clustered rows, for which there is no exact bound without events."""
    naive: bool = False

    def squares(self, rows: TimedRows, state: CountedState) -> FloatArray:
        """Sums of squared influence on survival and on cumulative hazard (2 x groups x times)."""
        counts, where = self.counts(state), self.span(rows, state)
        found = np.zeros((2, len(self.cells.groups), len(counts.grid)))
        for group in range(len(self.cells.groups)):
            steps, own = HazardSteps.of(counts, group), exposed(self.cells, rows, where, group)
            found[0, group] = survival_variance(steps, own)
            found[1, group] = hazard_variance(steps, own)
        return found

    def result(self, state: CountedState) -> KaplanMeierFit:
        """The curves of the groups that have rows."""
        assert state.left_out is not None
        counts = self.counts(state)
        curves = tuple(
            self._curve(state, code, HazardSteps.of(counts, code))
            for code in range(len(self.cells.groups))
            if counts.rows.at_risk[0, code].any() or counts.rows.beyond[0, code]
        )
        zeros = [
            ModelWarning(
                Concern.REACHES_ZERO, f"{named(one.group)}: survival falls to 0, and has no limits there"
            )
            for one in curves
            if (one.survival == 0).any()
        ]
        naive = [ModelWarning(Concern.NAIVE_VARIANCE, NAIVE)] if self.naive else []
        return KaplanMeierFit(
            curves=curves,
            variance=str(self.variance),
            conf_type=self.conf_type,
            conf_level=self.conf_level,
            start_at=self.start_at,
            cause_specific=self.cause_specific,
            grid="planned" if self.planned else "all times",
            n=sum(one.n for one in curves),
            events=float(counts.weighted.failures.sum()),
            dropped=self.rows_dropped(state),
            zero_weight=int(state.left_out[1]),
            warnings=(*all_concerns(self, state), *zeros, *naive),
            r_call=self._r_call(),
        )

    @property
    def variance(self) -> Variance:
        """Of the standard errors."""
        return Variance.IJ if self.robust else Variance.GREENWOOD

    def _curve(self, state: CountedState, code: int, steps: HazardSteps) -> SurvivalCurve:
        assert state.spread is not None
        shown, last = steps.shown, steps.last
        survival_se, hazard_se = self._errors(state, code, steps)
        bound = no_event_bound(steps, state.spread[code, 1], self.conf_level)
        quiet = self.bounded and not steps.failures.any()
        return SurvivalCurve(
            group=self.cells.groups[code],
            n=int(state.spread[code, 0]),
            clusters=None if state.clusters is None else int(state.clusters[code]),
            time=steps.grid[shown],
            at_risk=steps.at_risk[shown],
            events=steps.failures[shown],
            censored=steps_censored(self, state, code)[shown],
            survival=steps.survival[shown],
            se=survival_se[shown],
            cumulative_hazard=np.cumsum(steps.hazard)[shown],
            cumulative_hazard_se=hazard_se[shown],
            first_time=self.start_at or 0.0,
            last_time=float(steps.grid[last]),
            conf_type=self.conf_type,
            conf_level=self.conf_level,
            no_event_bound=bound if quiet else None,
            counted=RiskTable.of(self.counts(state), code, self.cells.groups[code]),
        )

    def _errors(self, state: CountedState, code: int, steps: HazardSteps) -> tuple[FloatArray, FloatArray]:
        if state.influence is not None:
            survival, hazard = np.sqrt(state.influence[:, code])
        else:
            survival = steps.survival * np.sqrt(np.cumsum(steps.greenwood))
            hazard = np.sqrt(np.cumsum(ratio(steps.hazard, steps.at_risk)))
        return np.where(steps.survival > 0, survival, np.nan), np.asarray(hazard)

    def _r_call(self) -> str:
        begin = "start, " if self.start_at is not None else ""
        by = "group" if self.cells.groups != ("",) else "1"
        robust = ", weights = weights, cluster = cluster, robust = TRUE" if self.robust else ""
        return (
            f"survfit(Surv({begin}time, event) ~ {by}, conf.type = '{self.conf_type}', "
            f"conf.int = {self.conf_level:g}{robust})"
        )


NAIVE = "Greenwood's variance takes weighted or clustered rows for independent ones of weight 1"


def steps_censored(curve: CountedCurve, state: CountedState, code: int) -> FloatArray:
    """Weights censored at each grid time."""
    return np.asarray(curve.counts(state).weighted.censored[0, code])


def kaplan_meier(
    rows: TimedRows | Iterable[TimedRows],
    *,
    conf_type: ConfType | str = ConfType.LOG,
    conf_level: float = 0.95,
    variance: Variance | str | None = None,
    cause: str | int | None = None,
    cause_specific: bool = False,
    start_at: float | None = None,
    grid: Iterable[float] = (),
    groups: tuple[str, ...] = (),
) -> KaplanMeierFit:
    """Survival and cumulative hazard, one curve a group.

    Parameters
    ----------
    rows
        Rows, or parts of them (sites, say): both give the same.
    conf_type, conf_level
        Scale and level of the pointwise limits; "log" and 0.95 as in R.
    variance
        "ij" is the default for clustered or probability-weighted rows, "greenwood" otherwise.
    cause, cause_specific
        Rows with competing causes are refused, because 1 - KM would not be a probability; with
        `cause_specific=True` the other causes are censored and the hazard of `cause` is given.
    start_at
        The curve conditional on being event-free then.
    grid
        Times of the plan in place of all times; exits are moved up to the next of them.
    groups
        Labels of the groups in their order; without it those of the rows.

    Raises
    ------
    NotEstimable
        Competing causes without `cause_specific=True` (`NOT_SUPPORTED`).
    """
    parts = as_parts(rows)
    normal_quantile(conf_level)
    kinds = [_kind(part) for part in parts]
    chosen = guarded_cause(parts, cause, allowed=cause_specific)
    cells = Cells.of(Changed(parts, lambda part: one_event(part, chosen)))
    dependent = any(robust for robust, _ in kinds)
    robust = dependent if variance is None else Variance(variance) is Variance.IJ
    curve = KaplanMeier(
        cells=Cells(groups=groups or cells.groups),
        robust=robust,
        planned=tuple(grid),
        start_at=start_at,
        dropped=tuple(dropped_of(parts).items()),
        conf_type=ConfType(conf_type),
        conf_level=conf_level,
        cause_specific=chosen if cause_specific else "",
        bounded=not any(not exact for _, exact in kinds),
        naive=dependent and not robust,
    )
    return run(curve, Changed(parts, lambda part: one_event(part, chosen)))


def guarded_cause(parts: Iterable[Rows], cause: str | int | None, *, allowed: bool) -> str:
    """The name of the cause to analyse alone, "" for rows of one kind of event; see statistics.md 1.2."""
    causes = {name: None for part in parts if isinstance(part, CompetingRisks) for name in part.causes}
    if not causes:
        return ""
    asked = next(iter(causes)) if cause is None else str(cause)
    others = ", ".join(name for name in causes if name != asked)
    if others and not allowed:
        raise NotEstimable(
            Concern.NOT_SUPPORTED,
            f"Kaplan-Meier for cause {asked}, with which {others} competes",
            hint="Ask aalen_johansen for its probability, or say cause_specific=True for its hazard.",
        )
    if others and cause is None:
        raise NotEstimable(Concern.NOT_SUPPORTED, "several causes and none named", hint="Say cause=.")
    return asked


def one_event(rows: TimedRows, cause: str) -> Survival:
    """Rows of one kind of event: other causes than the chosen are censored."""
    return rows.cause_specific(cause) if isinstance(rows, CompetingRisks) else rows


def _kind(rows: Rows) -> tuple[bool, bool]:
    """Whether rows need a robust variance, and whether they are independent and of whole weights."""
    exact = rows.cluster is None and (rows.weights is None or rows.weight_kind is WeightKind.FREQUENCY)
    return rows.robust_by_default, exact
