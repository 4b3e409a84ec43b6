"""Curves on awkward data: every row of section 2.6, with its code, and never a NaN without one."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.curves.aalen_johansen import aalen_johansen
from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.curves.rmst import rmst
from cimara.outcomes.curves.rmtl import restricted_time_lost
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.rows import Survival
from tests.unit.outcomes.curves.made import competing, survival


def codes(fit) -> list[str]:
    return [str(one.code) for one in fit.warnings]


def test_no_events_is_flat_at_one_with_an_exact_bound() -> None:
    fit = kaplan_meier(survival([3, 5, 8], [0, 0, 0]))
    curve = fit.curve()
    assert curve.survival.tolist() == [1, 1, 1]
    assert curve.se.tolist() == [0, 0, 0]
    assert (curve.lower == 1).all()
    assert (curve.upper == 1).all()
    assert curve.no_event_bound.time == 3
    assert curve.no_event_bound.probability == pytest.approx(1 - 0.05 ** (1 / 3))
    assert codes(fit) == [Concern.NO_EVENTS]
    assert curve.median.time is None
    assert str(curve.median) == "not reached (not reached to not reached)"


def test_no_exact_bound_is_offered_for_clustered_rows() -> None:
    fit = kaplan_meier(survival([3, 5, 8], [0, 0, 0], cluster=[1, 1, 2]))
    assert fit.curve().no_event_bound is None


def test_a_cause_without_events_has_an_incidence_of_zero_and_a_code() -> None:
    fit = aalen_johansen(competing([3, 5, 8, 9], [1, 0, 1, 0]))
    curve = fit.curve()
    assert curve.incidence[:, 1].tolist() == [0, 0, 0, 0]
    assert curve.se[:, 1].tolist() == [0, 0, 0, 0]
    assert curve.no_event_bounds[0] is None
    assert curve.no_event_bounds[1].time == 5
    assert codes(fit) == [Concern.NO_EVENTS]


def test_every_row_an_event_reaches_zero_where_error_and_limits_are_null() -> None:
    fit = kaplan_meier(survival([1, 2, 3], [1, 1, 1]))
    last = fit.table().tail(1)
    assert last["survival"][0] == 0
    assert last["se"][0] is None
    assert last["lower"][0] is None
    assert last["upper"][0] is None
    assert codes(fit) == [Concern.REACHES_ZERO]
    assert fit.at([10])["survival"][0] == 0


def test_every_row_an_event_has_finite_incidences() -> None:
    curve = aalen_johansen(competing([1, 2, 3], [1, 2, 1])).curve()
    assert np.isfinite(curve.se).all()
    assert curve.incidence[-1].sum() == pytest.approx(1)


def test_a_group_without_events_has_its_own_flat_curve() -> None:
    fit = kaplan_meier(survival([1, 2, 3, 4], [1, 0, 0, 0], group=["a", "a", "b", "b"]))
    assert fit.curve("b").survival.tolist() == [1, 1]
    assert [one.message for one in fit.warnings] == ["group b: no events; the curve is flat"]


def test_a_level_without_rows_is_told_and_has_no_curve() -> None:
    rows = survival([1, 2, 3], [1, 0, 1], group=["a", "b", "c"])
    fit = kaplan_meier(rows.take(np.array([0, 2])))
    assert [curve.group for curve in fit.curves] == ["a", "c"]
    assert Concern.EMPTY_LEVEL in codes(fit)


def test_an_early_empty_risk_set_is_told_and_start_at_goes_round_it() -> None:
    rows = survival([2, 9, 8, 7], [1, 1, 0, 1], start=[0, 3, 3, 4])
    fit = kaplan_meier(rows)
    assert Concern.EARLY_EMPTY_RISK_SET in codes(fit)
    assert fit.curve().survival[-1] == 0
    later = kaplan_meier(rows, start_at=3)
    assert Concern.EARLY_EMPTY_RISK_SET not in codes(later)
    assert later.curve().survival[0] == pytest.approx(2 / 3)
    assert later.at([2, 7])["survival"].to_list() == [None, pytest.approx(2 / 3)]


def test_a_curve_ends_at_a_gap_in_the_risk_set() -> None:
    fit = kaplan_meier(survival([2, 3, 9, 8], [1, 0, 1, 0], start=[0, 0, 5, 5]))
    assert fit.curve().time.tolist() == [2, 3]
    assert fit.curve().last_time == 3
    assert codes(fit) == [Concern.RISK_SET_GAP]
    assert fit.at([9])["survival"].to_list() == [None]
    with pytest.raises(NotEstimable, match="3"):
        rmst(survival([2, 3, 9, 8], [1, 0, 1, 0], start=[0, 0, 5, 5]), tau=6)


def test_extreme_weights_are_told_with_the_effective_sample_size() -> None:
    rows = survival(list(range(1, 31)), [1] * 29 + [0], weights=[1.0] * 29 + [60.0])
    warning = next(one for one in kaplan_meier(rows).warnings if one.code is Concern.WEIGHTS_EXTREME)
    assert "2.2 of 30 rows" in warning.message
    assert "1 weights are above 10" in warning.message


def test_rows_left_out_are_counted() -> None:
    frame = pl.DataFrame({"time": [1, None, 3, 4], "event": [1, 1, 0, 1], "weights": [1.0, 1.0, 0.0, 2.0]})
    fit = kaplan_meier(Survival.from_frame(frame, time="time", event="event", weights="weights"))
    assert (fit.dropped, fit.zero_weight) == (1, 1)
    assert Concern.ROWS_DROPPED in codes(fit)


def test_greenwood_for_weighted_rows_is_never_silent() -> None:
    rows = survival([1, 2, 3], [1, 1, 0], weights=[1.0, 2.0, 1.5])
    assert kaplan_meier(rows).variance == "ij"
    assert Concern.NAIVE_VARIANCE in codes(kaplan_meier(rows, variance="greenwood"))
    assert Concern.NAIVE_VARIANCE in codes(rmst(rows, tau=2, variance="greenwood"))
    weighted = competing([1, 2, 3], [1, 2, 0], weights=[1.0, 2.0, 1.5])
    assert Concern.NAIVE_VARIANCE in codes(aalen_johansen(weighted, variance="delta"))


def test_cmprsk_variance_is_refused_for_what_cmprsk_cannot_take() -> None:
    for rows in (
        competing([1, 2, 3], [1, 2, 0], weights=[1.0, 2.0, 1.5]),
        competing([1, 2, 3], [1, 2, 0], cluster=[1, 1, 2]),
        competing([2, 3, 4], [1, 2, 0], start=[0, 1, 1]),
    ):
        with pytest.raises(NotEstimable, match="cmprsk"):
            aalen_johansen(rows, variance="cmprsk")


def test_restricted_means_of_an_arm_without_events() -> None:
    fit = rmst(survival([5, 6, 5, 6], [0, 0, 1, 0], group=["a", "a", "b", "b"]), tau=5)
    assert (fit.arm("a").rmst, fit.arm("a").se) == (5, 0)
    assert fit.contrast("rmtl_ratio").estimate is None
    assert Concern.NO_EVENTS in codes(fit)


def test_tau_beyond_what_was_observed_is_refused_with_the_largest_allowed() -> None:
    rows = survival([4, 9, 5, 7], [1, 0, 1, 0], group=["a", "a", "b", "b"])
    with pytest.raises(NotEstimable, match="largest tau allowed is 7") as told:
        rmst(rows, tau=8)
    assert told.value.code is Concern.TAU_TOO_LATE


def test_an_arm_whose_last_row_is_an_event_does_not_limit_tau() -> None:
    fit = rmst(survival([4, 9, 5, 7], [1, 0, 1, 1], group=["a", "a", "b", "b"]), tau=9)
    assert fit.arm("b").rmst == 6


def test_time_lost_is_what_restricted_mean_leaves() -> None:
    rows = competing([1, 2, 3, 4, 6, 8], [1, 2, 0, 1, 2, 0])
    lost = restricted_time_lost(rows, tau=7)
    left = rmst(rows.all_causes(), tau=7).arm()
    assert sum(one.time_lost for one in lost.lost) == pytest.approx(7 - left.rmst)
    assert lost.events == {"1": 2.0, "2": 2.0}


def test_a_site_with_nobody_in_a_group_adds_nothing_where_patients_have_several_rows() -> None:
    rows = survival([3, 5, 8, 9], [1, 0, 1, 1], group=["A", "B", "A", "B"], cluster=[1, 2, 1, 4])
    sites = [rows.take(rows.group.codes == code) for code in (0, 1)]
    assert kaplan_meier(sites, variance="ij").table().equals(kaplan_meier(rows, variance="ij").table())
