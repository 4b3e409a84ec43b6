"""Messages as files in a folder that people carry: found under any name, each looked at before it counts."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np

from cimara.federation.centre.job_folder import plain_name
from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.wire import LIMIT, Packet, pack, unpack

DROPPED = "cimara-federation-dropped/1"
README = "READ-ME.txt"
MOST_FILES = 10_000
"""More files than any job has: somebody named the wrong folder."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Finding:
    """A file that does not count, and why: a code and words for the person who carries the folder."""

    file: str
    code: str
    words: str

    def __str__(self) -> str:
        return f"{self.file}: {self.code} {self.words}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A site's answer as a file: the signed frame, and which question of which study it answers.

    `query` is the SHA-256 of the question's file, `frame` what the site signed.
    """

    study: str
    job: str
    site: str
    query: str
    frame: bytes

    def packed(self) -> bytes:
        """The content of the file."""
        told = {"study": self.study, "job": self.job, "site": self.site, "query": self.query}
        return pack(Packet(DROPPED, told, {"answer": np.frombuffer(self.frame, dtype=np.uint8)}))

    @classmethod
    def of(cls, content: bytes) -> Dropped:
        """Raises FederationError as `wire.unpack`; BROKEN_MESSAGE for other fields."""
        packet = unpack(content, (DROPPED,))
        fields, arrays = packet.fields, packet.arrays
        if set(fields) != {"study", "job", "site", "query"} or set(arrays) != {"answer"}:
            raise FederationError(Code.BROKEN_MESSAGE, "an answer that lacks fields or has strange ones")
        if not all(isinstance(one, str) for one in fields.values()):
            raise FederationError(Code.BROKEN_MESSAGE, "an answer's file with fields of another kind")
        return cls(**fields, frame=arrays["answer"].tobytes())


def digest(content: bytes) -> str:
    """By which a question is known, whatever its file is called."""
    return hashlib.sha256(content).hexdigest()


def looked_at(folder: Path, read: Callable[[Path, bytes], T | None]) -> tuple[list[T], list[Finding]]:
    """What `read` makes of the files below a folder, and the files that it refused.

    `read` gets a path and its content; None is a file of no concern. Hidden files are passed over; links are
    not followed.

    Raises
    ------
    FederationError
        BAD_KIT: there is no such folder, or it holds far more files than a job.
    """
    found: list[T] = []
    findings: list[Finding] = []
    for path in _files(folder):
        try:
            one = read(path, _content(path))
        except FederationError as error:
            words = str(error).removeprefix(f"{error.code} ")
            findings.append(Finding(str(path.relative_to(folder)), str(error.code), words))
            continue
        if one is not None:
            found.append(one)
    return found, findings


def place(folder: Path, name: str, content: bytes) -> Path:
    """Put a file in a folder, whole: who copies the folder meanwhile copies no half of it.

    Others may read it, since it is to be carried. Raises FederationError (BROKEN_MESSAGE) for a name that
    leads elsewhere.
    """
    plain_name(name, "a file")
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f".{name}.{os.getpid()}"
    with half.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    half.replace(folder / name)
    return folder / name


def _files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise FederationError(
            Code.BAD_KIT, "there is no such folder", where=folder.name,
            hint="Name the folder of the job that the coordinating centre gave you.",
        )  # fmt: skip
    seen = 0
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(names):
            if name.startswith(".") or name == README:
                continue
            seen += 1
            if seen > MOST_FILES:
                raise FederationError(
                    Code.BAD_KIT, f"the folder holds more than {MOST_FILES:,} files", where=folder.name,
                    hint="Name the folder of the job, not the one that it lies in.",
                )  # fmt: skip
            yield Path(base) / name


def _content(path: Path) -> bytes:
    if path.is_symlink() or not path.is_file():
        raise FederationError(Code.BROKEN_MESSAGE, "is a link or no file; only files are read")
    try:
        if path.stat().st_size > LIMIT:
            raise FederationError(
                Code.TOO_LARGE, "is larger than any message", expected=f"at most {LIMIT:,} bytes"
            )
        return path.read_bytes()
    except OSError as error:
        raise FederationError(
            Code.BROKEN_MESSAGE, f"cannot be read ({error.strerror})", hint="Copy it again."
        ) from error
