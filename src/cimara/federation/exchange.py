"""How an analysis is run in several houses in step: each replays it from the sums of all rounds so far.

Every house runs the same code. A round whose sum is known is taken from the record; the first that is not
ends the run with `Wanted`, which holds what this house has to say in it. So a house keeps nothing between
two rounds but the record: it can be stopped, killed and started again at any of them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cimara.federation.errors import Code, FederationError
from cimara.federation.study import Prepared
from cimara.outcomes.contract import State, Summary, summed_by
from cimara.outcomes.frame_columns import FloatArray

FACTS = 0
"""The step in which the counts of the cohort are summed."""
ASKED = Summary("asked")
"""Stands in `Record.merged` for a round that is asked, so that a house needs to look at it once only."""


class Wanted(BaseException):
    """An analysis has come to a round whose sum is not known. No `Exception`: no analysis may catch it.

    `own` is what this house says in round `step`, `state` what the round starts from (None in step 0).
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
    among all rounds, which the study's grid gives without asking anybody. `after` saves time alone: the state
    that a round ended in, by its place, with the sum that it came from.
    """

    totals: list[Summary] = field(default_factory=list)
    merged: dict[int, Summary] = field(default_factory=dict)
    after: dict[int, tuple[Summary, State]] = field(default_factory=dict)


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

    def after(self, update: Callable[[], State]) -> State:
        """The state after the round, from an earlier replay of the same sums where there was one."""
        place, kept = self._place, self._record.after.get(self._place)
        known, asked = self._known(place)
        if kept is not None and known is not None and _same(known, kept[0]):
            self._place, self._step = place + 1, self._step + asked
            return kept[1]
        for later in [one for one in self._record.after if one >= place]:
            del self._record.after[later]
        found = update()
        known, _ = self._known(place, behind=1)
        if known is not None:
            self._record.after[place] = (known, found)
        return found

    def _known(self, place: int, *, behind: int = 0) -> tuple[Summary | None, bool]:
        """The sum of a round, where it is known, and whether it is one that is asked."""
        merged = self._record.merged.get(place)
        asked = merged is ASKED or self._times is None
        if not asked:
            return merged, False
        step = self._step + 1 - behind
        return (self._record.totals[step] if step < len(self._record.totals) else None), True

    def _from_grid(self, place: int) -> Summary | None:
        """The times of a round that the grid answered before; None for a round of sums."""
        merged = self._record.merged.get(place)
        return None if merged is ASKED else merged

    def total(self, state: State, own: Callable[[], Summary]) -> Summary:
        """The recorded sum of the round. Raises Wanted at the first that is not known."""
        place = self._place
        self._place += 1
        merged = self._record.merged.get(place)
        if merged is not None and merged is not ASKED:
            return merged
        found = None
        if self._times is not None and place not in self._record.merged:
            found = own()
            merged = self._record.merged[place] = _grid_or_asked(found, self._times)
            if merged is not ASKED:
                return merged
        self._step += 1
        if self._step < len(self._record.totals):
            return self._record.totals[self._step]
        raise Wanted(self._step, own() if found is None else found, state)


def _grid_or_asked(found: Summary, times: FloatArray) -> Summary:
    """The study's times in place of those that the houses would merge; ASKED for a round of sums.

    It is looked at before the record is: after a restart a house does not know which rounds merged times.
    """
    if not found.unions:
        return ASKED
    if found.sums or set(found.unions) != {"times"}:
        raise FederationError(
            Code.EVENT_TIMES, f"{found.schema} sends more than times, which the grid cannot stand for"
        )
    return Summary(found.schema, unions={"times": times})


def _same(one: Summary, other: Summary) -> bool:
    """Whether two sums are the same to the last bit."""
    if one is other:
        return True
    return one.schema == other.schema and all(
        set(some) == set(others) and all(np.array_equal(some[name], others[name]) for name in some)
        for some, others in ((one.sums, other.sums), (one.unions, other.unions))
    )
