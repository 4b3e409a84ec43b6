"""Follow-up: reverse Kaplan-Meier and Clark's completeness."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.curves.follow_up import completeness, follow_up
from cimara.outcomes.frame_columns import RowError
from cimara.outcomes.rows import Survival
from tests.unit.outcomes.curves.made import competing, survival


def test_censoring_is_the_event_of_the_reverse_curve() -> None:
    curve = follow_up(survival([1, 2, 3, 4], [1, 0, 1, 0])).curve()
    np.testing.assert_allclose(curve.survival, [1, 2 / 3, 2 / 3, 0])


def test_every_cause_ends_follow_up() -> None:
    one = follow_up(competing([1, 2, 3, 4], [1, 0, 2, 0])).curve()
    other = follow_up(survival([1, 2, 3, 4], [1, 0, 1, 0])).curve()
    assert one.survival.tolist() == other.survival.tolist()


def test_a_row_split_in_time_is_not_lost_where_it_is_split() -> None:
    split = survival([3, 6, 9], [0, 0, 1], start=[0, 3, 0], id=[1, 1, 2])
    curve = follow_up(split).curve()
    assert curve.time.tolist() == [6, 9]
    assert curve.events.tolist() == [1, 0]


def test_the_r_call_names_the_reversal() -> None:
    assert "Surv(time, 1 - event)" in follow_up(survival([1, 2], [1, 0])).r_call


def _rows() -> Survival:
    frame = pl.DataFrame(
        {"t": [10, 5, 20, 8], "e": [0, 1, 0, 0], "cut": [20, 30, 20, 16], "g": ["a", "a", "b", "b"]}
    )
    return Survival.from_frame(frame, time="t", event="e", covariates=["cut"], group="g")


def test_completeness_counts_events_in_full_and_the_lost_in_part() -> None:
    fit = completeness(_rows(), until="cut")
    np.testing.assert_allclose(fit.completeness, [15 / 25, 28 / 36])
    assert fit.table()["n"].to_list() == [2, 2]


def test_completeness_to_a_horizon() -> None:
    np.testing.assert_allclose(completeness(_rows(), until=8).completeness, [1, 1])
    np.testing.assert_allclose(completeness(_rows(), until=10).completeness, [1, 18 / 20])


def test_completeness_adds_up_over_parts() -> None:
    whole = completeness(_rows(), until="cut")
    parts = completeness(list(_rows().split(np.array([0, 1, 0, 1]))), until="cut")
    np.testing.assert_allclose(whole.completeness, parts.completeness, rtol=1e-15)


def test_follow_up_beyond_what_was_possible_is_refused_by_row() -> None:
    frame = pl.DataFrame({"t": [10, 5], "e": [0, 1], "cut": [9, 30]})
    rows = Survival.from_frame(frame, time="t", event="e", covariates=["cut"])
    with pytest.raises(RowError, match="row 1, cut"):
        completeness(rows, until="cut")
    with pytest.raises(RowError, match="no such covariate"):
        completeness(rows, until="data_cut")
