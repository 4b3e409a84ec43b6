"""A registry folder: dated snapshots and one pointer."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara.trials.publish import PublishError, current, point_to, publish, published
from tests.unit.trials.registry.records import MISSING, built, record


def made(folder: Path, number: int) -> Path:
    snapshot = built(folder, [record(f"NCT{number:08d}")], name=f"made{number}")
    snapshot.close()
    return snapshot.path


def test_a_snapshot_gets_its_data_date_and_hash_as_name(tmp_path: Path) -> None:
    snapshot = built(tmp_path, [record()])
    snapshot.close()
    path = publish(tmp_path / "registry", snapshot.path)
    assert path.name == f"registry-2026-02-10-{snapshot.meta.content_hash[:8]}.sqlite3"
    assert current(tmp_path / "registry") == path
    assert not snapshot.path.exists()


def test_older_snapshots_stay_and_one_can_go_back(tmp_path: Path) -> None:
    folder = tmp_path / "registry"
    first, second = publish(folder, made(tmp_path, 1)), publish(folder, made(tmp_path, 2))
    assert current(folder) == second
    assert published(folder) == (second, first)
    point_to(folder, first.name)
    assert current(folder) == first


def test_the_same_content_keeps_one_file(tmp_path: Path) -> None:
    folder = tmp_path / "registry"
    first = publish(folder, made(tmp_path, 1))
    assert publish(folder, made(tmp_path, 1)) == first
    assert published(folder) == (first,)


def test_one_can_not_point_at_what_is_not_there(tmp_path: Path) -> None:
    publish(tmp_path / "registry", made(tmp_path, 1))
    for name in ("absent.sqlite3", "../made1.jsonl"):
        with pytest.raises(PublishError, match="no snapshot"):
            point_to(tmp_path / "registry", name)


def test_undated_data_say_so_in_the_name(tmp_path: Path) -> None:
    snapshot = built(tmp_path, [])
    snapshot.close()
    assert snapshot.meta.data_date is not None  # of the file
    other = built(tmp_path, [record(derivedSection=MISSING)], name="b")
    other.close()
    assert publish(tmp_path / "registry", other.path).name.startswith("registry-2026-02-01-")
