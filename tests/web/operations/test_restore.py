"""A restore puts a portal back whole or changes nothing, and says by number which event was touched."""

from __future__ import annotations

import io
import json
import sqlite3
import subprocess
import tarfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cimara_web.backing_up.errors import BackupError
from cimara_web.backing_up.restoring import Restored, restore
from cimara_web.backing_up.taking import back_up
from tests.web.operations.conftest import Another, StandingIn
from tests.web.operations.content import PAPER, ROWS, counts
from tests.web.operations.places import SERVER_URL, Place

Change = Callable[[dict[str, bytes]], None]
NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
EMPTY = {"finder_finderprofile": 0, "usersessions_usersession": 0, "accounts_signinlink": 0}
DATABASE = "portal.pgdump" if SERVER_URL else "portal.sqlite3"
OF_SQLITE = pytest.mark.skipif(bool(SERVER_URL), reason="PostgreSQL's rows don't stand in a file of ours")


def put_back(file: Path, *, replace: bool = False) -> Restored:
    return restore(file, now=NOW, replace=replace, say=lambda _: None)


def counted(done: subprocess.CompletedProcess[str]) -> dict[str, int]:
    """What the command printed."""
    return {table: int(count) for table, count in (line.split("\t") for line in done.stdout.splitlines())}


def kept(place: Place) -> list[bytes]:
    return sorted(one.read_bytes() for one in (place.store / "bytes").rglob("*") if one.is_file())


def test_counts_and_chain_are_those_of_the_backup(
    filled: Place, backup: Path, another: Another, standing_in: StandingIn
) -> None:
    place = another()
    done = place.cimara("restore", str(backup))
    assert done.returncode == 1, "the rows of the study store are to be brought from elsewhere"
    assert "files of the study store are missing" in done.stderr
    with standing_in(filled):
        before = counts()
    with standing_in(place):
        after = counts()
    assert after == before | {"audit_auditevent": before["audit_auditevent"] + 1, **EMPTY}
    printed = counted(done)
    assert {table: printed[table] for table in before} == before | {**EMPTY}
    verified = place.cimara("verify-audit", "--head", str(backup.with_suffix(".head.json")))
    assert verified.returncode == 0, verified.stderr
    assert PAPER in kept(place)
    assert ROWS not in kept(place)


def test_the_restore_stands_in_the_trail(
    full_backup: Path, another: Another, standing_in: StandingIn
) -> None:
    from cimara_web.audit.models import AuditEvent

    with standing_in(another()):
        done = put_back(full_backup)
        last = AuditEvent.objects.order_by("seq").last()
        assert last is not None
        assert (last.event, last.at) == ("portal.restored", NOW)
        assert (last.context["seq"], last.prev_hash) == (done.head.seq, done.head.hash)


def test_a_backup_with_the_store_needs_nothing_else(
    filled: Place, full_backup: Path, another: Another, standing_in: StandingIn
) -> None:
    place = another()
    with standing_in(place):
        assert put_back(full_backup).missing == []
    assert kept(place) == kept(filled)


def test_what_is_there_is_replaced_only_when_asked(
    full_backup: Path, another: Another, standing_in: StandingIn
) -> None:
    place = another()
    with standing_in(place):
        put_back(full_backup)
        with pytest.raises(BackupError, match="the database is not empty"):
            put_back(full_backup)
        from cimara_web.members.models import Institution
        from tests.web import people

        people.institution(name="Made after the backup")
        put_back(full_backup, replace=True)
        assert not Institution.objects.filter(name="Made after the backup").exists()


def test_a_store_with_something_in_it_is_not_mixed_with_another(
    full_backup: Path, another: Another, standing_in: StandingIn
) -> None:
    place = another()
    (place.store / "bytes").mkdir(parents=True)
    (place.store / "bytes" / "there").write_bytes(b"before")
    with standing_in(place), pytest.raises(BackupError, match="the study store is not empty"):
        put_back(full_backup)
    assert kept(place) == [b"before"]


def test_a_portal_that_runs_is_not_replaced(
    full_backup: Path, another: Another, standing_in: StandingIn
) -> None:
    place = another()
    with standing_in(place):
        put_back(full_backup)
    at_work = place.start("tests.web.operations.content", "write")
    assert at_work.stdout is not None
    assert at_work.stdout.readline()
    with standing_in(place), pytest.raises(BackupError, match="the database is in use"):
        put_back(full_backup, replace=True)
    assert at_work.stdout.readline(), "the portal goes on"
    at_work.kill()
    at_work.wait()


