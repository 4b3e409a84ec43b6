"""Opening a snapshot and taking studies from it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from msgspec.structs import replace

from cimara.terms.cns import BrmPolicy
from cimara.trials.importers.api_v2 import study_from_record
from cimara.trials.ingest.readers import read_all
from cimara.trials.publish import point_to, publish
from cimara.trials.snapshot import Snapshot, SnapshotError, UnknownStudyError
from tests.unit.trials.registry.records import BUILT_AT, build, built, quick_reader, raw, record, write_lines


def test_a_study_comes_back_whole(tmp_path: Path) -> None:
    expected = read_all(study_from_record(raw(record()))[0], quick_reader).study
    with built(tmp_path, [record()]) as snapshot:
        assert snapshot.study("nct00000001") == expected


def test_iterating_gives_everything_but_the_record_and_the_descriptions(tmp_path: Path) -> None:
    with built(tmp_path, [record()]) as snapshot:
        whole = snapshot.study("NCT00000001")
        (study,) = snapshot.studies()
    assert study == replace(whole, raw=b"", brief_summary=None, detailed_description=None)
    assert study.eligibility is not None
    assert study.eligibility.brm_policy is BrmPolicy.STABLE_ONLY
    assert study.sites[0].iso2 == "GR"


def test_studies_of_row_ids_come_in_the_order_asked_for(tmp_path: Path) -> None:
    with built(tmp_path, [record("NCT00000001"), record("NCT00000002")]) as snapshot:
        assert [study.nct_id[-1] for study in snapshot.studies((2, 77, 1))] == ["2", "1"]


def test_evidence_points_at_its_words(tmp_path: Path) -> None:
    with built(tmp_path, [record()]) as snapshot:
        study = snapshot.study("NCT00000001")
    assert study.eligibility is not None
    for item in study.eligibility.evidence:
        assert study.criteria[item.start : item.end] == item.quote


def test_meta_tells_what_the_snapshot_is(tmp_path: Path) -> None:
    with built(tmp_path, [record()]) as snapshot:
        meta = snapshot.meta
    assert (meta.n_studies, meta.built_at, meta.reader_version, meta.rules_hash) == (
        1,
        BUILT_AT,
        "quick",
        "rules",
    )
    assert (meta.data_date, meta.starter) == ("2026-02-10", False)
    assert "not endorsed" in meta.attribution


def test_a_snapshot_can_not_be_written_through(tmp_path: Path) -> None:
    with built(tmp_path, [record()]) as snapshot, pytest.raises(sqlite3.OperationalError, match="readonly"):
        snapshot.connection.execute("DELETE FROM study")


@pytest.mark.parametrize("name", ["a#b?c%d e.sqlite3", "é.sqlite3"])
def test_a_path_may_have_any_signs(name: str, tmp_path: Path) -> None:
    source = write_lines(tmp_path / "a.jsonl", [record()])
    build([source], tmp_path / name)
    with Snapshot.open(tmp_path / name) as snapshot:
        assert len(snapshot) == 1


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="trials build"):
        Snapshot.open(tmp_path / "absent.sqlite3")


def test_a_folder_without_pointer_is_no_registry(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="no such snapshot"):
        Snapshot.open(tmp_path)


def test_a_file_that_is_no_snapshot_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.sqlite3"
    path.write_text("these are only notes " * 100)
    with pytest.raises(SnapshotError, match="not a registry snapshot"):
        Snapshot.open(path)


def test_another_schema_version_is_refused(tmp_path: Path) -> None:
    built(tmp_path, [record()]).close()
    path = tmp_path / "registry.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE meta SET value = '999' WHERE key = 'schema_version'")
    connection.close()
    with pytest.raises(SnapshotError, match="schema version 999"):
        Snapshot.open(path)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("NCT99999999", "isn't in this snapshot"),
        ("tucatinib", "not a registry number"),
        ("", "not a registry number"),
    ],
)
def test_an_unknown_number_says_what_is_wrong(number: str, words: str, tmp_path: Path) -> None:
    with built(tmp_path, [record()]) as snapshot:
        assert number not in snapshot
        with pytest.raises(UnknownStudyError, match=words):
            snapshot.study(number)


def test_a_file_replaced_on_disk_is_noticed_and_the_old_one_still_read(tmp_path: Path) -> None:
    with built(tmp_path, [record()]) as snapshot:
        assert snapshot.is_current()
        build([write_lines(tmp_path / "b.jsonl", [record("NCT00000002")])], snapshot.path)
        assert not snapshot.is_current()
        assert snapshot.study("NCT00000001").acronym == "BRAINA"


def test_a_deleted_file_is_not_current(tmp_path: Path) -> None:
    with built(tmp_path, [record()]) as snapshot:
        snapshot.path.unlink()
        assert not snapshot.is_current()


def test_a_folder_opens_its_current_snapshot_and_notices_when_it_moves_on(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    for number in (1, 2):
        built(tmp_path, [record(f"NCT0000000{number}")], name=f"made{number}").close()
    first = publish(folder, tmp_path / "made1.sqlite3")
    with Snapshot.open(folder) as snapshot:
        assert "NCT00000001" in snapshot
        assert snapshot.is_current()
        publish(folder, tmp_path / "made2.sqlite3")
        assert not snapshot.is_current()
        point_to(folder, first.name)
        assert snapshot.is_current()


def test_a_copy_opens_anywhere(tmp_path: Path) -> None:
    built(tmp_path, [record()]).close()
    shutil.copy(tmp_path / "registry.sqlite3", tmp_path / "copy.sqlite3")
    os.chmod(tmp_path / "copy.sqlite3", 0o444)
    with Snapshot.open(tmp_path / "copy.sqlite3") as snapshot:
        assert len(list(snapshot.studies())) == 1
