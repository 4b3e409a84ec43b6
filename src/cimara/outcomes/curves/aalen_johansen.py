"""Aalen and Johansen's cumulative incidence of each of several competing causes, pooled or over parts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from cimara.outcomes.contract import run
from cimara.outcomes.curves.concerns import all_concerns, no_event_bound
from cimara.outcomes.curves.counting import CountedCurve, CountedState
from cimara.outcomes.curves.incidence_curve import AalenJohansenFit, IncidenceCurve
from cimara.outcomes.curves.incidence_variance import (
    IncidenceVariance,
    cmprsk_variance,
    delta_variance,
    incidence,
    jackknife_variance,
)
from cimara.outcomes.curves.influence import exposed
from cimara.outcomes.curves.intervals import ConfType, normal_quantile
from cimara.outcomes.curves.parts import as_parts
from cimara.outcomes.curves.risk_table import RiskTable
from cimara.outcomes.curves.steps import HazardSteps
from cimara.outcomes.curves.survival_variance import survival_variance
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.grid import Cells, TimedRows
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.rows import CompetingRisks, dropped_of


@dataclass(frozen=True, kw_only=True)
class AalenJohansen(CountedCurve):
    """One curve a group and cause; `robust` is True for the infinitesimal jackknife alone."""

    variance: IncidenceVariance = IncidenceVariance.IJ
    conf_type: ConfType = ConfType.LOG
    conf_level: float = 0.95
    bounded: bool = True
    """False for weighted or clustered rows, for which there is no exact bound without events."""
    naive: bool = False

    def squares(self, rows: TimedRows, state: CountedState) -> FloatArray:
        """Sums of squared influence: event-free, then each cause (1 + causes x groups x times)."""
        counts, where = self.counts(state), self.span(rows, state)
        causes, groups = len(self.cells.causes), len(self.cells.groups)
        found = np.zeros((1 + causes, groups, len(counts.grid)))
        for group in range(groups):
            steps, own = HazardSteps.of(counts, group), exposed(self.cells, rows, where, group)
            found[0, group] = survival_variance(steps, own)
            for place in range(causes):
                found[1 + place, group] = jackknife_variance(steps, place, own)
        return found

    def result(self, state: CountedState) -> AalenJohansenFit:
        """The curves of the groups that have rows."""
        assert state.left_out is not None
        counts = self.counts(state)
        if self.variance is IncidenceVariance.CMPRSK and counts.rows.entered.any():
            raise NotEstimable(
                Concern.NOT_SUPPORTED,
                "cmprsk's variance with delayed entry",
                hint="Leave variance= at its default, ij.",
            )
        curves = tuple(
            self._curve(state, code, HazardSteps.of(counts, code))
            for code in range(len(self.cells.groups))
            if counts.rows.at_risk[0, code].any() or counts.rows.beyond[0, code]
        )
        naive = [ModelWarning(Concern.NAIVE_VARIANCE, NAIVE)] if self.naive else []
        totals = counts.weighted.events.sum(axis=(0, 1, 2))
        return AalenJohansenFit(
            curves=curves,
            causes=self.cells.causes,
            variance=str(self.variance),
            conf_type=self.conf_type,
            conf_level=self.conf_level,
            start_at=self.start_at,
            grid="planned" if self.planned else "all times",
            n=sum(one.n for one in curves),
            events=dict(zip(self.cells.causes, totals.tolist(), strict=True)),
            dropped=self.rows_dropped(state),
            zero_weight=int(state.left_out[1]),
            warnings=(*all_concerns(self, state), *naive),
            r_call=self._r_call(),
        )

    def _curve(self, state: CountedState, code: int, steps: HazardSteps) -> IncidenceCurve:
        assert state.spread is not None
        shown = steps.shown
        variances = self._variances(state, code, steps)
        bound = no_event_bound(steps, state.spread[code, 1], self.conf_level) if self.bounded else None
        counts = self.counts(state)
        curves = [incidence(steps, events) for events in steps.events.T]
        return IncidenceCurve(
            group=self.cells.groups[code],
            causes=self.cells.causes,
            n=int(state.spread[code, 0]),
            clusters=None if state.clusters is None else int(state.clusters[code]),
            time=steps.grid[shown],
            at_risk=steps.at_risk[shown],
            events=steps.events[shown],
            censored=counts.weighted.censored[0, code][shown],
            incidence=np.stack(curves, axis=1)[shown],
            se=np.sqrt(variances[1:].T[shown]),
            survival=steps.survival[shown],
            survival_se=np.sqrt(variances[0][shown]),
            first_time=self.start_at or 0.0,
            last_time=float(steps.grid[steps.last]),
            conf_type=self.conf_type,
            conf_level=self.conf_level,
            no_event_bounds=tuple(None if curve.any() else bound for curve in curves),
            counted=RiskTable.of(counts, code, self.cells.groups[code]),
        )

    def _variances(self, state: CountedState, code: int, steps: HazardSteps) -> FloatArray:
        if state.influence is not None:
            return np.asarray(state.influence[:, code])
        of = cmprsk_variance if self.variance is IncidenceVariance.CMPRSK else delta_variance
        event_free = steps.survival**2 * np.cumsum(steps.greenwood)
        return np.stack((event_free, *(of(steps, events) for events in steps.events.T)))

    def _r_call(self) -> str:
        by = "group" if self.cells.groups != ("",) else "1"
        if self.variance is IncidenceVariance.CMPRSK:
            return f"cmprsk::cuminc(time, status{', group' if by == 'group' else ''})"
        if self.variance is IncidenceVariance.DELTA:
            return "etm::etmCIF(Surv(start, time, status != 0) ~ group, data, etype = status)"
        return (
            f"survfit(Surv(start, time, factor(status)) ~ {by}, id = id, weights = weights, "
            "influence = TRUE, "
            f"conf.type = '{self.conf_type}', conf.int = {self.conf_level:g})"
        )


NAIVE = "the delta method takes weighted or clustered rows for independent ones of weight 1"


def aalen_johansen(
    rows: CompetingRisks | Iterable[CompetingRisks],
    *,
    variance: IncidenceVariance | str = IncidenceVariance.IJ,
    conf_type: ConfType | str = ConfType.LOG,
    conf_level: float = 0.95,
    start_at: float | None = None,
    grid: Iterable[float] = (),
    groups: tuple[str, ...] = (),
) -> AalenJohansenFit:
    """Cumulative incidence of every cause, one curve a group and cause.

    Parameters
    ----------
    rows
        Rows, or parts of them (sites, say): both give the same.
    variance
        "ij" (weights, clusters, delayed entry), "delta", or "cmprsk" for the numbers of that R package
        (right-censored and unweighted only).
    conf_type, conf_level
        Scale and level of the pointwise limits of the incidence; "log" and 0.95 as in R.
    start_at, grid, groups
        As in `kaplan_meier`.

    Raises
    ------
    NotEstimable
        cmprsk's variance for weighted, clustered or late-entering rows (`NOT_SUPPORTED`).
    """
    parts = as_parts(rows)
    normal_quantile(conf_level)
    kind = IncidenceVariance(variance)
    dependent = any(part.robust_by_default for part in parts)
    weighted = any(part.weights is not None for part in parts)
    if kind is IncidenceVariance.CMPRSK and (dependent or weighted):
        raise NotEstimable(
            Concern.NOT_SUPPORTED,
            "cmprsk's variance with weights or clusters",
            hint="Leave variance= at its default, ij.",
        )
    cells = Cells.of(parts)
    curve = AalenJohansen(
        cells=Cells(groups=groups or cells.groups, causes=cells.causes),
        robust=kind is IncidenceVariance.IJ,
        planned=tuple(grid),
        start_at=start_at,
        dropped=tuple(dropped_of(parts).items()),
        variance=kind,
        conf_type=ConfType(conf_type),
        conf_level=conf_level,
        bounded=not (dependent or weighted),
        naive=dependent and kind is not IncidenceVariance.IJ,
    )
    return run(curve, parts)
