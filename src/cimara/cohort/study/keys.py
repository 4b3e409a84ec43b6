"""Ed25519 keys of sites: made at the site, kept there, and known to the study by their public half."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from cimara.cohort.errors import CohortError

_TEXT = re.compile(r"ed25519:([0-9a-f]{64})")
FINGERPRINT = 16
"""Hexadecimal digits of a fingerprint, which a person can read out."""


class KeyTextError(CohortError):
    """A text or file that is no key."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a site's key; `text` is `ed25519:` and 64 hexadecimal digits."""

    text: str

    @classmethod
    def of_text(cls, text: str) -> PublicKey:
        """Raises KeyTextError where the text is no key."""
        if not _TEXT.fullmatch(text.strip()):
            raise KeyTextError("is no public key", expected="ed25519: and 64 hexadecimal digits")
        return cls(text.strip())

    @property
    def fingerprint(self) -> str:
        """The first digits of the SHA-256 of the key, in groups of four, to be read out on the telephone."""
        digits = hashlib.sha256(bytes.fromhex(self.text.removeprefix("ed25519:"))).hexdigest()[:FINGERPRINT]
        return " ".join(digits[place : place + 4] for place in range(0, FINGERPRINT, 4))

    def verifies(self, signature: str, message: bytes) -> bool:
        """Whether a signature (hexadecimal) of a message was made with the private half."""
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.text.removeprefix("ed25519:")))
        try:
            key.verify(bytes.fromhex(signature), message)
        except (InvalidSignature, ValueError):
            return False
        return True


def new_key() -> Ed25519PrivateKey:
    """A new private key, from the system's own randomness."""
    return Ed25519PrivateKey.generate()


def public_half(key: Ed25519PrivateKey) -> PublicKey:
    """The public half of a private key."""
    raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    return PublicKey(f"ed25519:{raw.hex()}")


def write_key(key: Ed25519PrivateKey, path: Path, passphrase: bytes | None = None) -> None:
    """Write a private key as PEM that only its owner can read, under a passphrase if one is given.

    Raises KeyTextError where there is a file already: a key that was registered is not to be lost.
    """
    closed = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    content = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, closed)
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyTextError(
            "there is a file already", where=path.name, hint="Name another file; a key is never written over."
        ) from error
    with os.fdopen(number, "wb") as stream:
        stream.write(content)


def read_key(path: Path, passphrase: bytes | None = None) -> Ed25519PrivateKey:
    """The private key in a PEM file. Raises KeyTextError where it is none, or the passphrase is another's."""
    if not path.is_file():
        raise KeyTextError(
            "no such file", where=path.name, hint="`cimara study sign --new-key FILE` makes one."
        )
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), passphrase)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyTextError(
            "cannot be read as a private key",
            where=path.name,
            expected="an Ed25519 key as PEM, and its passphrase if it has one",
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyTextError("is a key of another kind", where=path.name, expected="Ed25519")
    return key
