"""The pages read the snapshot in force, also after it has been replaced (portal.md F14)."""

from __future__ import annotations

import json
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import pytest

from cimara.trials.build import build_snapshot
from cimara_web import snapshot as held
from tests.web.finder.registry_of import ALLOWS, study


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare with the file at every call."""
    monkeypatch.setattr(held, "CHECK_EVERY_SECONDS", 0.0)


def test_one_thread_keeps_one_snapshot_open() -> None:
    assert held.current_snapshot() is held.current_snapshot()


def test_each_thread_has_its_own() -> None:
    other: list[object] = []

    def look() -> None:
        other.append(held.current_snapshot())
        held.close_snapshot()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert other[0] is not held.current_snapshot()


@pytest.mark.usefixtures("no_waiting")
def test_a_replaced_file_is_opened_anew(registry: Path, settings: Any, tmp_path: Path) -> None:
    path = tmp_path / "registry.sqlite3"
    shutil.copy(registry, path)
    settings.SNAPSHOT = path
    before = held.current_snapshot().meta
    smaller = tmp_path / "smaller.sqlite3"
    source = tmp_path / "one.jsonl"
    source.write_text(json.dumps(study(1, ALLOWS)))
    build_snapshot([source], smaller, built_at="2026-01-01")
    os.replace(smaller, path)
    assert held.current_snapshot().meta.n_studies == 1 != before.n_studies
