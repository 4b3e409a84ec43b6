"""Curves as people see them."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from cimara.federation.disclosure import (
    curve_released,
    numbers_at_risk_released,
    quantiles_released,
    shown_until,
)
from cimara.outcomes.curves.aalen_johansen import aalen_johansen
from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.curves.survival_curve import KaplanMeierFit
from cimara.outcomes.rows import CompetingRisks, Survival


def no_covariates(n: int) -> dict[str, Any]:
    return {"covariates": np.zeros((n, 0)), "source_rows": np.arange(n)}


def rows(n: int = 120, seed: int = 4) -> Survival:
    random = np.random.default_rng(seed)
    times, events = np.ceil(random.exponential(300, n)), random.random(n) < 0.6
    return Survival(time=times, event=events, **no_covariates(n))


@pytest.fixture(scope="module")
def fit() -> KaplanMeierFit:
    return kaplan_meier(rows())


def test_each_fall_of_a_shown_curve_is_of_ten_events_or_more(fit: KaplanMeierFit) -> None:
    curve, shown = fit.curve(), curve_released(fit)
    times = shown.filter(pl.col("survival").diff() < 0)["time"].to_numpy()
    events = [
        curve.events[(curve.time > first) & (curve.time <= last)].sum()
        for first, last in zip([0.0, *times[:-1]], times, strict=True)
    ]
    assert len(times) >= 4
    assert min(events) >= 10


def test_the_shown_steps_lie_on_the_curve(fit: KaplanMeierFit) -> None:
    shown = curve_released(fit)
    steps = shown.filter(pl.col("survival").diff() < 0)
    assert fit.at(steps["time"].to_list())["survival"].to_list() == steps["survival"].to_list()


def test_a_curve_ends_where_fewer_than_ten_are_at_risk(fit: KaplanMeierFit) -> None:
    curve, last = fit.curve(), curve_released(fit)["time"].max()
    assert last == shown_until(curve)
    assert curve.at_risk[curve.time == last][0] >= 10
    assert curve.at_risk[curve.time > last].max() < 10


def test_a_curve_begins_with_all_and_shows_nobody_censored(fit: KaplanMeierFit) -> None:
    shown = curve_released(fit)
    assert shown.select("at_risk", "survival", "time").row(0) == (120, 1.0, 0.0)
    assert {"censored", "events"}.isdisjoint(shown.columns)


def test_numbers_at_risk_are_rounded_to_five(fit: KaplanMeierFit) -> None:
    shown = numbers_at_risk_released(fit, [0, 100, 300, 2000])
    assert shown["at_risk"].to_list()[0] == 120
    assert all(one % 5 == 0 for one in shown["at_risk"].drop_nulls())
    assert shown["at_risk"].to_list()[-1] is None
    assert shown.columns == ["group", "time", "at_risk"]


def test_a_group_of_nine_has_no_curve() -> None:
    assert curve_released(kaplan_meier(rows(n=9))).is_empty()


def test_a_median_needs_ten_events_before_and_ten_at_risk(fit: KaplanMeierFit) -> None:
    assert quantiles_released(fit)["time"].to_list() == [fit.curve().median.time]
    assert quantiles_released(fit, (0.02,))["time"].to_list() == [None]
    assert quantiles_released(kaplan_meier(rows(n=14)))["time"].to_list() == [None]


def test_each_cause_has_its_own_steps() -> None:
    base = rows(200)
    status = np.where(base.event, 1 + (np.arange(200) % 4 == 0), 0)
    fit = aalen_johansen(
        CompetingRisks(time=base.time, status=status, causes=("progression", "death"), **no_covariates(200))
    )
    shown, curve = curve_released(fit), fit.curve()
    for place, cause in enumerate(curve.causes):
        steps = shown.filter(pl.col("cause") == cause).filter(pl.col("probability").diff() > 0)["time"]
        before = [curve.events[curve.time <= one, place].sum() for one in steps]
        assert np.diff([0.0, *before]).min() >= 10
