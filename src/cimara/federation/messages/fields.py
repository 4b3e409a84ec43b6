"""What the fields of a message may hold, looked at before anything else reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

import numpy as np
from numpy.typing import NDArray

from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.wire import Packet

LARGEST = 2**53
"""Numbers in JSON stay below what every reader of JSON holds exactly."""


_UNPRINTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""What would steer the terminal of who reads it, or cannot be written at all."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """A field of numbers: one row of that kind, or blocks of them by name."""

    kind: np.dtype[Any]
    by_name: bool


def number_fields(kind: Any) -> Mapping[str, Numbers]:
    """The fields of a kind of message that are sent as arrays and not in JSON."""
    return _number_fields(kind)


@cache
def _number_fields(kind: Any) -> Mapping[str, Numbers]:
    return {name: found for name, hint in _hints(kind).items() if (found := _numbers(hint)) is not None}


def _numbers(hint: Any) -> Numbers | None:
    if get_origin(hint) is Mapping:
        inner = _numbers(get_args(hint)[1])
        return None if inner is None else Numbers(inner.kind, by_name=True)
    if get_origin(hint) is np.ndarray:
        return Numbers(np.dtype(get_args(get_args(hint)[1])[0]), by_name=False)
    return None


@cache
def _hints(kind: Any) -> Mapping[str, Any]:
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}


def checked_content(kind: Any, packet: Packet) -> dict[str, Any]:
    """The fields of a message of that kind, each of the kind that its annotation says.

    Raises FederationError (BROKEN_MESSAGE) for a field too many or too few, a field of another kind, an array
    that no field takes, numbers of another kind, and numbers that are not finite.
    """
    hints, arrays = _hints(kind), number_fields(kind)
    if set(packet.fields) != set(hints) - set(arrays):
        raise _strange("it lacks fields or has strange ones")
    content = {name: _tuples(value) for name, value in packet.fields.items()}
    for name, value in content.items():
        if not _fits(value, hints[name]):
            raise _strange(f"its field {name} is of another kind")
    left = dict(packet.arrays)
    for name, numbers in arrays.items():
        content[name] = (_blocks if numbers.by_name else _row)(name, numbers, left)
    if left:
        raise _strange("it has arrays that no field takes")
    return content


def _fits(value: Any, hint: Any) -> bool:
    if hint is int:
        return type(value) is int and 0 <= value < LARGEST
    if hint is str:
        return isinstance(value, str) and not _UNPRINTED.search(value)
    if get_origin(hint) is tuple:
        kinds = get_args(hint)
        if not isinstance(value, tuple):
            return False
        if kinds[-1] is Ellipsis:
            return all(_fits(one, kinds[0]) for one in value)
        return len(value) == len(kinds) and all(map(_fits, value, kinds))
    return type(value) is hint


def _blocks(name: str, numbers: Numbers, left: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    found = {key: left.pop(key) for key in list(left) if key.startswith(f"{name}.")}
    for values in found.values():
        _check(name, numbers, values)
    return {key.removeprefix(f"{name}."): values for key, values in found.items()}


def _row(name: str, numbers: Numbers, left: dict[str, NDArray[Any]]) -> NDArray[Any]:
    if name not in left or left[name].ndim != 1:
        raise _strange(f"its numbers {name} are missing or no row")
    _check(name, numbers, left[name])
    return left.pop(name)


def _check(name: str, numbers: Numbers, values: NDArray[Any]) -> None:
    if values.dtype != numbers.kind:
        raise _strange(f"its numbers {name} are of another kind")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise _strange(f"its numbers {name} are not all finite")


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def _strange(why: str) -> FederationError:
    return FederationError(Code.BROKEN_MESSAGE, f"a message that no program of ours writes: {why}")
