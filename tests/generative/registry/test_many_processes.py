"""A big build spreads over processes and comes to the same snapshot."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara.trials.snapshot import Snapshot
from tests.unit.trials.registry.records import build, record, write_lines


def test_big_builds_read_in_other_processes_to_the_same_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_lines(tmp_path / "a.jsonl", [record(f"NCT{number:08d}") for number in range(30)])
    alone = build([source], tmp_path / "alone.sqlite3").content_hash
    monkeypatch.setattr("cimara.trials.build.RECORDS_PER_CHUNK", 5)
    monkeypatch.setattr("cimara.trials.build.CHUNKS_IN_PROCESS", 1)
    report = build([source], tmp_path / "many.sqlite3")
    assert (report.read, report.stored, report.content_hash) == (30, 30, alone)
    with Snapshot.open(tmp_path / "many.sqlite3") as snapshot:
        assert [study.nct_id for study in snapshot.studies()] == [f"NCT{number:08d}" for number in range(30)]
