"""A store in an object store: objects are written whole, and each line of the manifest is an object.

There is neither append nor lock. Line 7 is `manifest/000007.json`, made only if there is none: of two writers
at once one is refused, reads the other's line and tries again. There is never an unfinished line.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cimara.cohort.store.errors import StoreError
from cimara.cohort.store.manifest import Held, head_of, head_text
from cimara.cohort.store.places import Extend

LINES = "manifest"
HEAD = "manifest.head"
PROBE = "exclusive.probe"
MOST_TRIES = 50


class Remote:
    """The bytes of a store behind an fsspec URL."""

    locks = False

    def __init__(self, url: str, options: Mapping[str, object]) -> None:
        from fsspec.core import url_to_fs  # type: ignore[import-untyped]

        self.files: Any
        self.files, self.root = url_to_fs(url, **options)
        self._proven = False

    def read(self, path: str) -> bytes:
        """All bytes of an object. Raises FileNotFoundError."""
        return bytes(self._ask("cat_file", self._full(path)))

    def size(self, path: str) -> int | None:
        """Bytes of an object; None where there is none."""
        self.files.invalidate_cache()
        try:
            return int(self._ask("size", self._full(path)))
        except FileNotFoundError:
            return None

    def put(self, path: str, content: bytes) -> None:
        """Write an object."""
        self._ask("pipe_file", self._full(path), content)

    def remove(self, path: str) -> None:
        """Remove an object, if it is there."""
        if self.size(path) is not None:
            self._ask("rm_file", self._full(path))

    def paths(self, under: str) -> list[str]:
        """Objects under a prefix, by name."""
        self.files.invalidate_cache()
        start = len(self.root.rstrip("/")) + 1
        try:
            return sorted(one[start:] for one in self._ask("find", self._full(under)))
        except FileNotFoundError:
            return []

    def manifest(self, study: str) -> Held:
        """The manifest of a study. A gap in the numbers is a line that is gone; it stands as an empty one."""
        try:
            head = head_of(self.read(f"{study}/{HEAD}"))
        except FileNotFoundError:
            head = None
        names = self.paths(f"{study}/{LINES}")
        found = self._ask("cat", [self._full(one) for one in names]) if names else {}
        texts = {_number(name): bytes(content) for name, content in found.items()}
        return Held(tuple(texts.get(seq, b"") for seq in range(1, max(texts, default=0) + 1)), b"", head)

    def append(self, study: str, extend: Extend) -> None:
        """Add one line; where another writer was first, again after its line."""
        self._prove_exclusive(study)
        for _ in range(MOST_TRIES):
            held = self.manifest(study)
            line = extend(held)
            if line is None:
                return
            seq = len(held.lines) + 1
            if self._create(f"{study}/{LINES}/{seq:06d}.json", line):
                self.put(f"{study}/{HEAD}", head_text(seq, line))
                return
        raise StoreError("other submissions were always faster", hint="Try again in a minute.")

    def _create(self, path: str, content: bytes) -> bool:
        """Write an object if there is none of that name; whether it was written."""
        try:
            self._ask("pipe_file", self._full(path), content, mode="create")
        except FileExistsError:
            return False
        return True

    def _prove_exclusive(self, study: str) -> None:
        """Raise StoreError where this store lets an object be created twice."""
        path = f"{study}/{PROBE}"
        if self._proven:
            return
        self._create(path, b"")
        if self._create(path, b""):
            raise StoreError(
                "this object store lets two writers create the same object",
                hint="Use one with conditional writes, or a folder.",
            )
        self._proven = True

    def _ask(self, call: str, *args: object, **named: object) -> Any:
        """Call fsspec; what a driver raises of its own, as for want of credentials, is made an OSError."""
        try:
            return getattr(self.files, call)(*args, **named)
        except OSError:
            raise
        except Exception as error:
            raise ConnectionError(f"{type(error).__name__}: {error}") from error

    def _full(self, path: str) -> str:
        return f"{self.root.rstrip('/')}/{path}"


def _number(name: str) -> int:
    return int(name.rpartition("/")[2].removesuffix(".json"))
