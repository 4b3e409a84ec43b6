"""The agreed grid holds every time of every part, and what is counted on it is what a count by hand finds."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.contract import ContractError, total
from cimara.outcomes.grid import Cells, GridCounts, agree, agreed_grid, counts_on_grid, planned_grid
from cimara.outcomes.rows import CompetingRisks, Survival

ROWS = {
    "start": [0, 0, 2, 5, 3, 5],
    "time": [5, 3, 5, 9, 7, 7],
    "status": [1, 0, 2, 0, 1, 1],
    "arm": ["a", "a", "a", "b", "b", "b"],
    "site": ["x", "y", "x", "y", "y", "x"],
    "weight": [1.0, 2.0, 0.5, 3.0, 1.5, 0.25],
}


def _rows(**more) -> CompetingRisks:
    frame = pl.DataFrame(ROWS)
    return CompetingRisks.from_frame(frame, time="time", status="status", start="start", group="arm", **more)


def test_the_grid_holds_exits_and_entries_of_all_parts() -> None:
    parts = _rows(site="site").by_site()
    assert agreed_grid(total(agree(part) for part in parts)).tolist() == [0, 2, 3, 5, 7, 9]


def test_nearly_equal_times_of_two_parts_are_one_time() -> None:
    parts = [
        Survival.from_frame(pl.DataFrame({"t": times, "e": [1, 1]}), time="t", event="e")
        for times in ([1.0, 2.0], [1.0 + 1e-9, 3.0])
    ]
    grid = agreed_grid(total(agree(part) for part in parts))
    counts = counts_on_grid(parts[1], grid)
    assert grid.tolist() == [1.0, 2.0, 3.0]
    assert counts.events[0, 0, :, 0].tolist() == [1, 0, 1]


def test_at_risk_equals_a_count_by_hand_under_delayed_entry_and_weights() -> None:
    rows = _rows(weights="weight")
    grid = agreed_grid(agree(rows))
    counts = counts_on_grid(rows, grid)
    start, time, arm, weight = (np.array(ROWS[name]) for name in ("start", "time", "arm", "weight"))
    for group, name in enumerate(("a", "b")):
        for place, at in enumerate(grid):
            here = (arm == name) & (start < at) & (at <= time)
            assert counts.rows.at_risk[0, group, place] == here.sum()
            assert counts.at_risk[0, group, place] == pytest.approx(weight[here].sum(), abs=1e-14)


def test_a_row_is_not_at_risk_at_its_own_entry() -> None:
    counts = counts_on_grid(_rows(), np.array([0.0, 2, 3, 5, 7, 9]))
    assert counts.rows.at_risk[0, 1].tolist() == [0, 0, 0, 1, 3, 1]


def test_events_are_counted_by_cause_and_add_up_over_parts() -> None:
    rows = _rows(site="site")
    grid, cells = agreed_grid(agree(rows)), Cells.of([rows])
    whole = counts_on_grid(rows, grid, cells=cells)
    parts = [counts_on_grid(part, grid, cells=cells).sums() for part in rows.by_site()]
    added = GridCounts.of(grid, {name: sum(part[name] for part in parts) for name in parts[0]})
    assert whole.events[0, :, :, 0].sum() == 3
    assert whole.events[0, :, :, 1].sum() == 1
    for name, values in whole.sums().items():
        np.testing.assert_array_equal(values, added.sums()[name])


def test_a_planned_grid_moves_exits_up_and_entries_down_and_loses_no_event() -> None:
    rows = _rows()
    counts = counts_on_grid(rows, planned_grid([4, 8]), planned=True)
    assert counts.rows.failures.sum() == 4
    assert counts.rows.at_risk[0, 0].tolist() == [3, 2]
    assert counts.rows.at_risk[0, 1].tolist() == [1, 3]
    assert counts.rows.beyond[0].tolist() == [0, 1]


def test_an_event_at_time_zero_has_everybody_at_risk() -> None:
    rows = Survival.from_frame(pl.DataFrame({"t": [0, 1, 2], "e": [1, 1, 0]}), time="t", event="e")
    assert counts_on_grid(rows, agreed_grid(agree(rows))).at_risk[0, 0].tolist() == [3, 2, 1]


def test_rows_that_go_on_in_another_row_of_their_id_neither_leave_nor_enter() -> None:
    frame = pl.DataFrame({"id": [1, 1, 2], "s": [0, 4, 0], "t": [4, 9, 9], "e": [0, 1, 0]})
    rows = Survival.from_frame(frame, time="t", start="s", event="e", id="id")
    counts = counts_on_grid(rows, agreed_grid(agree(rows)))
    assert counts.rows.censored.sum() == 1
    assert counts.rows.entered[0, 0].tolist() == [2, 0, 0]
    assert counts.rows.at_risk[0, 0].tolist() == [0, 2, 2]


def test_counts_survive_being_flattened_for_a_state() -> None:
    rows = _rows(weights="weight")
    counts = counts_on_grid(rows, agreed_grid(agree(rows)))
    back = GridCounts.from_flat(counts.grid, Cells.of([rows]), counts.flat())
    for name, values in counts.sums().items():
        np.testing.assert_array_equal(values, back.sums()[name])


def test_groups_of_parts_with_different_levels_are_sorted_as_numbers() -> None:
    parts = [
        Survival.from_frame(pl.DataFrame({"t": [1], "e": [1], "g": [one]}), time="t", event="e", group="g")
        for one in (10, 9)
    ]
    assert Cells.of(parts).groups == ("9", "10")


def test_a_label_that_the_plan_does_not_know_is_refused() -> None:
    with pytest.raises(ContractError, match="does not know"):
        counts_on_grid(_rows(), np.arange(10.0), cells=Cells(groups=("a",), causes=("1", "2")))


@pytest.mark.parametrize("times", [[], [2, 1], [1, 1], [-1, 2], [1, np.inf]])
def test_a_grid_out_of_order_is_refused(times: list[float]) -> None:
    with pytest.raises(ContractError):
        planned_grid(times)
