"""Awkward data get a code and a sentence, never a number that means nothing (statistics.md, section 2.6)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from scipy import optimize, stats

from cimara.outcomes.contract import run
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.cox_evidence import Phase
from cimara.outcomes.models.cox_extremes import events_inside
from cimara.outcomes.models.cox_fit import CoxFit, Ties
from cimara.outcomes.models.cox_stratified import StratifiedCox
from cimara.outcomes.models.cox_sums import evaluate
from cimara.outcomes.models.newton import NewtonState, next_step
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.riskset import risk_sets
from cimara.outcomes.rows import Survival
from tests.generative.outcomes.made_survival import made_survival


def with_column(rows: Survival, column: np.ndarray, name: str = "added") -> Survival:
    matrix = np.asfortranarray(np.column_stack((rows.covariates, column)))
    return replace(rows, covariates=matrix, names=(*rows.names, name), terms=(*rows.terms, name))


def message(fit: CoxFit, code: Concern) -> str:
    return next(one.message for one in fit.warnings if one.code is code)


def separated(seed: int = 1, n: int = 200, *, delayed: bool = False) -> Survival:
    """No bearer of the marker has an event."""
    rows = made_survival(seed, n, delayed=delayed)
    marker = ~rows.event & (np.random.default_rng(seed).random(n) < 0.3)
    return with_column(rows, marker.astype(float), "marker")


def test_no_events_is_not_estimable() -> None:
    rows = made_survival(1)
    with pytest.raises(NotEstimable, match="none of 120 rows") as refused:
        cox(replace(rows, event=np.zeros(rows.n, dtype=bool)))
    assert refused.value.code is Concern.NO_EVENTS


def test_every_row_an_event_is_fine() -> None:
    rows = made_survival(1)
    fit = cox(replace(rows, event=np.ones(rows.n, dtype=bool)))
    assert np.isfinite(fit.se).all()


@pytest.mark.parametrize(
    "column",
    [
        lambda rows: np.full(rows.n, 1.1),
        lambda rows: rows.stratum_codes() * 0.1 + 3.3,
        lambda rows: rows.covariates[:, 0] - 2 * rows.covariates[:, 1] + 0.7,
    ],
    ids=["constant", "constant in each stratum", "given by two others"],
)
@pytest.mark.parametrize("baseline", ["stratified", "common"])
def test_a_covariate_that_says_nothing_is_aliased(
    column: Callable[[Survival], np.ndarray], baseline: str
) -> None:
    rows = made_survival(1, 200)
    fit = cox(with_column(rows, column(rows)), baseline=baseline)
    assert fit.aliased.tolist() == [False, False, False, True]
    assert np.isnan(fit.coef[3])
    assert np.isnan(fit.se[3])
    assert fit.table()["note"].to_list() == ["", "", "", "aliased"]
    assert fit.table()["coef"].to_list()[3] is None
    assert "added" in message(fit, Concern.ALIASED)
    assert fit.likelihood_ratio.df == 3
    assert fit.coef[:3] == pytest.approx(cox(rows).coef, rel=1e-9)


@pytest.mark.parametrize("baseline", ["stratified", "common"])
@pytest.mark.parametrize("delayed", [False, True])
def test_a_marker_that_no_event_bears_has_no_finite_estimate(delayed: bool, baseline: str) -> None:
    fit = cox(separated(delayed=delayed), baseline=baseline)
    assert fit.direction.tolist() == [0, 0, 0, -1]
    assert np.isnan(fit.coef[3])
    assert fit.table()["note"].to_list()[3] == "not finite, -"
    assert "Firth" in message(fit, Concern.MONOTONE_LIKELIHOOD)
    assert np.isfinite(fit.se[:3]).all()


def test_the_bound_is_that_of_the_profile_likelihood() -> None:
    rows = separated()
    fit = cox(rows)
    sets = risk_sets(rows)

    def profile(bound: float) -> float:
        def lost(others: np.ndarray) -> float:
            return -evaluate(sets, np.append(others, bound), Ties.EFRON).loglik()

        return -float(optimize.minimize(lost, fit.evaluated_at[:3], method="BFGS").fun)

    supremum = profile(-40.0)
    bound = optimize.brentq(lambda at: profile(at) - supremum + stats.norm.ppf(0.95) ** 2 / 2, -10, 5)
    assert fit.one_sided_bound[3] == pytest.approx(bound, abs=1e-5)
    assert np.isnan(fit.one_sided_bound[:3]).all()


def test_without_the_separating_covariate_the_others_are_nearly_the_same_as_at_the_limit() -> None:
    rows = separated()
    bearers = rows.covariates[:, 3] == 1
    at_limit = cox(rows.take(~bearers))
    assert cox(rows).coef[:3] == pytest.approx(at_limit.coef[:3], abs=1e-3)


def test_events_that_are_always_the_largest_at_risk_are_found() -> None:
    rows = made_survival(6, 80, delayed=True)
    found = [one.tolist() for one in events_inside(risk_sets(rows))]
    start, codes = rows.start, rows.stratum_codes()
    assert start is not None
    expected = np.zeros((2, 3))
    for event in np.flatnonzero(rows.event):
        risk = (codes == codes[event]) & (start < rows.time[event]) & (rows.time >= rows.time[event])
        at_risk = rows.covariates[risk]
        expected[0] += rows.covariates[event] < at_risk.max(axis=0)
        expected[1] += rows.covariates[event] > at_risk.min(axis=0)
    assert found == expected.tolist()


def test_a_covariate_at_its_maximum_at_each_event_is_monotone_whatever_the_steps_say() -> None:
    time = np.arange(1.0, 41)
    rows = Survival(
        covariates=np.asfortranarray(-(time[:, None] ** 0.5) + np.where(time == 40, -500.0, 0.0)[:, None]),
        names=("x",),
        terms=("x",),
        time=time,
        event=np.arange(40) < 20,
        source_rows=np.arange(1, 41),
    )
    fit = cox(rows)
    assert fit.direction.tolist() == [1]


def test_a_strong_but_finite_effect_is_not_called_infinite() -> None:
    rows = made_survival(1, 300, sites=2)
    fit = cox(rows)
    assert not fit.has(Concern.MONOTONE_LIKELIHOOD)
    one_exception = separated(1, 300)
    bearer = int(np.flatnonzero(one_exception.covariates[:, 3] == 1)[0])
    event = one_exception.event.copy()
    event[bearer] = True
    fit = cox(replace(one_exception, event=event, strata=None, strata_columns=()))
    assert fit.direction.tolist() == [0, 0, 0, 0]


def test_few_events_a_parameter_are_told() -> None:
    assert cox(made_survival(1, 40)).has(Concern.FEW_EVENTS)
    assert not cox(made_survival(1, 400)).has(Concern.FEW_EVENTS)


def test_few_clusters_are_told_with_what_to_do() -> None:
    assert "cr1" in message(cox(made_survival(1, 60)), Concern.FEW_CLUSTERS)
    corrected = message(cox(made_survival(1, 60), small_sample="cr1"), Concern.FEW_CLUSTERS)
    assert "even corrected" in corrected
    assert not cox(made_survival(1, 400)).has(Concern.FEW_CLUSTERS)


def test_one_cluster_has_no_robust_variance() -> None:
    fit = cox(replace(made_survival(1, 300), cluster=np.zeros(300, dtype=np.int64)))
    assert np.isnan(fit.se).all()
    assert np.isfinite(fit.coef).all()
    assert fit.table()["se"].null_count() == 3
    assert fit.wald.df == 0
    assert "one cluster" in message(fit, Concern.FEW_CLUSTERS)


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        (lambda n: np.where(np.arange(n) == 0, 12.0, 1.0), True),
        (lambda n: np.where(np.arange(n) % 10 == 0, 9.0, 0.1), True),
        (lambda n: np.linspace(0.5, 2, n), False),
    ],
    ids=["one above ten times the mean", "half of the information lost", "mild"],
)
def test_extreme_weights_are_told(weights: Callable[[int], np.ndarray], told: bool) -> None:
    rows = made_survival(1, 300, weights=WeightKind.PROBABILITY)
    assert cox(replace(rows, weights=weights(300))).has(Concern.WEIGHTS_EXTREME) is told
    common = cox(replace(rows, weights=weights(300)), baseline="common")
    assert common.has(Concern.WEIGHTS_EXTREME) is told


def test_nearly_collinear_covariates_are_told() -> None:
    rows = made_survival(1, 800, p=2)
    noise = np.random.default_rng(1).normal(size=(800, 8))
    for copy in range(8):
        rows = with_column(rows, rows.covariates[:, 0] + 4e-5 * noise[:, copy], f"copy {copy}")
    fit = cox(rows)
    assert not fit.aliased.any()
    assert "condition number" in message(fit, Concern.ILL_CONDITIONED)
    assert not cox(made_survival(1, 400)).has(Concern.ILL_CONDITIONED)


def test_a_hazard_ratio_beyond_numbers_is_told() -> None:
    rows = made_survival(5, 400)
    small_units = replace(rows, covariates=np.asfortranarray(rows.covariates * 1e-5))
    assert "larger units" in message(cox(small_units), Concern.ILL_CONDITIONED)


def test_dropped_rows_are_told() -> None:
    fit = cox(replace(made_survival(1, 300), dropped={"dose": 4, "age": 1}))
    said = "5 rows with an empty cell were left out: 4 for dose, 1 for age"
    assert message(fit, Concern.ROWS_DROPPED) == said


def test_no_convergence_comes_with_the_trace() -> None:
    p = np.zeros(1)
    state = NewtonState(coefficients=p, previous=p, aliased=np.zeros(1, dtype=bool))
    for turn in range(25):
        state = next_step(state, -100.0 + turn, np.ones(1), np.eye(1))
    with pytest.raises(NotEstimable, match="25 iterations") as refused:
        next_step(state, -75.0, np.ones(1), np.eye(1))
    assert refused.value.code is Concern.NO_CONVERGENCE


def test_a_step_that_lowers_the_likelihood_is_halved() -> None:
    zero = np.zeros(1)
    state = NewtonState(coefficients=zero, previous=zero, aliased=np.zeros(1, dtype=bool))
    state = next_step(state, -10.0, np.array([8.0]), np.eye(1))
    assert state.coefficients.tolist() == [8.0]
    state = next_step(state, -12.0, zero, np.eye(1))
    assert state.coefficients.tolist() == [4.0]
    state = next_step(state, -np.inf, zero, np.eye(1))
    assert state.coefficients.tolist() == [2.0]


def test_an_outlier_that_makes_the_first_step_overflow_is_survived() -> None:
    rows = made_survival(1, 300)
    column = np.where(np.arange(300) == np.flatnonzero(rows.event)[3], 2000.0, rows.covariates[:, 0])
    fit = cox(with_column(replace(rows, strata=None, strata_columns=()), column))
    assert np.isfinite(fit.loglik)


def test_rounds_are_few() -> None:
    rows = made_survival(1, 400)
    found = run(StratifiedCox(names=rows.names, robust=True), rows.by_site())
    assert found.round <= 8
    assert found.phase == Phase.FIT
