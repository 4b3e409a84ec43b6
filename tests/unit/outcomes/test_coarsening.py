"""Times on a grid: exits up, entries down, no event lost and nobody counted twice."""

from __future__ import annotations

import numpy as np
import pytest

from cimara.outcomes.coarsening import moved_down, moved_up
from cimara.outcomes.frame_columns import RowError

GRID = np.array([7.0, 14.0, 21.0])
NONE = np.zeros(1, dtype=bool)


@pytest.mark.parametrize(("day", "exit_on"), [(0, 7), (1, 7), (7, 7), (7.5, 14), (21, 21)])
def test_an_exit_is_moved_up(day: float, exit_on: float) -> None:
    assert moved_up(np.array([float(day)]), GRID, ~NONE) == exit_on


@pytest.mark.parametrize(("day", "entry_on"), [(0, 0), (6, 0), (7, 7), (13, 7), (30, 21)])
def test_an_entry_is_moved_down(day: float, entry_on: float) -> None:
    assert moved_down(np.array([float(day)]), GRID) == entry_on


def test_who_is_followed_beyond_the_grid_is_followed_to_its_end() -> None:
    assert moved_up(np.array([40.0]), GRID, NONE) == 21


def test_an_event_beyond_the_grid_is_refused_by_number_alone() -> None:
    with pytest.raises(RowError, match="2 events after day 21"):
        moved_up(np.array([22.0, 23.0, 1.0]), GRID, np.array([True, True, False]))


def test_a_time_that_is_not_known_stays_unknown() -> None:
    assert np.isnan(moved_up(np.array([np.nan]), GRID, NONE)[0])


def test_a_negative_time_is_left_for_the_rows_to_refuse() -> None:
    assert moved_up(np.array([-1.0]), GRID, NONE) == -1
