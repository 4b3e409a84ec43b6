"""Where a store keeps its bytes: what a folder and an object store both must be able to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote

from cimara.cohort.store.errors import StoreError
from cimara.cohort.store.manifest import Held

Extend = Callable[[Held], bytes | None]
"""Given the manifest as it stands, the line to add; None to add none."""

EXCLUSIVE = {
    "memory": "",
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
}
"""Object stores that write an object whole or not at all and refuse a second of one name; their packages."""


class Place(Protocol):
    """The bytes of all studies of a store. Paths are relative, parted by `/`."""

    locks: bool
    """Whether a writer is alone from reading the manifest to adding its line; else it may have to retry."""

    def read(self, path: str) -> bytes:
        """All bytes of a file. Raises FileNotFoundError."""

    def size(self, path: str) -> int | None:
        """Bytes of a file; None where there is none."""

    def put(self, path: str, content: bytes) -> None:
        """Write a file whole or not at all, over one that is there."""

    def remove(self, path: str) -> None:
        """Remove a file, if it is there."""

    def paths(self, under: str) -> list[str]:
        """Files under a folder, at any depth, by name."""

    def manifest(self, study: str) -> Held:
        """The manifest of a study; without lines where there is none."""

    def append(self, study: str, extend: Extend) -> None:
        """Add one line, seen by all or by none, with no other writer between reading and adding."""


def open_place(url: str, options: Mapping[str, object] | None = None) -> Place:
    """The place of an address: a folder, `file://`, or an object store that fsspec knows.

    Raises
    ------
    StoreError
        The address is of a kind that cannot keep the promises of a store, or its package is not installed.
    """
    protocol, _, rest = url.rpartition("://")
    if protocol in ("", "file", "local"):
        from cimara.cohort.store.folder import Folder

        return Folder(Path(unquote(rest) if protocol else rest))
    if protocol not in EXCLUSIVE:
        raise StoreError(
            f"a store at {protocol}:// could lose a submission when two are made at once",
            expected=f"a folder, or one of {', '.join(one + '://' for one in EXCLUSIVE)}",
            hint="Mount it as a folder and name the folder.",
        )
    from cimara.cohort.store.remote import Remote

    try:
        return Remote(url, options or {})
    except ImportError as error:
        raise StoreError(
            f"{protocol}:// needs the package {EXCLUSIVE[protocol]}", hint="Install it beside cimara."
        ) from error
