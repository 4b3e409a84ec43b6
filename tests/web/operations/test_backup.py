"""A backup holds one moment of the portal, is readable by its owner only, and leaves out what must end."""

from __future__ import annotations

import json
import stat
import tarfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cimara_web.backing_up.restoring import restore
from cimara_web.finder.sealing import row_key
from tests.web.operations.conftest import Another, StandingIn
from tests.web.operations.content import EVENTS, KEPT_TOKEN, PAPER, ROWS
from tests.web.operations.places import Place

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
LEFT_OUT = (
    "finder_finderprofile",
    "django_session",
    "usersessions_usersession",
    "accounts_signinlink",
    "cimara_cache",
)


def manifest(file: Path) -> dict[str, Any]:
    with tarfile.open(file) as tar:
        taken = tar.extractfile("manifest.json")
        assert taken is not None
        return json.load(taken)


def test_only_its_owner_reads_it(backup: Path) -> None:
    for file in backup.parent.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert {one.suffix for one in backup.parent.iterdir()} == {".tar", ".json"}


def test_the_rows_of_patients_and_sessions_are_left_out(backup: Path) -> None:
    tables = manifest(backup)["contents"]["tables"]
    assert [tables[name] for name in LEFT_OUT] == [0, 0, 0, 0, 0]
    assert tables["studies_study"] > 5


def test_it_names_every_file_of_the_store_and_holds_no_patients_rows(filled: Place, backup: Path) -> None:
    there = {one.relative_to(filled.store).as_posix() for one in filled.store.rglob("*") if one.is_file()}
    assert set(manifest(backup)["store"]) == there
    assert PAPER in backup.read_bytes()
    assert ROWS not in backup.read_bytes()
    assert b"DEMO-HOME-" not in backup.read_bytes()


def test_the_rows_come_along_when_asked_for(full_backup: Path) -> None:
    told = manifest(full_backup)
    assert {f"store/{name}" for name in told["store"]} < set(told["files"])
    assert ROWS in full_backup.read_bytes()


def test_the_head_beside_it_is_the_one_within(backup: Path) -> None:
    beside = json.loads(backup.with_suffix(".head.json").read_text())
    assert beside == manifest(backup)["contents"]["head"]
    assert beside["seq"] == EVENTS


def test_a_damaged_file_of_the_store_is_named_and_the_backup_is_made(
    full_backup: Path, another: Another, standing_in: StandingIn, tmp_path: Path
) -> None:
    place = another()
    with standing_in(place):
        restore(full_backup, now=NOW, replace=False, say=lambda _: None)
    victim = max(one for one in (place.store / "bytes").rglob("*") if one.is_file())
    victim.write_bytes(b"other bytes")
    done = place.cimara("backup", str(tmp_path / "backups"))
    assert done.returncode == 1
    assert victim.name in done.stderr
    assert Path(done.stdout.strip()).exists()


def test_what_is_left_out_stands_nowhere_in_the_file(filled: Place, backup: Path) -> None:
    """Not even in free pages, where SQLite leaves deleted rows. PostgreSQL has no such pages in a dump."""
    key = row_key(KEPT_TOKEN).encode()
    assert key in b"".join(one.read_bytes() for one in filled.folder.glob("portal.sqlite3*")) or filled.url
    assert key not in backup.read_bytes()
