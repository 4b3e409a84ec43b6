"""Seals what the portal itself must read again, such as an address to write to, under its secret.

A copy of the database alone opens nothing. Whoever changes the portal's secret can read none of it any more.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

KEY_BYTES = 32
NONCE_BYTES = 12


class SealedError(ValueError):
    """A text that was sealed under another secret, for another row, or changed since."""


def seal(purpose: str, plain: str, *, row: str) -> bytes:
    """AES-256-GCM of a text, bound to its row: nonce, then ciphertext and tag."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(_key(purpose)).encrypt(nonce, plain.encode(), row.encode())


def unseal(purpose: str, body: bytes, *, row: str) -> str:
    """The text of `seal`.

    Raises
    ------
    SealedError
        When it wasn't sealed for this row under this secret.
    """
    nonce, sealed = bytes(body[:NONCE_BYTES]), bytes(body[NONCE_BYTES:])
    try:
        return AESGCM(_key(purpose)).decrypt(nonce, sealed, row.encode()).decode()
    except (InvalidTag, ValueError):
        raise SealedError from None


def keyed_hash(purpose: str, text: str) -> bytes:
    """HMAC-SHA256 of a text, to find a row by it: a list of likely texts doesn't undo it."""
    return hmac.new(_key(purpose), text.encode(), hashlib.sha256).digest()


def _key(purpose: str) -> bytes:
    secret = settings.SECRET_KEY.encode()
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"cimara {purpose}".encode()).derive(
        secret
    )
