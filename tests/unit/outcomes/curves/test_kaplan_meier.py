"""What a Kaplan-Meier curve is asked: competing causes, times, quantiles, numbers at risk, options."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.curves.aalen_johansen import aalen_johansen
from cimara.outcomes.curves.intervals import ConfType, limits
from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.curves.rmst import rmst
from cimara.outcomes.model_warnings import NotEstimable
from cimara.outcomes.named_columns import WeightKind
from cimara.outcomes.rows import Survival
from tests.unit.outcomes.curves.made import competing, survival

DEATH_COMPETES = competing([1, 2, 3, 4], [2, 1, 1, 0])
"""The worked example of the specification: day 1 death, days 2 and 3 necrosis, day 4 censored."""


def test_competing_causes_are_refused_by_name() -> None:
    with pytest.raises(NotEstimable, match="with which 2 competes"):
        kaplan_meier(DEATH_COMPETES, cause=1)
    with pytest.raises(NotEstimable, match="competes"):
        rmst(DEATH_COMPETES, tau=3)


def test_a_cause_specific_hazard_never_shows_survival() -> None:
    fit = kaplan_meier(DEATH_COMPETES, cause=1, cause_specific=True)
    assert fit.cause_specific == "1"
    assert fit.table()["cumulative_hazard"].to_list() == pytest.approx([0, 1 / 3, 5 / 6, 5 / 6])
    for frame in (fit.table(), fit.at([3])):
        assert not {"survival", "lower", "upper", "se"} & set(frame.columns)


def test_aalen_johansen_gives_the_probability_where_one_minus_km_would_not() -> None:
    found = aalen_johansen(DEATH_COMPETES).at([3]).filter(cause="1")
    wrong = 1 - kaplan_meier(DEATH_COMPETES.cause_specific(1)).at([3])["survival"][0]
    assert found["probability"][0] == pytest.approx(0.50)
    assert wrong == pytest.approx(2 / 3)


def test_before_the_first_time_nobody_has_had_the_event() -> None:
    found = kaplan_meier(survival([5, 9], [1, 0])).at([0, 4.9])
    assert found["survival"].to_list() == [1, 1]
    assert found["lower"].to_list() == [1, 1]
    assert found["se"].to_list() == [0, 0]


def test_after_the_last_time_a_curve_above_zero_is_unknown() -> None:
    assert kaplan_meier(survival([5, 9], [1, 0])).at([9, 9.1])["survival"].to_list() == [0.5, None]


@pytest.mark.parametrize(
    ("time", "event", "share", "expected"),
    [
        ([1, 2, 3, 4], [1, 1, 0, 0], 0.5, 3.0),
        ([1, 2, 3, 4], [1, 1, 0, 0], 0.25, 1.5),
        ([1, 2, 3, 4], [1, 1, 0, 0], 0.75, None),
        ([1, 2, 3, 4, 6], [1, 1, 0, 1, 0], 0.5, 4.0),
        ([1, 2, 3], [1, 1, 1], 1.0, 3.0),
    ],
)
def test_a_quantile_is_the_middle_of_a_flat_stretch_at_its_level(time, event, share, expected) -> None:
    assert kaplan_meier(survival(time, event)).curve().quantile(share).time == expected


def test_a_quantile_outside_zero_to_one_is_refused() -> None:
    with pytest.raises(NotEstimable):
        kaplan_meier(survival([1, 2], [1, 0])).curve().quantile(1.5)


def test_numbers_at_risk_equal_a_count_by_hand_at_every_tick() -> None:
    start, time, event = [0, 0, 2, 3, 5, 0], [4.0, 6.0, 6.0, 9.0, 8.0, 0.5], [1, 0, 1, 0, 1, 0]
    fit = kaplan_meier(survival(time, event, start=start))
    ticks = [0, 0.25, 2, 2.5, 4, 5, 5.5, 6, 8.5, 9, 12]
    found = fit.number_at_risk(ticks)
    begin, end, happened = np.array(start), np.array(time), np.array(event)
    for tick, at_risk, events, censored in zip(
        ticks, found["at_risk"], found["events"], found["censored"], strict=True
    ):
        here = (begin == 0) if tick == 0 else (begin < tick) & (tick <= end)
        assert at_risk == here.sum()
        assert events == ((end <= tick) & (happened == 1)).sum()
        assert censored == ((end <= tick) & (happened == 0)).sum()


def test_frequencies_equal_rows_written_out() -> None:
    frame = {"time": [1, 2, 3, 4], "event": [1, 0, 1, 0], "weights": [2.0, 1.0, 3.0, 2.0]}
    rows = Survival.from_frame(
        pl.DataFrame(frame), time="time", event="event", weights="weights", weight_kind=WeightKind.FREQUENCY
    )
    many = np.repeat(np.arange(4), [2, 1, 3, 2])
    written = survival([frame["time"][i] for i in many], [frame["event"][i] for i in many])
    for variance in ("greenwood", "ij"):
        one, other = (kaplan_meier(these, variance=variance).curve() for these in (rows, written))
        np.testing.assert_allclose(one.se, other.se, rtol=1e-14)
        np.testing.assert_allclose(one.cumulative_hazard_se, other.cumulative_hazard_se, rtol=1e-14)


def test_rows_split_in_time_give_the_curve_of_whole_rows() -> None:
    whole = survival([6, 9, 4], [1, 0, 1])
    split = survival([3, 6, 9, 4], [0, 1, 0, 1], start=[0, 3, 0, 0], id=[1, 1, 2, 3])
    for variance in ("greenwood", "ij"):
        one, other = (kaplan_meier(rows, variance=variance).curve() for rows in (whole, split))
        np.testing.assert_array_equal(one.time, other.time)
        np.testing.assert_allclose(one.survival, other.survival, rtol=1e-15)
        np.testing.assert_allclose(one.se, other.se, rtol=1e-12)


def test_a_grid_of_the_plan_coarsens_the_curve() -> None:
    fit = kaplan_meier(survival([1, 2, 5, 9], [1, 0, 1, 0]), grid=[4, 8])
    assert fit.grid == "planned"
    assert fit.curve().time.tolist() == [4, 8]
    assert fit.curve().survival.tolist() == [0.75, 0.375]
    assert fit.number_at_risk([4, 8, 12])["at_risk"].to_list() == [4, 2, 1]


def test_the_angle_of_an_arcsine_limit_stays_in_the_first_quadrant() -> None:
    lower, upper = limits(np.array([0.02, 0.98]), np.array([0.05, 0.05]), ConfType.ARCSIN, 0.95)
    assert lower[0] == 0
    assert upper[1] == 1
    assert (lower <= [0.02, 0.98]).all()


@pytest.mark.parametrize("conf_type", list(ConfType))
def test_limits_are_inside_zero_to_one_and_around_the_estimate(conf_type: ConfType) -> None:
    probability = np.linspace(0.001, 0.999, 200)
    lower, upper = limits(probability, np.sqrt(probability * (1 - probability) / 5), conf_type, 0.99)
    assert ((lower >= 0) & (lower <= probability) & (probability <= upper) & (upper <= 1)).all()


def test_a_confidence_level_in_per_cent_is_refused() -> None:
    with pytest.raises(NotEstimable, match="means 95 %"):
        kaplan_meier(survival([1, 2], [1, 0]), conf_level=95)


def test_options_are_spelt_out_with_the_r_call() -> None:
    fit = kaplan_meier(survival([1, 2], [1, 0]), conf_type="log-log", conf_level=0.9)
    assert (fit.conf_type, fit.conf_level, fit.variance, fit.n, fit.events) == (
        "log-log",
        0.9,
        "greenwood",
        2,
        1,
    )
    assert fit.r_call == "survfit(Surv(time, event) ~ 1, conf.type = 'log-log', conf.int = 0.9)"
    assert fit.table()["conf_type"].unique().to_list() == ["log-log"]
