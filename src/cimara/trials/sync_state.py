"""What a sync has fetched so far, kept on disk so that a kill at any moment loses and doubles nothing."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

import msgspec

from cimara.terms.errors import CimaraError
from cimara.trials.durable import write_durably

STAGING = "staging"
LOCK = "sync.lock"


class SyncLockedError(CimaraError):
    """Another sync holds the registry folder."""


class WindowKind(StrEnum):
    """What a run of pages is for."""

    FULL = "full"
    SINCE = "since"
    IDS = "ids"
    LOOKUP = "lookup"
    AFTERWARDS = "afterwards"


class Window(msgspec.Struct, kw_only=True):
    """One run of pages with the same parameters, and how far it has come.

    `page_no` pages are stored, and `next_token` leads to the next one; `attempt` counts fresh starts after
    a refused token. `params_hash` ties the token to its parameters.
    """

    kind: WindowKind
    params: dict[str, str]
    params_hash: str
    attempt: int = 0
    page_no: int = 0
    next_token: str | None = None
    total: int | None = None
    done: bool = False

    @classmethod
    def of(cls, kind: WindowKind, params: Mapping[str, str]) -> Window:
        """A window that nothing has been fetched of."""
        return cls(kind=kind, params=dict(params), params_hash=fingerprint(params))


class SyncState(msgspec.Struct, kw_only=True):
    """A sync under way; `plan` tells whether a new run asks for the same."""

    plan: str
    data_timestamp: str
    windows: list[Window]
    rechecked: bool = False

    @property
    def is_complete(self) -> bool:
        """True when there is nothing left to ask for."""
        return self.rechecked and all(window.done for window in self.windows)

    def has(self, kind: WindowKind) -> bool:
        """True when a window of that kind was planned."""
        return any(window.kind is kind for window in self.windows)


def fingerprint(values: Mapping[str, str]) -> str:
    """A hash of parameters, whatever their order."""
    return hashlib.sha256(msgspec.json.encode(values, order="deterministic")).hexdigest()


class Staging:
    """The staging folder of a registry folder: pages, and the state written after each of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / STAGING
        self.pages = self._folder / "pages"
        self.ids = self._folder / "ids"
        self._state = self._folder / "state.json"

    def load(self, plan: str) -> SyncState | None:
        """The state of an unfinished sync with the same plan; leftovers of any other are removed."""
        try:
            state = msgspec.json.decode(self._state.read_bytes(), type=SyncState)
        except (FileNotFoundError, msgspec.DecodeError):
            state = None
        if state is None or state.plan != plan or not all(_tied(window) for window in state.windows):
            self.clear()
            return None
        return state

    def save(self, state: SyncState) -> None:
        """Write the state; made before the first request and again before each next one."""
        self.pages.mkdir(parents=True, exist_ok=True)
        self.ids.mkdir(parents=True, exist_ok=True)
        write_durably(self._state, msgspec.json.encode(state))

    def store(self, number: int, window: Window, body: bytes) -> None:
        """Write a page. The same page fetched again after a kill lands in the same file."""
        folder = self.ids if window.kind is WindowKind.IDS else self.pages
        write_durably(folder / f"{number:02d}-{window.attempt:02d}-{window.page_no:06d}.json", body)

    def clear(self) -> None:
        """Forget everything; the state goes first, so that half a clearing isn't taken for a sync."""
        self._state.unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)


def _tied(window: Window) -> bool:
    return window.params_hash == fingerprint(window.params)


@contextmanager
def locked(folder: Path, since: str) -> Iterator[None]:
    """Hold the folder for one sync; the system lets go of it when the process ends, however it ends.

    Raises
    ------
    SyncLockedError
        When another process holds it, naming that process.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(handle, 200).decode("utf-8", "replace").strip() or "unknown"
            raise SyncLockedError(
                f"another sync is under way: {holder}",
                where=str(folder),
                hint="Wait for it to end, or end that process.",
            ) from None
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()} on {socket.gethostname()} since {since}\n".encode())
        yield
    finally:
        os.close(handle)
