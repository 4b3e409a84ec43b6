"""Balance of covariates between treatments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.causal.balance import balance
from cimara.outcomes.causal.propensity import propensity
from cimara.outcomes.causal.treatment import Treatment
from cimara.outcomes.causal.weights import treatment_weights
from cimara.outcomes.model_warnings import Concern, NotEstimable


def _rows(weights: list[float] | None = None) -> Treatment:
    frame = pl.DataFrame({"treated": [1, 1, 1, 0, 0, 0], "age": [60.0, 70, 80, 50, 60, 64]})
    rows = Treatment.from_frame(frame, treatment="treated", covariates=["age"])
    return rows if weights is None else replace(rows, weights=np.array(weights))


def test_the_difference_is_in_pooled_standard_deviations() -> None:
    pooled = np.sqrt((100 + 52) / 2)
    found = balance(_rows())
    assert found.smd[0] == pytest.approx((70 - 58) / pooled)
    assert found.variance_ratio[0] == pytest.approx(100 / 52)


def test_the_denominator_stays_that_of_the_unweighted_rows() -> None:
    found = balance(_rows([1, 0.5, 0.1, 1, 1, 2]))
    treated = (60 + 35 + 8) / 1.6
    control = (50 + 60 + 128) / 4
    assert found.smd[0] == pytest.approx((treated - control) / np.sqrt((100 + 52) / 2))
    assert found.raw_smd[0] == pytest.approx(12 / np.sqrt(76))


def test_equal_weights_leave_the_variance_as_it_is() -> None:
    found = balance(_rows([2.0] * 6).take(np.arange(5)))
    assert found.variance_ratio[0] == pytest.approx(found.raw_variance_ratio[0], rel=1e-12)


def test_effective_sizes_are_those_of_the_arms() -> None:
    found = balance(_rows([1, 1, 1, 2, 1, 1]))
    assert (found.effective_treated, found.effective_control) == pytest.approx((3, 16 / 6))


def test_overlap_weights_balance_means_exactly() -> None:
    generator = np.random.default_rng(8)
    age = generator.normal(60, 10, 300)
    treated = (generator.random(300) < 1 / (1 + np.exp((age - 60) / 15))).astype(int)
    frame = pl.DataFrame({"treated": treated, "age": age})
    rows = Treatment.from_frame(frame, treatment="treated", covariates=["age"])
    weighted = treatment_weights(rows, propensity(rows)).applied_to(rows)
    assert abs(balance(rows).smd[0]) > 0.2
    assert balance(weighted).smd[0] == pytest.approx(0, abs=1e-9)


def test_parts_give_what_pooled_rows_give() -> None:
    rows = _rows([1, 0.5, 0.1, 1, 1, 2])
    pooled, parts = balance(rows), balance(rows.split(np.array([0, 1, 1, 1, 0, 0])))
    assert parts.smd == pytest.approx(pooled.smd, rel=1e-12)
    assert parts.variance_ratio == pytest.approx(pooled.variance_ratio, rel=1e-12)


def test_large_numbers_lose_no_digits() -> None:
    rows = _rows()
    shifted = replace(rows, covariates=rows.covariates + 1e9)
    assert balance(shifted).smd == pytest.approx(balance(rows).smd, rel=1e-7)


def test_a_covariate_that_differs_is_named() -> None:
    found = balance(_rows())
    assert [(one.code, one.columns) for one in found.warnings] == [(Concern.IMBALANCE, ("age",))]


def test_a_constant_covariate_has_no_difference() -> None:
    rows = _rows()
    found = balance(replace(rows, covariates=np.ones((6, 1))))
    assert found.table()["smd"].to_list() == [None]
    assert found.table()["variance_ratio"].to_list() == [None]


def test_one_arm_cannot_be_balanced() -> None:
    with pytest.raises(NotEstimable) as refused:
        balance(replace(_rows(), treated=np.ones(6, dtype=bool)))
    assert refused.value.code is Concern.ONE_GROUP
