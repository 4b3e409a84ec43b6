"""What a house keeps of a job on its disk, written so that a killed process finds it whole or not at all."""

from __future__ import annotations

import fcntl
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.wire import Packet, pack, unpack
from cimara.outcomes.contract import Summary

LOCK = ".lock"
TOTAL = "cimara-federation-total/1"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,79}")


def plain_name(text: str, what: str) -> str:
    """A name of a job, an analysis or a site that may be a folder's.

    Raises FederationError (BROKEN_MESSAGE) for any other: a path in the place of a name, say.
    """
    if not _NAME.fullmatch(text) or ".." in text:
        raise FederationError(
            Code.BROKEN_MESSAGE, f"the name of {what} is no name",
            expected="letters, digits, '-', '_' and '.', at most 80",
        )  # fmt: skip
    return text


def put(path: Path, content: bytes, *, lasting: bool = True) -> None:
    """Write a file in one step: others see the old one or the new one, never a part.

    `lasting` waits until the disk has it, so that it is there after the power failed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    number = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "wb") as stream:
        stream.write(content)
        if lasting:
            stream.flush()
            os.fsync(stream.fileno())
    os.replace(aside, path)


def put_json(path: Path, content: object, *, lasting: bool = True) -> None:
    """Write a value as JSON in one step, on one line: indented, it would take ten times as long."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False)
    put(path, f"{text}\n".encode(), lasting=lasting)


def read_json(path: Path) -> Any:
    """The value in a JSON file, None where there is no file."""
    return json.loads(path.read_bytes()) if path.is_file() else None


@contextmanager
def held_alone(folder: Path) -> Iterator[None]:
    """A job's folder for one coordinator alone, until it is through or its process ends.

    Raises FederationError (OTHER_COORDINATOR) where another one has it: two would ask one round twice.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise FederationError(
                Code.OTHER_COORDINATOR, "another coordinator runs this job now", where=folder.name
            ) from error
        yield


class Totals:
    """The sums over all houses of the rounds of one analysis, a file each, of steps 0, 1, ..

    What was read or written stays in memory, so that a round costs one file.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: list[Summary] | None = None

    def read(self) -> list[Summary]:
        """The sums so far, in order. Raises FederationError (BROKEN_MESSAGE) for a file that was altered."""
        if self._known is None:
            self._known = []
            while (path := self._path(len(self._known))).is_file():
                self._known.append(_summary(unpack(path.read_bytes(), (TOTAL,))))
        return self._known

    def add(self, total: Summary) -> None:
        """Keep the sums of the next step."""
        known = self.read()
        arrays = {f"sums.{name}": values for name, values in total.sums.items()}
        arrays |= {f"unions.{name}": values for name, values in total.unions.items()}
        put(self._path(len(known)), pack(Packet(TOTAL, {"schema": total.schema}, arrays)))
        known.append(total)

    def _path(self, step: int) -> Path:
        return self._folder / f"{step:04d}.total"


def _summary(packet: Packet) -> Summary:
    parts: dict[str, dict[str, Any]] = {"sums": {}, "unions": {}}
    for name, values in packet.arrays.items():
        kind, _, key = name.partition(".")
        parts[kind][key] = values
    return Summary(str(packet.fields["schema"]), **parts)
