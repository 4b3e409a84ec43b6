"""Hostile payloads at a real site: refused with a code, in its ledger, and no number left."""

from __future__ import annotations

import json
import pickle
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cimara.cohort.study.keys import public_half
from cimara.federation.errors import Code
from cimara.federation.messages.kinds import KINDS, SIGNED, Query, Refused, read_any, signed
from cimara.federation.messages.wire import LIMIT, Packet, pack, unpack
from cimara.federation.transport.local import MEMORY
from tests.federated.engine.small_job import House
from tests.unit.federation.wire.test_frames import framed

QUERY = next(name for name, kind in KINDS.items() if kind is Query)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """A site that has joined a job and waits for its first question."""
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        made = House(Path(name))
        made.ready()
        yield made


def _signed(house: House, inner: bytes) -> bytes:
    """Bytes that the coordinating centre itself signed: only what they hold is wrong."""
    told = {"key": public_half(house.key).text, "signature": house.key.sign(inner).hex()}
    return pack(Packet(SIGNED, told, {"message": np.frombuffer(inner, dtype=np.uint8)}))


def _query(house: House, *, fields: Any = None, arrays: Any = None, without: str = "") -> bytes:
    """The next question, with other fields or arrays, signed by the centre."""
    frame = signed(house.asking().query(), house.key)
    packet = unpack(unpack(frame, (SIGNED,)).arrays["message"].tobytes(), (QUERY,))
    told = {name: value for name, value in (dict(packet.fields) | (fields or {})).items() if name != without}
    return _signed(house, pack(Packet(QUERY, told, dict(packet.arrays) | (arrays or {}))))


def _inner(frame: bytes) -> bytes:
    return unpack(frame, (SIGNED,)).arrays["message"].tobytes()


def _doubled(house: House) -> bytes:
    header = {"schema": QUERY, "fields": {}, "arrays": [["state", "|u1", [0]], ["state", "|u1", [0]]]}
    return _signed(house, framed(json.dumps(header).encode()))


def _wrong_endian(house: House) -> bytes:
    header = {"schema": QUERY, "fields": {}, "arrays": [["total.score", ">f8", [1]]]}
    return _signed(house, framed(json.dumps(header).encode(), struct.pack(">d", 1.0)))


def _shaped(house: House, shape: list[int]) -> bytes:
    header = {"schema": QUERY, "fields": {}, "arrays": [["state", "|u1", shape]]}
    return _signed(house, framed(json.dumps(header).encode()))


def _swapped(house: House) -> bytes:
    mine, other = (signed(house.asking().query(attempt=one), house.key) for one in (0, 1))
    return mine[:48] + other[48:]


def _other_signature(house: House) -> bytes:
    mine, other = (unpack(signed(house.asking().query(attempt=one), house.key), (SIGNED,)) for one in (0, 1))
    return pack(Packet(SIGNED, mine.fields, other.arrays))


def _other_kind(house: House) -> bytes:
    return _signed(house, pack(Packet("cimara-federation-shell/1", {"job": "j", "sender": "coordinator"})))


PAYLOADS: dict[str, tuple[Callable[[House], bytes], Code]] = {
    "truncated": (lambda house: _query(house)[:-7], Code.BROKEN_MESSAGE),
    "empty": (lambda _: b"", Code.BROKEN_MESSAGE),
    "oversized": (lambda house: _query(house) + bytes(LIMIT), Code.TOO_LARGE),
    "altered": (lambda house: _query(house)[:-1] + b"\x7f", Code.BROKEN_MESSAGE),
    "not finite": (
        lambda house: _query(house, arrays={"total.score": np.array([np.nan])}),
        Code.BROKEN_MESSAGE,
    ),
    "wrong endian": (_wrong_endian, Code.BROKEN_MESSAGE),
    "pickle": (lambda _: pickle.dumps({"score": np.ones(3)}), Code.BROKEN_MESSAGE),
    "pickle that the centre signed": (lambda house: _signed(house, pickle.dumps([1.0])), Code.BROKEN_MESSAGE),
    "numpy file of objects": (lambda house: _signed(house, b"\x93NUMPY\x01\x00"), Code.BROKEN_MESSAGE),
    "extra field": (lambda house: _query(house, fields={"path": "/data"}), Code.BROKEN_MESSAGE),
    "missing field": (lambda house: _query(house, without="attempt"), Code.BROKEN_MESSAGE),
    "extra array": (lambda house: _query(house, arrays={"rows": np.zeros(9)}), Code.BROKEN_MESSAGE),
    "unknown schema": (_other_kind, Code.UNKNOWN_SCHEMA),
    "unsigned": (lambda house: _inner(_query(house)), Code.UNKNOWN_SCHEMA),
    "deep JSON": (lambda house: _signed(house, framed(b"[" * 100_000)), Code.BROKEN_MESSAGE),
    "array twice": (_doubled, Code.BROKEN_MESSAGE),
    "negative shape": (lambda house: _shaped(house, [-1]), Code.BROKEN_MESSAGE),
    "huge shape": (lambda house: _shaped(house, [2**62, 2**62]), Code.BROKEN_MESSAGE),
    "swapped body": (_swapped, Code.BROKEN_MESSAGE),
    "another message's signature": (_other_signature, Code.BROKEN_SIGNATURE),
    "a site's signature": (
        lambda house: signed(house.asking().query(), house.study.private_keys["NL01"]),
        Code.UNKNOWN_SENDER,
    ),
}


@pytest.mark.parametrize("what", PAYLOADS)
def test_a_hostile_payload_is_refused_with_a_ledger_line_and_nothing_leaves(house: House, what: str) -> None:
    make, code = PAYLOADS[what]
    answer = read_any(house.transport.nodes["UT02"].answer(make(house)), house.known.sites)
    assert isinstance(answer, Refused)
    assert answer.code == code
    line = house.ledger()[-1]
    assert (line["decision"], line["code"]) == ("refused", code)
    assert "sent" not in [one["decision"] for one in house.ledger()]


def test_the_same_question_unharmed_is_answered(house: House) -> None:
    answer = read_any(house.transport.nodes["NL01"].answer(_query(house)), house.known.sites)
    assert not isinstance(answer, Refused)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=120))
def test_a_site_answers_random_bytes_with_a_signed_refusal(house: House, raw: bytes) -> None:
    answer = read_any(house.transport.nodes["CH03"].answer(_signed(house, raw)), house.known.sites)
    assert isinstance(answer, Refused)
    assert answer.code == Code.BROKEN_MESSAGE
