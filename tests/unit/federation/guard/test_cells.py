"""Cells of the grid, merged until sums over them are of enough patients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cimara.outcomes.frame_columns import FloatArray, Labels
from cimara.outcomes.large_cells import cell_counts, merged_cells, merged_rows, small_cells
from cimara.outcomes.rows import Survival

GRID = np.array([30.0, 60.0, 90.0, 120.0])
LEAST: dict[str, float] = {"exits": 10, "events": 5}


def ends(exits: list[float], events: list[float]) -> list[int]:
    return merged_cells(np.array(exits), np.array(events), **LEAST).tolist()


@pytest.mark.parametrize(
    ("exits", "events", "merged"),
    [
        ([20, 20, 20], [10, 10, 10], [0, 1, 2]),
        ([4, 6, 20], [4, 6, 20], [1, 1, 2]),
        ([20, 20, 4], [10, 10, 2], [0, 2, 2]),
        ([20, 0, 20], [10, 0, 10], [0, 2, 2]),
        ([20, 20, 0], [10, 10, 0], [0, 1, 2]),
        ([20, 20], [1, 10], [1, 1]),
        ([20, 20], [19, 10], [1, 1]),
        ([20, 20], [0, 20], [0, 1]),
        ([3, 3], [1, 1], [1, 1]),
        ([12, 3, 12, 1], [0, 2, 6, 1], [0, 3, 3, 3]),
    ],
    ids=[
        "large cells stay", "small ones go up", "the rest goes to the last", "empty cells cost nothing",
        "an empty end stays", "a single event", "a single censored", "no event at all", "too few in all",
        "the last is merged until it is large",
    ],
)  # fmt: skip
def test_cells_are_merged_with_their_neighbours(
    exits: list[float], events: list[float], merged: list[int]
) -> None:
    assert ends(exits, events) == merged


@given(st.lists(st.tuples(st.integers(0, 30), st.floats(0, 1)), min_size=1, max_size=30))
def test_merged_cells_are_empty_or_large_or_all_one(cells: list[tuple[int, float]]) -> None:
    exits = np.array([n for n, _ in cells], dtype=np.float64)
    events = np.array([round(n * share) for n, share in cells], dtype=np.float64)
    found = merged_cells(exits, events, **LEAST)
    assert (found >= np.arange(len(found))).all()
    starts = np.append(0, np.flatnonzero(np.diff(found)) + 1)
    sums = [np.add.reduceat(one, starts)[:, None] for one in (exits, events)]
    alone = len(starts) == 1 or (len(starts) == 2 and not sums[0][1])
    assert alone or not small_cells(*sums, **LEAST).any()


def rows(time: list[float], event: list[int], **told: Any) -> Survival:
    n = len(time)
    base: dict[str, Any] = {"covariates": np.zeros((n, 0)), "source_rows": np.arange(n)}
    return Survival(time=np.array(time), event=np.array(event, dtype=bool), **base | told)


def pooled(exits: list[list[float]], events: list[list[float]]) -> tuple[FloatArray, FloatArray]:
    return np.array(exits, float), np.array(events, float)


SMALL_SECOND = pooled([[40.0, 4.0, 30.0, 30.0]], [[20.0, 2.0, 15.0, 15.0]])


def test_rows_are_counted_by_stratum_and_cell() -> None:
    strata = Labels(np.array([0, 1, 1]), ("a", "b"))
    exits, events = cell_counts(rows([30, 60, 120], [1, 0, 1], strata=strata), GRID)
    assert exits.tolist() == [[1, 0, 0, 0], [0, 1, 0, 1]]
    assert events.tolist() == [[1, 0, 0, 0], [0, 0, 0, 1]]


def test_the_exact_grid_has_no_cells() -> None:
    assert cell_counts(rows([30], [1]), None)[0].shape == (0, 0)


def test_no_rows_have_the_cells_of_all() -> None:
    assert cell_counts(rows([], []), GRID)[0].tolist() == [[0.0] * 4]


def test_exits_of_a_small_cell_move_up_at_every_house() -> None:
    moved = merged_rows(rows([30, 60, 90], [1, 1, 0]), GRID, SMALL_SECOND, **LEAST)
    assert moved.time.tolist() == [30.0, 90.0, 90.0]


def test_entries_inside_a_merged_cell_move_down_to_its_begin() -> None:
    late = rows([90, 120, 120], [1, 1, 1], start=np.array([60.0, 60.0, 90.0]))
    moved = merged_rows(late, GRID, SMALL_SECOND, **LEAST)
    assert moved.start is not None
    assert moved.start.tolist() == [30.0, 30.0, 90.0]
    assert (moved.start < moved.time).all()


def test_each_stratum_has_its_own_merged_cells() -> None:
    both = pooled([[40, 4, 30, 30], [20, 20, 20, 20]], [[20, 2, 15, 15], [10, 10, 10, 10]])
    strata = Labels(np.array([0, 1]), ("a", "b"))
    moved = merged_rows(rows([60, 60], [1, 1], strata=strata), GRID, both, **LEAST)
    assert moved.time.tolist() == [90.0, 60.0]


def test_after_merging_no_two_risk_sets_differ_by_a_few() -> None:
    random = np.random.default_rng(8)
    parts = [
        rows(GRID[random.integers(0, 4, 25)].tolist(), (random.random(25) < 0.4).astype(int).tolist())
        for _ in range(3)
    ]
    counts = [cell_counts(one, GRID) for one in parts]
    total = tuple(np.sum([one[place] for one in counts], axis=0) for place in (0, 1))
    moved = [cell_counts(merged_rows(one, GRID, total, **LEAST), GRID) for one in parts]
    exits, events = (np.sum([one[place] for one in moved], axis=0) for place in (0, 1))
    assert exits.sum() == 75
    assert exits[exits > 0].min() >= 10
    assert events[events > 0].min() >= 5


def of_one_patient() -> Survival:
    """A patient whose covariate changes at day 60, who leaves at day 120; and one without a change."""
    return rows(
        [60, 120, 90], [0, 1, 1], start=np.array([0.0, 60.0, 0.0]), id=np.array([0, 0, 1]),
        covariates=np.array([[1.0], [2.0], [3.0]]), names=("dose",), terms=("dose",),
    )  # fmt: skip


def test_a_row_that_the_next_goes_on_from_does_not_leave() -> None:
    exits, _ = cell_counts(of_one_patient(), GRID)
    assert exits.tolist() == [[0, 0, 1, 1]]


def test_a_change_of_a_covariate_moves_down_with_the_row_that_begins_there() -> None:
    moved = merged_rows(of_one_patient(), GRID, SMALL_SECOND, **LEAST)
    assert moved.start is not None
    assert list(zip(moved.start.tolist(), moved.time.tolist(), strict=True)) == [(0, 30), (30, 120), (0, 90)]


def test_a_row_that_merging_makes_empty_is_left_out() -> None:
    small = pooled([[4, 4, 30, 30]], [[2, 2, 15, 15]])
    moved = merged_rows(of_one_patient(), GRID, small, **LEAST)
    assert moved.covariates.ravel().tolist() == [2.0, 3.0]
    assert moved.start is not None
    assert moved.start.tolist() == [0.0, 0.0]
