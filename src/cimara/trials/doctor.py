"""Examines a snapshot: is it sound, is it what it says, how old is it, and what does it lack?"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

from cimara.trials.content_hash import content_hash
from cimara.trials.importers.forms import RawRecord
from cimara.trials.importers.rejection import RejectedRecordError
from cimara.trials.ingest.readers import reader_identity
from cimara.trials.ingest.staging import canonical_digest
from cimara.trials.snapshot import Snapshot, SnapshotError
from cimara.trials.staleness import DEFAULT_POLICY, Freshness, StalenessPolicy, freshness
from cimara.trials.study import SourceForm


class FindingCode(StrEnum):
    """What an examination can find."""

    UNREADABLE = "unreadable"
    UNSOUND = "unsound"
    HASH_DIFFERS = "hash_differs"
    COUNT_DIFFERS = "count_differs"
    ROWS_MISSING = "rows_missing"
    OLD = "old"
    STARTER = "starter"
    READER_DIFFERS = "reader_differs"
    REJECTED = "rejected"
    NO_SITES = "no_sites"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a keeper of the registry should know, and what to do about it."""

    code: FindingCode
    message: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Examination:
    """What was looked at and found; `facts` are counts and dates for the report."""

    path: Path
    facts: tuple[tuple[str, str], ...]
    findings: tuple[Finding, ...]


def examine(path: Path, *, today: date, policy: StalenessPolicy = DEFAULT_POLICY) -> Examination:
    """Look a snapshot through; a file that can't be opened is a finding, not an error."""
    try:
        with Snapshot.open(path) as snapshot:
            findings = tuple(_findings(snapshot, today, policy))
            return Examination(path=snapshot.path, facts=tuple(_facts(snapshot)), findings=findings)
    except (SnapshotError, sqlite3.DatabaseError) as error:
        found = Finding(code=FindingCode.UNREADABLE, message=str(error), hint=_REBUILD)
        return Examination(path=path, facts=(), findings=(found,))


_REBUILD = "Build it again from the registry's files, or go back to an older snapshot."
_SYNC = "Run `cimara trials sync`, or build from newer files."


def _findings(snapshot: Snapshot, today: date, policy: StalenessPolicy) -> Iterator[Finding]:
    yield from _soundness(snapshot)
    yield from _completeness(snapshot)
    meta = snapshot.meta
    if freshness(meta.data_date, today, policy) is Freshness.OLD:
        told = f"are of {meta.data_date}" if meta.data_date else "have no date"
        yield Finding(code=FindingCode.OLD, message=f"the data {told}; they may be out of date", hint=_SYNC)
    if meta.starter:
        yield Finding(
            code=FindingCode.STARTER,
            message="holds starter records, restated in our own words",
            hint="Run `cimara trials sync` for the registry's own text.",
        )
    if (meta.reader_version, meta.rules_hash) != reader_identity():
        yield Finding(
            code=FindingCode.READER_DIFFERS,
            message="was read by another version of the eligibility reader or of its rules",
            hint="Build it again: `cimara trials build SNAPSHOT --out SNAPSHOT` reads its own records anew.",
        )


def _soundness(snapshot: Snapshot) -> Iterator[Finding]:
    faults = [row[0] for row in snapshot.connection.execute("PRAGMA integrity_check(5)")]
    if faults != ["ok"]:
        yield Finding(code=FindingCode.UNSOUND, message="; ".join(faults), hint=_REBUILD)
    if content_hash(snapshot.connection, snapshot.meta.rules_hash) != snapshot.meta.content_hash:
        yield Finding(
            code=FindingCode.HASH_DIFFERS, message="the content hash isn't that of the records", hint=_REBUILD
        )
    changed = sum(1 for _ in _changed_records(snapshot))
    if changed:
        yield Finding(
            code=FindingCode.HASH_DIFFERS, message=f"{changed} records aren't those hashed", hint=_REBUILD
        )


def _changed_records(snapshot: Snapshot) -> Iterator[int]:
    """Row ids of records whose canonical JSON no longer has the digest written beside it."""
    rows = snapshot.connection.execute(
        "SELECT raw.id, source_form, deflated, sha256 FROM raw JOIN study USING (id)"
    )
    for row_id, form, deflated, digest in rows:
        try:
            sound = canonical_digest(RawRecord(SourceForm(form), zlib.decompress(deflated))) == digest
        except (zlib.error, RejectedRecordError):
            sound = False
        if not sound:
            yield row_id


_PER_STUDY = ("raw", "card", "facet", "eligibility")


def _completeness(snapshot: Snapshot) -> Iterator[Finding]:
    studies = _count(snapshot, "SELECT count(*) FROM study")
    if studies != snapshot.meta.n_studies:
        yield Finding(
            code=FindingCode.COUNT_DIFFERS,
            message=f"{studies} studies, but it says {snapshot.meta.n_studies}",
            hint=_REBUILD,
        )
    for table in _PER_STUDY:
        rows = _count(snapshot, f"SELECT count(*) FROM {table}")  # noqa: S608
        if rows != studies:
            yield Finding(
                code=FindingCode.ROWS_MISSING, message=f"table {table} has {rows} of {studies}", hint=_REBUILD
            )
    if rejected := _count(snapshot, "SELECT count(*) FROM rejected"):
        yield Finding(
            code=FindingCode.REJECTED,
            message=f"{rejected} records couldn't be stored",
            hint="Table `rejected` has each with its reason; mend the file and build again.",
        )
    if studies and not _count(snapshot, "SELECT count(*) FROM location WHERE lat IS NOT NULL"):
        yield Finding(
            code=FindingCode.NO_SITES,
            message="no site has coordinates; searching by distance will find nothing",
            hint="Build from records with sites.",
        )


_FACTS: tuple[tuple[str, str], ...] = (
    ("sites", "SELECT count(*) FROM location"),
    ("sites without coordinates", "SELECT count(*) FROM location WHERE lat IS NULL"),
    ("studies without sites", "SELECT count(*) FROM study WHERE n_sites = 0"),
    ("studies without outcomes", "SELECT count(*) FROM study WHERE NOT has_outcomes"),
    ("studies without a last update", "SELECT count(*) FROM study WHERE last_updated IS NULL"),
    ("studies no longer in the registry", "SELECT count(*) FROM removed"),
    ("issues", "SELECT count(*) FROM issue"),
)


def _facts(snapshot: Snapshot) -> Iterator[tuple[str, str]]:
    meta = snapshot.meta
    yield "studies", str(meta.n_studies)
    yield "data date", f"{meta.data_date or 'unknown'} ({meta.data_date_basis})"
    yield "built", f"{meta.built_at} by {meta.built_by}"
    yield "content hash", meta.content_hash
    for name, query in _FACTS:
        yield name, str(_count(snapshot, query))


def _count(snapshot: Snapshot, query: str) -> int:
    return int(snapshot.connection.execute(query).fetchone()[0])
