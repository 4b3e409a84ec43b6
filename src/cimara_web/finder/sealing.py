"""Seals a visitor's answers under a token that only the visitor's browser keeps.

The row's key is HMAC-SHA256(token, "id"). Its body is AES-256-GCM under HKDF-SHA256(token, "body"), and what
the answers match is sealed likewise under HKDF-SHA256(token, "outcome"). A copy of the database opens
nothing, and the cookie alone holds nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

TOKEN_BYTES = 32
KEY_BYTES = 32
NONCE_BYTES = 12
BLOCK_BYTES = 512
"""Bodies are padded to whole blocks, so that their length doesn't tell how much was answered."""
LENGTH_BYTES = 4
BODY, OUTCOME = b"body", b"outcome"
"""What is sealed; each has a key of its own, so that one can't stand in for the other."""


class SealError(ValueError):
    """A body that this token doesn't open: another token's, or changed since."""


def new_token() -> bytes:
    """A token for a new visitor: 32 random bytes."""
    return os.urandom(TOKEN_BYTES)


def token_to_cookie(token: bytes) -> str:
    """The token as a cookie value."""
    return urlsafe_b64encode(token).decode("ascii").rstrip("=")


def token_of_cookie(value: str) -> bytes | None:
    """The token of a cookie value; None when it isn't one of ours."""
    try:
        token = urlsafe_b64decode(value.encode("ascii") + b"=" * (-len(value) % 4))
    except ValueError:
        return None
    return token if len(token) == TOKEN_BYTES else None


def row_key(token: bytes) -> str:
    """The primary key of the token's row, 64 hexadecimal digits."""
    return hmac.new(token, b"id", hashlib.sha256).hexdigest()


def seal(token: bytes, plain: bytes, kind: bytes = BODY) -> bytes:
    """Encrypt `plain` under the token: nonce, then ciphertext and tag, bound to the token's row."""
    nonce = os.urandom(NONCE_BYTES)
    padded = len(plain).to_bytes(LENGTH_BYTES, "big") + plain
    padded += bytes(-len(padded) % BLOCK_BYTES)
    return nonce + AESGCM(_key(token, kind)).encrypt(nonce, padded, row_key(token).encode("ascii"))


def unseal(token: bytes, body: bytes, kind: bytes = BODY) -> bytes:
    """Decrypt what `seal` made.

    Raises
    ------
    SealError
        When the token isn't the body's, the body was changed, or it is of another kind.
    """
    nonce, sealed = body[:NONCE_BYTES], body[NONCE_BYTES:]
    try:
        padded = AESGCM(_key(token, kind)).decrypt(nonce, sealed, row_key(token).encode("ascii"))
    except (InvalidTag, ValueError):
        raise SealError from None
    length = int.from_bytes(padded[:LENGTH_BYTES], "big")
    return padded[LENGTH_BYTES : LENGTH_BYTES + length]


def _key(token: bytes, kind: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=kind).derive(token)
