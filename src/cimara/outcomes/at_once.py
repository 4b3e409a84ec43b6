"""Several runs of the contract in the rounds of the longest: what they send goes together.

Fits by site, or of all sites but one, do not wait for each other. Each is the run that it would be alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np

from cimara.outcomes.contract import Estimator, Scope, State, Summary, run, total
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.rows import Rows

SCHEMA = "at_once"
SEARCHED = ("coefficients", "trial")
"""Where the search of a model is, in its state."""
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherState(State):
    """The states of all runs: their numbers (n) in one array, and what else they hold as JSON."""

    numbers: FloatArray
    words: str


@dataclass(frozen=True, slots=True, eq=False)
class Together:
    """Estimator of several; `kinds` are the classes of their states.

    A run whose coefficients go beyond `furthest` (None: no limit) ends there, without an estimate.
    """

    estimators: tuple[Estimator[Any, Any], ...]
    kinds: tuple[type[State], ...]
    furthest: float | None = None
    scope: Scope = Scope.ACROSS_PARTS

    def start(self) -> TogetherState:
        return _packed(0, [one.start() for one in self.estimators])

    def summarise(self, rows: _Apart, state: TogetherState) -> Summary:
        """What each run that goes on sends, its place before the names of its sums."""
        sums: dict[str, FloatArray] = {}
        for place, now in enumerate(self.states(state)):
            if isinstance(now, State) and not now.finished:
                own = total(self.estimators[place].summarise(one, now) for one in rows.parts[place])
                sums |= {f"{place}:{own.schema}:{name}": values for name, values in own.sums.items()}
        return Summary(SCHEMA, sums)

    def update(self, found: Summary, state: TogetherState) -> TogetherState:
        """The next state of each run that goes on; a refusal ends its own run alone."""
        after: list[State | NotEstimable] = []
        for place, now in enumerate(self.states(state)):
            own = {
                name.split(":", 2)[2]: values
                for name, values in found.sums.items()
                if name.startswith(f"{place}:")
            }
            if not own or not isinstance(now, State):
                after.append(now)
                continue
            schema = next(name for name in found.sums if name.startswith(f"{place}:")).split(":")[1]
            try:
                after.append(self._within(self.estimators[place].update(Summary(schema, own), now)))
            except NotEstimable as refusal:
                after.append(refusal)
        return _packed(state.round + 1, after)

    def _within(self, state: State) -> State:
        beyond = self.furthest is not None and any(
            np.abs(getattr(state, name, np.zeros(0))).max(initial=0.0) > self.furthest for name in SEARCHED
        )
        if beyond and not state.finished:
            raise NotEstimable(
                Concern.MONOTONE_LIKELIHOOD, f"a coefficient goes beyond {self.furthest:g} either way"
            )
        return state

    def result(self, state: TogetherState) -> list[Any]:
        return [
            one if isinstance(one, NotEstimable) else estimator.result(one)
            for estimator, one in zip(self.estimators, self.states(state), strict=True)
        ]

    def states(self, state: TogetherState) -> list[State | NotEstimable]:
        """The state of each run, or why it was refused."""
        numbers = iter(state.numbers.tolist())
        told = json.loads(state.words)
        return [_read(kind, one, numbers) for kind, one in zip(self.kinds, told, strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class _Apart:
    """The parts of each run, as one part of them all."""

    parts: tuple[Sequence[Rows], ...]


def run_at_once(
    estimators: Sequence[Estimator[Any, R]],
    parts: Sequence[Iterable[Rows]],
    *,
    furthest: float | None = None,
) -> list[R | NotEstimable]:
    """What `run` gives for each estimator over its own parts; a refusal stands in its place.

    Parameters
    ----------
    parts
        Of each estimator; the strata of two parts of one must differ where its risk sets lie inside parts.
    furthest
        Largest coefficient at which a run is asked to go on.
    """
    kinds = tuple(type(one.start()) for one in estimators)
    if not estimators:
        return []
    apart: Any = _Apart(tuple(tuple(one) for one in parts))
    return run(Together(tuple(estimators), kinds, furthest), [apart])


def _packed(rounds: int, states: Sequence[State | NotEstimable]) -> TogetherState:
    numbers: list[float] = []
    words = json.dumps([_words(one, numbers) for one in states], separators=(",", ":"))
    finished = all(isinstance(one, NotEstimable) or one.finished for one in states)
    return TogetherState(
        round=rounds, finished=finished, numbers=np.array(numbers, dtype=np.float64), words=words
    )


def _words(state: State | NotEstimable, numbers: list[float]) -> Any:
    """What a state holds beside its numbers, which are put into the list."""
    if isinstance(state, NotEstimable):
        return [str(state.code), state.problem, list(state.columns), state.hint]
    return {one.name: _word(getattr(state, one.name), numbers) for one in fields(state)}


def _word(value: Any, numbers: list[float]) -> Any:
    if isinstance(value, np.ndarray):
        numbers += value.astype(np.float64).ravel().tolist()
        return {"shape": list(value.shape), "kind": value.dtype.str}
    if isinstance(value, tuple):
        return [_word(one, numbers) for one in value]
    if isinstance(value, float):
        numbers.append(value)
        return {"float": 1}
    return value


def _read(kind: type[State], told: Any, numbers: Iterator[float]) -> State | NotEstimable:
    if isinstance(told, list):
        code, problem, columns, hint = told
        return NotEstimable(Concern(code), problem, columns=tuple(columns), hint=hint)
    return kind(**{name: _value(one, numbers) for name, one in told.items()})


def _value(told: Any, numbers: Iterator[float]) -> Any:
    if isinstance(told, list):
        return tuple(_value(one, numbers) for one in told)
    if not isinstance(told, dict):
        return told
    if "float" in told:
        return next(numbers)
    size = int(np.prod(told["shape"], dtype=np.int64))
    flat = np.array([next(numbers) for _ in range(size)], dtype=np.float64)
    return flat.astype(np.dtype(told["kind"])).reshape(told["shape"])
