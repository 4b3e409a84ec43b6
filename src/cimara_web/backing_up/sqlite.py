"""Copies a SQLite database while others write to it, and puts a copy in its place."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from django.db import DEFAULT_DB_ALIAS, connections

from cimara_web.backing_up.contents import contents
from cimara_web.backing_up.errors import BackupError
from cimara_web.backing_up.manifest import Contents

NAME = "portal.sqlite3"
REPLACED = ".replaced"
COMING = ".coming"
OWNER_ONLY = 0o600
WAIT_SECONDS = 10.0


class Sqlite:
    """The portal's database in a file."""

    kind, file_name = "sqlite", NAME

    def __init__(self) -> None:
        self._path = Path(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"])

    def copy(self, target: Path, *, without: frozenset[str]) -> Contents:
        """One moment of the database, by SQLite's online backup: no writer waits, none is seen in part."""
        source = f"file:{quote(str(self._path))}?mode=ro"
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY))
        with (
            closing(sqlite3.connect(source, uri=True, timeout=WAIT_SECONDS)) as live,
            closing(sqlite3.connect(target, isolation_level=None)) as out,
        ):
            live.backup(out)
            out.execute("PRAGMA journal_mode=DELETE")
            _empty(out, without)
            return _sound(out)

    def is_empty(self) -> bool:
        """Whether there is no table in it, or no file."""
        if not self._path.exists():
            return True
        with closing(sqlite3.connect(f"file:{quote(str(self._path))}?mode=ro", uri=True)) as live:
            return not _tables(live)

    @contextmanager
    def put(self, copy: Path) -> Iterator[Contents]:
        """Within the block the portal's connection is on the copy; after it, the copy is the database.

        Raises
        ------
        BackupError
            When somebody has the present database open.
        """
        _let_go(self._path)
        coming = self._path.with_name(self._path.name + COMING)
        coming.unlink(missing_ok=True)
        shutil.copyfile(copy, coming)
        coming.chmod(OWNER_ONLY)
        try:
            with closing(sqlite3.connect(coming, isolation_level=None)) as out:
                found = _sound(out)
            with _connected_to(coming):
                yield found
            _let_go(coming)
            _let_go(self._path)
            if self._path.exists():
                self._path.replace(self._path.with_name(self._path.name + REPLACED))
            coming.replace(self._path)
        finally:
            for end in ("", "-wal", "-shm"):
                coming.with_name(coming.name + end).unlink(missing_ok=True)


def _empty(out: sqlite3.Connection, tables: frozenset[str]) -> None:
    """Without VACUUM the rows would still stand in the free pages of the file."""
    for name in sorted(tables & set(_tables(out))):
        out.execute(f'DELETE FROM "{name}"')  # noqa: S608 (a name of our models)
    out.execute("VACUUM")


def _sound(out: sqlite3.Connection) -> Contents:
    if (said := out.execute("PRAGMA integrity_check").fetchone()[0]) != "ok":
        raise BackupError("the database is damaged", hint=f"SQLite says: {said[:200]}")
    return contents(lambda sql: out.execute(sql).fetchall(), _tables(out))


def _tables(database: sqlite3.Connection) -> list[str]:
    found = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
    )
    return [name for (name,) in found]


def _let_go(path: Path) -> None:
    """Bring what stands in the write-ahead log into the file; SQLite does so for the only user of a file."""
    if not path.exists():
        return
    connections[DEFAULT_DB_ALIAS].close()
    try:
        with closing(sqlite3.connect(path, timeout=0.5)) as alone:
            alone.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.OperationalError:
        raise BackupError(
            "the database is in use",
            hint="Stop the portal, its timers and whatever else has it open, then restore again.",
        ) from None
    except sqlite3.DatabaseError:
        return  # the present database can't be read: a good day for a restore


@contextmanager
def _connected_to(path: Path) -> Iterator[None]:
    connection = connections[DEFAULT_DB_ALIAS]
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
