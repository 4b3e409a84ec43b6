"""A backup that is taken while others write holds one moment, whole: every change in it with its event."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cimara_web.backing_up.archive import manifest_of, opened
from cimara_web.backing_up.restoring import restore
from cimara_web.backing_up.taking import back_up
from tests.web.operations.conftest import Another, StandingIn
from tests.web.operations.content import EVENTS
from tests.web.operations.places import Place

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
BACKUPS, WRITES_BETWEEN = 2, 20


@contextmanager
def writing(place: Place) -> Iterator[object]:
    """A process that writes without end; gives what waits until it wrote some more."""
    at_work = place.start("tests.web.operations.content", "write")
    lines = at_work.stdout
    assert lines is not None

    def wait() -> None:
        start = int(lines.readline())
        while int(lines.readline()) < start + WRITES_BETWEEN:
            pass

    try:
        yield wait
        assert at_work.poll() is None, "no write was refused"
    finally:
        at_work.kill()
        at_work.wait()


def test_each_backup_under_load_restores_to_a_whole_chain_and_its_counts(
    full_backup: Path, another: Another, standing_in: StandingIn, tmp_path: Path
) -> None:
    place, taken = another(), []
    with standing_in(place):
        at_first = restore(full_backup, now=NOW, replace=False, say=lambda _: None).tables[
            "members_institution"
        ]
    with writing(place) as some_more, standing_in(place):
        for number in range(BACKUPS):
            some_more()  # type: ignore[operator]
            now = NOW + timedelta(hours=number)
            taken.append(back_up(tmp_path / "backups", now=now, with_store=True, say=lambda _: None))
    at_first -= 1  # the restore left an event of its own
    heads = [one.head.seq for one in taken]
    assert heads[0] >= WRITES_BETWEEN
    assert heads == sorted(set(heads)), "each holds more than the one before"
    for one in taken:
        with opened(one.file) as tar:
            stated = manifest_of(tar).contents
        with standing_in(another()):
            done = restore(one.file, now=NOW, replace=False, say=lambda _: None)
        assert (done.head, done.tables) == (stated.head, stated.tables)
        assert done.tables["audit_auditevent"] == done.head.seq
        assert done.tables["members_institution"] - at_first == done.head.seq - EVENTS, "each with its event"
