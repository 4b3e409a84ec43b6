"""Killed at 50 moments of a build and of a sync: the old snapshot opens, the next run has it all."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

import pytest

from cimara.trials.snapshot import Snapshot
from cimara.trials.sync import SyncSettings, sync_registry
from tests.generative.registry import killed_work
from tests.generative.registry.http_registry import serving
from tests.generative.registry.killed_work import Workshop, workshop
from tests.many import examples
from tests.unit.trials.registry.fake_registry import FakeRegistry, study
from tests.unit.trials.registry.records import build, quick_reader, raw, record, write_lines

KILLS = examples(few=15, many=50)
MOST_TRIES = 3 * KILLS
"""A kill by the clock after the last event may come too late, and is then tried at another moment."""
LONGEST_DELAY = 0.01


@pytest.fixture(scope="module")
def shop() -> Iterator[Workshop]:
    with workshop() as made:
        yield made


def moments(events: int) -> Iterator[tuple[int, float]]:
    """Every event in any order, then for ever some with a short delay: kills fall between events, too."""
    chance = random.Random(20260301)
    order = chance.sample(range(1, events + 1), events)
    for number in count():
        delay = chance.uniform(0.0002, LONGEST_DELAY) if number >= events else 0.0
        yield order[number % events], delay


def stored(path: Path) -> dict[str, bytes]:
    with Snapshot.open(path) as snapshot:
        assert snapshot.connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        return {study.nct_id: snapshot.study(study.nct_id).raw for study in snapshot.studies()}


def test_a_build_killed_at_any_moment_leaves_the_old_snapshot_whole(tmp_path: Path, shop: Workshop) -> None:
    old, new = [record("NCT00009999")], [record(f"NCT{number:08d}") for number in range(80)]
    source = write_lines(tmp_path / "new.jsonl", new)
    build([write_lines(tmp_path / "old.jsonl", old)], tmp_path / "first.sqlite3")
    content = (tmp_path / "first.sqlite3").read_bytes()
    expected = {one["protocolSection"]["identificationModule"]["nctId"]: raw(one) for one in new}
    out = tmp_path / "out.sqlite3"
    events = shop.build(source, out).events
    kills = 0
    for event, delay in islice(moments(events), MOST_TRIES):
        out.write_bytes(content)
        killed = shop.build(source, out, event, delay).killed
        kills += killed
        if killed and event < events and not delay:
            assert out.read_bytes() == content
        assert stored(out) in ({"NCT00009999": raw(old[0])}, expected)
        assert not shop.build(source, out).killed
        assert stored(out) == expected
        if kills == KILLS:
            return
    pytest.fail(f"only {kills} builds were killed before they were done")


def test_a_sync_killed_at_any_moment_goes_on_with_nothing_twice_or_lost(
    tmp_path: Path, shop: Workshop
) -> None:
    registry = FakeRegistry.of((study(number) for number in range(1, 41)), page_size=8)
    with serving(registry) as address:
        shop.sync(tmp_path / "base", address)
        before = {number: raw(one) for number, one in registry.studies.items()}
        registry.put(study(number, "2026-03-02") for number in range(30, 71))
        registry.timestamp = "2026-03-02T09:00:05"
        expected = {number: raw(one) for number, one in registry.studies.items()}

        def prepared(name: str) -> Path:
            return Path(shutil.copytree(tmp_path / "base", tmp_path / name))

        events = shop.sync(prepared("counted"), address).events
        kills = 0
        for number, (event, delay) in enumerate(islice(moments(events), MOST_TRIES)):
            folder = prepared(str(number))
            kills += shop.sync(folder, address, event, delay).killed
            assert stored(folder) in (before, expected)
            assert not shop.sync(folder, address).killed
            assert stored(folder) == expected
            assert not list(folder.glob("staging"))
            if kills == KILLS:
                return
    pytest.fail(f"only {kills} syncs were killed before they were done")


def test_the_workers_of_a_killed_build_end_too(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "a.jsonl", [record(f"NCT{number:08d}") for number in range(2000)])
    command = [sys.executable, "-m", killed_work.__name__, str(source), str(tmp_path / "a.sqlite3")]
    done = subprocess.run(command, capture_output=True, text=True, cwd=killed_work.ROOT, timeout=60)  # noqa: S603
    assert done.returncode == -signal.SIGKILL
    workers = done.stdout.split()
    assert workers
    patience = 200
    while any(is_alive(worker) for worker in workers) and patience:
        patience -= 1
        time.sleep(0.05)
    assert patience, "workers outlived their parent"


def is_alive(pid: str) -> bool:
    """False for a process that is gone, or dead and not waited for: not every first process waits."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


@pytest.mark.parametrize("full", [True, False], ids=["full", "incremental"])
def test_a_sync_over_real_http_equals_the_registry(full: bool, tmp_path: Path) -> None:
    records = [study(number) for number in range(1, 30)]
    registry = FakeRegistry.of(records, page_size=4, empty_pages=frozenset({2}))
    with serving(registry) as address:
        settings = SyncSettings(base_url=address, pace_seconds=0.0, full=full)
        sync_registry(tmp_path, settings=settings, reader=quick_reader)
        registry.put([study(7, "2026-03-02", identification__acronym="NEW")])
        registry.timestamp = "2026-03-02T09:00:05"
        sync_registry(tmp_path, settings=settings, reader=quick_reader)
    assert stored(tmp_path) == {number: raw(one) for number, one in registry.studies.items()}
