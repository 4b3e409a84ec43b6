"""The bytes of uploads, documents and result bundles by their SHA-256, in the study store.

A file is written under a passing name, synced, and only then named by its hash: what has a name is whole.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

CHUNK = 1 << 20
BYTES = "bytes"
"""Folder of the study store that holds them; the clean tables of `cimara.cohort.store` lie beside it."""
COMING = ".coming-"
"""What the passing name of a file begins with."""


class TooBigError(ValueError):
    """A file is larger than it may be; what had come of it is gone."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that is safe: its hash as 64 hex digits, and its size in bytes."""

    sha256: str
    size: int


class Coming:
    """A file on its way in, chunk by chunk: kept or dropped, and `drop` after `keep` does nothing."""

    def __init__(self, *, most: int) -> None:
        folder = _folder()
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=COMING)
        self.path = Path(name)
        self._out = os.fdopen(handle, "wb")
        self._most = most
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Add a chunk.

        Raises
        ------
        TooBigError
            When more than `most` bytes came; they are dropped.
        """
        self.size += len(chunk)
        if self.size > self._most:
            self.drop()
            raise TooBigError
        self._digest.update(chunk)
        self._out.write(chunk)

    def flush(self) -> None:
        """All that came is on the disk."""
        self._out.flush()
        os.fsync(self._out.fileno())

    def keep(self) -> KeptFile:
        """Name the file by its hash; the same bytes twice are one file."""
        self.flush()
        self._out.close()
        kept = KeptFile(self._digest.hexdigest(), self.size)
        place = path_of(kept.sha256)
        place.parent.mkdir(exist_ok=True)
        self.path.replace(place)
        _sync(place.parent)
        return kept

    def drop(self) -> None:
        """Leave nothing of it."""
        self._out.close()
        self.path.unlink(missing_ok=True)


def keep(chunks: Iterable[bytes], *, most: int) -> KeptFile:
    """Stream bytes into the store; the same bytes twice are one file.

    Raises
    ------
    TooBigError
        When more than `most` bytes come.
    """
    coming = Coming(most=most)
    try:
        for chunk in chunks:
            coming.write(chunk)
        return coming.keep()
    finally:
        coming.drop()


def path_of(sha256: str) -> Path:
    """Where the bytes of a hash lie, if they are there."""
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise ValueError("not a SHA-256 in hex")
    return _folder() / sha256[:2] / sha256


def opened(sha256: str) -> BinaryIO:
    """The bytes of a hash, to read."""
    return path_of(sha256).open("rb")


def sweep(*, older_than: float) -> int:
    """Remove what was on its way in when a process died, last written before this time; how many."""
    found = [one for one in _folder().glob(f"{COMING}*") if one.stat().st_mtime < older_than]
    for one in found:
        one.unlink(missing_ok=True)
    return len(found)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _folder() -> Path:
    return Path(settings.STUDY_STORE) / BYTES
