"""Weights from the probability of treatment."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.causal.propensity import PropensityModel, propensity
from cimara.outcomes.causal.treatment import Treatment
from cimara.outcomes.causal.weights import (
    Estimand,
    WeightError,
    effective_size,
    treatment_weights,
)
from cimara.outcomes.model_warnings import Concern
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import Survival


@pytest.fixture
def frame() -> pl.DataFrame:
    generator = np.random.default_rng(2)
    n = 150
    age = generator.normal(size=n)
    treated = (generator.random(n) < 1 / (1 + np.exp(-age))).astype(int)
    time, event = generator.exponential(5, n), generator.integers(0, 2, n)
    return pl.DataFrame({"treated": treated, "age": age, "time": time, "event": event})


@pytest.fixture
def rows(frame: pl.DataFrame) -> Treatment:
    return Treatment.from_frame(frame, treatment="treated", covariates=["age"])


@pytest.fixture
def model(rows: Treatment) -> PropensityModel:
    return propensity(rows)


def test_each_estimand_has_its_weights(rows: Treatment, model: PropensityModel) -> None:
    p, a = model.probability(rows), rows.treated
    share = a.mean()
    expected = {
        Estimand.ATE: np.where(a, 1 / p, 1 / (1 - p)),
        Estimand.STABILISED_ATE: np.where(a, share / p, (1 - share) / (1 - p)),
        Estimand.ATT: np.where(a, 1, p / (1 - p)),
        Estimand.OVERLAP: np.where(a, 1 - p, p),
    }
    for estimand, weights in expected.items():
        found = treatment_weights(rows, model, estimand=estimand)
        assert found.weights == pytest.approx(weights, rel=1e-13), estimand


def test_overlap_is_the_default(rows: Treatment, model: PropensityModel) -> None:
    assert treatment_weights(rows, model).estimand is Estimand.OVERLAP


@pytest.mark.parametrize("estimand", list(Estimand))
def test_derivatives_are_those_of_the_weights(
    rows: Treatment, model: PropensityModel, estimand: Estimand
) -> None:
    step = 1e-6
    moved = [
        treatment_weights(
            rows, replace(model, coef=model.coef + sign * step * np.array([0, 1])), estimand=estimand
        ).weights
        for sign in (1, -1)
    ]
    found = treatment_weights(rows, model, estimand=estimand)
    assert found.derivative[:, 1] == pytest.approx((moved[0] - moved[1]) / (2 * step), rel=1e-6, abs=1e-8)


def test_stabilised_weights_know_that_the_share_of_the_treated_is_estimated(
    rows: Treatment, model: PropensityModel
) -> None:
    found = treatment_weights(rows, model, estimand="stabilised_ate")
    other = treatment_weights(
        rows, replace(model, treated_share=model.treated_share + 1e-6), estimand="stabilised_ate"
    )
    assert found.derivative.shape[1] == 3
    assert found.derivative[:, 2] == pytest.approx((other.weights - found.weights) / 1e-6, rel=1e-6)


def test_truncation_sets_weights_beyond_the_quantiles_to_them(
    rows: Treatment, model: PropensityModel
) -> None:
    whole = treatment_weights(rows, model, estimand="ate").weights
    cut = treatment_weights(rows, model, estimand="ate", truncation=(0.1, 0.9))
    low, high = np.quantile(whole, [0.1, 0.9])
    assert cut.weights == pytest.approx(np.clip(whole, low, high))
    assert cut.truncated == int(((whole < low) | (whole > high)).sum())
    assert (cut.derivative[whole > high] == 0).all()


def test_a_truncation_is_a_pair_of_quantiles(rows: Treatment, model: PropensityModel) -> None:
    with pytest.raises(WeightError, match="quantiles"):
        treatment_weights(rows, model, truncation=(0.0, 10.0))


def test_equal_weights_lose_nothing() -> None:
    assert effective_size(np.full(7, 3.0)) == pytest.approx(7)
    assert effective_size(np.array([1.0, 0, 0])) == 1


def test_extreme_weights_are_warned_of(rows: Treatment, model: PropensityModel) -> None:
    steep = replace(model, coef=model.coef * np.array([1, 4]))
    found = treatment_weights(rows, steep, estimand="ate")
    assert [one.code for one in found.warnings] == [Concern.WEIGHTS_EXTREME]
    assert not treatment_weights(rows, model).warnings


def test_weights_find_the_rows_of_the_same_frame(
    frame: pl.DataFrame, rows: Treatment, model: PropensityModel
) -> None:
    weights = treatment_weights(rows, model)
    outcome = Survival.from_frame(frame, time="time", event="event")
    chosen = np.array([40, 3, 77])
    weighted = weights.applied_to(outcome.take(chosen))
    assert weighted.weights == pytest.approx(weights.weights[chosen])
    assert weighted.weight_kind is WeightKind.PROBABILITY


def test_an_outcome_row_without_a_weight_is_an_error(frame: pl.DataFrame, rows: Treatment) -> None:
    some = rows.take(np.arange(100))
    weights = treatment_weights(some, propensity(some))
    with pytest.raises(WeightError, match="50 rows of the outcome have no weight"):
        weights.applied_to(Survival.from_frame(frame, time="time", event="event"))


def test_weights_of_sampling_multiply(frame: pl.DataFrame) -> None:
    sampled = frame.with_columns(sampling=pl.Series(np.linspace(0.5, 2, len(frame))))
    rows = Treatment.from_frame(sampled, treatment="treated", covariates=["age"], weights="sampling")
    model = propensity(rows)
    p = model.probability(rows)
    expected = np.where(rows.treated, 1 - p, p) * sampled["sampling"].to_numpy()
    assert treatment_weights(rows, model).weights == pytest.approx(expected)


def test_the_table_has_a_row_an_arm(rows: Treatment, model: PropensityModel) -> None:
    table = treatment_weights(rows, model).table()
    assert table["arm"].to_list() == ["treated", "control"]
    assert table["n"].sum() == rows.n
