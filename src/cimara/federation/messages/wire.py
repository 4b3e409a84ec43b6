"""The one form of everything that is sent: a frame of a JSON header and plain arrays, hashed; no pickle.

A frame is: 8 bytes magic, 8 bytes length of the body, 32 bytes SHA-256 of the body, the body. A body is:
4 bytes length of the header, the header, the arrays one after the other. All numbers are little-endian.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cimara.federation.errors import Code, FederationError

MAGIC = b"CIMFED1\n"
LIMIT = 16 * 1024 * 1024
"""Bytes of the largest message."""
MOST_AXES = 8
"""Axes of an array."""
KINDS: dict[str, np.dtype[Any]] = {
    "<f8": np.dtype("<f8"),
    "<i8": np.dtype("<i8"),
    "<u8": np.dtype("<u8"),
    "|u1": np.dtype("|u1"),
}
"""The kinds of numbers that a message may hold."""
_HEAD = struct.Struct("<8sQ32s")
_LENGTH = struct.Struct("<I")


@dataclass(frozen=True, slots=True)
class Packet:
    """A message taken apart: its schema, plain fields (JSON) and arrays."""

    schema: str
    fields: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]] = field(default_factory=dict)


def pack(packet: Packet) -> bytes:
    """The frame of a packet. Raises FederationError (TOO_LARGE, BROKEN_MESSAGE) for what none can hold."""
    pieces, told = [], []
    for name, values in packet.arrays.items():
        kind = values.dtype.newbyteorder("<").str
        if kind not in KINDS or values.ndim > MOST_AXES:
            raise FederationError(
                Code.BROKEN_MESSAGE, f"numbers of kind {kind} are never sent so", where=name
            )
        pieces.append(np.ascontiguousarray(values, dtype=KINDS[kind]).tobytes())
        told.append([name, kind, list(values.shape)])
    try:
        header = json.dumps(
            {"schema": packet.schema, "fields": dict(packet.fields), "arrays": told},
            allow_nan=False, separators=(",", ":"), sort_keys=True,
        ).encode()  # fmt: skip
    except (ValueError, TypeError, RecursionError) as error:
        raise FederationError(Code.BROKEN_MESSAGE, "fields that JSON cannot hold") from error
    body = b"".join([_LENGTH.pack(len(header)), header, *pieces])
    if len(body) + _HEAD.size > LIMIT:
        raise FederationError(
            Code.TOO_LARGE, f"a message of {len(body):,} bytes", expected=f"at most {LIMIT:,}"
        )
    return _HEAD.pack(MAGIC, len(body), hashlib.sha256(body).digest()) + body


def unpack(frame: bytes, known: Collection[str]) -> Packet:
    """The packet in a frame.

    Raises
    ------
    FederationError
        TOO_LARGE; BROKEN_MESSAGE: cut short, altered, or not a frame; UNKNOWN_SCHEMA: not one of `known`.
    """
    if len(frame) > LIMIT:
        raise FederationError(
            Code.TOO_LARGE, f"a message of {len(frame):,} bytes", expected=f"at most {LIMIT:,}"
        )
    body = _body(frame)
    try:
        (size,) = _LENGTH.unpack_from(body)
        header = json.loads(
            body[_LENGTH.size : _LENGTH.size + size].decode(),
            object_pairs_hook=_once, parse_constant=_refused, parse_float=_finite,
        )  # fmt: skip
        schema, fields, told = header["schema"], header["fields"], header["arrays"]
        if schema not in known:
            raise FederationError(Code.UNKNOWN_SCHEMA, "a message of a kind that is not known here")
        arrays = _arrays(body[_LENGTH.size + size :], told)
        if not (isinstance(header, dict) and len(header) == 3 and isinstance(fields, dict)):
            raise ValueError
    except (struct.error, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _broken("its header or its arrays do not fit its length") from error
    return Packet(str(schema), fields, arrays)


def _body(frame: bytes) -> bytes:
    if len(frame) < _HEAD.size:
        raise _broken("it is shorter than its head")
    magic, length, digest = _HEAD.unpack_from(frame)
    body = frame[_HEAD.size :]
    if magic != MAGIC:
        raise _broken("it does not begin as one")
    if len(body) != length:
        raise _broken(f"it has {len(body):,} bytes of {length:,}; copy it again")
    if hashlib.sha256(body).digest() != digest:
        raise _broken("it was altered on its way; its hash does not fit")
    return body


def _arrays(raw: bytes, told: list[list[Any]]) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {}
    place = 0
    for name, kind, shape in told:
        if not isinstance(name, str) or name in found:
            raise ValueError
        if len(shape) > MOST_AXES or not all(type(size) is int and 0 <= size <= LIMIT for size in shape):
            raise ValueError
        end = place + math.prod(shape) * KINDS[kind].itemsize
        if end > len(raw):
            raise ValueError
        found[name] = np.frombuffer(raw[place:end], dtype=KINDS[kind]).reshape(shape)
        place = end
    if place != len(raw):
        raise ValueError
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice could be read in two ways."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError
    return found


def _refused(_: str) -> float:
    raise ValueError


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


def _broken(why: str) -> FederationError:
    return FederationError(Code.BROKEN_MESSAGE, f"this is no message of ours: {why}")
