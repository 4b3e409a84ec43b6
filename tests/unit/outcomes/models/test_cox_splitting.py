"""Time-varying rows: cutting changes no estimate, switches only go forward, no immortal time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.frame_columns import RowError
from cimara.outcomes.models.cox import cox
from cimara.outcomes.models.splitting import (
    check_known_at_start,
    check_only_forward,
    split_at,
    switch_on,
)
from cimara.outcomes.rows import Survival
from tests.generative.outcomes.made_survival import made_survival

TWO = pl.DataFrame({"time": [10, 4], "event": [1, 0], "dose": [1.0, 2.0], "adc": [0, 1], "id": [1, 2]})


def two(**named: str) -> Survival:
    return Survival.from_frame(TWO, time="time", event="event", covariates=["dose", "adc"], id="id", **named)


def pieces(rows: Survival) -> list[tuple[float, float, bool]]:
    assert rows.start is not None
    return list(zip(rows.start.tolist(), rows.time.tolist(), rows.event.tolist(), strict=True))


def test_a_row_is_cut_where_a_time_lies_inside_it_and_keeps_its_event_last() -> None:
    found = pieces(split_at(two(), [4, 7]))
    assert found == [(0, 4, False), (4, 7, False), (7, 10, True), (0, 4, False)]


@pytest.mark.parametrize("delayed", [False, True])
def test_cutting_changes_no_estimate(delayed: bool) -> None:
    rows = made_survival(1, 200, delayed=delayed)
    whole, cut = cox(rows), cox(split_at(rows, [2, 3.5, 8, 11]))
    assert cut.coef == pytest.approx(whole.coef, rel=1e-10)
    assert cut.se == pytest.approx(whole.se, rel=1e-10)


def test_cutting_keeps_everyone_at_risk_at_an_event_at_0() -> None:
    rows = made_survival(1, 200)
    early = replace(rows, time=np.where(np.arange(200) % 20 == 0, 0.0, rows.time))
    assert cox(split_at(early, [5])).coef == pytest.approx(cox(early).coef, rel=1e-10)


def test_pieces_of_a_row_without_an_id_belong_together() -> None:
    rows = replace(made_survival(1, 200), cluster=None)
    whole, cut = cox(rows, robust=True), cox(split_at(rows, [5]), robust=True)
    assert cut.se == pytest.approx(whole.se, rel=1e-10)
    assert cut.clusters == whole.clusters


def test_a_treatment_counts_from_the_day_it_began() -> None:
    found = switch_on(two(), "treated", np.array([6.0, np.inf]))
    assert pieces(found) == [(0, 6, False), (6, 10, True), (0, 4, False)]
    assert found.names == ("dose", "adc", "treated")
    assert found.covariates[:, 2].tolist() == [0, 1, 0]


def test_a_treatment_from_the_start_is_never_off() -> None:
    assert switch_on(two(), "treated", np.array([0.0, 0.0])).covariates[:, 2].tolist() == [1, 1]


def test_a_second_switch_cuts_the_pieces_of_the_first() -> None:
    once = switch_on(two(), "treated", np.array([6.0, np.inf]))
    twice = switch_on(once, "progressed", np.array([8.0, 8.0, 2.0]))
    assert pieces(twice) == [(0, 6, False), (6, 8, False), (8, 10, True), (0, 2, False), (2, 4, False)]
    assert twice.covariates[:, 3].tolist() == [0, 0, 1, 0, 1]


def test_a_missing_time_of_change_is_refused() -> None:
    with pytest.raises(RowError, match="missing"):
        switch_on(two(), "treated", np.array([6.0, np.nan]))


def test_an_indicator_that_goes_back_is_refused_by_row() -> None:
    frame = pl.DataFrame({"start": [0, 3, 6], "time": [3, 6, 9], "event": [0, 0, 1], "on": [0, 1, 0]})
    rows = Survival.from_frame(
        frame.with_columns(id=1), time="time", start="start", event="event", covariates=["on"], id="id"
    )
    with pytest.raises(RowError, match="row 3, on: goes back"):
        check_only_forward(rows, ["on"])
    with pytest.raises(RowError, match="row 3, on: goes back"):
        split_at(rows, [1], only_forward=["on"])
    check_only_forward(rows.take(np.array([0, 1])), ["on"])


def test_a_group_that_is_known_only_later_is_refused() -> None:
    with pytest.raises(RowError, match=r"row 2, adc: known only after the start.*landmark"):
        check_known_at_start(two(), "adc", np.array([0.0, 2.0]))


def test_a_group_known_at_the_start_is_fine_and_the_unexposed_are_not_asked() -> None:
    check_known_at_start(two(), "adc", np.array([9.0, 0.0]))


def test_an_unknown_covariate_is_named() -> None:
    with pytest.raises(RowError, match="nothing"):
        check_known_at_start(two(), "nothing", np.zeros(2))
    with pytest.raises(RowError, match="nothing"):
        check_only_forward(two(), ["nothing"])
