"""Patients leave: from the next version on by withdrawal, from all by a purge that two people order."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cimara.cohort.store.errors import StoreError
from cimara.cohort.store.manifest import Kind
from cimara.cohort.store.store import Store
from cimara.cohort.store.versions import State
from tests.unit.cohort.store.small import CLEAN, NOW, REPORT, SITE, STUDY, WHO, patients

GONE = f"{SITE}-P0002"
ORDER: dict[str, Any] = {"author": "curator-3", "now": NOW, "reason": "consent was taken back"}
BOTH = ("pi-1", "dpo-1")


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "store"
    for number in (2, 3):
        Store(str(folder)).submit(patients(number), CLEAN, REPORT, **WHO)
    return folder


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Iterator[Store]:
    made = Store(str(shutil.copytree(filled, tmp_path / "store")))
    yield made
    found = made.check(STUDY)
    assert (found.problems, found.leftovers) == ((), ())


def in_version(store: Store, version: int | None = None) -> set[str]:
    return set(store.read(STUDY, SITE, version).frame("LabResult")["patient_id"])


def everything(store: Store) -> bytes:
    place = store._place
    return b"".join(place.read(path) for path in place.paths(STUDY))


def test_a_withdrawn_patient_is_in_no_table_of_the_next_version(store: Store) -> None:
    made = store.withdraw(STUDY, SITE, GONE, **ORDER)
    assert made.version == 3
    back = store.read(STUDY, SITE)
    for table in back.tables.values():
        if "patient_id" in table.columns:
            assert set(table["patient_id"]) == {f"{SITE}-P0001", f"{SITE}-P0003"}
    assert back.frame("Site").height == 1
    line = store.history(STUDY)[-1].line
    assert (line.kind, line.version, line.reason) == (Kind.WITHDRAWN, 3, ORDER["reason"])


def test_earlier_versions_keep_a_withdrawn_patient(store: Store) -> None:
    store.withdraw(STUDY, SITE, GONE, **ORDER)
    assert GONE in in_version(store, 2)


def test_a_withdrawn_patient_stays_out_of_the_next_upload(store: Store) -> None:
    store.withdraw(STUDY, SITE, GONE, **ORDER)
    made = store.submit(patients(4), CLEAN, REPORT, **WHO)
    assert made.left_out == (GONE,)
    assert in_version(store) == {f"{SITE}-P000{number}" for number in (1, 3, 4)}
    assert store.history(STUDY)[-1].line.left_out == 1


def test_an_upload_that_differs_only_by_a_withdrawn_patient_is_the_current_version(store: Store) -> None:
    store.withdraw(STUDY, SITE, GONE, **ORDER)
    made = store.submit(patients(3), CLEAN, REPORT, **WHO)
    assert (made.version, made.existing, made.left_out) == (3, True, (GONE,))


def test_restoring_an_older_version_does_not_bring_a_withdrawn_patient_back(store: Store) -> None:
    store.withdraw(STUDY, SITE, GONE, **ORDER)
    made = store.restore(STUDY, SITE, 1, **ORDER)
    assert (made.version, made.left_out) == (4, (GONE,))
    assert in_version(store) == {f"{SITE}-P0001"}


def test_a_withdrawal_at_one_site_does_not_touch_another(store: Store) -> None:
    other = WHO | {"site": "UT02"}
    store.withdraw(STUDY, SITE, GONE, **ORDER)
    store.submit(patients(2, site="UT02"), CLEAN, REPORT, **other)
    assert store.read(STUDY, "UT02").frame("Patient").height == 2


def test_a_withdrawal_can_be_undone(store: Store) -> None:
    store.withdraw(STUDY, SITE, GONE, **ORDER)
    store.readmit(STUDY, SITE, GONE, **(ORDER | {"reason": "the wrong patient was named"}))
    assert GONE not in in_version(store)
    store.restore(STUDY, SITE, 2, **ORDER)
    assert GONE in in_version(store)
    with pytest.raises(StoreError, match="not withdrawn"):
        store.readmit(STUDY, SITE, GONE, **ORDER)


def test_a_patient_who_is_not_there_cannot_be_withdrawn(store: Store) -> None:
    with pytest.raises(StoreError, match="no row of that patient"):
        store.withdraw(STUDY, SITE, f"{SITE}-P0009", **ORDER)
    assert len(store.history(STUDY)) == 2


def test_the_last_patient_can_be_withdrawn(store: Store) -> None:
    for number in (1, 2, 3):
        store.withdraw(STUDY, SITE, f"{SITE}-P000{number}", **ORDER)
    assert list(store.version(STUDY, SITE).tables) == ["Site"]


def test_the_manifest_never_names_a_patient(store: Store) -> None:
    store.withdraw(STUDY, SITE, GONE, **ORDER)
    store.readmit(STUDY, SITE, GONE, **ORDER)
    store.purge(STUDY, SITE, patient=GONE, approved_by=BOTH, **ORDER)
    assert GONE.encode() not in b"".join(store._place.manifest(STUDY).lines)


def test_a_purged_patient_is_in_no_file_but_the_list_of_the_withdrawn(store: Store) -> None:
    named = b'{"errors": 1, "of": "UT01-P0002-L01"}'
    with pytest.raises(StoreError):
        store.submit(patients(2), {"errors": 1}, named, **WHO)
    made = store.purge(STUDY, SITE, patient=GONE, approved_by=BOTH, **ORDER)
    assert made.versions == (1, 2)
    rest = everything(store).replace(f'["{GONE}"]'.encode(), b"")
    assert GONE.encode() not in rest
    assert in_version(store) == {f"{SITE}-P0001", f"{SITE}-P0003"}


def test_reports_that_name_somebody_else_stay(store: Store) -> None:
    longer = b'{"of": "UT01-P00021"}'
    with pytest.raises(StoreError):
        store.submit(patients(2), {"errors": 1}, longer, **WHO)
    store.purge(STUDY, SITE, patient=GONE, approved_by=BOTH, **ORDER)
    assert store.report(STUDY, 3) == longer


def test_a_purged_version_cannot_be_read_restored_or_compared_and_its_hashes_stay(store: Store) -> None:
    before = store.version(STUDY, SITE, 1)
    store.purge(STUDY, SITE, version=1, approved_by=BOTH, **ORDER)
    for act in (
        lambda: store.read(STUDY, SITE, 1),
        lambda: store.restore(STUDY, SITE, 1, **ORDER),
        lambda: store.diff(STUDY, SITE, 1, 2),
        lambda: store.report(STUDY, 1),
        lambda: store.purge(STUDY, SITE, version=1, approved_by=BOTH, **ORDER),
    ):
        with pytest.raises(StoreError, match="purged"):
            act()
    row = store.history(STUDY)[0]
    assert row.state is State.PURGED
    assert row.line.tables == before.tables
    assert store.history(STUDY)[-1].line.approved_by == BOTH


def test_a_table_that_another_version_has_too_stays_readable(store: Store) -> None:
    made = store.purge(STUDY, SITE, version=1, approved_by=BOTH, **ORDER)
    assert made.still_used == 1  # Site is the same in both
    assert store.read(STUDY, SITE, 2).frame("Site").height == 1


def test_purging_the_current_version_leaves_the_site_without_one(store: Store) -> None:
    store.purge(STUDY, SITE, version=2, approved_by=BOTH, **ORDER)
    assert store.current(STUDY) == {}
    with pytest.raises(StoreError, match="restore an older one"):
        store.read(STUDY, SITE)
    assert store.restore(STUDY, SITE, 1, **ORDER).version == 3
    assert store.current(STUDY)[SITE].number == 3


def test_purged_content_may_be_submitted_again_and_is_a_version_of_its_own(store: Store) -> None:
    store.purge(STUDY, SITE, version=2, approved_by=BOTH, **ORDER)
    assert store.submit(patients(3), CLEAN, REPORT, **WHO).version == 3
    assert store.read(STUDY, SITE).frame("Patient").height == 3
    with pytest.raises(StoreError, match="purged"):
        store.read(STUDY, SITE, 2)


def test_what_an_interrupted_submission_left_is_removed_by_a_purge(store: Store) -> None:
    store._place.put(f"{STUDY}/objects/ab/abc.parquet", GONE.encode())
    store._place.put(f"{STUDY}/objects/ab/abd.parquet.1-1.part", GONE.encode())
    assert len(store.check(STUDY).leftovers) == 2
    store.purge(STUDY, SITE, version=1, approved_by=BOTH, **ORDER)
    assert store.check(STUDY).leftovers == ()


@pytest.mark.parametrize("approved_by", [("pi-1", "pi-1"), ("pi-1", " PI-1 "), ("pi-1", "")])
def test_a_purge_needs_two_different_people(store: Store, approved_by: tuple[str, str]) -> None:
    for what in ({"patient": GONE}, {"version": 1}):
        with pytest.raises(StoreError):
            store.purge(STUDY, SITE, approved_by=approved_by, **what, **ORDER)
    assert len(store.history(STUDY)) == 2
    assert in_version(store, 1)


@pytest.mark.parametrize("what", [{}, {"patient": GONE, "version": 1}, {"patient": f"{SITE}-P0009"}])
def test_it_must_be_clear_what_to_purge(store: Store, what: dict[str, Any]) -> None:
    with pytest.raises(StoreError):
        store.purge(STUDY, SITE, approved_by=BOTH, **what, **ORDER)
    assert len(store.history(STUDY)) == 2


def test_a_purge_that_was_interrupted_is_reported_and_finished_by_the_next_write(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("cimara.cohort.store.removing._sweep", lambda *_: None)
        store.purge(STUDY, SITE, version=1, approved_by=BOTH, **ORDER)
    problems = store.check(STUDY).problems
    assert problems
    assert all("the next write purges it" in one for one in problems)
    with pytest.raises(StoreError, match="purged"):
        store.read(STUDY, SITE, 1)
    store.submit(patients(5), CLEAN, REPORT, **WHO)
    assert store.check(STUDY).problems == ()
