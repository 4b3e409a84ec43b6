"""On an object store each line is an object of its own, made by one writer only."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from cimara.cohort.store.errors import StoreError
from cimara.cohort.store.remote import Remote
from cimara.cohort.store.store import Store
from tests.unit.cohort.store.small import CLEAN, NOW, REPORT, SITE, STUDY, WHO, patients

BUCKETS = count(1)
ORDER: dict[str, Any] = {"author": "curator-3", "now": NOW, "reason": "consent was taken back"}


@pytest.fixture
def url() -> str:
    return f"memory://remote-{next(BUCKETS)}/store"


def remote(store: Store) -> Remote:
    assert isinstance(store._place, Remote)
    return store._place


def interrupted(store: Store, monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Let another writer act once between the reading of the manifest and the writing of the next line."""
    place = remote(store)
    create = place._create

    def slower(path: str, content: bytes) -> bool:
        if "/manifest/" in path:
            monkeypatch.setattr(place, "_create", create)
            act()
        return create(path, content)

    monkeypatch.setattr(place, "_create", slower)


def test_lines_are_objects_with_a_number(url: str) -> None:
    store = Store(url)
    for number in (1, 2):
        store.submit(patients(number), CLEAN, REPORT, **WHO)
    assert remote(store).paths(f"{STUDY}/manifest") == [
        f"{STUDY}/manifest/000001.json",
        f"{STUDY}/manifest/000002.json",
    ]


def test_of_two_writers_at_once_the_slower_adds_its_line_after_the_other(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = Store(url), Store(url)
    interrupted(mine, monkeypatch, lambda: other.submit(patients(1), CLEAN, b"theirs", **WHO))
    made = mine.submit(patients(2), CLEAN, b"mine", **WHO)
    assert made.version == 2
    assert [mine.report(STUDY, seq) for seq in (1, 2)] == [b"theirs", b"mine"]
    assert mine.check(STUDY).problems == ()


def test_two_writers_of_the_same_content_make_one_version(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mine, other = Store(url), Store(url)
    interrupted(mine, monkeypatch, lambda: other.submit(patients(1), CLEAN, REPORT, **WHO))
    assert mine.submit(patients(1), CLEAN, REPORT, **WHO).existing
    assert len(mine.history(STUDY)) == 1


def test_a_patient_withdrawn_while_an_upload_was_under_way_is_not_in_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = Store(url), Store(url)
    mine.submit(patients(2), CLEAN, REPORT, **WHO)
    gone = f"{SITE}-P0001"
    interrupted(mine, monkeypatch, lambda: other.withdraw(STUDY, SITE, gone, **ORDER))
    made = mine.submit(patients(3), CLEAN, REPORT, **WHO)
    assert made.left_out == (gone,)
    assert gone not in mine.read(STUDY, SITE).frame("Patient")["patient_id"].to_list()


def test_an_object_purged_while_an_upload_was_under_way_is_written_again(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = Store(url), Store(url)
    mine.submit(patients(2), CLEAN, REPORT, **WHO)
    mine.submit(patients(3), CLEAN, REPORT, **WHO)
    order = ORDER | {"approved_by": ("pi-1", "dpo-1"), "version": 1}
    interrupted(mine, monkeypatch, lambda: other.purge(STUDY, SITE, **order))
    assert mine.submit(patients(2), CLEAN, REPORT, **WHO).version == 3
    assert mine.read(STUDY, SITE).frame("Patient").height == 2
    assert mine.check(STUDY).problems == ()


def test_patients_leave_an_object_store_too(url: str) -> None:
    store, gone = Store(url), f"{SITE}-P0002"
    for number in (2, 3):
        store.submit(patients(number), CLEAN, REPORT, **WHO)
    store.withdraw(STUDY, SITE, gone, **ORDER)
    assert store.restore(STUDY, SITE, 1, **ORDER).left_out == (gone,)
    made = store.purge(STUDY, SITE, patient=gone, approved_by=("pi-1", "dpo-1"), **ORDER)
    assert made.versions == (1, 2)
    held = [remote(store).read(one) for one in remote(store).paths(STUDY) if one.endswith(".parquet")]
    assert gone.encode() not in b"".join(held)
    assert store.read(STUDY, SITE).frame("Patient")["patient_id"].to_list() == [f"{SITE}-P0001"]
    assert store.check(STUDY).clean


def test_a_line_that_is_gone_is_found(url: str) -> None:
    store = Store(url)
    for number in (1, 2, 3):
        store.submit(patients(number), CLEAN, REPORT, **WHO)
    remote(store).remove(f"{STUDY}/manifest/000002.json")
    assert "manifest line 2: it is no line of a manifest" in store.check(STUDY).problems
    other = Store(url)
    remote(other).remove(f"{STUDY}/manifest/000003.json")
    assert any("gone from the end" in one for one in other.check(STUDY).problems)


def test_a_store_that_lets_an_object_be_made_twice_is_refused(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(url)
    files = remote(store).files
    write = files.pipe_file
    monkeypatch.setattr(files, "pipe_file", lambda path, content, mode="overwrite": write(path, content))
    with pytest.raises(StoreError, match="lets two writers create the same object"):
        store.submit(patients(1), CLEAN, REPORT, **WHO)


@pytest.mark.parametrize("error", [ConnectionError, RuntimeError], ids=["network", "driver"])
def test_a_network_or_driver_that_fails_is_told_as_such(
    error: type[Exception], url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(url)

    def fails(*_: object, **__: object) -> None:
        raise error("no credentials")

    monkeypatch.setattr(remote(store).files, "pipe_file", fails)
    with pytest.raises(StoreError, match=r"cannot be read or written.*no credentials"):
        store.submit(patients(1), CLEAN, REPORT, **WHO)
    assert store.current(STUDY) == {}
