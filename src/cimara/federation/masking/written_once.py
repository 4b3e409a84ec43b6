"""Files that are written once: whole, onto the disk itself, for their owner alone, and never written over."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def written_once(path: Path, content: bytes) -> bool:
    """Put a file in its place in one step; False, and nothing changed, where there is one already.

    A process killed on the way leaves no file of that name. The folder is made where there is none.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{secrets.token_hex(8)}.half")
    number = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(number, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        return _linked(half, path)
    finally:
        half.unlink(missing_ok=True)
        _onto_disk(path.parent)


def _linked(half: Path, path: Path) -> bool:
    try:
        os.link(half, path)
    except FileExistsError:
        return False
    return True


def _onto_disk(folder: Path) -> None:
    """A name is on the disk when its folder is."""
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
