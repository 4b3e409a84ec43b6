"""Weights for treatment over parts that only share sums: the same as weights made of all rows."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from cimara.outcomes import (
    Survival,
    Treatment,
    balance,
    propensity,
    treatment_weights,
    weighted_cox,
    weighted_cox_of_parts,
)
from cimara.outcomes.causal.weights import WeightError


def _frame() -> pl.DataFrame:
    dice = np.random.default_rng(21)
    n = 300
    age = dice.normal(size=n)
    treated = (dice.uniform(size=n) < 1 / (1 + np.exp(-1.2 * age))).astype(int)
    time = dice.exponential(np.exp(-0.4 * age + 0.5 * treated))
    return pl.DataFrame(
        {
            "age": age,
            "treated": treated,
            "time": time,
            "event": dice.integers(0, 2, n),
            "house": np.arange(n) % 3,
        }
    )


def _pair(frame: pl.DataFrame) -> tuple[Treatment, Survival]:
    return (
        Treatment.from_frame(frame, treatment="treated", covariates=["age"]),
        Survival.from_frame(frame, time="time", event="event", covariates=["treated"]),
    )


def _pairs() -> list[tuple[Treatment, Survival]]:
    return [_pair(part) for part in _frame().partition_by("house")]


@pytest.mark.parametrize("estimand", ["ate", "stabilised_ate", "att", "overlap"])
def test_parts_give_the_weighted_model_of_all_rows(estimand: str) -> None:
    found = weighted_cox_of_parts(_pairs(), estimand=estimand)
    treatment, outcome = _pair(_frame())
    weights = treatment_weights(treatment, propensity(treatment), estimand=estimand)
    whole = weighted_cox(outcome, weights)
    assert found.fit.coef == pytest.approx(whole.coef, abs=1e-10)
    assert found.fit.se == pytest.approx(whole.se, abs=1e-10)
    assert found.effective == pytest.approx(weights.weights.sum() ** 2 / (weights.weights**2).sum())
    assert found.balance.smd == pytest.approx(balance(weights.applied_to(treatment)).smd, abs=1e-10)


def test_weights_beyond_the_limits_are_set_to_them_and_counted() -> None:
    free = weighted_cox_of_parts(_pairs(), estimand="ate")
    held = weighted_cox_of_parts(_pairs(), estimand="ate", limits=(1.2, 4.0))
    treatment, _ = _pair(_frame())
    weights = treatment_weights(treatment, propensity(treatment), estimand="ate").weights
    assert free.truncated == 0
    assert held.truncated == ((weights < 1.2) | (weights > 4.0)).sum() > 0
    assert held.effective > free.effective


def test_a_treatment_that_differs_from_the_outcomes_rows_is_refused() -> None:
    treatment, outcome = _pair(_frame())
    with pytest.raises(WeightError, match="have no weight"):
        weighted_cox_of_parts([(treatment.take(np.arange(100)), outcome)])


@pytest.mark.parametrize("limits", [(3.0, 2.0), (-1.0, 2.0)])
def test_limits_that_are_none_are_refused(limits: tuple[float, float]) -> None:
    with pytest.raises(WeightError, match="limits"):
        weighted_cox_of_parts(_pairs(), limits=limits)
