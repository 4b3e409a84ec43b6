"""How an analysis is run in several houses in step: each replays it from the sums of all rounds so far.

Every house runs the same code. A round whose sum is known is taken from the record; the first that is not
ends
the run with `Wanted`, which holds what this house has to say in it. So a house keeps nothing between two
rounds
but the record: it can be stopped, killed and started again at any of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from cimara.federation.errors import Code, FederationError
from cimara.federation.study import Prepared
from cimara.outcomes.contract import State, Summary, summed_by
from cimara.outcomes.frame_columns import FloatArray

FACTS = 0
"""The step in which the counts of the cohort are summed."""


class Wanted(BaseException):
    """An analysis has come to a round whose sum is not known. No `Exception`: no analysis may catch it.

    `own` is what this house says in round `step`, `state` the state that the round starts from (None in step
    0).
    """

    def __init__(self, step: int, own: Summary, state: State | None) -> None:
        super().__init__(f"round {step}")
        self.step, self.own, self.state = step, own, state


@dataclass(frozen=True, slots=True)
class Done:
    """What an analysis came to, and the number of rounds that were asked."""

    result: Any
    steps: int


@dataclass(slots=True)
class Record:
    """What a house knows of an analysis.

    `totals` are the sums over all houses of steps 0, 1, ..; `merged` the times by the place of their round
    among all rounds, which the study's grid gives without asking anybody.
    """

    totals: list[Summary] = field(default_factory=list)
    merged: dict[int, Summary] = field(default_factory=dict)


def advance(prepared: Prepared, record: Record) -> Done | Wanted:
    """Run an analysis as far as the record goes: its result, or the round that it wants next."""
    if not record.totals:
        return Wanted(FACTS, prepared.facts.summary(), None)
    replay = _Replay(record, prepared.times)
    try:
        with summed_by(replay):
            result = prepared.run(record.totals[FACTS])
    except Wanted as wanted:
        return wanted
    return Done(result, len(record.totals))


class _Replay:
    """The exchange of one house."""

    def __init__(self, record: Record, times: FloatArray | None) -> None:
        self._record = record
        self._times = times
        self._place = 0
        self._step = FACTS

    def total(self, state: State, own: Callable[[], Summary]) -> Summary:
        """The recorded sum of the round. Raises Wanted at the first that is not known."""
        place = self._place
        self._place += 1
        if place in self._record.merged:
            return self._record.merged[place]
        self._step += 1
        if self._step < len(self._record.totals):
            return self._record.totals[self._step]
        found = own()
        if not found.unions or self._times is None:
            raise Wanted(self._step, found, state)
        if found.sums or set(found.unions) != {"times"}:
            raise FederationError(
                Code.EVENT_TIMES, f"{found.schema} sends more than times, which the grid cannot stand for"
            )
        self._step -= 1
        self._record.merged[place] = Summary(found.schema, unions={"times": self._times})
        return self._record.merged[place]
