"""Simulated power: the same with any workers, and honest about its error."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from cimara.outcomes.design.endpoints import Measurement
from cimara.outcomes.design.errors import DesignError
from cimara.outcomes.design.report import DesignReport, analysis_entry, plan_text, toml_value
from cimara.outcomes.design.simulation import BLOCK, SimulatedPower, simulate
from cimara.outcomes.design.single_stage import SingleStageDesign

MARKER = Measurement("M", "marker", "what is measured")
PLAN = SingleStageDesign(MARKER, 0.15, 0.5, assessments=())


@dataclass(frozen=True)
class Coin:
    """A design that rejects by a coin, to see the streams."""

    def replicate(self, n_rep: int, rng: np.random.Generator, *, null: bool = False) -> NDArray[np.bool_]:
        assert n_rep <= BLOCK
        return rng.random(n_rep) < (0.05 if null else 0.5)

    def report(self) -> DesignReport:
        return PLAN.report()


def test_workers_change_nothing() -> None:
    alone = simulate(Coin(), 1100, 5)
    with ThreadPoolExecutor(3) as workers:
        assert simulate(Coin(), 1100, 5, executor=workers) == alone


def test_another_seed_is_another_sample() -> None:
    assert simulate(Coin(), 2000, 1).rejected != simulate(Coin(), 2000, 2).rejected


def test_the_type_i_error_is_simulated_when_asked_for() -> None:
    assert simulate(Coin(), 2000, 1, null=True).agrees_with(0.05)


def test_agreement_is_within_three_standard_errors() -> None:
    found = SimulatedPower(800, 1000, 1)
    assert found.standard_error == pytest.approx(0.01265, abs=1e-4)
    assert found.agrees_with(0.83)
    assert not found.agrees_with(0.85)


def test_a_simulation_that_never_rejects_still_has_an_error() -> None:
    assert SimulatedPower(0, 100, 1).standard_error > 0.0


def test_no_trial_is_no_simulation() -> None:
    with pytest.raises(DesignError):
        simulate(Coin(), 0, 1)


def test_toml_values() -> None:
    value = {"a": True, "b": [1, 2.5], "c": 'say "x"'}
    assert toml_value(value) == '{ a = true, b = [1, 2.5], c = "say \\"x\\"" }'


def test_an_endpoint_of_two_analyses_stands_once() -> None:
    entry = analysis_entry(MARKER, "rate", by=None, level=0.9)
    text = plan_text((entry, entry))
    assert text.count("[endpoints.m]") == 1
    assert text.count("[[analysis]]") == 2
    assert "by" not in text
