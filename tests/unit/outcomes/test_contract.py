"""Summaries add up, states go over a wire, and a run takes parts as it takes one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pytest

from cimara.outcomes.contract import (
    ContractError,
    FloatArray,
    Scope,
    State,
    Summary,
    run,
    state_from_bytes,
    summary_from_bytes,
    to_bytes,
)
from cimara.outcomes.model_warnings import NotEstimable
from cimara.outcomes.rows import Survival

ROWS = Survival.from_frame(
    pl.DataFrame({"days": [1.0, 2.0, 3.0, 6.0], "death": [1, 1, 0, 1], "site": ["A", "A", "B", "B"]}),
    time="days",
    event="death",
    site="site",
    strata="site",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateState(State):
    grid: FloatArray
    rate: float | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventRate:
    """Events over time at risk, in two rounds: the times first, as estimators across parts do."""

    scope: Scope = Scope.ACROSS_PARTS

    def start(self) -> RateState:
        return RateState(grid=np.empty(0), names=("days",))

    def summarise(self, rows: Survival, state: RateState) -> Summary:
        if state.round == 0:
            return Summary("rate/grid", unions={"times": np.unique(rows.time[rows.event])})
        return Summary("rate/sums", {"sums": np.array([rows.event.sum(), rows.time.sum()], dtype=np.float64)})

    def update(self, total: Summary, state: RateState) -> RateState:
        if state.round == 0:
            return RateState(round=1, grid=total.unions["times"], names=state.names)
        events, time = total.sums["sums"]
        return RateState(
            round=2, finished=True, grid=state.grid, rate=float(events / time), names=state.names
        )

    def result(self, state: RateState) -> tuple[float | None, list[float]]:
        return state.rate, state.grid.tolist()


def test_a_run_over_parts_is_the_run_over_all() -> None:
    assert run(EventRate(), [ROWS]) == run(EventRate(), ROWS.by_site()) == (3 / 12, [1.0, 2.0, 6.0])


def test_parts_that_can_be_read_once_are_kept() -> None:
    assert run(EventRate(), iter(ROWS.by_site())) == run(EventRate(), [ROWS])


def test_an_interrupted_run_goes_on_from_its_last_state() -> None:
    states: list[RateState] = []
    whole = run(EventRate(), [ROWS], progress=states.append)
    kept = state_from_bytes(RateState, to_bytes(states[0]))
    assert run(EventRate(), [ROWS], state=kept) == whole


def test_states_come_back_from_bytes_whole() -> None:
    state = RateState(round=3, grid=np.array([1.0, np.inf]), rate=None, names=("a", "b"))
    back = state_from_bytes(RateState, to_bytes(state))
    assert (back.round, back.finished, back.rate, back.names) == (3, False, None, ("a", "b"))
    assert back.grid.tolist() == [1.0, np.inf]


def test_summaries_come_back_from_bytes_whole() -> None:
    summary = Summary("kind", {"score": np.eye(2)}, {"times": np.array([1.0, 2.0])})
    back = summary_from_bytes(to_bytes(summary))
    assert back.schema == "kind"
    assert np.array_equal(back.sums["score"], np.eye(2))
    assert np.array_equal(back.unions["times"], [1.0, 2.0])


@pytest.mark.parametrize(
    ("other", "told"),
    [
        (Summary("other", {"score": np.zeros(2)}), "different kinds"),
        (Summary("kind", {"hessian": np.zeros(2)}), "different kinds"),
        (Summary("kind", {"score": np.zeros(3)}), "different shapes"),
        (Summary("kind", {"score": np.zeros(2)}, {"times": np.zeros(1)}), "different kinds"),
    ],
)
def test_summaries_that_do_not_belong_together_are_not_added(other: Summary, told: str) -> None:
    with pytest.raises(ContractError, match=told):
        Summary("kind", {"score": np.zeros(2)}) + other


def test_a_summary_holds_numbers_and_nothing_else() -> None:
    with pytest.raises(ContractError, match="not of float64"):
        Summary("kind", {"ids": np.array(["P1"])})  # type: ignore[dict-item]


def test_a_stratum_in_two_parts_is_refused_where_risk_sets_lie_inside_parts() -> None:
    halves = list(ROWS.split(np.array([0, 1, 0, 1])))
    assert run(EventRate(), halves) == run(EventRate(), [ROWS])
    with pytest.raises(ContractError, match="a stratum lies in two parts"):
        run(EventRate(Scope.WITHIN_PART), halves)


def test_no_part_is_an_error() -> None:
    with pytest.raises(ContractError, match="no rows"):
        run(EventRate(), [])


def test_an_estimator_that_never_finishes_is_stopped() -> None:
    class Endless(EventRate):
        def update(self, total: Summary, state: RateState) -> RateState:
            return RateState(round=state.round + 1, grid=state.grid)

    with pytest.raises(NotEstimable, match="not finished after 200 rounds"):
        run(Endless(), [ROWS])
