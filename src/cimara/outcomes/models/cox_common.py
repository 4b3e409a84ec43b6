"""Cox's model with a baseline that parts share: they agree a grid of event times and send sums on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import numpy as np

from cimara.outcomes.contract import Scope, Summary
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.grid import agreed_grid, planned_grid
from cimara.outcomes.models.cox_evidence import (
    COUNTS,
    CoxState,
    Phase,
    after_bound,
    after_fit,
    blank,
    counts_of,
)
from cimara.outcomes.models.cox_fit import Ties
from cimara.outcomes.models.cox_grid import GridSets, grid_sets, stratumplaces_on_grid
from cimara.outcomes.models.cox_stratified import check_names, cluster_products
from cimara.outcomes.models.cox_sums import (
    Evaluation,
    TimeSums,
    event_covariates,
    expected_total,
    squared_sums,
    time_sums,
)
from cimara.outcomes.models.cox_terms import TieTerms
from cimara.outcomes.models.grid_sums import GridSums, grid_totals
from cimara.outcomes.rows import Survival

GRID_SUMS = (
    "deaths",
    "death_weight",
    "at_risk",
    "at_risk_covariates",
    "dying",
    "dying_covariates",
    "of_events",
)

CONSTANT = 1e-13
"""A variance below this part of the squared mean is rounding."""


class Ask(StrEnum):
    """What the coming round asks of the parts."""

    GRID = "grid"
    SUMS = "sums"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonState(CoxState):
    """State of a Cox model with a common baseline; arrays a grid time of each stratum are K long.

    `deaths`, `death_weight` (K), the sums of S0, S1, D0, D1 over all parts, the sum of the covariates over
    all events (p) and their `centre` (p).
    """

    ask: str = Ask.GRID
    grid: FloatArray
    centre: FloatArray
    deaths: FloatArray
    death_weight: FloatArray
    at_risk: FloatArray
    at_risk_covariates: FloatArray
    dying: FloatArray
    dying_covariates: FloatArray
    of_events: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class CommonCox:
    """Estimator of a Cox model whose risk sets span parts; `run` gives its final state.

    Rounds: one to agree the grid (none when the plan gives it), then two an iteration.
    """

    names: tuple[str, ...]
    ties: Ties = Ties.EFRON
    robust: bool = False
    confidence: float = 0.95
    strata: tuple[str, ...] = ("",)
    grid: tuple[float, ...] | None = None
    scope: Scope = Scope.ACROSS_PARTS

    def start(self) -> CommonState:
        """Coefficients 0, and the grid if the plan gives one."""
        p, none = len(self.names), np.zeros(0)
        grid = none if self.grid is None else planned_grid(self.grid)
        return CommonState(
            aliased=np.zeros(p, dtype=bool),
            ask=Ask.GRID if self.grid is None else Ask.SUMS,
            grid=grid,
            centre=np.zeros(p),
            **blank(p) | dict.fromkeys(GRID_SUMS, none),
        )

    def summarise(self, rows: Survival, state: CommonState) -> Summary:
        """What the coming round asks of one part."""
        check_names(rows, self.names)
        if state.ask == Ask.GRID:
            return Summary("cox.grid", unions={"times": np.unique(rows.time[rows.event])})
        sets = grid_sets(rows, state.grid, self.strata, state.centre, planned=self.grid is not None)
        with np.errstate(over="ignore", invalid="ignore"):
            relative = sets.weighted(np.exp(sets.covariates @ state.evaluated_at))
        if state.ask == Ask.SUMS:
            return Summary("cox.sums", self._sums(rows, sets, relative, state))
        evaluation = Evaluation(sets, relative, relative, *totals(state, self.ties))
        found = {"outer": sets.cross_product(relative * evaluation.hazard_exposure())}
        if self.robust and state.wants_cross:
            found["cross"] = cluster_products(rows, evaluation)
        return Summary("cox.information", found)

    def update(self, total: Summary, state: CommonState) -> CommonState:
        """The grid, the sums on it, or one Newton step."""
        state = replace(state, round=state.round + 1)
        if state.ask == Ask.GRID:
            return replace(state, grid=agreed_grid(total), ask=Ask.SUMS)
        if state.ask == Ask.SUMS:
            return self._summed(total, state)
        sums, terms = totals(state, self.ties)
        information = total.sums["outer"] - squared_sums(sums, terms)
        score = state.of_events - expected_total(sums, terms)
        loglik = float(state.of_events @ state.evaluated_at - terms.log_denominator.sum())
        state = replace(state, ask=Ask.SUMS)
        if state.phase == Phase.BOUND:
            return after_bound(state, loglik, score, information, self.confidence)
        return after_fit(state, loglik, score, information, total.sums.get("cross"), extremes=False)

    def result(self, state: CommonState) -> CommonState:
        """The final state, of which `cox` makes the fit."""
        return state

    def _sums(
        self, rows: Survival, sets: GridSets, relative: FloatArray, state: CommonState
    ) -> dict[str, FloatArray]:
        found = time_sums(sets, relative, np.arange(len(sets.times)))
        sums = {
            "at_risk": found.at_risk,
            "at_risk_covariates": found.at_risk_covariates,
            "dying": found.dying,
            "dying_covariates": found.dying_covariates,
        }
        if len(state.trace) < 2:
            n, weight = state.counts[COUNTS.index("n")], state.counts[COUNTS.index("weight")]
            sums["counts"] = counts_of(rows, sets, weight / n if n else 0.0)
        if not state.trace:
            codes = stratumplaces_on_grid(rows, self.strata)
            sums["present"] = np.bincount(codes, minlength=len(self.strata)).astype(np.float64)
            own = sets.weights if sets.weights is not None else np.ones(sets.n)
            sums["deaths"] = sets.deaths.astype(np.float64)
            sums["death_weight"] = sets.death_weight
            sums["of_events"] = event_covariates(sets)
            sums["moments"] = np.stack(
                [own @ np.ones((sets.n, len(self.names))), own @ sets.covariates, own @ sets.covariates**2]
            )
        return sums

    def _summed(self, total: Summary, state: CommonState) -> CommonState:
        sums: dict[str, Any] = dict(total.sums)
        moments, present = sums.pop("moments", None), sums.pop("present", None)
        if "counts" in sums:
            sums["counts"] = self._strata_counted(state, sums, present)
        state = replace(state, ask=Ask.INFORMATION, **sums)
        if moments is not None:
            state = _centred(state, moments)
        if not np.isfinite(state.at_risk).all():
            nothing = np.zeros_like(state.information)
            return after_fit(
                replace(state, ask=Ask.SUMS), -np.inf, state.score, nothing, None, extremes=False
            )
        return state

    def _strata_counted(
        self, state: CommonState, sums: dict[str, Any], present: FloatArray | None
    ) -> FloatArray:
        """The counts, with strata counted once and not in every part that has rows of them."""
        counts: FloatArray = sums["counts"].copy()
        places = [COUNTS.index("strata"), COUNTS.index("empty_strata")]
        if present is None:
            counts[places] = state.counts[places]
            return counts
        deaths = sums["deaths"].reshape(len(self.strata), -1).sum(axis=1)
        counts[places] = (present > 0).sum(), ((present > 0) & (deaths == 0)).sum()
        return counts


def totals(state: CommonState, ties: Ties) -> tuple[TimeSums, TieTerms]:
    """The sums over all parts, and what ties make of them."""
    found = TimeSums(state.at_risk, state.at_risk_covariates, state.dying, state.dying_covariates)
    return grid_totals(state.deaths, state.death_weight, found, ties)


def grid_sums(state: CommonState, ties: Ties, strata: tuple[str, ...], *, planned: bool) -> GridSums:
    """What the fit keeps of a finished state."""
    return GridSums(
        state.grid, strata, planned, state.centre, state.deaths.astype(np.int64), *totals(state, ties)
    )


def _centred(state: CommonState, moments: FloatArray) -> CommonState:
    """The sums of the first round, which were about 0, about the mean of the events of all parts."""
    weight = np.maximum(moments[0], np.finfo(np.float64).tiny)
    mean = moments[1] / weight
    variance = moments[2] / weight - mean**2
    variance[variance <= CONSTANT * mean**2] = 0.0
    events = state.death_weight.sum()
    centre = state.of_events / max(events, np.finfo(np.float64).tiny)
    return replace(
        state,
        centre=centre,
        spread=np.sqrt(variance),
        of_events=state.of_events - events * centre,
        at_risk_covariates=state.at_risk_covariates - state.at_risk[:, None] * centre,
        dying_covariates=state.dying_covariates - state.dying[:, None] * centre,
    )
