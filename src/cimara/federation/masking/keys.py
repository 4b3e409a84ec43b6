"""A site's key for the masks of one job: X25519, made at the site, kept there, known by its public half."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cimara.federation.errors import Code, FederationError
from cimara.federation.masking.written_once import written_once

_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class MaskKey:
    """The key of one site in one job; it masks nothing outside that job, and is thrown away after it."""

    _private: X25519PrivateKey = field(repr=False)
    _pairs: dict[tuple[str, ...], bytes] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def new(cls) -> MaskKey:
        """A key from the system's own randomness."""
        return cls(X25519PrivateKey.generate())

    @property
    def public(self) -> str:
        """The public half: 64 hexadecimal digits."""
        return self._private.public_key().public_bytes_raw().hex()

    def write(self, path: Path) -> None:
        """Write the private half so that only its owner can read it (mode 0600), and onto the disk itself.

        Raises FederationError (FOREIGN_KEY) where there is a file already: two keys in one job would make
        two masks of a round.
        """
        if not written_once(path, self._private.private_bytes_raw().hex().encode() + b"\n"):
            raise FederationError(Code.FOREIGN_KEY, "the job has a mask key already", where=path.name)

    @classmethod
    def read(cls, path: Path) -> MaskKey:
        """The key that `write` wrote. Raises FederationError (FOREIGN_KEY) for anything else."""
        try:
            text = path.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise FederationError(
                Code.FOREIGN_KEY, "the mask key of the job cannot be read", where=path.name
            ) from error
        if not _HEX.fullmatch(text):
            raise FederationError(Code.FOREIGN_KEY, "is no mask key", where=path.name)
        return cls(X25519PrivateKey.from_private_bytes(bytes.fromhex(text)))

    def pair(self, other: str, *, job: str, first: str, second: str) -> bytes:
        """The 32 bytes that this site and another one share in a job, and nobody else knows.

        HKDF-SHA256 of the X25519 secret, salt the job's id, info "cimara-mask|first|second".

        Parameters
        ----------
        other
            The other site's public half.
        first, second
            The two sites in the order of their ids.

        Raises
        ------
        FederationError
            FOREIGN_KEY: the other's key is no X25519 key, or one that fixes the secret (RFC 7748, 6.1).
        """
        known = self._pairs.get((other, job, first, second))
        if known is not None:
            return known
        if not _HEX.fullmatch(other):
            raise FederationError(Code.FOREIGN_KEY, "a public mask key that is none")
        try:
            secret = self._private.exchange(X25519PublicKey.from_public_bytes(bytes.fromhex(other)))
        except ValueError as error:
            raise FederationError(Code.FOREIGN_KEY, "a public mask key that hides nothing") from error
        info = f"cimara-mask|{first}|{second}".encode()
        derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=job.encode(), info=info).derive(secret)
        self._pairs[(other, job, first, second)] = derived
        return derived
