"""Builds a snapshot from registry files: each record is stored, listed as a duplicate, or rejected."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from cimara import __version__
from cimara.terms.tumour import tumours
from cimara.trials.content_hash import SCHEMA_VERSION
from cimara.trials.gazetteer import gazetteer
from cimara.trials.importers.source import Document, documents, fingerprint, source_files
from cimara.trials.ingest.processes import Workers, collector_paused, in_chunks
from cimara.trials.ingest.readers import Reader, reader_identity
from cimara.trials.ingest.report import (
    BuildReport,
    BuildStage,
    DataDateBasis,
    IngestPolicy,
    Progress,
    Provenance,
    StrictBuildError,
)
from cimara.trials.ingest.second_pass import ReadingTask, decode_result, read_task
from cimara.trials.ingest.staging import Stage, stage_documents
from cimara.trials.ingest.writer import SnapshotBuildError, SnapshotWriter, clear_stale, temporary
from cimara.trials.snapshot import SourceFile, removed_in

__all__ = ["BuildReport", "BuildStage", "IngestPolicy", "Provenance", "StrictBuildError", "build_snapshot"]

ATTRIBUTION = (
    "ClinicalTrials.gov, U.S. National Library of Medicine; processed by CIMARa, not endorsed by the NLM. "
    "City coordinates: GeoNames, CC BY 4.0."
)
RECORDS_PER_CHUNK = 250
CHUNK_BYTES = 4 << 20
CHUNKS_IN_PROCESS = 8
"""Up to this many chunks (2,000 records), other processes would take longer to start than to work."""
REJECTS_NAMED = 20


def build_snapshot(
    sources: Iterable[Path | str],
    out: Path | str,
    *,
    policy: IngestPolicy | None = None,
    built_at: str,
    reader: Reader | None = None,
    progress: Progress | None = None,
    provenance: Provenance | None = None,
) -> BuildReport:
    """Read registry files, folders, zips or snapshots into one snapshot at `out`.

    The file is written beside `out` and renamed into place at the end: whatever happens before, an older
    snapshot there stays whole. `built_at` is ISO text, since this library asks no clock.

    Raises
    ------
    StrictBuildError
        When the policy is strict and a record can't be stored.
    cimara.trials.importers.source.SourceError
        When a source can't be read at all.
    cimara.trials.ingest.writer.SnapshotBuildError
        When the snapshot can't be written, such as on a full disk.
    """
    target = Path(out)
    paths = [Path(source) for source in sources]
    for path in paths:
        source_files(path)
    policy = policy or IngestPolicy()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        clear_stale(target)
        with (
            collector_paused(),
            Workers(at_least=CHUNKS_IN_PROCESS, processes=policy.processes) as workers,
            SnapshotWriter(target) as writer,
            Stage(temporary(target, ".stage")) as stage,
        ):
            build = _Build(
                paths=paths,
                policy=policy,
                provenance=provenance or Provenance(),
                reader=reader,
                tell=progress or _tell_nobody,
                workers=workers,
                writer=writer,
                stage=stage,
            )
            return build.run(built_at)
    except (OSError, sqlite3.OperationalError) as error:
        raise SnapshotBuildError.of(target, error) from error


def _tell_nobody(stage: BuildStage, done: int) -> None:
    return None


@dataclass(slots=True, kw_only=True)
class _Build:
    """One build under way."""

    paths: list[Path]
    policy: IngestPolicy
    provenance: Provenance
    reader: Reader | None
    tell: Progress
    workers: Workers
    writer: SnapshotWriter
    stage: Stage
    read: int = 0
    stored: int = 0
    duplicates: int = 0
    starters: int = 0
    version_holder: str = ""
    last_updated: str = ""
    rejects: list[str] = field(default_factory=list)

    def run(self, built_at: str) -> BuildReport:
        files = [self.check(path) for path in self.paths]
        self.refuse_rejects()
        self.read_in_full()
        self.refuse_rejects()
        assert self.read == self.stored + self.duplicates + len(self.rejects)
        reader_version, rules_hash = reader_identity(self.reader)
        self.tell(BuildStage.INDEXING, 0)
        self.write_removed()
        self.writer.finish()
        content_hash = self.writer.content_hash(rules_hash)
        date, basis = self.data_date()
        self.writer.add_meta(
            schema_version=SCHEMA_VERSION,
            built_by=f"cimara {__version__}",
            built_at=built_at,
            data_date=date or "",
            data_date_basis=basis,
            sources=msgspec.json.encode(files).decode(),
            attribution=ATTRIBUTION,
            n_studies=self.stored,
            reader_version=reader_version,
            rules_hash=rules_hash,
            gazetteer_version=gazetteer().version,
            content_hash=content_hash,
            starter=int(self.starters > 0),
            sync=self.provenance.sync,
        )
        issues = self.writer.issue_counts()
        self.tell(BuildStage.VERIFYING, self.stored)
        self.writer.commit()
        self.tell(BuildStage.IN_PLACE, self.stored)
        return BuildReport(
            path=self.writer.target,
            read=self.read,
            stored=self.stored,
            duplicates=self.duplicates,
            rejected=len(self.rejects),
            issues=issues,
            content_hash=content_hash,
            data_date=date,
            data_date_basis=basis,
            starter=self.starters > 0,
            rejects=tuple(self.rejects),
        )

    def check(self, path: Path) -> SourceFile:
        """First pass over one source."""
        before = self.read
        gone = {study.nct_id for study in self.provenance.removed}
        for staged, rejected in self.workers.map(stage_documents, _chunks(documents(path))):
            kept = [record for record in staged if record.nct_id not in gone]
            self.stage.add(kept)
            self.writer.add({"rejected": [(None, *record.row()) for record in rejected]})
            self.rejects.extend(record.complaint() for record in rejected)
            self.read += len(kept) + len(rejected)
            self.tell(BuildStage.CHECKING, self.read)
        size, sha256 = fingerprint(path)
        return SourceFile(file=path.name, size=size, sha256=sha256, records=self.read - before)

    def read_in_full(self) -> None:
        """Second pass, in static-rank order, which is the order of row ids."""
        order = tuple(tumours())
        self.writer.add({"tumour": list(enumerate(order))})
        groups = in_chunks(self.stage.groups(), RECORDS_PER_CHUNK)
        tasks = (
            ReadingTask(1 + number * RECORDS_PER_CHUNK, chunk, order, self.reader, self.policy.endpoints)
            for number, chunk in enumerate(groups)
        )
        for result in map(decode_result, self.workers.map(read_task, tasks)):
            self.writer.add(result.rows)
            self.stored += result.stored
            self.duplicates += result.duplicates
            self.starters += result.starters
            self.rejects.extend(result.complaints)
            self.version_holder = max(self.version_holder, result.version_holder)
            self.last_updated = max(self.last_updated, result.last_updated)
            self.tell(BuildStage.READING, self.stored)

    def refuse_rejects(self) -> None:
        """Stop a strict build at its first rejected record."""
        if self.policy.strict and self.rejects:
            raise StrictBuildError.of(self.rejects[:REJECTS_NAMED], len(self.rejects))

    def write_removed(self) -> None:
        """List studies no longer in the registry: those just noticed, and those that older snapshots list."""
        listed = {study.nct_id: study for path in self.paths for study in removed_in(path)}
        listed |= {study.nct_id: study for study in self.provenance.removed}
        self.writer.add_removed(listed.values())

    def data_date(self) -> tuple[str | None, DataDateBasis]:
        """The date of the data, from the best source that tells it."""
        answered = (self.provenance.api_timestamp or "")[:10]
        if self.version_holder and self.version_holder >= answered:
            return self.version_holder, DataDateBasis.VERSION_HOLDER
        if answered:
            return answered, DataDateBasis.API_TIMESTAMP
        if self.last_updated:
            return self.last_updated, DataDateBasis.LAST_UPDATE
        newest = max(
            (file.stat().st_mtime for path in self.paths for file in source_files(path)), default=0.0
        )
        if newest:
            return datetime.fromtimestamp(newest, UTC).date().isoformat(), DataDateBasis.FILE_DATE
        return None, DataDateBasis.UNKNOWN


def _chunks(found: Iterator[Document]) -> Iterator[list[Document]]:
    """Documents in chunks bounded by number and bytes, since a document may be a page of a thousand."""
    chunk: list[Document] = []
    size = 0
    for document in found:
        chunk.append(document)
        size += len(document.content)
        if len(chunk) == RECORDS_PER_CHUNK or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
