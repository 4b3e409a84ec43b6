"""Puts a backup back, whole or not at all: checked before anything changes, verified before it counts."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.migrations.loader import MigrationLoader

from cimara_web.audit.append_only import triggers_stand
from cimara_web.audit.verifying import Head, verify
from cimara_web.backing_up import study_store
from cimara_web.backing_up.actions.restored import portal_restored
from cimara_web.backing_up.archive import manifest_of, opened, unpack
from cimara_web.backing_up.databases import Database, database
from cimara_web.backing_up.errors import BackupError
from cimara_web.backing_up.manifest import Contents, Manifest

Say = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back: rows by table, the head that was verified, and what the study store lacks."""

    tables: Mapping[str, int]
    head: Head
    missing: list[str]


def restore(file: Path, *, now: datetime, replace: bool, say: Say) -> Restored:
    """Make this portal the one of a backup.

    Raises
    ------
    BackupError
        When the backup isn't sound or doesn't fit, or when there is something here that it would replace.
    """
    live = database()
    with opened(file) as tar, tempfile.TemporaryDirectory(prefix=".restore-", dir=_folder()) as work:
        manifest = manifest_of(tar)
        _refuse_unfit(manifest, live)
        _refuse_taken_place(manifest, live, replace=replace)
        say("Checking every file")
        for name in manifest.files:
            unpack(tar, manifest, name, Path(work) / name)
        say("Putting back the database")
        with live.put(Path(work) / live.file_name) as found:
            _refuse_other_contents(manifest.contents, found)
            call_command("migrate", interactive=False, verbosity=0)
            say("Verifying the audit trail")
            _refuse_broken_chain(manifest.contents.head)
            _put_store(manifest, Path(work))
            portal_restored(
                backup=manifest.backup, head=manifest.contents.head, made_at=manifest.made_at, now=now
            )
        return Restored(found.tables, manifest.contents.head, study_store.missing(manifest.store))


def _folder() -> Path:
    folder: Path = settings.ENVIRONMENT.var
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _refuse_unfit(manifest: Manifest, live: Database) -> None:
    if manifest.database != live.kind:
        raise BackupError(
            f"the backup holds a {manifest.database} database and DATABASE_URL names {live.kind}",
            hint=f"Set DATABASE_URL to a {manifest.database} database.",
        )
    known = MigrationLoader(None).disk_migrations
    newer = [
        f"{app} {name}" for app, name in manifest.contents.migrations.items() if (app, name) not in known
    ]
    if newer:
        raise BackupError(
            f"the backup has migrations that this version lacks: {', '.join(newer)}",
            hint=f"Install the version that made it ({manifest.software}) or a newer one.",
        )


def _refuse_taken_place(manifest: Manifest, live: Database, *, replace: bool) -> None:
    if replace:
        return
    hint = "Name an empty one, or say --replace to lose what is there."
    if not live.is_empty():
        raise BackupError("the database is not empty", hint=hint)
    brings = any(name.startswith(study_store.FOLDER) for name in manifest.files)
    if brings and not study_store.is_empty():
        raise BackupError("the study store is not empty", hint=hint)


def _put_store(manifest: Manifest, work: Path) -> None:
    """Files of the store go to their places one by one; none that is there already is taken away."""
    for name in manifest.files:
        if name.startswith(study_store.FOLDER):
            study_store.place(work / name, name.removeprefix(study_store.FOLDER))


def _refuse_other_contents(stated: Contents, found: Contents) -> None:
    if found != stated:
        differ = [name for name in stated.tables if found.tables.get(name) != stated.tables[name]]
        raise BackupError(
            f"the restored database is not the one that was copied: {', '.join(differ) or 'heads'} differ"
        )


def _refuse_broken_chain(head: Head) -> None:
    verdict = verify((head,))
    if verdict.broken is not None:
        raise BackupError(
            f"the audit trail is broken at event {verdict.broken.seq}: {verdict.broken.what}",
            hint="Nothing was restored. Take an older backup, and find out who changed the trail.",
        )
    if not triggers_stand(connections[DEFAULT_DB_ALIAS]):
        raise BackupError("the restored audit trail is not append-only: its triggers are missing")
