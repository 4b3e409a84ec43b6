"""Which of the two databases the portal has."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from django.db import connection

from cimara_web.backing_up.manifest import Contents


class Database(Protocol):
    """What both of them can do."""

    kind: str
    file_name: str

    def copy(self, target: Path, *, without: frozenset[str]) -> Contents:
        """Write one moment of it to a file, those tables' rows left out; says what the file holds."""

    def is_empty(self) -> bool:
        """Whether there is nothing that a restore would replace."""

    def put(self, copy: Path) -> AbstractContextManager[Contents]:
        """Within the block the portal reads the copy; it stays when the block ends well."""


def database() -> Database:
    """The portal's own."""
    if connection.vendor == "postgresql":
        from cimara_web.backing_up.postgresql import Postgresql

        return Postgresql()
    from cimara_web.backing_up.sqlite import Sqlite

    return Sqlite()
