"""Whether the state that a coordinator announces is the one that a house worked out itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cimara.federation.errors import Code, FederationError
from cimara.outcomes.contract import ContractError, arrays_and_plain

CLOSE = 1e-8
"""Largest difference, of the largest number of an array or of 1: two houses round alike up to 1e-15."""
COEFFICIENTS = ("coefficients", "trial")
"""Arrays of a state at which sums of rows are made."""

State = tuple[Mapping[str, NDArray[Any]], Mapping[str, Any]]


@lru_cache(maxsize=8)
def read_state(content: bytes) -> State:
    """Arrays and plain fields of a state that `contract.to_bytes` wrote; raises BROKEN_MESSAGE for others.

    Kept for a while: houses in one process come to the same states.
    """
    try:
        return arrays_and_plain(content)
    except ContractError as error:
        raise FederationError(Code.BROKEN_MESSAGE, "the state of the query cannot be read") from error


def in_trust_region(state: State, largest: float) -> bool:
    """Whether every coefficient at which sums are asked is finite and at most `largest`."""
    return all(
        bool(np.isfinite(arrays[name]).all() and (np.abs(arrays[name]) <= largest).all())
        for arrays, _ in _runs(state)
        for name in COEFFICIENTS
        if name in arrays
    )


def same_grid(announced: State, own: State) -> bool:
    """Whether both states are on one grid of times, or on none."""
    told, known = announced[0].get("grid"), own[0].get("grid")
    if told is None or known is None:
        return told is known
    return _close(told, known)


def same_state(announced: State, own: State) -> bool:
    """Whether two states are the same up to rounding: arrays and numbers close, all else identical."""
    if announced[0].keys() != own[0].keys():
        return False
    arrays = all(
        _close(values, own[0][name], each=name == "numbers") for name, values in announced[0].items()
    )
    return arrays and _alike(announced[1], own[1])


def newton_rounds(state: State) -> int:
    """Evaluations of the model so far, of several the most; 0 for a state of another kind of search."""
    traces = [plain.get("trace", ()) for _, plain in _runs(state)]
    return max((len(one) for one in traces if isinstance(one, list)), default=0)


def _runs(state: State) -> list[State]:
    """The state, or those of all runs that go on in a state of several at once (`outcomes.at_once`)."""
    arrays, plain = state
    if set(arrays) != {"numbers"} or "words" not in plain:
        return [state]
    numbers = iter(arrays["numbers"].tolist())
    runs = [_run(told, numbers) for told in json.loads(plain["words"]) if isinstance(told, dict)]
    return [one for one in runs if one[1].get("finished") is not True]


def _run(told: Mapping[str, Any], numbers: Iterator[float]) -> State:
    """One run; its numbers are taken from those of all in the order in which they were put there."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, value in told.items():
        found = [next(numbers) for _ in range(_size(value))]
        if isinstance(value, dict) and "shape" in value:
            arrays[name] = np.array(found)
    return arrays, {name: value for name, value in told.items() if name not in arrays}


def _size(value: Any) -> int:
    """How many numbers stand for a field."""
    if isinstance(value, list):
        return sum(map(_size, value))
    if isinstance(value, dict):
        return int(np.prod(value["shape"], dtype=np.int64)) if "shape" in value else 1
    return 0


def _close(one: NDArray[Any], other: NDArray[Any], *, each: bool = False) -> bool:
    """Whether arrays are close, measured by their largest number; `each`: each number by itself."""
    if one.shape != other.shape or one.dtype != other.dtype:
        return False
    if one.dtype.kind != "f":
        return bool(np.array_equal(one, other))
    if one.tobytes() == other.tobytes():
        return True
    sizes = np.where(np.isfinite(other), np.abs(other), 0.0)
    scale = np.maximum(1.0, sizes if each else sizes.max(initial=0.0))
    return bool(np.isclose(one, other, rtol=0.0, atol=CLOSE * scale, equal_nan=True).all())


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return _close(np.array([one]), np.array([other]))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_alike(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_alike, one, other))
    return type(one) is type(other) and bool(one == other)
