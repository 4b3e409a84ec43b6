"""Whether hazards are proportional: the score test of letting each coefficient change with time.

Grambsch & Therneau 1994, in the form that keeps the variance of each event time (Therneau & Grambsch 2000,
chapter 6): with g(t) a scale of time and V(t) the information at t, the score of adding g(t) x has variance
sum g^2 V - (sum g V) (sum V)^-1 (sum g V).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from cimara.outcomes.contract import Scope, State, Summary, run
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.grid import agreed_grid
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.cox_fit import ChiSquare, CoxFit
from cimara.outcomes.models.cox_grid import grid_sets
from cimara.outcomes.models.cox_result import quadratic
from cimara.outcomes.models.cox_sums import Evaluation, evaluate, expected_covariates, squared_sums
from cimara.outcomes.models.grid_sums import GridSums
from cimara.outcomes.models.newton import inverse
from cimara.outcomes.models.time_scales import TimeScale, counts_at, scale_of_times, scale_on_grid
from cimara.outcomes.riskset import risk_sets
from cimara.outcomes.rows import Survival

SIGNIFICANT = 0.05


@dataclass(frozen=True, kw_only=True, eq=False)
class ProportionalityTest:
    """Tests by covariate, by term, and of all at once; coefficients that are not estimable are left out."""

    time_scale: TimeScale
    covariates: dict[str, ChiSquare]
    terms: dict[str, ChiSquare]
    overall: ChiSquare
    n: int
    events: int
    warnings: tuple[ModelWarning, ...]
    r_call: str

    def table(self) -> pl.DataFrame:
        """One row a test: what it is of, chi-square, degrees of freedom, p."""
        tests = [(name, "covariate", test) for name, test in self.covariates.items()]
        tests += [(name, "term", test) for name, test in self.terms.items() if name not in self.covariates]
        tests.append(("GLOBAL", "all", self.overall))
        return pl.DataFrame(
            {
                "name": [name for name, _, _ in tests],
                "of": [kind for _, kind, _ in tests],
                "chisq": [test.statistic for _, _, test in tests],
                "df": [test.df for _, _, test in tests],
                "p": [test.p for _, _, test in tests],
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProportionalityState(State):
    """The event times with their place on the scale; then the sums that the tests are made of.

    `score`, `scaled_score` (p): sums of Schoenfeld residuals, and of g times these; `plain`, `once`, `twice`
    (p x p): of V, gV, g^2 V.
    """

    grid: FloatArray
    scale: FloatArray
    score: FloatArray
    scaled_score: FloatArray
    plain: FloatArray
    once: FloatArray
    twice: FloatArray


@dataclass(frozen=True, kw_only=True)
class Proportionality:
    """Estimator of the sums at a fit's coefficients: one round, and up to two before it to count all rows."""

    fit: CoxFit
    time_scale: TimeScale

    @property
    def scope(self) -> Scope:
        """That of the fit."""
        return Scope.WITHIN_PART if self.fit.grid_sums is None else Scope.ACROSS_PARTS

    def start(self) -> ProportionalityState:
        """The grid, if the fit has one."""
        p, found = len(self.fit.names), self.fit.grid_sums
        grid = np.zeros(0) if found is None else found.grid
        scale = np.zeros(0)
        if found is not None and not self.time_scale.needs_counts:
            scale = scale_of_times(self.time_scale, grid)
        matrices: dict[str, Any] = {name: np.zeros((p, p)) for name in ("plain", "once", "twice")}
        return ProportionalityState(
            grid=grid, scale=scale, score=np.zeros(p), scaled_score=np.zeros(p), **matrices
        )

    def summarise(self, rows: Survival, state: ProportionalityState) -> Summary:
        """What the coming round asks of one part: event times, counts on them, or the sums."""
        if self.time_scale.needs_counts and not len(state.grid):
            return Summary("proportionality.times", unions={"times": np.unique(rows.time[rows.event])})
        if self.time_scale.needs_counts and not len(state.scale):
            counts = counts_at(rows, state.grid, planned=self._planned)
            return Summary("proportionality.counts", {"counts": counts})
        evaluation = self._evaluation(rows)
        scale = self._scale(evaluation.sets.times, state)
        return Summary("proportionality.sums", self._sums(evaluation, scale))

    def update(self, total: Summary, state: ProportionalityState) -> ProportionalityState:
        """The event times, the scale on them, or the end."""
        state = replace(state, round=state.round + 1)
        if "times" in total.unions:
            return replace(state, grid=agreed_grid(total))
        if "counts" in total.sums:
            return replace(state, scale=scale_on_grid(self.time_scale, total.sums["counts"]))
        sums: dict[str, Any] = dict(total.sums)
        state = replace(state, finished=True, **sums)
        found = self.fit.grid_sums
        return state if found is None else self._without_means(state, found)

    def result(self, state: ProportionalityState) -> ProportionalityState:
        """The final state, of which `proportionality` makes the tests."""
        return state

    @property
    def _planned(self) -> bool:
        return self.fit.grid_sums is not None and self.fit.grid_sums.planned

    def _scale(self, times: FloatArray, state: ProportionalityState) -> FloatArray:
        if len(state.scale):
            return state.scale[np.searchsorted(state.grid, times, side="right") - 1]
        return scale_of_times(self.time_scale, times)

    def _evaluation(self, rows: Survival) -> Evaluation:
        found, coefficients = self.fit.grid_sums, self.fit.evaluated_at
        if found is None:
            return evaluate(risk_sets(rows), coefficients, self.fit.ties)
        sets = grid_sets(rows, found.grid, found.strata, found.centre, planned=found.planned)
        relative = sets.weighted(np.exp(sets.covariates @ coefficients))
        return Evaluation(sets, relative, relative, found.sums, found.terms)

    def _sums(self, evaluation: Evaluation, scale: FloatArray) -> dict[str, FloatArray]:
        """Sums of one part; where risk sets span parts, what belongs to them is taken off afterwards."""
        sets = evaluation.sets
        own = sets.covariates[sets.event_rows]
        weight = np.ones(len(own)) if sets.weights is None else sets.weights[sets.event_rows]
        score, scaled = weight @ own, (weight * sets.to_events(scale)) @ own
        if self.fit.grid_sums is None:
            expected = expected_covariates(evaluation.sums, evaluation.terms)
            score, scaled = score - expected.sum(axis=0), scaled - scale @ expected
        made = {"score": score, "scaled_score": scaled}
        for name, by_time in (("plain", None), ("once", scale), ("twice", scale**2)):
            if self.fit.grid_sums is None:
                made[name] = evaluation.information(by_time)
            else:
                exposure = evaluation.hazard_exposure(by_time)
                made[name] = sets.cross_product(evaluation.relative * exposure)
        return made

    def _without_means(self, state: ProportionalityState, found: GridSums) -> ProportionalityState:
        scale = self._scale(found.times, state)
        expected = expected_covariates(found.sums, found.terms)
        return replace(
            state,
            score=state.score - expected.sum(axis=0),
            scaled_score=state.scaled_score - scale @ expected,
            plain=state.plain - squared_sums(found.sums, found.terms),
            once=state.once - squared_sums(found.sums, found.terms, scale),
            twice=state.twice - squared_sums(found.sums, found.terms, scale**2),
        )


