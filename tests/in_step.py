"""Runs an analysis in several houses in step, as a federation does, with nothing between them but sums."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cimara.federation.exchange import Done, Record, Wanted, advance
from cimara.federation.study import Facts, Prepared
from cimara.outcomes.contract import Summary, to_bytes, total
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.rows import Rows

Change = Callable[[list[Summary]], Summary]


@dataclass(frozen=True)
class House:
    """A function of rows as an analysis of one house, without counts of its own."""

    analyse: Callable[..., Any]
    rows: Rows
    times: FloatArray | None = None
    facts: Facts = field(default_factory=lambda: Facts(patients=0, rows=0, events={}))

    def run(self, pooled: Summary) -> Any:
        """What the function makes of the rows."""
        return self.analyse([self.rows])


@dataclass(frozen=True)
class Round:
    """What each house said in one round, the one without rows last."""

    step: int
    said: tuple[Summary, ...]


def in_step(houses: Sequence[Prepared], add: Change = total) -> tuple[Any, list[Round]]:
    """The result, alike at all houses, and all rounds."""
    records = [Record() for _ in houses]
    rounds: list[Round] = []
    while True:
        found = [advance(one, record) for one, record in zip(houses, records, strict=True)]
        if isinstance(found[0], Done):
            assert all(isinstance(one, Done) for one in found)
            return found[0].result, rounds
        wanted = list(_wanted(found))
        rounds.append(Round(wanted[0].step, tuple(one.own for one in wanted)))
        pooled = add([one.own for one in wanted])
        for record in records:
            record.totals.append(pooled)


def assert_no_rows_say_nothing(rounds: Sequence[Round]) -> None:
    """The last house of each round says zeros under the names and in the shapes of the others."""
    for one in rounds:
        *others, empty = one.said
        assert all(said.schema == empty.schema for said in others), one.step
        assert not any(len(times) for times in empty.unions.values()), empty.schema
        for name, values in empty.sums.items():
            where = f"{empty.schema}.{name} in round {one.step}"
            assert not np.any(values), where
            for said in others:
                assert said.sums[name].shape == values.shape, where
        assert all(set(said.sums) == set(empty.sums) for said in others), empty.schema


def _wanted(found: Sequence[Done | Wanted]) -> Iterator[Wanted]:
    """The round that all houses want, which must be the same one from the same state."""
    first = found[0]
    for one in found:
        assert isinstance(one, Wanted)
        assert isinstance(first, Wanted)
        assert one.step == first.step
        assert (one.state is None) == (first.state is None)
        if one.state is not None and first.state is not None:
            assert to_bytes(one.state) == to_bytes(first.state)
        yield one
