"""What an estimator is: additive summaries of rows, so that pooled data are a federation of one site.

An estimator starts with a state, summarises each part of the rows given that state, and makes the next state
of the sum. `run` does so until the state is finished. A summary holds arrays of numbers and nothing else, and
both summaries and states go over a wire as bytes.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from cimara.outcomes.model_warnings import Concern, NotEstimable
from cimara.outcomes.rows import Rows
from cimara.terms.errors import CimaraError

FloatArray = NDArray[np.float64]
_LENGTH = struct.Struct("<I")
MOST_ROUNDS = 200
"""More than any estimator takes; a run that reaches it is a fault of the estimator."""


class ContractError(CimaraError):
    """Parts, summaries or states that do not belong together."""


class Scope(StrEnum):
    """Where the risk sets of an estimator lie."""

    WITHIN_PART = "within_part"
    """Every risk set lies inside one part, so the strata of two parts must differ."""
    ACROSS_PARTS = "across_parts"
    """Risk sets span parts: they agree a grid of times first and send sums on it."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What one part says: `sums` are added, `unions` (sorted times, say) are merged.

    Addition is associative and commutative up to rounding. Neither field ever holds a row, an id or a text
    of the data.
    """

    schema: str
    sums: Mapping[str, FloatArray] = field(default_factory=dict)
    unions: Mapping[str, FloatArray] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, values in (*self.sums.items(), *self.unions.items()):
            if np.asarray(values).dtype != np.float64:
                raise ContractError("an array that is not of float64", where=f"{self.schema}.{name}")

    def __add__(self, other: Summary) -> Summary:
        if self.schema != other.schema or set(self.sums) != set(other.sums):
            raise ContractError("summaries of different kinds cannot be added", where=self.schema)
        for name, values in self.sums.items():
            if np.shape(values) != np.shape(other.sums[name]):
                raise ContractError("summaries of different shapes", where=f"{self.schema}.{name}")
        if set(self.unions) != set(other.unions):
            raise ContractError("summaries of different kinds cannot be added", where=self.schema)
        return Summary(
            self.schema,
            {name: np.add(values, other.sums[name]) for name, values in self.sums.items()},
            {name: np.union1d(values, other.unions[name]) for name, values in self.unions.items()},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """Base of the states: complete, so that an interrupted run goes on from the last one.

    Fields of subclasses are arrays of numbers, numbers, texts of the plan, booleans, None, or tuples of
    the latter four.
    """

    round: int = 0
    finished: bool = False


S = TypeVar("S", bound=State)
R_co = TypeVar("R_co", covariant=True)


class Estimator(Protocol[S, R_co]):
    """What `run` needs; `result` reads the estimate out of a finished state."""

    @property
    def scope(self) -> Scope: ...

    def start(self) -> S: ...

    def summarise(self, rows: Any, state: S) -> Summary: ...

    def update(self, total: Summary, state: S) -> S: ...

    def result(self, state: S) -> R_co: ...


class Exchange(Protocol):
    """Where a round's sum over all houses comes from, while an analysis runs in several of them at once.

    Every house runs the same analysis in step on its own rows; what one learns of the others' rows is the
    sum that `total` gives, and nothing else.
    """

    def total(self, state: State, own: Callable[[], Summary]) -> Summary:
        """The sum over all houses of what `own` makes of the rows here, in the round of that state."""
        ...

    def after(self, update: Callable[[], State]) -> State:
        """The state that a round ends in: what `update` makes of its sum, or made of the same one before."""
        ...


_exchange: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


@contextmanager
def summed_by(exchange: Exchange) -> Iterator[None]:
    """Within the block every round of `run` takes its sum from the exchange."""
    token = _exchange.set(exchange)
    try:
        yield
    finally:
        _exchange.reset(token)


def run(
    estimator: Estimator[S, R_co],
    parts: Iterable[Rows],
    *,
    state: S | None = None,
    progress: Callable[[S], None] | None = None,
) -> R_co:
    """The estimate from all parts; pooled data are one part.

    Parameters
    ----------
    parts
        Rows, as often as a round asks for them: a list, or an object that reads a part at a time. An iterator
        that can be read once is read into memory.
    state
        A state of an interrupted run, to go on from.
    progress
        Called with each new state.

    Raises
    ------
    ContractError
        Parts that share a stratum although every risk set must lie inside one part, or no part at all.
    NotEstimable
        Not finished after 200 rounds: many coefficients run away, each on its own.
    """
    kept = list(parts) if isinstance(parts, Iterator) else parts
    now = estimator.start() if state is None else state
    _check_strata(estimator.scope, kept)
    while not now.finished:
        if now.round >= MOST_ROUNDS:
            raise NotEstimable(
                Concern.NO_CONVERGENCE,
                f"{type(estimator).__name__} is not finished after {MOST_ROUNDS} rounds",
                hint="There may be too few events for so many coefficients.",
            )
        now = _next(estimator, kept, now)
        if progress is not None:
            progress(now)
    return estimator.result(now)


def _next(estimator: Estimator[S, R_co], parts: Iterable[Rows], state: S) -> S:
    def update() -> S:
        return estimator.update(_round(estimator, parts, state), state)

    exchange = _exchange.get()
    return update() if exchange is None else cast(S, exchange.after(update))


def _round(estimator: Estimator[S, R_co], parts: Iterable[Rows], state: S) -> Summary:
    """The sum of one round: of the parts here, and of all houses where there is an exchange."""

    def own() -> Summary:
        return total(estimator.summarise(part, state) for part in parts)

    exchange = _exchange.get()
    return own() if exchange is None else exchange.total(state, own)


def total(summaries: Iterable[Summary]) -> Summary:
    """The sum of the parts' summaries, in their order."""
    found: Summary | None = None
    for summary in summaries:
        found = summary if found is None else found + summary
    if found is None:
        raise ContractError("there are no rows to estimate from", expected="at least one part")
    return found


