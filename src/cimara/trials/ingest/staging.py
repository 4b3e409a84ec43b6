"""The first pass of a build: every record checked, keyed and deflated into a staging file.

Ranks, duplicates and rejects are known before anything is read in full, and memory stays flat, since
the staging file (SQLite, beside the target) holds the records.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec
from isal import isal_zlib

from cimara.terms.ids import NctId
from cimara.terms.registry import OverallStatus
from cimara.trials.importers import read_study
from cimara.trials.importers.forms import RawRecord, not_json, records_in, xml_as_json
from cimara.trials.importers.rejection import RejectedRecordError
from cimara.trials.importers.source import Document
from cimara.trials.importers.tolerant import JSON_ERRORS
from cimara.trials.issue import IssueCode
from cimara.trials.study import SourceForm

FORMS = tuple(SourceForm)
"""Order of precedence: the form of lower place wins."""

REJECTED_BYTES_KEPT = 1 << 20
DEFLATE_LEVEL = 1

_RANKS = {
    OverallStatus.RECRUITING.value: 0,
    OverallStatus.NOT_YET_RECRUITING.value: 1,
    OverallStatus.ENROLLING_BY_INVITATION.value: 2,
}
_LAST_RANK = 3


class StagedRecord(msgspec.Struct, array_like=True, frozen=True):
    """A sound record with the keys that rank it and choose between duplicates."""

    source: str
    line: int | None
    nct_id: str
    form: int
    status_rank: int
    updated: str
    version: str
    deflated: bytes
    sha256: bytes


class RejectedRecord(msgspec.Struct, array_like=True, frozen=True):
    """A record that can't be stored, with the reason."""

    source: str
    line: int | None
    code: IssueCode
    nct_id: str | None
    message: str
    deflated: bytes

    def row(self) -> tuple[object, ...]:
        """The columns of table `rejected`, without its id."""
        return (str(self.code), self.nct_id, self.message, self.source, self.line, self.deflated)

    def complaint(self) -> str:
        """One line for the person who must mend the file."""
        return complaint(self.source, self.line, self.message)


def complaint(source: str, line: int | None, message: str) -> str:
    """`IMPORT file.jsonl line 812: not JSON (text, 41 characters)`."""
    return f"IMPORT {source} line {line}: {message}" if line else f"IMPORT {source}: {message}"


@dataclass(frozen=True, slots=True)
class Group:
    """All records of one study: the winner first, then those that lost to it."""

    records: tuple[StagedRecord, ...]


def stage_documents(documents: Sequence[Document]) -> tuple[list[StagedRecord], list[RejectedRecord]]:
    """The staged and the rejected records of some documents."""
    staged: list[StagedRecord] = []
    rejected: list[RejectedRecord] = []
    for document in documents:
        try:
            if document.truncated:
                raise RejectedRecordError(IssueCode.TRUNCATED, "the file breaks off here")
            records = list(records_in(document.content))
        except RejectedRecordError as error:
            rejected.append(_rejected(document, document.content, error))
            continue
        for record in records:
            try:
                staged.append(_staged(document, record))
            except RejectedRecordError as error:
                rejected.append(_rejected(document, record.content, error))
    return staged, rejected


def canonical_digest(record: RawRecord) -> bytes:
    """SHA-256 of the canonical JSON (sorted keys, UTF-8, no spaces) of a record.

    Raises
    ------
    RejectedRecordError
        When the record isn't JSON.
    """
    content = xml_as_json(record.content) if record.form is SourceForm.XML else record.content
    return _digest(_decoded(content))


def _decoded(content: bytes) -> Any:
    try:
        return msgspec.json.decode(content)
    except JSON_ERRORS:
        raise not_json(content) from None


def _digest(value: Any) -> bytes:
    return hashlib.sha256(msgspec.json.encode(value, order="deterministic")).digest()


