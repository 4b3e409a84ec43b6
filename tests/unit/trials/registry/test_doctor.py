"""Examining a snapshot: each kind of damage is found, and a sound one is left in peace."""

from __future__ import annotations

import sqlite3
from datetime import date
from pathlib import Path

import pytest

from cimara.trials.build import build_snapshot
from cimara.trials.doctor import Examination, FindingCode, examine
from tests.unit.trials.registry.records import BUILT_AT, build, record, write_lines

TODAY = date(2026, 2, 15)
NOTE = {
    "starter": True,
    "restated": True,
    "source": "NCT1",
    "data_date": "2026-01-02",
    "note": "starter record",
}


def made(folder: Path, *records: object) -> Path:
    source = write_lines(folder / "a.jsonl", records or [record()])
    build_snapshot([source], folder / "a.sqlite3", built_at=BUILT_AT)
    return folder / "a.sqlite3"


def codes(found: Examination) -> list[FindingCode]:
    return [finding.code for finding in found.findings]


def test_a_sound_snapshot_has_no_findings(tmp_path: Path) -> None:
    found = examine(made(tmp_path), today=TODAY)
    assert found.findings == ()
    assert dict(found.facts)["studies"] == "1"


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("UPDATE meta SET value = 'x' WHERE key = 'content_hash'", FindingCode.HASH_DIFFERS),
        ("UPDATE raw SET sha256 = zeroblob(32)", FindingCode.HASH_DIFFERS),
        ("UPDATE raw SET deflated = x'00'", FindingCode.HASH_DIFFERS),
        ("UPDATE meta SET value = '7' WHERE key = 'n_studies'", FindingCode.COUNT_DIFFERS),
        ("DELETE FROM facet", FindingCode.ROWS_MISSING),
        ("DELETE FROM card", FindingCode.ROWS_MISSING),
        ("UPDATE meta SET value = 'other' WHERE key = 'rules_hash'", FindingCode.READER_DIFFERS),
        ("UPDATE location SET lat = NULL", FindingCode.NO_SITES),
        ("DROP TABLE location", FindingCode.UNREADABLE),
    ],
)
def test_each_damage_is_found(damage: str, code: FindingCode, tmp_path: Path) -> None:
    path = made(tmp_path)
    connection = sqlite3.connect(path)
    connection.execute(damage)
    connection.commit()
    connection.close()
    assert code in codes(examine(path, today=TODAY))


def test_an_overwritten_page_is_found(tmp_path: Path) -> None:
    path = made(tmp_path, *(record(f"NCT{number:08d}") for number in range(50)))
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 20_000] = b"\xff" * 20_000
    path.write_bytes(bytes(content))
    assert {FindingCode.UNSOUND, FindingCode.UNREADABLE} & set(codes(examine(path, today=TODAY)))


def test_half_a_file_is_found(tmp_path: Path) -> None:
    path = made(tmp_path)
    path.write_bytes(path.read_bytes()[:30_000])
    assert codes(examine(path, today=TODAY)) == [FindingCode.UNREADABLE]


def test_a_missing_file_is_a_finding(tmp_path: Path) -> None:
    assert codes(examine(tmp_path / "absent", today=TODAY)) == [FindingCode.UNREADABLE]


def test_old_data_are_a_finding(tmp_path: Path) -> None:
    assert codes(examine(made(tmp_path), today=date(2026, 6, 1))) == [FindingCode.OLD]


def test_starter_records_are_a_finding(tmp_path: Path) -> None:
    assert codes(examine(made(tmp_path, record(cimara=NOTE)), today=TODAY)) == [FindingCode.STARTER]


def test_rejected_records_are_a_finding(tmp_path: Path) -> None:
    assert codes(examine(made(tmp_path, record(), {"no": "study"}), today=TODAY)) == [FindingCode.REJECTED]


def test_another_reader_is_a_finding(tmp_path: Path) -> None:
    source = write_lines(tmp_path / "a.jsonl", [record()])
    build([source], tmp_path / "a.sqlite3")
    assert codes(examine(tmp_path / "a.sqlite3", today=TODAY)) == [FindingCode.READER_DIFFERS]