def _check_strata(scope: Scope, parts: Iterable[Rows]) -> None:
    if scope is not Scope.WITHIN_PART:
        return
    seen: set[str] = set()
    for part in parts:
        own = set(part.strata_present())
        if seen & own:
            raise ContractError(
                "a stratum lies in two parts",
                where=", ".join(part.strata_columns) or "strata",
                expected="strata that differ between parts",
                hint="Stratify by the column that splits the parts, or ask for a common baseline.",
            )
        seen |= own


def to_bytes(value: State | Summary) -> bytes:
    """A state or a summary for a wire or a file, without pickle: a header in JSON, then plain arrays."""
    if isinstance(value, Summary):
        arrays = {f"sums.{key}": array for key, array in value.sums.items()}
        arrays |= {f"unions.{key}": array for key, array in value.unions.items()}
        plain: dict[str, Any] = {"schema": value.schema}
    else:
        content = {item.name: getattr(value, item.name) for item in fields(value)}
        arrays = {name: array for name, array in content.items() if isinstance(array, np.ndarray)}
        plain = {name: one for name, one in content.items() if name not in arrays}
    told = [[name, array.dtype.newbyteorder("<").str, array.shape] for name, array in arrays.items()]
    header = json.dumps({"plain": plain, "arrays": told}).encode()
    raw = (array.astype(array.dtype.newbyteorder("<"), copy=False).tobytes() for array in arrays.values())
    return b"".join((_LENGTH.pack(len(header)), header, *raw))


def arrays_and_plain(data: bytes) -> tuple[dict[str, NDArray[Any]], dict[str, Any]]:
    """What `to_bytes` wrote, as arrays and other fields. Raises ContractError for anything else."""
    try:
        (size,) = _LENGTH.unpack_from(data)
        header = json.loads(data[_LENGTH.size : _LENGTH.size + size])
        place, arrays = _LENGTH.size + size, {}
        for name, kind, shape in header["arrays"]:
            count = math.prod(shape)
            if np.dtype(kind).kind not in "fiub" or min(shape, default=0) < 0 or name in arrays:
                raise ValueError
            array = np.frombuffer(data, np.dtype(kind), count, place).reshape(shape)
            arrays[name] = array.copy()
            place += array.nbytes
        plain = header["plain"]
    except (struct.error, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise ContractError("bytes that are no state and no summary") from error
    if place != len(data) or not isinstance(plain, dict):
        raise ContractError("bytes that are no state and no summary")
    return arrays, plain


def summary_from_bytes(data: bytes) -> Summary:
    """The summary that `to_bytes` wrote. Raises ContractError for anything else."""
    arrays, plain = arrays_and_plain(data)
    kinds: dict[str, dict[str, FloatArray]] = {"sums": {}, "unions": {}}
    for name, array in arrays.items():
        kind, _, key = name.partition(".")
        kinds[kind][key] = array
    return Summary(plain["schema"], **kinds)


def state_from_bytes(kind: type[S], data: bytes) -> S:
    """The state of class `kind` that `to_bytes` wrote. Raises ContractError for anything else."""
    arrays, plain = arrays_and_plain(data)
    content: dict[str, Any] = {name: _tuples(value) for name, value in plain.items()}
    content |= arrays
    return kind(**content)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value
