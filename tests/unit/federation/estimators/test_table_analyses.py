"""What a table study adds to the estimators: descriptions with missing cells, horizons, weights, sites."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from cimara.federation.estimators import ESTIMATORS
from cimara.federation.tables.analyses import ANALYSES
from cimara.federation.tables.studies import table_study
from cimara.outcomes import Concern, NotEstimable
from tests.in_step import Round, assert_no_rows_say_nothing, in_step

SITES = ["NL01", "NL02", "NL03"]
SURVIVAL: dict[str, Any] = {"time": "t", "event": "e"}
RISKS: dict[str, Any] = {"time": "t", "status": "how", "causes": {1: "necrosis", 2: "death"}}
NUMBERS: dict[str, Any] = {"covariates": [{"name": "age", "centre": 60, "scale": 10}, {"name": "lab"}]}
ARMS: dict[str, Any] = {"group": {"name": "arm", "levels": ["0", "1"]}}
N = 360


def _frame() -> pl.DataFrame:
    dice = np.random.default_rng(31)
    age = dice.normal(60, 9, N)
    time = np.ceil(dice.exponential(400 * np.exp((60 - age) / 40)))
    return pl.DataFrame(
        {
            "house": np.array(SITES)[np.arange(N) % 3], "t": np.minimum(time, 1500),
            "e": dice.integers(0, 2, N), "how": dice.integers(0, 3, N), "age": age.round(1),
            "lab": [None if place % 10 == 0 else float(one) for place, one in enumerate(dice.normal(size=N))],
            "grade": [None if place % 7 == 0 else str(place % 3) for place in range(N)],
            "arm": (dice.uniform(size=N) < 1 / (1 + np.exp((60 - age) / 10))).astype(int),
        }
    )  # fmt: skip


def _run(analysis: dict[str, Any], frame: pl.DataFrame | None = None) -> tuple[Any, list[Round]]:
    study = table_study([{"id": "A1"} | analysis], sites=SITES)
    work = study.analyses["A1"]
    parts = (_frame() if frame is None else frame).partition_by("house")
    return in_step([*(work.prepare(part) for part in parts), work.empty()])


CASES: dict[str, dict[str, Any]] = {
    "table one": {"estimator": "table1", **NUMBERS, **ARMS},
    "quantiles on cuts": {
        "estimator": "quantile", **NUMBERS, "cuts": {"age": [20, 60, 99], "lab": [-4, 0, 4]},
    },
    "km of a cause": {"estimator": "km", **RISKS, "cause": "death", **ARMS},
    "log-rank by strata": {
        "estimator": "logrank", **SURVIVAL, **ARMS, "strata": {"name": "how", "levels": ["0", "1", "2"]},
    },
    "gray by sites": {"estimator": "gray", **RISKS, **ARMS, "cause": "death", "baseline": "stratified"},
    "aalen and johansen": {"estimator": "aalen_johansen", **RISKS, **ARMS},
    "censoring groups": {
        "estimator": "fine_gray", **RISKS, "cause": "death", "censoring_groups": True, **ARMS,
        "covariates": NUMBERS["covariates"][:1],
    },
    "proportionality on ranks": {
        "estimator": "cox_zph", **SURVIVAL, "covariates": NUMBERS["covariates"][:1], "time_scale": "rank",
    },
    "weights inside sites": {
        "estimator": "iptw_cox", **SURVIVAL, "treatment": "arm", "covariates": NUMBERS["covariates"][:1],
        "baseline": "stratified", "weight_limits": [0.5, 2.0],
    },
    "site panel": {
        "estimator": "site_panel", **SURVIVAL, "site": "house", "covariates": NUMBERS["covariates"][:1],
    },
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_coordinator_says_zeros_and_every_kind_of_sums_is_a_listed_one(name: str) -> None:
    _, rounds = _run(CASES[name])
    assert_no_rows_say_nothing(rounds)
    kinds = {one.said[0].schema for one in rounds[1:]}
    assert kinds <= ESTIMATORS[CASES[name]["estimator"]].schemas


def test_every_estimator_of_the_specification_is_there() -> None:
    wanted = {
        "cox_strat", "cox_shared", "fine_gray", "km", "rmst", "aalen_johansen", "logrank", "gray",
        "logistic", "poisson", "table1", "quantile", "iptw_cox", "cox_zph", "site_panel",
    }  # fmt: skip
    assert wanted == set(ANALYSES)


def test_a_description_keeps_rows_with_missing_cells_and_counts_them() -> None:
    asked = {
        "estimator": "table1",
        "covariates": [*NUMBERS["covariates"], {"name": "grade", "levels": ["0", "1", "2"]}],
    }
    found, rounds = _run(asked)
    assert rounds[0].said[0].sums["dropped"].sum() == 0
    age, lab = found.numbers
    assert (age.n, lab.n, lab.missing) == (N, N - N // 10, N // 10)
    assert age.mean == pytest.approx(_frame()["age"].mean())
    assert lab.sd == pytest.approx(_frame()["lab"].std())
    assert {one.missing for one in found.levels} == {-(-N // 7)}


def test_rows_left_out_anywhere_are_told_in_every_houses_result() -> None:
    asked = {"estimator": "cox_strat", **SURVIVAL, **NUMBERS}
    found, _ = _run(asked)
    assert found.dropped == {"lab": N // 10}
    assert any(one.code is Concern.ROWS_DROPPED for one in found.warnings)
    curve, _ = _run({"estimator": "km", **SURVIVAL, "group": {"name": "grade", "levels": ["0", "1", "2"]}})
    assert curve.dropped == -(-N // 7)


def test_a_level_that_no_site_has_is_told_and_one_that_a_site_lacks_is_not() -> None:
    frame = _frame().with_columns(
        grade=pl.when(pl.col("house") == "NL01").then(pl.lit("0")).otherwise(pl.col("grade"))
    )
    covariates = [{"name": "grade", "levels": ["0", "1", "2", "9"]}]
    found, _ = _run({"estimator": "cox_shared", **SURVIVAL, "covariates": covariates}, frame)
    told = next(one for one in found.warnings if one.code is Concern.EMPTY_LEVEL)
    assert told.columns == ("grade=9",)


def test_a_horizon_with_fewer_than_ten_at_risk_is_refused() -> None:
    asked = {"estimator": "rmst", **SURVIVAL, **ARMS}
    assert _run(asked | {"tau": 365.25})[0].tau == 365.25
    with pytest.raises(NotEstimable) as refused:
        _run(asked | {"tau": 1450.0})
    assert refused.value.code is Concern.TAU_TOO_LATE


def test_quantiles_need_ten_patients_on_either_side() -> None:
    asked = {"estimator": "quantile", "covariates": NUMBERS["covariates"][:1], "digits": 1}
    found, _ = _run(asked | {"probabilities": [0.01, 0.5]})
    assert found.of("age")[0] is None
    assert found.of("age")[1] == pytest.approx(_frame()["age"].median())


def test_the_confounders_balance_is_part_of_a_weighted_result() -> None:
    found, _ = _run(CASES["weights inside sites"])
    assert abs(found.balance.smd[0]) < abs(found.balance.raw_smd[0])
    assert found.truncated > 0


def test_the_two_conventions_of_fine_and_gray_differ() -> None:
    asked = CASES["censoring groups"] | {"censoring_groups": False}
    crr, _ = _run(asked)
    finegray, _ = _run(asked | {"convention": "finegray"})
    assert crr.coef != pytest.approx(finegray.coef, abs=1e-6)
    assert not finegray.options.weight_variance