def proportionality(
    rows: Survival | Iterable[Survival],
    fit: CoxFit,
    *,
    time_scale: TimeScale | str = TimeScale.KM,
    exposure: str | None = None,
) -> ProportionalityTest:
    """Score tests of proportional hazards for each covariate, each term and all at once.

    Parameters
    ----------
    rows
        What the model was fitted to, or its parts.
    exposure
        The term whose p below 0.05 gives the warning NON_PROPORTIONAL; None: the test of all at once.

    Raises
    ------
    NotEstimable
        NOT_SUPPORTED: no coefficient is estimable, or the logarithm of time 0.
    """
    scale = TimeScale(time_scale)
    if not fit.estimable.any():
        raise NotEstimable(Concern.NOT_SUPPORTED, "no coefficient is estimable, so none can be tested")
    parts = [rows] if isinstance(rows, Survival) else rows
    state = run(Proportionality(fit=fit, time_scale=scale), parts)
    own = fit.estimable
    drift, variance = _drift(state, fit)
    terms = np.array(fit.terms, dtype=np.str_)
    tests = {name: quadratic(drift, variance, terms == name) for name in dict.fromkeys(terms[own].tolist())}
    singles = np.arange(len(own))
    overall = quadratic(drift, variance, own)
    return ProportionalityTest(
        time_scale=scale,
        covariates={fit.names[j]: quadratic(drift, variance, singles == j) for j in np.flatnonzero(own)},
        terms=tests,
        overall=overall,
        n=fit.n,
        events=fit.events,
        warnings=tuple(_concerns(tests, overall, exposure)),
        r_call=f'cox.zph(fit, transform = "{scale}")',
    )


def _drift(state: ProportionalityState, fit: CoxFit) -> tuple[FloatArray, FloatArray]:
    """Score (p) of letting coefficients follow the scale, and its variance; 0 where not estimable."""
    own = np.ix_(fit.estimable, fit.estimable)
    known = inverse(state.plain, fit.estimable)[own]
    drift, variance = np.zeros(len(fit.names)), np.zeros(state.plain.shape)
    shift = state.once[own] @ known
    drift[fit.estimable] = state.scaled_score[fit.estimable] - shift @ state.score[fit.estimable]
    variance[own] = state.twice[own] - shift @ state.once[own]
    return drift, variance


def _concerns(
    tests: dict[str, ChiSquare], overall: ChiSquare, exposure: str | None
) -> Iterator[ModelWarning]:
    asked = overall if exposure is None else tests.get(exposure)
    if asked is None or asked.p >= SIGNIFICANT:
        return
    name = exposure or "all covariates together"
    message = f"{name}: the hazard ratio changes with time (p = {asked.p:.3g}); show the RMST beside it"
    yield ModelWarning(Concern.NON_PROPORTIONAL, message, (exposure,) if exposure else ())