def _staged(document: Document, record: RawRecord) -> StagedRecord:
    if record.form is SourceForm.API_V2:
        value = _decoded(record.content)
        nct_id, status, updated, version = _keys(value)
        digest = _digest(value)
    else:
        study, _ = read_study(record.form, record.content)
        nct_id, status = study.nct_id, study.overall_status.value
        updated, version = study.last_updated or "", study.version_holder or ""
        digest = canonical_digest(record)
    return StagedRecord(
        source=document.source,
        line=document.line,
        nct_id=str(nct_id),
        form=FORMS.index(record.form),
        status_rank=_RANKS.get(status, _LAST_RANK),
        updated=updated,
        version=version,
        deflated=isal_zlib.compress(record.content, DEFLATE_LEVEL),
        sha256=digest,
    )


def _keys(value: Any) -> tuple[NctId, str, str, str]:
    """Number, status, last update and version holder of a decoded API v2 record."""
    nct_id = NctId.parse(_text(value, "protocolSection", "identificationModule", "nctId"))
    if nct_id is None:
        raise RejectedRecordError(IssueCode.NO_NCT_ID, "no valid registry number")
    if not _text(value, "protocolSection", "eligibilityModule", "eligibilityCriteria").strip():
        raise RejectedRecordError(IssueCode.NO_CRITERIA, "no criteria text", nct_id)
    return (
        nct_id,
        _text(value, "protocolSection", "statusModule", "overallStatus"),
        _date(value, "protocolSection", "statusModule", "lastUpdatePostDateStruct", "date"),
        _date(value, "derivedSection", "miscInfoModule", "versionHolder"),
    )


def _date(value: Any, *keys: str) -> str:
    text = _text(value, *keys)
    return text if text[:4].isdecimal() else ""


def _text(value: Any, *keys: str) -> str:
    for key in keys:
        if not isinstance(value, dict):
            return ""
        value = value.get(key)
    return value if isinstance(value, str) else ""


def _rejected(document: Document, content: bytes, error: RejectedRecordError) -> RejectedRecord:
    return RejectedRecord(
        source=document.source,
        line=document.line,
        code=error.code,
        nct_id=error.nct_id,
        message=str(error),
        deflated=isal_zlib.compress(content[:REJECTED_BYTES_KEPT], DEFLATE_LEVEL),
    )


_CREATE = """
CREATE TABLE staged (seq INTEGER PRIMARY KEY, source TEXT, line INTEGER, nct_id TEXT, form INTEGER,
    status_rank INTEGER, updated TEXT, version TEXT, deflated BLOB, sha256 BLOB)
"""
_WINNERS_BY_RANK = """
WITH placed AS (
    SELECT nct_id, status_rank, updated, row_number() OVER (
        PARTITION BY nct_id ORDER BY form, updated DESC, version DESC, seq DESC
    ) AS place
    FROM staged
)
SELECT nct_id FROM placed WHERE place = 1 ORDER BY status_rank, updated DESC, nct_id
"""
_INSERT = """
INSERT INTO staged (source, line, nct_id, form, status_rank, updated, version, deflated, sha256)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_RECORDS_OF_STUDY = """
SELECT source, line, nct_id, form, status_rank, updated, version, deflated, sha256 FROM staged
WHERE nct_id = ? ORDER BY form, updated DESC, version DESC, seq DESC
"""


class Stage:
    """The staging file. Made for one build and thrown away with it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.unlink(missing_ok=True)
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;")
        self._connection.execute(_CREATE)
        self._connection.execute("BEGIN")

    def __enter__(self) -> Stage:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self.path.unlink(missing_ok=True)

    def add(self, records: Iterable[StagedRecord]) -> None:
        """Add records; later ones are later in the tie-break of duplicates."""
        self._connection.executemany(_INSERT, map(msgspec.structs.astuple, records))

    def groups(self) -> Iterator[Group]:
        """The studies in static-rank order, each with all its records."""
        self._connection.execute("CREATE INDEX staged_by_number ON staged (nct_id)")
        for (nct_id,) in self._connection.execute(_WINNERS_BY_RANK):
            found = self._connection.execute(_RECORDS_OF_STUDY, (nct_id,))
            yield Group(tuple(StagedRecord(*row) for row in found))
