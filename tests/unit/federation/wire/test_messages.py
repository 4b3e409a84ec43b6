"""A message is read as it was said, from who said it, or refused."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from cimara.cohort.study.keys import public_half
from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.fields import number_fields
from cimara.federation.messages.kinds import (
    KINDS,
    SIGNED,
    Answer,
    End,
    Joined,
    Members,
    Message,
    Order,
    Query,
    Ready,
    Refused,
    binding_text,
    bound,
    read,
    read_any,
    signed,
    without_arrays,
)
from cimara.federation.messages.wire import Packet, pack, unpack

NL01, UT02, CENTRE = (Ed25519PrivateKey.from_private_bytes(bytes([one]) * 32) for one in (1, 2, 3))
KEYS = {"NL01": public_half(NL01), "UT02": public_half(UT02), "coordinator": public_half(CENTRE)}

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
COUNT = st.integers(0, 10**6)
ROW = st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=4).map(
    lambda values: np.array(values, dtype=np.float64)
)
BLOCKS = st.dictionaries(TEXT, ROW, max_size=3)
WORDS = st.lists(st.integers(0, 2**64 - 1), max_size=4).map(lambda values: np.array(values, dtype=np.uint64))
STATE = st.binary(max_size=9).map(lambda raw: np.frombuffer(raw, dtype=np.uint8))
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
WHO: dict[str, Any] = {"job": TEXT, "sender": st.just("NL01")}
MESSAGES = st.one_of(
    st.builds(
        Order, study=TEXT, study_hash=TEXT, analyses=TEXTS, roster=TEXTS, masked=st.booleans(), issued=TEXT,
        expires=TEXT, **WHO,
    ),
    st.builds(Joined, mask_key=TEXT, data_version=TEXT, data_model=TEXT, binding=TEXT, **WHO),
    st.builds(Members, joined=st.lists(st.tuples(TEXT, TEXT), max_size=2).map(tuple), **WHO),
    st.builds(Ready, **WHO),
    st.builds(
        Query, analysis=TEXT, step=COUNT, attempt=COUNT, schema=TEXT, total=BLOCKS, unions=BLOCKS,
        state=STATE, **WHO,
    ),
    st.builds(
        Answer, analysis=TEXT, step=COUNT, attempt=COUNT, schema=TEXT, names=TEXTS,
        shapes=st.lists(st.lists(COUNT, max_size=2).map(tuple), max_size=2).map(tuple), words=WORDS,
        plain=BLOCKS, unions=BLOCKS, **WHO,
    ),
    st.builds(
        Refused, analysis=TEXT, step=COUNT, code=st.sampled_from(list(Code)).map(str), words=TEXT, **WHO
    ),
    st.builds(End, analysis=TEXT, outcome=TEXT, **WHO),
)  # fmt: skip

ANSWER = Answer(
    job="job-0042", sender="NL01", analysis="A2", step=3, attempt=0, schema="cox", names=("score",),
    shapes=((2,),), words=np.arange(4, dtype=np.uint64), plain={}, unions={},
)  # fmt: skip
QUERY = Query(
    job="job-0042", sender="coordinator", analysis="A2", step=3, attempt=0, schema="cox",
    total={"score": np.array([1.0, 2.0])}, unions={}, state=np.zeros(3, np.uint8),
)  # fmt: skip
ORDER = Order(
    job="job-0042", sender="coordinator", study="rn-bev-1", study_hash="ab" * 32, analyses=("A2",),
    roster=("NL01", "UT02", "CH03"), masked=True, issued="2026-11-21T10:00:00+00:00",
    expires="2026-11-22T10:00:00+00:00",
)  # fmt: skip


def resigned(message: Message, key: Ed25519PrivateKey = NL01, **changes: Any) -> bytes:
    """A frame whose inner message was rewritten, and signed again by its sender."""
    schema = next(name for name, kind in KINDS.items() if kind is type(message))
    inner = unpack(unpack(signed(message, key), (SIGNED,)).arrays["message"].tobytes(), (schema,))
    fields = dict(inner.fields) | changes.get("fields", {})
    arrays = dict(inner.arrays) | changes.get("arrays", {})
    for name in changes.get("without", ()):
        fields.pop(name, None)
        arrays.pop(name, None)
    return _signed(pack(Packet(changes.get("schema", schema), fields, arrays)), key)


def _signed(raw: bytes, key: Ed25519PrivateKey) -> bytes:
    told = {"key": public_half(key).text, "signature": key.sign(raw).hex()}
    return pack(Packet(SIGNED, told, {"message": np.frombuffer(raw, dtype=np.uint8)}))


def refusal(frame: bytes, kind: type[Message] = Answer) -> FederationError:
    with pytest.raises(FederationError) as caught:
        read(frame, kind, KEYS)
    return caught.value


@settings(max_examples=60)
@given(MESSAGES)
def test_a_message_is_read_as_it_was_said(message: Message) -> None:
    found = read_any(signed(message, NL01), KEYS)
    assert type(found) is type(message)
    assert without_arrays(found) == without_arrays(message)
    for name, numbers in number_fields(type(message)).items():
        held, expected = getattr(found, name), getattr(message, name)
        if not numbers.by_name:
            held, expected = {"": held}, {"": expected}
        assert list(held) == list(expected)
        for block, values in expected.items():
            np.testing.assert_array_equal(held[block], values)


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_random_bytes_in_the_place_of_a_frame_are_refused(raw: bytes) -> None:
    assert refusal(raw).code is Code.BROKEN_MESSAGE


@settings(max_examples=200)
@given(st.binary(max_size=200))
def test_random_bytes_that_somebody_signed_are_refused(raw: bytes) -> None:
    assert refusal(_signed(raw, NL01)).code is Code.BROKEN_MESSAGE


JSON = (
    st.none() | st.booleans() | st.integers(-5, 2**64) | TEXT | st.lists(TEXT) | st.dictionaries(TEXT, TEXT)
)


@settings(max_examples=150)
@given(st.sampled_from(sorted(without_arrays(ANSWER))), JSON)
def test_fields_of_any_kind_are_refused_or_fit(name: str, value: Any) -> None:
    """Nothing but a refusal with a code comes of it, before the signature is looked at or after."""
    frame = resigned(ANSWER, fields={name: value})
    found = _read_or_refused(frame)
    if isinstance(found, FederationError):
        assert found.code in {Code.BROKEN_MESSAGE, Code.UNKNOWN_SENDER}
    else:
        assert type(getattr(found, name)) is type(getattr(ANSWER, name))


def _read_or_refused(frame: bytes) -> Message | FederationError:
    try:
        return read_any(frame, KEYS)
    except FederationError as error:
        return error


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sender", {"a": "b"}),
        ("sender", ["NL01"]),
        ("job", 42),
        ("job", "job\x1b[2J"),
        ("step", -1),
        ("step", True),
        ("step", 1.0),
        ("step", 2**63),
        ("names", "score"),
        ("names", [1]),
        ("shapes", [[-1]]),
        ("shapes", [2]),
    ],
)
def test_a_field_of_another_kind_is_refused_by_its_name(name: str, value: Any) -> None:
    found = refusal(resigned(ANSWER, fields={name: value}))
    assert found.code is Code.BROKEN_MESSAGE
    assert name in str(found)


def test_an_extra_field_is_refused() -> None:
    assert refusal(resigned(ANSWER, fields={"rows": [[71, 1, 240]]})).code is Code.BROKEN_MESSAGE


def test_a_missing_field_is_refused() -> None:
    assert refusal(resigned(ANSWER, without=["attempt"])).code is Code.BROKEN_MESSAGE


def test_a_missing_array_is_refused() -> None:
    assert refusal(resigned(ANSWER, without=["words"])).code is Code.BROKEN_MESSAGE


def test_an_array_that_no_field_takes_is_refused() -> None:
    assert refusal(resigned(ANSWER, arrays={"rows": np.zeros((104, 6))})).code is Code.BROKEN_MESSAGE


def test_numbers_among_the_fields_in_place_of_an_array_are_refused() -> None:
    assert refusal(resigned(ANSWER, without=["words"], fields={"words": [1, 2]})).code is Code.BROKEN_MESSAGE


@pytest.mark.parametrize(
    "words", [np.zeros(4), np.zeros(4, np.int64), np.zeros((2, 2), np.uint64), np.zeros(4, np.uint8)]
)
def test_words_of_another_kind_or_form_are_refused(words: np.ndarray) -> None:
    assert refusal(resigned(ANSWER, arrays={"words": words})).code is Code.BROKEN_MESSAGE


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("block", ["plain.score", "unions.times"])
def test_numbers_that_are_not_finite_are_refused(block: str, value: float) -> None:
    found = refusal(resigned(ANSWER, arrays={block: np.array([1.0, value])}))
    assert found.code is Code.BROKEN_MESSAGE
    assert "finite" in str(found)


def test_an_unknown_kind_of_message_is_refused() -> None:
    frame = _signed(pack(Packet("cimara-federation-shell/1", {"job": "j", "sender": "NL01"})), NL01)
    assert refusal(frame).code is Code.UNKNOWN_SCHEMA


def test_a_message_that_nobody_signed_is_refused() -> None:
    assert (
        refusal(unpack(signed(ANSWER, NL01), (SIGNED,)).arrays["message"].tobytes()).code
        is Code.UNKNOWN_SCHEMA
    )


def test_a_message_of_another_kind_than_was_asked_is_refused() -> None:
    assert refusal(signed(ANSWER, NL01), Ready).code is Code.UNKNOWN_SCHEMA


def test_a_site_cannot_speak_for_another() -> None:
    found = refusal(signed(ANSWER, UT02))
    assert (found.code, found.where) == (Code.UNKNOWN_SENDER, "NL01")


def test_a_sender_that_the_study_does_not_know_is_refused() -> None:
    assert refusal(signed(replace(ANSWER, sender="ZZ99"), NL01)).code is Code.UNKNOWN_SENDER


def test_the_signature_of_another_message_does_not_fit() -> None:
    mine = unpack(signed(ANSWER, NL01), (SIGNED,))
    other = unpack(signed(replace(ANSWER, step=4), NL01), (SIGNED,))
    for fields, arrays in ((mine.fields, other.arrays), (other.fields, mine.arrays)):
        assert refusal(pack(Packet(SIGNED, fields, arrays))).code is Code.BROKEN_SIGNATURE


def test_another_key_named_with_its_own_signature_does_not_fit_the_sender() -> None:
    mine = unpack(signed(ANSWER, NL01), (SIGNED,))
    theirs = {"key": public_half(UT02).text, "signature": UT02.sign(mine.arrays["message"].tobytes()).hex()}
    assert refusal(pack(Packet(SIGNED, theirs, mine.arrays))).code is Code.UNKNOWN_SENDER


@pytest.mark.parametrize("signature", ["", "zz", "00" * 64, "é", "0" * 10_000])
def test_a_signature_that_is_none_does_not_fit(signature: str) -> None:
    mine = unpack(signed(ANSWER, NL01), (SIGNED,))
    told = dict(mine.fields) | {"signature": signature}
    assert refusal(pack(Packet(SIGNED, told, mine.arrays))).code is Code.BROKEN_SIGNATURE


@pytest.mark.parametrize(
    "fields", [{}, {"key": "k", "signature": "s"}, {"key": KEYS["NL01"].text}, {"key": [], "signature": {}}]
)
def test_a_signed_frame_without_its_parts_is_refused(fields: dict[str, Any]) -> None:
    mine = unpack(signed(ANSWER, NL01), (SIGNED,))
    assert refusal(pack(Packet(SIGNED, fields, mine.arrays))).code is Code.BROKEN_MESSAGE


def test_a_signed_frame_with_something_more_is_refused() -> None:
    mine = unpack(signed(ANSWER, NL01), (SIGNED,))
    more = dict(mine.arrays) | {"rows": np.zeros(3)}
    assert refusal(pack(Packet(SIGNED, mine.fields, more))).code is Code.BROKEN_MESSAGE


def test_a_refusal_in_place_of_an_answer_is_raised_with_its_code_and_its_site() -> None:
    said = Refused(
        job="job-0042", sender="NL01", analysis="A2", step=3, code=Code.TOO_FEW_PATIENTS,
        words="the site has fewer than 10 eligible patients",
    )  # fmt: skip
    found = refusal(signed(said, NL01))
    assert (found.code, found.where) == (Code.TOO_FEW_PATIENTS, "NL01")


def test_a_refusal_with_a_code_that_is_none_is_no_message() -> None:
    said = Refused(job="job-0042", sender="NL01", analysis="A2", step=3, code="FED-999", words="no")
    assert refusal(signed(said, NL01)).code is Code.BROKEN_MESSAGE


def _joined(mask_key: str, *, told: str | None = None, order: Order = ORDER) -> Joined:
    return Joined(
        job=ORDER.job, sender="NL01", mask_key=told or mask_key, data_version="v1", data_model="1",
        binding=NL01.sign(binding_text(order, "NL01", mask_key)).hex(),
    )  # fmt: skip


def test_a_mask_key_that_its_site_signed_is_taken() -> None:
    bound(_joined("ab" * 32), ORDER, KEYS["NL01"])


@pytest.mark.parametrize(
    "joined",
    [
        _joined("ab" * 32, told="cd" * 32),
        _joined("ab" * 32, order=replace(ORDER, job="job-0041")),
        _joined("ab" * 32, order=replace(ORDER, study_hash="cd" * 32)),
        _joined("ab" * 32, order=replace(ORDER, roster=("NL01", "UT02"))),
        replace(_joined("ab" * 32), sender="UT02"),
        replace(_joined("ab" * 32), job="job-0041"),
        replace(_joined("ab" * 32), binding="00" * 64),
    ],
    ids=["another key", "another job", "another study", "another roster", "another site", "a replay", "none"],
)
def test_a_mask_key_that_its_site_did_not_sign_for_this_job_is_refused(joined: Joined) -> None:
    with pytest.raises(FederationError) as caught:
        bound(joined, ORDER, KEYS["NL01"])
    assert caught.value.code is Code.FOREIGN_KEY


def test_no_error_tells_what_a_message_held() -> None:
    secret = "8675309"
    for frame in (
        resigned(ANSWER, fields={"step": secret}),
        resigned(ANSWER, fields={secret: 1}),
        resigned(ANSWER, arrays={"plain.score": np.array([8675309.0, np.nan])}),
        _signed(json.dumps({"rows": [secret]}).encode(), NL01),
    ):
        assert secret not in str(refusal(frame))
    assert refusal(resigned(QUERY, CENTRE, fields={"analysis": 1}), Query).code is Code.BROKEN_MESSAGE
