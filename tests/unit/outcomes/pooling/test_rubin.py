"""Rubin's rules over completed data sets."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.models.cox import cox
from cimara.outcomes.pooling.rubin import (
    ImputationError,
    barnard_rubin_df,
    pool_cox,
    pool_imputations,
    pool_survival,
)
from cimara.outcomes.rows import Survival
from tests.shared_data import SHARED, shared_data

ESTIMATES = [[1.0], [2.0], [3.0]]
VARIANCES = [[4.0], [4.0], [4.0]]


def test_total_variance_is_within_and_inflated_between() -> None:
    pool = pool_imputations(ESTIMATES, VARIANCES)
    assert pool.estimate[0] == 2
    assert pool.between[0] == pytest.approx(1)
    assert pool.total[0] == pytest.approx(4 + 4 / 3)
    assert pool.riv[0] == pytest.approx((4 / 3) / 4)
    assert pool.lambda_[0] == pytest.approx((4 / 3) / (16 / 3))


def test_large_samples_have_rubins_degrees_of_freedom() -> None:
    assert pool_imputations(ESTIMATES, VARIANCES).df[0] == pytest.approx(2 / 0.25**2)


def test_complete_data_degrees_of_freedom_bound_the_pooled_ones() -> None:
    pool = pool_imputations(ESTIMATES, VARIANCES, complete_df=10)
    observed = 11 / 13 * 10 * 0.75
    assert pool.df[0] == pytest.approx(32 * observed / (32 + observed))


def test_nothing_missing_leaves_almost_the_complete_degrees_of_freedom() -> None:
    pool = pool_imputations([[1.0], [1.0]], [[2.0], [2.0]], complete_df=20)
    assert pool.df[0] == pytest.approx(21 / 23 * 20)
    assert pool.fmi[0] == pytest.approx(2 / (pool.df[0] + 3))
    assert np.isinf(barnard_rubin_df(np.zeros(1), 2, np.inf)).all()


def test_covariances_are_pooled_as_a_matrix() -> None:
    estimates = np.array([[0.0, 1.0], [1.0, 3.0]])
    covariance = np.array([[2.0, 0.5], [0.5, 3.0]])
    pool = pool_imputations(estimates, [covariance, covariance])
    assert pool.covariance == pytest.approx(covariance + 1.5 * np.array([[0.5, 1.0], [1.0, 2.0]]))
    assert pool.se == pytest.approx(np.sqrt(np.diag(pool.covariance)))


def test_one_completed_data_set_cannot_be_pooled() -> None:
    with pytest.raises(NotEstimable) as refused:
        pool_imputations([[1.0]], [[1.0]])
    assert refused.value.code is Concern.NOT_SUPPORTED


def test_an_estimate_that_is_not_finite_is_refused() -> None:
    with pytest.raises(ImputationError, match="not finite"):
        pool_imputations([[1.0], [np.nan]], VARIANCES[:2])


def test_a_variance_of_zero_is_refused() -> None:
    with pytest.raises(ImputationError, match="not above 0"):
        pool_imputations(ESTIMATES, [[4.0], [0.0], [4.0]])


def test_covariances_must_fit_the_estimates() -> None:
    with pytest.raises(ImputationError, match="3 x 1 variances"):
        pool_imputations(ESTIMATES, [[1.0, 2.0]])


def test_survival_is_pooled_on_the_log_log_scale() -> None:
    survival = np.array([[0.8], [0.6]])
    pool = pool_survival([12.0], survival, [[0.05], [0.05]])
    expected = np.exp(-np.exp(np.log(-np.log(survival)).mean()))
    assert pool.survival[0] == pytest.approx(expected)
    assert pool.survival[0] != pytest.approx(0.7, abs=1e-4)
    assert 0 < pool.lower[0] < pool.survival[0] < pool.upper[0] < 1


def test_survival_of_one_everywhere_is_one_with_certainty() -> None:
    pool = pool_survival([1.0, 5.0], [[1.0, 0.8], [1.0, 0.7]], [[0.0, 0.1], [0.0, 0.1]])
    assert (pool.survival[0], pool.lower[0], pool.upper[0]) == (1.0, 1.0, 1.0)
    assert not pool.warnings


def test_survival_of_zero_in_one_data_set_has_no_limits_and_says_so() -> None:
    pool = pool_survival([9.0], [[0.0], [0.1]], [[0.0], [0.05]])
    assert pool.table()["lower"].to_list() == [None]
    assert [one.code for one in pool.warnings] == [Concern.NOT_SUPPORTED]


def test_the_table_has_one_row_a_quantity() -> None:
    table = pool_imputations(ESTIMATES, VARIANCES, names=["age"]).table()
    assert table["name"].to_list() == ["age"]
    assert {"estimate", "se", "lower", "upper", "p", "df", "riv", "lambda", "fmi"} < set(table.columns)


def _cases() -> list[dict]:
    found = []
    for name in ("lung", "veteran", "mgus2"):
        path = SHARED / "stats" / f"{name}.json"
        if path.exists():
            cases = json.loads(path.read_text())["cases"]
            found += [one for one in cases if one["method"] == "multiple_imputation_pool"]
    return found


@pytest.mark.shared_data
@pytest.mark.parametrize("case", _cases(), ids=lambda case: case["id"])
def test_cox_models_of_known_completed_data_sets(case: dict) -> None:
    args, expected = case["args"], case["expected"]
    frame = pl.read_csv(shared_data(f"stats/{case['csv']}"))
    fits = [
        cox(Survival.from_frame(own, time=args["time"], event=args["event"], covariates=args["covariates"]))
        for own in frame.partition_by(args["imputation"])
    ]
    pool = pool_cox(fits)
    assert pool.complete_df == expected["dfcom"]
    known = {"estimate": "est", "df": "df_barnard_rubin", "lambda_": "lambda"}
    for name in ("estimate", "se", "df", "p", "within", "between", "total", "riv", "lambda_", "fmi"):
        assert getattr(pool, name) == pytest.approx(expected[known.get(name, name)], rel=1e-9), name
