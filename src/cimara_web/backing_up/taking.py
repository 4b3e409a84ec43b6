"""Takes a backup while the portal serves: the database first, so that the store has all that it names."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from cimara import __version__
from cimara_web.audit.queries import Head
from cimara_web.backing_up import study_store
from cimara_web.backing_up.archive import OWNER_ONLY, Writer, written
from cimara_web.backing_up.databases import database
from cimara_web.backing_up.errors import BackupError
from cimara_web.backing_up.left_out import left_out
from cimara_web.backing_up.manifest import FileFacts, Manifest
from cimara_web.snapshot import current_snapshot

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Taken:
    """A backup: its file, the file with its audit head, and what of the study store was found damaged."""

    file: Path
    head_file: Path
    head: Head
    damaged: list[str]


def back_up(folder: Path, *, now: datetime, with_store: bool, say: Say) -> Taken:
    """Write `cimara-TIME.tar` into a folder, and beside it the audit head for `verify-audit`.

    Raises
    ------
    BackupError
        When the folder can't be written to, or the database can't be read.
    """
    target = folder / f"cimara-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as work, written(target) as tar:
            manifest = _fill(tar, Path(work), now=now, with_store=with_store, say=say)
        head_file = _write_head(target, manifest.contents.head)
    except OSError as error:
        raise BackupError(
            f"the backup could not be written ({error.strerror or type(error).__name__})", where=str(folder)
        ) from error
    return Taken(target, head_file, manifest.contents.head, study_store.damaged(manifest.store))


def _fill(tar: Writer, work: Path, *, now: datetime, with_store: bool, say: Say) -> Manifest:
    live = database()
    say("Copying the database")
    held = live.copy(work / live.file_name, without=left_out())
    tar.add(live.file_name, work / live.file_name)
    say("Reading the study store")
    papers = study_store.papers(held.tables)

    def take(name: str, path: Path) -> FileFacts:
        if not with_store and path.name not in papers:
            return study_store.facts_of(path)
        entry = study_store.FOLDER + name
        tar.add(entry, path)
        return tar.files[entry]

    store = study_store.listed(take)
    manifest = Manifest(
        backup=uuid4(),
        made_at=now,
        software=__version__,
        database=live.kind,
        registry=current_snapshot().meta.content_hash,
        contents=held,
        files=dict(tar.files),
        store=store,
    )
    tar.finish(manifest)
    return manifest


def _write_head(target: Path, head: Head) -> Path:
    file = target.with_suffix(".head.json")
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(json.dumps(asdict(head)) + "\n")
    return file