def test_a_restore_that_fails_leaves_what_was_there(
    full_backup: Path, another: Another, standing_in: StandingIn, tmp_path: Path
) -> None:
    with standing_in(another()):
        put_back(full_backup)
        before = counts()
        with pytest.raises(BackupError, match="studies_study differ"):
            put_back(changed(full_backup, tmp_path / "changed.tar", other_rows), replace=True)
        assert counts() == before


def changed(backup: Path, target: Path, change: Change) -> Path:
    """The backup with other files in it."""
    with tarfile.open(backup) as tar:
        files = {one.name: tar.extractfile(one).read() for one in tar.getmembers()}  # type: ignore[union-attr]
    change(files)
    with tarfile.open(target, "w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return target


def flip(files: dict[str, bytes]) -> None:
    raw, middle = files[DATABASE], len(files[DATABASE]) // 2
    files[DATABASE] = raw[:middle] + bytes([raw[middle] ^ 1]) + raw[middle + 1 :]


def add(files: dict[str, bytes]) -> None:
    last = files.pop("manifest.json")
    files |= {"store/../../escaped": b"x", "manifest.json": last}


def escape(files: dict[str, bytes]) -> None:
    add(files)
    empty = {"sha256": "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", "size": 1}
    _tell(files, lambda told: told["files"].update({"store/../../escaped": empty}))


def lose(files: dict[str, bytes]) -> None:
    del files["manifest.json"]


def newer(files: dict[str, bytes]) -> None:
    _tell(files, lambda told: told["contents"]["migrations"].update(studies="9999_from_the_future"))


def other_database(files: dict[str, bytes]) -> None:
    _tell(files, lambda told: told.update(database="sqlite" if SERVER_URL else "postgresql"))


def other_format(files: dict[str, bytes]) -> None:
    _tell(files, lambda told: told.update(format="cimara-backup-9"))


def other_rows(files: dict[str, bytes]) -> None:
    _tell(files, lambda told: told["contents"]["tables"].update(studies_study=2))


def other_head(files: dict[str, bytes]) -> None:
    _tell(files, lambda told: told["contents"]["head"].update(seq=3))


def _tell(files: dict[str, bytes], change: Callable[[dict[str, Any]], None]) -> None:
    told = json.loads(files["manifest.json"])
    change(told)
    files["manifest.json"] = json.dumps(told).encode()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (flip, "another hash than the manifest states"),
        (add, "not those of its manifest"),
        (escape, "would lie outside"),
        (lose, "does not end with a manifest"),
        (newer, "studies 9999_from_the_future"),
        (other_database, "Set DATABASE_URL"),
        (other_format, "expected format cimara-backup-1"),
        (other_rows, "studies_study differ"),
        (other_head, "heads differ"),
    ],
)
def test_what_is_not_sound_changes_nothing(
    backup: Path, another: Another, standing_in: StandingIn, tmp_path: Path, change: Change, said: str
) -> None:
    place = another()
    with standing_in(place):
        with pytest.raises(BackupError, match=said):
            put_back(changed(backup, tmp_path / "changed.tar", change))
        assert put_back(backup).tables["studies_study"] > 5, "the place was still empty"
    assert not list(tmp_path.rglob("escaped"))


@pytest.mark.parametrize("length", [1, 100, 5_000, -10_300, -12_000])
def test_a_file_that_was_cut_is_refused(
    backup: Path, another: Another, standing_in: StandingIn, tmp_path: Path, length: int
) -> None:
    cut = tmp_path / "cut.tar"
    cut.write_bytes(backup.read_bytes()[:length])
    with standing_in(another()), pytest.raises(BackupError):
        put_back(cut)


def test_a_file_that_is_not_there_is_named(another: Another, standing_in: StandingIn) -> None:
    with standing_in(another()), pytest.raises(BackupError, match=r"no-such\.tar: there is no such file"):
        put_back(Path("no-such.tar"))


@OF_SQLITE
def test_a_flipped_byte_in_one_event_is_named_by_its_number(
    full_backup: Path, another: Another, standing_in: StandingIn, tmp_path: Path
) -> None:
    place, file = another(), tmp_path / "place-0" / "portal.sqlite3"
    with standing_in(place):
        put_back(full_backup)
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA journal_mode=DELETE")
        (told,) = database.execute("SELECT at FROM audit_auditevent WHERE seq = 3").fetchone()
    raw = file.read_bytes()
    at = raw.index(told.encode())
    file.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])  # 2026 is now 3026
    with standing_in(place):
        taken = back_up(tmp_path / "backups", now=NOW, with_store=False, say=lambda _: None)
    assert "event 3" in place.cimara("verify-audit").stderr
    with standing_in(another()), pytest.raises(BackupError, match="broken at event 3"):
        put_back(taken.file)
