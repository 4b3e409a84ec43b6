"""Answers at rest open with the visitor's token only."""

from __future__ import annotations

import hashlib
import hmac

import pytest

from cimara_web.finder.sealing import (
    BLOCK_BYTES,
    SealError,
    new_token,
    row_key,
    seal,
    token_of_cookie,
    token_to_cookie,
    unseal,
)

TOKEN = bytes(range(32))


def test_what_was_sealed_opens_again() -> None:
    assert unseal(TOKEN, seal(TOKEN, b"an answer")) == b"an answer"


def test_the_row_key_is_the_tokens_hmac() -> None:
    assert row_key(TOKEN) == hmac.new(TOKEN, b"id", hashlib.sha256).hexdigest()


def test_another_token_opens_nothing() -> None:
    with pytest.raises(SealError):
        unseal(new_token(), seal(TOKEN, b"an answer"))


@pytest.mark.parametrize("place", [0, 12, -1])
def test_a_changed_byte_is_noticed(place: int) -> None:
    body = bytearray(seal(TOKEN, b"an answer"))
    body[place] ^= 1
    with pytest.raises(SealError):
        unseal(TOKEN, bytes(body))


@pytest.mark.parametrize("body", [b"", b"short", bytes(40)])
def test_a_body_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(SealError):
        unseal(TOKEN, body)


def test_the_same_answer_never_looks_the_same_twice() -> None:
    assert seal(TOKEN, b"an answer") != seal(TOKEN, b"an answer")


def test_the_length_of_a_body_does_not_tell_how_much_was_answered() -> None:
    lengths = {len(seal(TOKEN, b"x" * size)) for size in range(0, BLOCK_BYTES - 4, 7)}
    assert len(lengths) == 1


def test_a_token_survives_the_cookie() -> None:
    token = new_token()
    assert token_of_cookie(token_to_cookie(token)) == token


@pytest.mark.parametrize("value", ["", "x", "ü" * 43, "A" * 42, "A" * 44, "A" * 4000, "=" * 43])
def test_a_foreign_cookie_is_no_token(value: str) -> None:
    assert token_of_cookie(value) is None
