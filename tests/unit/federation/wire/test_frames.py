"""A frame holds a JSON header and plain arrays; whatever else it is, it is refused with a code."""

from __future__ import annotations

import hashlib
import json
import pickle
import struct
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of
from numpy.typing import NDArray

from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.wire import LIMIT, MAGIC, Packet, pack, unpack

SCHEMA = "test/1"
NUMBERS = st.sampled_from(["<f8", "<i8", "<u8", "|u1", ">f8", ">u8"])
SHAPES = arrays_of.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
ARRAYS = NUMBERS.flatmap(lambda kind: arrays_of.arrays(np.dtype(kind), SHAPES))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


def framed(header: bytes, rest: bytes = b"") -> bytes:
    """A frame of any header, with a length and a hash that fit."""
    body = struct.pack("<I", len(header)) + header + rest
    return struct.pack("<8sQ32s", MAGIC, len(body), hashlib.sha256(body).digest()) + body


def told(arrays: list[Any], rest: bytes = b"", **changed: Any) -> bytes:
    """A frame whose header says that it has those arrays."""
    return framed(json.dumps({"schema": SCHEMA, "fields": {}, "arrays": arrays} | changed).encode(), rest)


def refusal(frame: bytes) -> FederationError:
    with pytest.raises(FederationError) as caught:
        unpack(frame, (SCHEMA,))
    return caught.value


@settings(max_examples=150)
@given(st.dictionaries(TEXT, PLAIN, max_size=4), st.dictionaries(TEXT, ARRAYS, max_size=4))
def test_a_packet_is_read_as_it_was_written(
    fields: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]
) -> None:
    found = unpack(pack(Packet(SCHEMA, fields, arrays)), (SCHEMA,))
    assert (found.schema, found.fields) == (SCHEMA, fields)
    assert list(found.arrays) == list(arrays)
    for name, values in arrays.items():
        assert found.arrays[name].dtype == values.dtype.newbyteorder("<")
        assert found.arrays[name].shape == values.shape
        np.testing.assert_array_equal(found.arrays[name], values)


def test_the_same_packet_is_always_the_same_bytes() -> None:
    one = pack(Packet(SCHEMA, {"a": 1, "b": 2}, {"x": np.arange(3.0)}))
    assert one == pack(Packet(SCHEMA, {"b": 2, "a": 1}, {"x": np.arange(3.0)}))


@settings(max_examples=1_500)
@given(st.binary(max_size=120))
def test_random_bytes_are_refused_and_nothing_else(raw: bytes) -> None:
    assert refusal(raw).code is Code.BROKEN_MESSAGE


@settings(max_examples=300)
@given(st.binary(max_size=200), st.binary(max_size=40))
def test_random_headers_with_a_fitting_hash_are_refused_too(header: bytes, rest: bytes) -> None:
    assert refusal(framed(header, rest)).code is Code.BROKEN_MESSAGE


@settings(max_examples=200)
@given(PLAIN, PLAIN, st.lists(st.lists(PLAIN, min_size=3, max_size=3) | PLAIN, max_size=3))
def test_json_of_any_form_in_the_place_of_a_header_is_refused(schema: Any, fields: Any, arrays: Any) -> None:
    header = json.dumps({"schema": schema, "fields": fields, "arrays": arrays}).encode()
    assert refusal(framed(header)).code in {Code.BROKEN_MESSAGE, Code.UNKNOWN_SCHEMA}


@settings(max_examples=150)
@given(st.data())
def test_one_changed_byte_anywhere_is_noticed(data: st.DataObject) -> None:
    frame = pack(Packet(SCHEMA, {"step": 3}, {"x": np.arange(4.0)}))
    place = data.draw(st.integers(0, len(frame) - 1))
    other = data.draw(st.integers(0, 255).filter(lambda value: value != frame[place]))
    assert refusal(frame[:place] + bytes([other]) + frame[place + 1 :]).code is Code.BROKEN_MESSAGE


@pytest.mark.parametrize("left", [0, 1, 7, 47, 48, 60, -1])
def test_a_half_copied_frame_says_that_it_is_to_be_copied_again(left: int) -> None:
    frame = pack(Packet(SCHEMA, {"step": 3}, {"x": np.arange(4.0)}))
    found = refusal(frame[:left])
    assert found.code is Code.BROKEN_MESSAGE
    assert ("copy it again" in str(found)) == (left >= 48 or left < 0)


def test_bytes_after_the_end_are_noticed() -> None:
    assert refusal(pack(Packet(SCHEMA, {})) + b"\0").code is Code.BROKEN_MESSAGE


def test_the_head_of_one_message_on_the_body_of_another_is_noticed() -> None:
    one = pack(Packet(SCHEMA, {"step": 3}, {"x": np.arange(4.0)}))
    other = pack(Packet(SCHEMA, {"step": 4}, {"x": np.arange(4.0)}))
    assert "altered" in str(refusal(one[:48] + other[48:]))


