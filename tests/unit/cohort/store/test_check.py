"""A check finds any change of any file, and calls what a crash left behind by its name."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cimara.cohort.store.check import Check
from cimara.cohort.store.errors import DamagedStoreError, RejectedError, StoreError
from cimara.cohort.store.lines import Act
from cimara.cohort.store.manifest import Kind
from cimara.cohort.store.store import Store
from cimara.cohort.study.keys import new_key, public_half
from tests.unit.cohort.store.small import CLEAN, NOW, REPORT, SITE, STUDY, WHO, patients

ORDER = {"author": "curator-3", "now": NOW, "reason": "consent was taken back"}
HARMLESS = {"manifest.lock"}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("filled") / "store"
    store = Store(str(made))
    store.submit(patients(2), CLEAN, REPORT, **WHO)
    store.submit(patients(3), CLEAN, REPORT, **WHO)
    with pytest.raises(RejectedError):
        store.submit(patients(3), {"errors": 1}, b"[]", **WHO)
    store.withdraw(STUDY, SITE, f"{SITE}-P0002", **ORDER)
    store.purge(STUDY, SITE, version=1, approved_by=("a", "b"), **ORDER)
    return made


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "store"))


def files(folder: Path) -> list[Path]:
    return sorted(one for one in folder.rglob("*") if one.is_file() and one.name not in HARMLESS)


def checked(folder: Path) -> Check:
    return Store(str(folder)).check(STUDY)


def test_a_store_that_nobody_touched_is_clean(folder: Path) -> None:
    found = checked(folder)
    assert (found.clean, found.lines, found.leftovers) == (True, 5, ())
    assert found.files == len(files(folder)) - 2  # less manifest and head


def test_a_changed_byte_of_any_file_is_found(folder: Path) -> None:
    for path in files(folder):
        content = path.read_bytes()
        for place in {len(content) // 2, len(content) - 1}:
            path.write_bytes(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
            assert not checked(folder).clean, f"{path.name} byte {place}"
        path.write_bytes(content)
    assert checked(folder).clean


def test_a_file_that_is_gone_is_found(folder: Path) -> None:
    for path in files(folder):
        if path.name != "manifest.head":  # without it the chain still holds
            content = path.read_bytes()
            path.unlink()
            assert not checked(folder).clean, path.name
            path.write_bytes(content)


def test_a_manifest_that_is_gone_is_found(folder: Path) -> None:
    (folder / STUDY / "manifest.jsonl").unlink()
    assert "gone from the end" in checked(folder).problems[0]
    with pytest.raises(DamagedStoreError):
        Store(str(folder)).submit(patients(4), CLEAN, REPORT, **WHO)


def test_a_line_cut_from_the_end_is_found(folder: Path) -> None:
    path = folder / STUDY / "manifest.jsonl"
    whole = path.read_bytes()
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    assert not checked(folder).clean
    path.write_bytes(whole[:-1])  # only its line end
    assert not checked(folder).clean


def test_a_store_put_back_whole_to_an_earlier_day_is_found_by_a_noted_line(
    folder: Path, tmp_path: Path
) -> None:
    noted = checked(folder).last_line
    manifest = folder / STUDY / "manifest.jsonl"
    manifest.write_bytes(b"".join(manifest.read_bytes().splitlines(keepends=True)[:4]))
    (folder / STUDY / "manifest.head").unlink()
    found = Store(str(folder)).check(STUDY, noted_line=noted)
    assert f"the line that was noted ({noted[:10]}) is not in it" in found.problems[0]


def test_two_objects_that_changed_places_are_found(folder: Path) -> None:
    objects = [one for one in files(folder) if one.suffix == ".parquet" and len(one.read_bytes()) > 500]
    first, second = objects[0], objects[1]
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    assert len(checked(folder).problems) == 2


@pytest.mark.parametrize("wrong", [{"rows": 4}, {"content_hash": "0" * 64}])
def test_a_table_that_is_not_what_its_line_says_is_found(tmp_path: Path, wrong: dict[str, Any]) -> None:
    store = Store(str(tmp_path))
    store.submit(patients(3), CLEAN, REPORT, **WHO)
    tables = store.version(STUDY, SITE).tables
    tables["Patient"] = replace(tables["Patient"], **wrong)
    store._append(STUDY, lambda now: Act(**WHO).line(now, Kind.ACCEPTED, version=2, tables=tables))
    assert [one.partition(": ")[2] for one in store.check(STUDY).problems] == [
        "its rows are not those that the manifest names"
    ]


def test_a_damaged_object_is_not_read(folder: Path) -> None:
    store = Store(str(folder))
    for entry in store.version(STUDY, SITE).tables.values():
        path = folder / STUDY / "objects" / entry.file_hash[:2] / f"{entry.file_hash}.parquet"
        path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DamagedStoreError, match="not what was written"):
        store.read(STUDY, SITE)


def test_submitting_again_does_not_trust_a_damaged_object_of_the_same_name(tmp_path: Path) -> None:
    store = Store(str(tmp_path))
    store.submit(patients(2), CLEAN, REPORT, **WHO)
    store.submit(patients(3), CLEAN, REPORT, **WHO)
    entry = store.version(STUDY, SITE, 1).tables["Patient"]
    path = tmp_path / STUDY / "objects" / entry.file_hash[:2] / f"{entry.file_hash}.parquet"
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    store.submit(patients(2), CLEAN, REPORT, **WHO)
    assert store.check(STUDY).clean


def test_what_a_crash_left_behind_is_named_and_harmless(folder: Path) -> None:
    study = folder / STUDY
    (study / "objects" / "ff").mkdir(exist_ok=True)
    (study / "objects" / "ff" / "ff00.parquet.7-7.part").write_bytes(b"half")
    (study / "objects" / "ff" / "ff01.parquet").write_bytes(b"whole")
    with (study / "manifest.jsonl").open("ab") as manifest:
        manifest.write(b'{"seq":6,"prev":')
    found = checked(folder)
    assert found.clean
    assert found.leftovers == (
        "16 bytes of a line that was never finished",
        f"{STUDY}/objects/ff/ff00.parquet.7-7.part: half written",
        f"{STUDY}/objects/ff/ff01.parquet: written, but in no version",
    )


@pytest.mark.parametrize("length", [16, 100_000])
def test_an_unfinished_line_is_cut_off_by_the_next_write_which_says_so(folder: Path, length: int) -> None:
    with (folder / STUDY / "manifest.jsonl").open("ab") as manifest:
        manifest.write(b'{"seq":6,"prev":'.ljust(length, b"x"))
    store = Store(str(folder))
    assert store.version(STUDY, SITE).number == 3
    made = store.submit(patients(4), CLEAN, REPORT, **WHO)
    assert (made.version, made.cut_off) == (4, length)
    assert store.history(STUDY)[-1].line.cut_off == length
    assert checked(folder).leftovers == ()


def test_lines_must_be_signed_where_keys_are_trusted(tmp_path: Path) -> None:
    key = new_key()
    Store(str(tmp_path), signing_key=key).submit(patients(2), CLEAN, REPORT, **WHO)
    store = Store(str(tmp_path))
    assert store.check(STUDY, trusted=[public_half(key)]).clean
    store.submit(patients(3), CLEAN, REPORT, **WHO)
    found = store.check(STUDY, trusted=[public_half(key)])
    assert found.problems == ("manifest line 2: not signed by a trusted key",)


def test_a_study_that_is_not_there_is_no_clean_study(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such study"):
        Store(str(tmp_path)).check("rn-bev-2")
