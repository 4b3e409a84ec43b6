"""Several fits in the rounds of the longest are the fits that each would be alone."""

from __future__ import annotations

import numpy as np
import pytest

from cimara.outcomes.at_once import Together, TogetherState, run_at_once
from cimara.outcomes.contract import State, state_from_bytes, to_bytes
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.in_all import in_all
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.cox import cox, cox_at_once
from cimara.outcomes.models.cox_fit import Ties
from cimara.outcomes.models.cox_stratified import StratifiedCox
from cimara.outcomes.rows import Survival


def rows(seed: int, *, effect: float = 0.5, n: int = 60) -> Survival:
    rng = np.random.default_rng(seed)
    x: FloatArray = np.asfortranarray(rng.normal(size=(n, 2)))
    time = np.ceil(rng.exponential(np.exp(-effect * x[:, 0])) * 20)
    return Survival(
        covariates=x, names=("a", "b"), terms=("a", "b"), time=time, event=rng.random(n) < 0.7,
        source_rows=np.arange(1, n + 1),
    )  # fmt: skip


def endless() -> Survival:
    """Every event is foretold by one covariate."""
    x = np.asfortranarray(np.column_stack((np.repeat([0.0, 1.0], 20), np.tile([0.0, 1.0], 20))))
    event = x[:, 0] == 1
    return Survival(
        covariates=x, names=("a", "b"), terms=("a", "b"), time=np.arange(40, 0, -1.0), event=event,
        source_rows=np.arange(1, 41),
    )  # fmt: skip


def test_fits_made_at_once_are_those_made_alone() -> None:
    parts = [rows(seed) for seed in (1, 2, 3)]
    for one, fit in zip(parts, cox_at_once([[one] for one in parts]), strict=True):
        alone = cox(one)
        assert not isinstance(fit, NotEstimable)
        assert np.array_equal(fit.coef, alone.coef)
        assert np.array_equal(fit.covariance, alone.covariance)
        assert fit.loglik == alone.loglik


def test_a_refused_run_leaves_the_others_alone() -> None:
    nobody = rows(1).take(np.zeros(60, dtype=bool))
    refused, fit = cox_at_once([[nobody], [rows(2)]])
    assert isinstance(refused, NotEstimable)
    assert refused.code is Concern.NO_EVENTS
    assert not isinstance(fit, NotEstimable)


def test_a_fit_is_not_followed_beyond_the_limit() -> None:
    (refused,) = cox_at_once([[endless()]], furthest=5.0)
    assert isinstance(refused, NotEstimable)
    assert refused.code is Concern.MONOTONE_LIKELIHOOD
    (found,) = cox_at_once([[endless()]])
    assert not isinstance(found, NotEstimable)
    assert found.direction[0] != 0


def test_the_state_of_several_survives_a_wire() -> None:
    estimators = tuple(
        StratifiedCox(names=("a", "b"), ties=Ties.EFRON, robust=False, confidence=0.95) for _ in range(2)
    )
    together = Together(estimators, (type(estimators[0].start()),) * 2)
    state = together.start()
    again = state_from_bytes(TogetherState, to_bytes(state))
    for one, other in zip(together.states(state), together.states(again), strict=True):
        assert isinstance(one, State)
        assert isinstance(other, State)
        assert to_bytes(one) == to_bytes(other)


def test_nothing_asked_is_nothing_run() -> None:
    assert run_at_once([], []) == []


def test_numbers_of_all_rows_are_the_numbers_where_all_rows_are_here() -> None:
    assert in_all("counts", [[1, 2], [3, 4]]) == pytest.approx(np.array([[1.0, 2.0], [3.0, 4.0]]))
