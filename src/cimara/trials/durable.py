"""Writes that survive a kill or a power cut: flushed to the disk, then renamed into place."""

from __future__ import annotations

import os
from pathlib import Path


def flush(path: Path) -> None:
    """Flush a file or folder to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def move_into_place(temporary: Path, target: Path) -> None:
    """Flush a finished file and rename it over the target: readers see the old file or the new one."""
    flush(temporary)
    os.replace(temporary, target)
    flush(target.parent)


def write_durably(target: Path, content: bytes) -> None:
    """Write a small file whole or not at all."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    temporary.write_bytes(content)
    move_into_place(temporary, target)
