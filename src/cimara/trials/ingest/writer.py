"""Writes a snapshot beside its target and renames it into place, so that a crash leaves the old one whole."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from types import TracebackType

from cimara.terms.errors import CimaraError
from cimara.trials.content_hash import content_hash
from cimara.trials.durable import move_into_place
from cimara.trials.snapshot import RemovedStudy

STALE_SECONDS = 86_400
"""Files that a killed build left behind are removed by the next build after a day."""

PAGE_BYTES = 8192
CACHE_KIB = 65_536
Values = Iterable[Sequence[object]]


class SnapshotBuildError(CimaraError):
    """A snapshot that can't be written; nothing was put in place."""

    @classmethod
    def of(cls, target: Path, error: Exception) -> SnapshotBuildError:
        return cls(
            f"the snapshot can't be written ({error})",
            where=str(target),
            hint="Is the folder writable, and is there room on the disk? What was there before is untouched.",
        )


def clear_stale(target: Path, *, now: float | None = None) -> list[Path]:
    """Remove temporary files of the target that are older than a day; `now` in seconds since 1970."""
    oldest = (time.time() if now is None else now) - STALE_SECONDS
    gone = []
    for file in target.parent.glob(f".{target.name}.*.tmp"):
        try:
            if file.stat().st_mtime < oldest:
                file.unlink()
                gone.append(file)
        except FileNotFoundError:
            continue
    return gone


def temporary(target: Path, purpose: str = "") -> Path:
    """The temporary file of this process beside a target."""
    return target.with_name(f".{target.name}.{os.getpid()}{purpose}.tmp")


class SnapshotWriter:
    """One snapshot being written. `commit` puts it in place; leaving without it removes every trace."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = temporary(target)
        self.path.unlink(missing_ok=True)
        self.connection = sqlite3.connect(self.path, isolation_level=None)
        self._prepare()
        self._inserts: dict[str, str] = {}

    def __enter__(self) -> SnapshotWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()
        self.path.unlink(missing_ok=True)

    def _prepare(self) -> None:
        for pragma in (
            f"page_size = {PAGE_BYTES}",
            "journal_mode = OFF",
            "synchronous = OFF",
            "locking_mode = EXCLUSIVE",
            f"cache_size = -{CACHE_KIB}",
        ):
            self.connection.execute(f"PRAGMA {pragma}")
        self.connection.executescript(_sql("schema.sql"))
        for table in _FULL_TEXT:
            for setting, value in _FULL_TEXT_SETTINGS:
                self.connection.execute(
                    f"INSERT INTO {table} ({table}, rank) VALUES (?, ?)",  # noqa: S608
                    (setting, value),
                )
        self.connection.execute("BEGIN")

    def add(self, rows: Mapping[str, Values]) -> None:
        """Insert rows by table, each with the columns of `schema.sql` in order."""
        for table, values in rows.items():
            self.connection.executemany(self._insert(table), values)

    def _insert(self, table: str) -> str:
        """The statement that inserts a whole row; a full-text table takes its row id as well."""
        if table not in self._inserts:
            columns = [row[1] for row in self.connection.execute(f"PRAGMA table_info({table})")]
            names = [f'"{name}"' for name in (["rowid", *columns] if table in _FULL_TEXT else columns)]
            marks = ", ".join("?" * len(names))
            self._inserts[table] = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608
        return self._inserts[table]

    def add_meta(self, **values: object) -> None:
        """Say what the snapshot is."""
        self.connection.executemany(
            "INSERT INTO meta VALUES (?, ?)", ((key, str(value)) for key, value in values.items())
        )

    def add_removed(self, studies: Iterable[RemovedStudy]) -> None:
        """List studies no longer in the registry, but for those that are stored."""
        self.connection.executemany(
            "INSERT INTO removed SELECT ?1, ?2, ?3, ?4 "
            "WHERE NOT EXISTS (SELECT 1 FROM study WHERE nct_id = ?1)",
            ((str(one.nct_id), one.brief_title, one.last_updated, one.noticed) for one in studies),
        )

    def issue_counts(self) -> dict[str, int]:
        """How often each kind of issue was met."""
        return dict(self.connection.execute("SELECT code, count(*) FROM issue GROUP BY code ORDER BY code"))

    def finish(self) -> None:
        """Make the indexes, pack the full-text ones and gather statistics."""
        self.connection.execute("COMMIT")
        self.connection.executescript(_sql("indexes.sql"))
        for table in _FULL_TEXT:
            self.connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")  # noqa: S608
        self.connection.execute("PRAGMA optimize")
        self.connection.execute("ANALYZE")

    def content_hash(self, rules_hash: str) -> str:
        """Hash of what was written."""
        return content_hash(self.connection, rules_hash)

    def commit(self) -> None:
        """Check the file, flush it to the disk and rename it into place.

        Raises
        ------
        SnapshotBuildError
            When SQLite finds the file unsound, as it would after a disk fault.
        """
        found = self.connection.execute("PRAGMA integrity_check").fetchone()[0]
        if found != "ok":
            raise SnapshotBuildError(f"the snapshot written is unsound ({found})", where=str(self.path))
        self.connection.close()
        move_into_place(self.path, self.target)


_FULL_TEXT = ("head_fts", "text_fts")
_FULL_TEXT_SETTINGS = (("hashsize", 32 << 20), ("automerge", 0), ("crisismerge", 2000))
"""Big segments, and none merged on the way: `finish` merges them all once."""


def _sql(name: str) -> str:
    return files("cimara.trials").joinpath(name).read_text("utf-8")
