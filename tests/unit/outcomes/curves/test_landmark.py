"""Landmark: who is in, who is out and why, and which group a patient is in."""

from __future__ import annotations

import numpy as np
import pytest

from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.curves.landmark import landmark
from cimara.outcomes.model_warnings import NotEstimable
from tests.unit.outcomes.curves.made import competing, survival


def test_an_event_or_a_censoring_exactly_at_the_landmark_is_out() -> None:
    found = landmark(survival([5, 10, 10, 11, 12], [1, 1, 0, 1, 0]), at=10)
    assert found.rows.time.tolist() == [1, 2]
    assert found.left_out["n"].to_list() == [2, 1, 0]


def test_an_entry_exactly_at_the_landmark_is_in_and_a_later_one_is_not() -> None:
    found = landmark(survival([15, 16], [1, 1], start=[10, 11]), at=10)
    assert found.n == 1
    assert found.left_out["n"].to_list() == [0, 0, 1]


def test_the_group_is_what_was_known_at_the_landmark() -> None:
    rows = survival(
        [6, 15, 12, 20],
        [0, 1, 0, 0],
        start=[0, 6, 0, 12],
        id=[1, 1, 2, 2],
        group=["off drug", "on drug", "off drug", "on drug"],
    )
    found = landmark(rows, at=10)
    curves = {one.group: one for one in kaplan_meier(found.rows).curves}
    assert found.n == 2
    assert curves["on drug"].time.tolist() == [5]
    assert curves["off drug"].time.tolist() == [10]
    assert curves["off drug"].censored.tolist() == [1]


def test_without_restart_everybody_enters_at_the_landmark() -> None:
    rows = survival([5, 12, 15], [1, 1, 0])
    kept, moved = landmark(rows, at=10, restart=False).rows, landmark(rows, at=10).rows
    assert kept.start.tolist() == [10, 10]
    assert moved.start is None
    late, early = kaplan_meier(kept).curve(), kaplan_meier(moved).curve()
    np.testing.assert_array_equal(late.survival, early.survival)
    np.testing.assert_array_equal(late.time - 10, early.time)


def test_competing_causes_keep_their_causes() -> None:
    found = landmark(competing([5, 12, 15], [1, 2, 0]), at=10)
    assert found.rows.status.tolist() == [2, 0]
    assert found.rows.causes == ("1", "2")


def test_those_left_out_are_counted_by_group() -> None:
    found = landmark(survival([5, 8, 12], [1, 0, 1], group=["a", "b", "b"]), at=10)
    out = {(group, reason): n for group, reason, n in found.left_out.rows()}
    assert out["a", "event by the landmark"] == 1
    assert out["b", "censored by the landmark"] == 1


def test_a_landmark_after_everybody_is_refused() -> None:
    with pytest.raises(NotEstimable, match="nobody is at risk"):
        landmark(survival([5], [1]), at=10)
