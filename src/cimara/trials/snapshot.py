"""Opens a registry snapshot, one immutable SQLite file, and gives back its studies."""

from __future__ import annotations

import json
import os
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import quote

from msgspec.structs import replace

from cimara.terms.errors import CimaraError
from cimara.terms.ids import NctId
from cimara.trials.card import unpack_study
from cimara.trials.importers import descriptions
from cimara.trials.issue import Issue, IssueCode
from cimara.trials.snapshot_meta import (
    RemovedStudy,
    SnapshotError,
    SnapshotMeta,
    SourceFile,
    read_meta,
    read_removed,
)
from cimara.trials.study import Study

if TYPE_CHECKING:
    from cimara.trials.search import Query, SearchPage

__all__ = ["RemovedStudy", "Snapshot", "SnapshotError", "SnapshotMeta", "SourceFile", "UnknownStudyError"]

POINTER = "current"
"""The file of a registry folder that names the snapshot in use."""

_SQLITE = b"SQLite format 3\x00"


class UnknownStudyError(CimaraError):
    """A registry number that isn't in the snapshot."""


class Snapshot:
    """A snapshot opened read-only. Use as a context manager, or `close()` it.

    Attributes
    ----------
    path
        The file.
    connection
        The SQLite connection, for readers of this package; the file can't be written through it.
    meta
        What the snapshot says of itself.
    identity
        Path, inode and time of the file: equal for two openings of one file, and for nothing else.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, folder: Path | None = None) -> None:
        self.path = path
        self.connection = connection
        self._folder = folder
        stat = path.stat()
        self.identity = (str(path), stat.st_ino, stat.st_mtime_ns)
        self.meta = read_meta(path, connection)

    @classmethod
    def open(cls, path: Path | str) -> Snapshot:
        """Open the file, or the current snapshot of a registry folder.

        Raises
        ------
        SnapshotError
            When there is no such file, or it isn't a snapshot of this schema.
        """
        file = Path(path)
        folder = file if file.is_dir() else None
        if folder is not None:
            file = current(folder)
        if not file.is_file():
            raise SnapshotError.missing(file)
        # immutable=1 is right because a snapshot is renamed into place whole and never written again.
        address = f"file:{quote(os.path.abspath(file))}?mode=ro&immutable=1"
        connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        try:
            return cls(file, connection, folder)
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def __enter__(self) -> Snapshot:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return self.meta.n_studies

    def __contains__(self, nct_id: str) -> bool:
        return self.resolve(nct_id) is not None

    def is_current(self) -> bool:
        """False when another snapshot has since taken this one's place, so that a long process reopens."""
        try:
            if self._folder is not None and current(self._folder) != self.path:
                return False
            stat = self.path.stat()
        except (FileNotFoundError, SnapshotError):
            return False
        return (str(self.path), stat.st_ino, stat.st_mtime_ns) == self.identity

    def resolve(self, number: str) -> int | None:
        """Row id of a registry number or of an alias of it; None when the snapshot has neither."""
        nct_id = NctId.parse(number) or number.strip()
        row = self.connection.execute(
            "SELECT id FROM study WHERE nct_id = ?1 UNION ALL "
            "SELECT study.id FROM alias JOIN study USING (nct_id) WHERE alias.alias = ?1 LIMIT 1",
            (nct_id,),
        ).fetchone()
        return None if row is None else int(row[0])

    def study(self, nct_id: str) -> Study:
        """The whole study with its record as it came; aliases lead to the current number.

        Raises
        ------
        UnknownStudyError
            When the snapshot has no such study.
        """
        row_id = self.resolve(nct_id)
        if row_id is None:
            raise self._unknown(nct_id)
        packed, deflated = self.connection.execute(
            "SELECT card.packed, raw.deflated FROM card JOIN raw USING (id) WHERE card.id = ?", (row_id,)
        ).fetchone()
        study, record = unpack_study(packed), zlib.decompress(deflated)
        summary, description = descriptions(study.source_form, record)
        return replace(study, raw=record, brief_summary=summary, detailed_description=description)

    def studies(self, ids: tuple[int, ...] | None = None) -> Iterator[Study]:
        """Every study in static-rank order, or those of the row ids, in the order given.

        `raw`, `brief_summary` and `detailed_description` are left empty: take them from `study()`.
        """
        if ids is None:
            for (packed,) in self.connection.execute("SELECT packed FROM card ORDER BY id"):
                yield unpack_study(packed)
            return
        for row_id in ids:
            row = self.connection.execute("SELECT packed FROM card WHERE id = ?", (row_id,)).fetchone()
            if row is not None:
                yield unpack_study(row[0])

    def studies_of(self, numbers: Iterable[str]) -> tuple[Study, ...]:
        """The studies of some registry numbers in one read, in the order given; unknown numbers are left out.

        `raw`, `brief_summary` and `detailed_description` are left empty: take them from `study()`.
        """
        rows = self.connection.execute(
            "SELECT card.packed FROM json_each(?) AS wanted "
            "JOIN study ON study.nct_id = wanted.value JOIN card ON card.id = study.id ORDER BY wanted.key",
            (json.dumps(list(numbers)),),
        )
        return tuple(unpack_study(packed) for (packed,) in rows)

    def search(self, query: Query) -> SearchPage:
        """A page of the studies that the query finds."""
        from cimara.trials.search import search

        return search(self, query)

    def issues(self, nct_id: str | None = None) -> Iterator[Issue]:
        """Faults found in the records, of all studies or of one."""
        rows = self.connection.execute(
            "SELECT code, nct_id, path, message, source, line FROM issue "
            "WHERE ?1 IS NULL OR nct_id = ?1 ORDER BY id",
            (nct_id and NctId(nct_id),),
        )
        for code, number, path, message, source, line in rows:
            yield Issue(
                code=IssueCode(code), nct_id=number, path=path, message=message, source=source, line=line
            )

    def removed(self) -> tuple[RemovedStudy, ...]:
        """Studies that the registry no longer has, by number."""
        return read_removed(self.connection)

    def _unknown(self, nct_id: str) -> UnknownStudyError:
        if NctId.parse(nct_id) is None:
            return UnknownStudyError(
                "not a registry number", expected="NCT and eight digits, like NCT01234567"
            )
        number = NctId(nct_id)
        if any(gone.nct_id == number for gone in self.removed()):
            return UnknownStudyError(f"{number} is no longer in the registry")
        return UnknownStudyError(
            f"{number} isn't in this snapshot",
            where=str(self.path),
            hint=f"Its data are of {self.meta.data_date or 'an unknown date'}; run sync for newer ones.",
        )


def removed_in(path: Path) -> tuple[RemovedStudy, ...]:
    """Studies that a file lists as removed, when it is a snapshot; none otherwise."""
    if not is_snapshot(path):
        return ()
    with Snapshot.open(path) as snapshot:
        return snapshot.removed()


def is_snapshot(path: Path) -> bool:
    """True when the file begins as SQLite files do."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def current(folder: Path) -> Path:
    """The snapshot that the pointer file of a registry folder names.

    Raises
    ------
    SnapshotError
        When the folder has no pointer.
    """
    pointer = folder / POINTER
    try:
        return folder / pointer.read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        raise SnapshotError.missing(pointer) from None
