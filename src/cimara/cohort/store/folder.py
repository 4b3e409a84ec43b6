"""A store in a folder: files by rename, one `manifest.jsonl` a study, appended to under an exclusive lock.

On a network file system the lock holds only if the system's `flock` works across machines (NFS 4 does).
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cimara.cohort.store.manifest import Held, head_of, head_text
from cimara.cohort.store.places import Extend

MANIFEST = "manifest.jsonl"
HEAD = "manifest.head"
LOCK = "manifest.lock"
PART = ".part"
FOLDER_MODE = 0o770
FILE_MODE = 0o660
"""Patients' data: never for others on the machine; the umask may take more away."""


class Folder:
    """The bytes of a store in a folder of this machine."""

    locks = True

    def __init__(self, root: Path) -> None:
        self.root = root

    def read(self, path: str) -> bytes:
        """All bytes of a file. Raises FileNotFoundError."""
        return (self.root / path).read_bytes()

    def size(self, path: str) -> int | None:
        """Bytes of a file; None where there is none."""
        try:
            return (self.root / path).stat().st_size
        except FileNotFoundError:
            return None

    def put(self, path: str, content: bytes) -> None:
        """Write aside, flush, rename into place, flush the folder."""
        target = self.root / path
        _make_folder(target.parent)
        part = target.with_name(f"{target.name}.{os.getpid()}-{threading.get_ident()}{PART}")
        try:
            _write_new(part, content)
            os.replace(part, target)
        except OSError:
            with suppress(OSError):  # the disk that failed may fail here, too; `check` names what is left
                part.unlink()
            raise
        _flush(target.parent)

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""
        (self.root / path).unlink(missing_ok=True)

    def paths(self, under: str) -> list[str]:
        """Files under a folder, at any depth, by name."""
        found = (self.root / under).rglob("*")
        return sorted(one.relative_to(self.root).as_posix() for one in found if one.is_file())

    def manifest(self, study: str) -> Held:
        """The manifest of a study. What stands after the last line end was never finished."""
        head = self._head(study)  # first: a line added meanwhile may be ahead of the head, never behind it
        try:
            whole, end, torn = (self.root / study / MANIFEST).read_bytes().rpartition(b"\n")
        except FileNotFoundError:
            return Held(head=head)
        return Held(tuple(whole.split(b"\n")) if end else (), torn, head)

    def append(self, study: str, extend: Extend) -> None:
        """Add one line under the lock; an unfinished one before it is cut off."""
        _make_folder(self.root / study)
        with self._locked(study):
            held = self.manifest(study)
            line = extend(held)
            if line is None:
                return
            self._write_line(study, line, held)
            with suppress(OSError):  # the line stands; a head that lags is renewed with the next line
                self.put(f"{study}/{HEAD}", head_text(len(held.lines) + 1, line))

    def _write_line(self, study: str, line: bytes, held: Held) -> None:
        path = self.root / study / MANIFEST
        length = sum(len(one) + 1 for one in held.lines)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT, FILE_MODE)
        try:
            os.ftruncate(handle, length)
            try:
                _write_all(handle, line + b"\n", length)
                os.fsync(handle)
            except OSError:
                os.ftruncate(handle, length)
                raise
        finally:
            os.close(handle)
        if not length:
            _flush(path.parent)

    def _head(self, study: str) -> tuple[int, str] | None:
        try:
            return head_of(self.read(f"{study}/{HEAD}"))
        except FileNotFoundError:
            return None

    @contextmanager
    def _locked(self, study: str) -> Iterator[None]:
        """Hold the manifest; the system lets go of it when the process ends, however it ends."""
        handle = os.open(self.root / study / LOCK, os.O_RDWR | os.O_CREAT, FILE_MODE)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _make_folder(folder: Path) -> None:
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    for one in reversed(missing):
        one.mkdir(mode=FOLDER_MODE, exist_ok=True)
        _flush(one.parent)


def _write_new(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    try:
        _write_all(handle, content, 0)
        os.fsync(handle)
    finally:
        os.close(handle)


def _write_all(handle: int, content: bytes, start: int) -> None:
    """`os.write` may write less than it was given."""
    os.lseek(handle, start, os.SEEK_SET)
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(handle, rest) :]


def _flush(folder: Path) -> None:
    """Make a rename in a folder last through a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
