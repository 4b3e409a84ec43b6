"""Causal estimates on simulated data: stacked variance by resampling, standardised risks by the truth."""

from __future__ import annotations

import os

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.causal.g_computation import g_computation
from cimara.outcomes.causal.propensity import propensity
from cimara.outcomes.causal.treatment import Treatment
from cimara.outcomes.causal.weighted_outcome import weighted_cox
from cimara.outcomes.causal.weights import Estimand, treatment_weights
from cimara.outcomes.models.cox import cox
from cimara.outcomes.rows import Survival

MANY = os.environ.get("CIMARA_MANY") == "1"
CONFOUNDERS = ["volume", "age"]


def _confounded(generator: np.random.Generator, n: int) -> pl.DataFrame:
    """Larger volume: more often treated, earlier event. The treatment halves the hazard."""
    volume, age = generator.normal(size=n), generator.normal(size=n)
    treated = generator.random(n) < 1 / (1 + np.exp(-(0.6 * volume - 0.3 * age)))
    hazard = 0.05 * np.exp(np.log(0.5) * treated + 0.7 * volume + 0.4 * age)
    time, censored = generator.exponential(1 / hazard), generator.uniform(5, 60, n)
    return pl.DataFrame(
        {
            "time": np.minimum(time, censored),
            "event": (time <= censored).astype(int),
            "treated": treated.astype(int),
            "volume": volume,
            "age": age,
        }
    )


def _rows(frame: pl.DataFrame) -> tuple[Treatment, Survival]:
    return (
        Treatment.from_frame(frame, treatment="treated", covariates=CONFOUNDERS),
        Survival.from_frame(frame, time="time", event="event", covariates=["treated"]),
    )


@pytest.mark.parametrize("estimand", [Estimand.ATE, Estimand.STABILISED_ATE, Estimand.ATT, Estimand.OVERLAP])
def test_the_stacked_variance_is_that_of_resampling_both_models(estimand: Estimand) -> None:
    n, replicates, within = (3000, 4000, 0.03) if MANY else (800, 150, 0.15)
    generator = np.random.default_rng(17)
    frame = _confounded(generator, n)
    treatment, outcome = _rows(frame)
    weights = treatment_weights(treatment, propensity(treatment), estimand=estimand)
    stacked = weighted_cox(outcome, weights, variance="stacked")

    def resampled() -> float:
        drawn = generator.integers(0, n, n)
        again, later = treatment.take(drawn), outcome.take(drawn)
        made = treatment_weights(again, propensity(again), estimand=estimand)
        return float(cox(made.applied_to(later)).coef[0])

    bootstrap = np.std([resampled() for _ in range(replicates)], ddof=1)
    assert stacked.se[0] == pytest.approx(bootstrap, rel=within)
    assert stacked.se[0] < weighted_cox(outcome, weights).se[0]


def test_standardising_finds_the_risks_of_the_whole_population() -> None:
    frame = _confounded(np.random.default_rng(3), 4000)
    rows = Survival.from_frame(frame, time="time", event="event", covariates=["treated", *CONFOUNDERS])
    found = g_computation(rows, exposure="treated", times=[12.0])
    relative = np.exp(0.7 * frame["volume"].to_numpy() + 0.4 * frame["age"].to_numpy())
    true = [np.mean(1 - np.exp(-12 * 0.05 * ratio * relative)) for ratio in (1.0, 0.5)]
    assert found.value("risk", level="0") == pytest.approx(true[0], abs=0.02)
    assert found.value("risk_difference") == pytest.approx(true[1] - true[0], abs=0.025)


def test_weights_take_the_confounding_out_of_the_raw_comparison() -> None:
    frame = _confounded(np.random.default_rng(5), 4000)
    treatment, outcome = _rows(frame)
    raw = cox(outcome).coef[0]
    weights = treatment_weights(treatment, propensity(treatment), estimand="ate")
    weighted = weighted_cox(outcome, weights).coef[0]
    assert raw > weighted + 0.2
    assert -0.75 < weighted < -0.35
