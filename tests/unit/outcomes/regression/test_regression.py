"""Logistic and Poisson regression: what they estimate, what they refuse, and that parts change nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from cimara.outcomes import Concern, NotEstimable, Outcomes, RowError, logistic, poisson
from cimara.outcomes.regression.fit import RegressionFit
from tests.in_step import House, assert_no_rows_say_nothing, in_step

Model = Callable[..., RegressionFit]
N = 240


def _frame() -> pl.DataFrame:
    dice = np.random.default_rng(11)
    age, arm = dice.normal(size=N), dice.integers(0, 2, N)
    chance = 1 / (1 + np.exp(0.4 - 0.8 * age - 0.5 * arm))
    years = dice.uniform(0.5, 4.0, N)
    return pl.DataFrame(
        {
            "age": age, "arm": arm, "yes": (dice.uniform(size=N) < chance).astype(int), "years": years,
            "count": dice.poisson(years * np.exp(0.2 + 0.3 * age)), "site": np.arange(N) % 3,
            "patient": np.arange(N) // 3 * 3 + np.arange(N) % 3, "twice": np.full(N, 2.0),
            "weight": dice.uniform(0.5, 2.0, N),
        }
    )  # fmt: skip


def _rows(outcome: str, frame: pl.DataFrame | None = None, **named: Any) -> Outcomes:
    named = {"covariates": ["age", "arm"], "site": "site"} | named
    return Outcomes.from_frame(_frame() if frame is None else frame, outcome=outcome, **named)


@pytest.mark.parametrize(
    ("model", "rows"),
    [
        (logistic, _rows("yes")),
        (logistic, _rows("yes", cluster="patient", weights="weight")),
        (poisson, _rows("count", exposure="years")),
        (poisson, _rows("count", cluster="patient")),
    ],
)
def test_parts_that_add_sums_fit_the_model_of_all_rows(model: Model, rows: Outcomes) -> None:
    assert rows.site is not None
    parts = [rows.take(rows.site.codes == code) for code in range(4)]
    found, rounds = in_step([House(model, part) for part in parts])
    assert_no_rows_say_nothing(rounds)
    pooled = model(rows)
    for name in ("coef", "se", "covariance", "lower"):
        assert getattr(found, name) == pytest.approx(getattr(pooled, name), abs=1e-11)
    assert found.loglik == pytest.approx(pooled.loglik)
    assert (found.n, found.events, found.clusters) == (pooled.n, pooled.events, pooled.clusters)


def test_a_model_without_covariates_is_the_log_odds_or_the_log_rate() -> None:
    frame = _frame()
    odds = frame["yes"].mean() / (1 - frame["yes"].mean())  # type: ignore[operator]
    assert logistic(_rows("yes", covariates=[])).coef[0] == pytest.approx(np.log(odds))
    rate = frame["count"].sum() / frame["years"].sum()
    fit = poisson(_rows("count", covariates=[], exposure="years"))
    assert fit.coef[0] == pytest.approx(np.log(rate))
    assert fit.loglik == pytest.approx(fit.loglik_null)


def test_one_covariate_of_two_values_gives_the_odds_ratio_of_the_table() -> None:
    frame = _frame()
    a, b, c, d = (
        frame.filter((pl.col("arm") == arm) & (pl.col("yes") == yes)).height
        for arm in (1, 0) for yes in (1, 0)
    )  # fmt: skip
    fit = logistic(_rows("yes", covariates=["arm"]))
    assert fit.ratio[1] == pytest.approx(a * d / (b * c))
    assert fit.se[1] == pytest.approx(np.sqrt(1 / a + 1 / b + 1 / c + 1 / d))


def test_the_robust_variance_of_a_model_that_holds_is_near_the_models_own() -> None:
    fit = logistic(_rows("yes"), robust=True)
    assert fit.se == pytest.approx(fit.model_se, rel=0.15)
    assert not np.array_equal(fit.se, fit.model_se)


def test_frequencies_are_so_many_equal_rows() -> None:
    frame = _frame()
    twice = pl.concat([frame, frame])
    weighted = _rows("yes", weights="twice", weight_kind="frequency")
    for robust in (False, True):
        ours, theirs = logistic(weighted, robust=robust), logistic(_rows("yes", twice), robust=robust)
        assert ours.coef == pytest.approx(theirs.coef)
        assert ours.se == pytest.approx(theirs.se)
        assert ours.n == theirs.n == 2 * N


def test_a_covariate_given_by_the_others_has_no_coefficient_and_the_others_are_fitted() -> None:
    frame = _frame().with_columns(again=2 * pl.col("age") + 1)
    fit = logistic(_rows("yes", frame, covariates=["age", "again", "arm"]))
    assert np.isnan(fit.coef[2])
    assert fit.coef[[0, 1, 3]] == pytest.approx(logistic(_rows("yes", frame)).coef)
    assert any(one.code is Concern.ALIASED for one in fit.warnings)


@pytest.mark.parametrize(
    ("model", "outcome"),
    [(logistic, pl.lit(0)), (logistic, pl.lit(1)), (poisson, pl.lit(0))],
)
def test_outcomes_that_are_all_alike_are_refused(model: Model, outcome: pl.Expr) -> None:
    with pytest.raises(NotEstimable) as refused:
        model(_rows("yes", _frame().with_columns(yes=outcome)))
    assert refused.value.code is Concern.NO_EVENTS


def test_a_covariate_that_foretells_the_outcome_is_refused_by_name() -> None:
    separated = _frame().with_columns(age=pl.col("yes") * 2 - 1 + 0.1 * pl.col("arm"))
    with pytest.raises(NotEstimable, match="age"):
        logistic(_rows("yes", separated))
    never = _frame().with_columns(count=pl.when(pl.col("arm") == 1).then(0).otherwise(pl.col("count")))
    with pytest.raises(NotEstimable, match="arm"):
        poisson(_rows("count", never))


def test_few_outcomes_for_many_covariates_are_told() -> None:
    rare = _frame().with_columns(yes=(pl.int_range(pl.len()) < 15).cast(pl.Int64))
    fit = logistic(_rows("yes", rare, covariates=["age", "years"]))
    assert any(one.code is Concern.FEW_EVENTS for one in fit.warnings)


def test_a_count_is_no_yes_or_no() -> None:
    with pytest.raises(RowError, match="neither 0 nor 1"):
        logistic(_rows("count"))


@pytest.mark.parametrize(
    ("changed", "named"), [({"count": 1.5}, {}), ({"count": -1}, {}), ({"years": 0.0}, {"exposure": "years"})]
)
def test_rows_that_cannot_be_counts_are_refused(changed: dict[str, float], named: dict[str, str]) -> None:
    frame = _frame().with_columns(**{name: pl.lit(value) for name, value in changed.items()})
    with pytest.raises(RowError):
        _rows("count", frame, **named)