def test_a_frame_above_the_limit_is_refused_by_who_writes_and_by_who_reads() -> None:
    assert refusal(bytes(LIMIT + 1)).code is Code.TOO_LARGE
    with pytest.raises(FederationError) as caught:
        pack(Packet(SCHEMA, {}, {"x": np.zeros(LIMIT // 8)}))
    assert caught.value.code is Code.TOO_LARGE


def test_an_unknown_schema_is_refused() -> None:
    with pytest.raises(FederationError) as caught:
        unpack(pack(Packet("test/2", {})), (SCHEMA,))
    assert caught.value.code is Code.UNKNOWN_SCHEMA


def test_pickled_objects_are_never_read() -> None:
    class Planted:
        def __reduce__(self) -> tuple[Any, ...]:
            return (pytest.fail, ("a pickle was read",))

    planted = pickle.dumps(Planted())
    assert refusal(planted).code is Code.BROKEN_MESSAGE
    assert refusal(framed(planted)).code is Code.BROKEN_MESSAGE
    held = unpack(told([["x", "|u1", [len(planted)]]], planted), (SCHEMA,)).arrays["x"]
    assert (held.dtype, held.tobytes()) == (np.uint8, planted)


@pytest.mark.parametrize(
    "kind", ["|O", "O", "<f4", ">f8", ">u8", "<U8", "|V8", "<M8[s]", "<c16", "f8", 8, None, []]
)
def test_numbers_of_another_kind_are_refused(kind: object) -> None:
    assert refusal(told([["x", kind, [1]]], bytes(8))).code is Code.BROKEN_MESSAGE


@pytest.mark.parametrize("kind", ["O", "<f4", "<c16", "<U3", "?"])
def test_numbers_of_another_kind_are_not_written(kind: str) -> None:
    with pytest.raises(FederationError) as caught:
        pack(Packet(SCHEMA, {}, {"x": np.zeros(2, dtype=kind)}))
    assert caught.value.code is Code.BROKEN_MESSAGE


@pytest.mark.parametrize(
    "shape",
    [
        [-1],
        [2**62, 4],
        [2**70],
        [2**70, 0],
        [0, 2**63],
        [1.0],
        [True],
        ["1"],
        1,
        None,
        [1] * 9,
        [[1]],
        {"1": 1},
    ],
)
def test_a_shape_that_is_negative_huge_or_none_is_refused(shape: object) -> None:
    assert refusal(told([["x", "<f8", shape]], bytes(8))).code is Code.BROKEN_MESSAGE


def test_a_million_axes_are_refused_before_they_are_multiplied() -> None:
    assert refusal(told([["x", "|u1", [LIMIT] * 1_000_000]])).code is Code.BROKEN_MESSAGE


def test_an_array_that_stands_twice_is_refused() -> None:
    assert refusal(told([["x", "<f8", [1]], ["x", "<f8", [1]]], bytes(16))).code is Code.BROKEN_MESSAGE


def test_arrays_that_are_longer_or_shorter_than_their_bytes_are_refused() -> None:
    assert refusal(told([["x", "<f8", [2]]], bytes(8))).code is Code.BROKEN_MESSAGE
    assert refusal(told([["x", "<f8", [1]]], bytes(16))).code is Code.BROKEN_MESSAGE


@pytest.mark.parametrize(
    "header",
    [
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b'{"schema":"test/1","fields":{"a":NaN},"arrays":[]}',
        b'{"schema":"test/1","fields":{"a":1e999},"arrays":[]}',
        b'{"schema":"test/1","fields":{"a":-Infinity},"arrays":[]}',
        b'{"schema":"test/1","fields":{"a":1,"a":2},"arrays":[]}',
        b'{"schema":"test/1","schema":"test/1","fields":{},"arrays":[]}',
        b'{"schema":"test/1","fields":{},"arrays":[],"more":1}',
        b'{"schema":"test/1","fields":{}}',
        b'{"schema":"test/1","fields":[],"arrays":[]}',
        b'{"schema":"test/1","fields":{"a":' + b"9" * 5_000 + b'},"arrays":[]}',
        '{"schema":"test/1","fields":{},"arrays":[]}'.encode("utf-16"),
        b"null",
    ],
)
def test_a_header_that_is_deep_not_finite_doubled_or_of_other_parts_is_refused(header: bytes) -> None:
    assert refusal(framed(header)).code is Code.BROKEN_MESSAGE


@pytest.mark.parametrize("value", [float("nan"), float("inf"), {1, 2}, object(), b"bytes"])
def test_fields_that_json_cannot_hold_are_not_written(value: object) -> None:
    with pytest.raises(FederationError) as caught:
        pack(Packet(SCHEMA, {"a": value}))
    assert caught.value.code is Code.BROKEN_MESSAGE
