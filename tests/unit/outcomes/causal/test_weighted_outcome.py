"""Weighted hazard ratios."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.causal.propensity import propensity
from cimara.outcomes.causal.treatment import Treatment
from cimara.outcomes.causal.weighted_outcome import (
    WeightVariance,
    stacked_variance,
    weighted_cox,
    weighted_survival,
)
from cimara.outcomes.causal.weights import TreatmentWeights, treatment_weights
from cimara.outcomes.rows import Survival
from tests.shared_data import shared_data


def _made(seed: int = 4, n: int = 200) -> tuple[Treatment, Survival]:
    generator = np.random.default_rng(seed)
    age = generator.normal(size=n)
    treated = (generator.random(n) < 1 / (1 + np.exp(-age))).astype(int)
    time = np.ceil(generator.exponential(20 * np.exp(-0.6 * age + 0.4 * treated)))
    frame = pl.DataFrame(
        {
            "treated": treated,
            "age": age,
            "time": time,
            "event": (generator.random(n) < 0.8).astype(int),
            "ward": np.where(np.arange(n) % 2, "a", "b"),
            "patient": np.arange(n) // 2,
        }
    )
    return (
        Treatment.from_frame(frame, treatment="treated", covariates=["age"]),
        Survival.from_frame(frame, time="time", event="event", covariates=["treated"], strata="ward"),
    )


def _weights(rows: Treatment, estimand: str = "ate") -> TreatmentWeights:
    return treatment_weights(rows, propensity(rows), estimand=estimand)


def test_weights_are_taken_as_known_unless_the_plan_says_otherwise() -> None:
    treatment, outcome = _made()
    effect = weighted_cox(outcome, _weights(treatment))
    assert effect.variance is WeightVariance.KNOWN
    assert effect.se == pytest.approx(effect.fit.se, rel=1e-15)
    assert effect.test == effect.fit.robust_score


def test_stacking_changes_the_error_and_not_the_estimate() -> None:
    treatment, outcome = _made()
    known = weighted_cox(outcome, _weights(treatment))
    stacked = weighted_cox(outcome, _weights(treatment), variance="stacked")
    assert stacked.coef == pytest.approx(known.coef, rel=1e-15)
    assert stacked.se[0] < known.se[0]
    assert stacked.test.statistic > known.test.statistic


def test_weights_that_owe_nothing_to_a_model_stack_to_the_robust_variance() -> None:
    treatment, outcome = _made()
    part = weighted_survival(outcome, _weights(treatment))
    part.weight_derivative[:] = 0.0
    effect = weighted_cox(outcome, _weights(treatment))
    covariance, test = stacked_variance([part], effect.fit)
    assert covariance == pytest.approx(effect.fit.covariance, rel=1e-10)
    assert effect.fit.robust_score is not None
    assert test.statistic == pytest.approx(effect.fit.robust_score.statistic, rel=1e-10)


def test_parts_by_stratum_stack_to_what_pooled_rows_do() -> None:
    treatment, outcome = _made()
    part = weighted_survival(outcome, _weights(treatment))
    fit = weighted_cox(outcome, _weights(treatment)).fit
    pooled, _ = stacked_variance([part], fit)
    apart, _ = stacked_variance(part.split(part.stratum_codes()), fit)
    assert apart == pytest.approx(pooled, rel=1e-12)


def test_the_order_of_the_rows_changes_nothing() -> None:
    treatment, outcome = _made()
    shuffled = outcome.take(np.random.default_rng(0).permutation(outcome.n))
    one = weighted_cox(outcome, _weights(treatment), variance="stacked")
    other = weighted_cox(shuffled, _weights(treatment), variance="stacked")
    assert other.se == pytest.approx(one.se, rel=1e-12)


def test_the_effect_names_its_estimand_and_effective_sizes() -> None:
    treatment, outcome = _made()
    effect = weighted_cox(outcome, _weights(treatment, "overlap"))
    assert effect.estimand == "overlap"
    assert 0 < effect.effective_treated < treatment.treated.sum()
    assert effect.table()["covariate"].to_list() == ["treated"]


@pytest.mark.shared_data
@pytest.mark.parametrize(
    ("estimand", "case"),
    [
        ("ate", "veteran.cox_iptw_robust"),
        ("stabilised_ate", "veteran.cox_stabilised_iptw_robust"),
        ("overlap", "veteran.cox_overlap_robust"),
    ],
)
def test_from_covariates_to_the_known_weighted_fit(estimand: str, case: str) -> None:
    frame = pl.read_csv(shared_data("stats/veteran.csv"))
    cases = json.loads(shared_data("stats/veteran.json").read_text())["cases"]
    expected = next(one["expected"] for one in cases if one["id"] == case)
    covariates = ["small", "adeno", "large", "karno", "diagtime", "age", "prior"]
    treatment = Treatment.from_frame(frame, treatment="trt", covariates=covariates)
    outcome = Survival.from_frame(frame, time="time", event="event", covariates=["trt"])
    effect = weighted_cox(outcome, _weights(treatment, estimand))
    assert effect.coef == pytest.approx(expected["coef"], rel=1e-9)
    assert effect.se == pytest.approx(expected["se"], rel=1e-9)
    assert effect.test.statistic == pytest.approx(np.ravel(expected["robust_score_test"])[0], rel=1e-9)
