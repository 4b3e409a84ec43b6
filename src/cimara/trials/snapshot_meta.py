"""What a snapshot says of itself, and which studies it knows to be gone."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from pathlib import Path

import msgspec

from cimara.terms.errors import CimaraError
from cimara.terms.ids import NctId
from cimara.trials.content_hash import SCHEMA_VERSION


class SnapshotError(CimaraError):
    """A file that can't be read as a snapshot."""

    @classmethod
    def missing(cls, path: Path) -> SnapshotError:
        return cls("no such snapshot", where=str(path), hint="Make one with `cimara trials build FILE`.")

    @classmethod
    def not_a_snapshot(cls, path: Path, reason: str) -> SnapshotError:
        return cls(
            f"not a registry snapshot ({reason})",
            where=str(path),
            expected=f"a file made by `cimara trials build` with schema version {SCHEMA_VERSION}",
            hint="Build it again from the registry's files.",
        )


class SourceFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a snapshot was built from; `size` in bytes."""

    file: str
    size: int
    sha256: str
    records: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SnapshotMeta:
    """What a snapshot says of itself. Dates are ISO text; `data_date` is None when nothing tells it."""

    schema_version: int
    built_by: str
    built_at: str
    data_date: str | None
    data_date_basis: str
    attribution: str
    n_studies: int
    reader_version: str
    rules_hash: str
    gazetteer_version: str
    content_hash: str
    starter: bool
    sync: str
    sources: tuple[SourceFile, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedStudy:
    """A study that the registry no longer has; `noticed` is the ISO date of the sweep that found out."""

    nct_id: NctId
    brief_title: str
    last_updated: str | None
    noticed: str


def read_meta(path: Path, connection: sqlite3.Connection) -> SnapshotMeta:
    """What the snapshot says of itself.

    Raises
    ------
    SnapshotError
        When the file isn't a snapshot, or is one of another schema version.
    """
    try:
        found = dict(connection.execute("SELECT key, value FROM meta"))
    except sqlite3.DatabaseError as error:
        raise SnapshotError.not_a_snapshot(path, str(error)) from None
    version = found.get("schema_version")
    if version != str(SCHEMA_VERSION):
        raise SnapshotError.not_a_snapshot(path, f"schema version {version}")
    return SnapshotMeta(
        schema_version=SCHEMA_VERSION,
        built_by=found["built_by"],
        built_at=found["built_at"],
        data_date=found["data_date"] or None,
        data_date_basis=found["data_date_basis"],
        attribution=found["attribution"],
        n_studies=int(found["n_studies"]),
        reader_version=found["reader_version"],
        rules_hash=found["rules_hash"],
        gazetteer_version=found["gazetteer_version"],
        content_hash=found["content_hash"],
        starter=found["starter"] == "1",
        sync=found["sync"],
        sources=msgspec.json.decode(found["sources"], type=tuple[SourceFile, ...]),
    )


def read_removed(connection: sqlite3.Connection) -> tuple[RemovedStudy, ...]:
    """Studies that the registry no longer has, by number."""
    rows = connection.execute(
        "SELECT nct_id, brief_title, last_updated, noticed FROM removed ORDER BY nct_id"
    )
    return tuple(
        RemovedStudy(nct_id=NctId(number), brief_title=title, last_updated=updated, noticed=noticed)
        for number, title, updated, noticed in rows
    )
