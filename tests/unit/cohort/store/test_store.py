"""A submission is stored whole or not at all, and every version stays as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from cimara.cohort.dataset import Dataset, plain_origin
from cimara.cohort.store.content import content_hash
from cimara.cohort.store.errors import RejectedError, StoreError
from cimara.cohort.store.manifest import Kind
from cimara.cohort.store.store import Store
from cimara.cohort.store.submitting import Submission
from cimara.cohort.store.versions import State
from tests.unit.cohort.store.small import CLEAN, NOW, REPORT, SITE, STUDY, WHO, frame, patients

BUCKETS = count(1)
AGAIN = {"author": "curator-3", "now": NOW, "reason": "the wrong export was sent"}


@pytest.fixture(params=["folder", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    urls = {
        "folder": str(tmp_path / "a store"),
        "memory": f"memory://bucket-{next(BUCKETS)}/store",
    }
    made = Store(urls[request.param])
    yield made
    for study in made.studies():
        assert made.check(study).problems == ()


def send(store: Store, dataset: Dataset, **changed: Any) -> Submission:
    return store.submit(dataset, changed.pop("counts", CLEAN), REPORT, **(WHO | changed))


def test_the_first_submission_is_version_1_and_current(store: Store) -> None:
    made = send(store, patients(3))
    assert (made.version, made.existing) == (1, False)
    current = store.current(STUDY)
    assert list(current) == [SITE]
    assert (current[SITE].number, current[SITE].content_hash) == (1, made.content_hash)


def test_what_was_submitted_is_read_back_exactly(store: Store) -> None:
    given = patients(5)
    send(store, given)
    back = store.read(STUDY, SITE)
    assert set(back.tables) == set(given.tables)
    for name, table in given.tables.items():
        assert_frame_equal(back.frame(name), table, check_column_order=False)


def test_where_rows_came_from_is_kept(store: Store) -> None:
    given = patients(2)
    origins = {"Patient": plain_origin(2, "patients.csv").with_columns(row=pl.Series([7, 9]))}
    send(store, Dataset(given.tables, origins))
    back = store.read(STUDY, SITE)
    assert back.origin("Patient")["row"].to_list() == [7, 9]
    assert back.origin("Patient")["file"].to_list() == ["patients.csv"] * 2
    assert back.origin("LabResult")["row"].to_list() == [1, 2]


def test_a_table_without_rows_is_no_table_of_a_version(store: Store) -> None:
    given = patients(2)
    send(store, Dataset({**given.tables, "Death": frame("Death")}))
    assert "Death" not in store.version(STUDY, SITE).tables
    assert store.read(STUDY, SITE).frame("Death").is_empty()


def test_the_hashes_of_a_version_are_those_of_its_tables(store: Store) -> None:
    given = patients(4)
    send(store, given)
    for name, entry in store.version(STUDY, SITE).tables.items():
        assert entry.content_hash == content_hash(given.model.entity(name), given.frame(name))
        assert entry.rows == given.frame(name).height


def test_identical_content_returns_the_existing_version(store: Store) -> None:
    first = send(store, patients(3))
    shuffled = Dataset({name: one.reverse() for name, one in patients(3).tables.items()})
    second = send(store, shuffled, author="somebody-else", now=NOW + dt.timedelta(days=3))
    assert second.existing
    assert (second.version, second.content_hash) == (1, first.content_hash)
    assert len(store.history(STUDY)) == 1


def test_content_that_an_earlier_version_had_becomes_current_as_a_new_version(store: Store) -> None:
    first, _, third = send(store, patients(3)), send(store, patients(4)), send(store, patients(3))
    assert (third.version, third.existing, third.content_hash) == (3, False, first.content_hash)


def test_versions_count_by_site(store: Store) -> None:
    send(store, patients(2))
    send(store, patients(3))
    assert send(store, patients(2, site="UT02"), site="UT02").version == 1
    assert {site: one.number for site, one in store.current(STUDY).items()} == {"UT01": 2, "UT02": 1}


def test_an_earlier_version_stays_readable(store: Store) -> None:
    send(store, patients(2))
    send(store, patients(5))
    assert store.read(STUDY, SITE, 1).frame("Patient").height == 2
    assert store.read(STUDY, SITE).frame("Patient").height == 5


def test_studies_do_not_see_each_other(store: Store) -> None:
    send(store, patients(2))
    send(store, patients(3), study="other")
    assert store.read("other", SITE).frame("Patient").height == 3
    assert store.studies() == ("other", STUDY)


def test_errors_in_the_report_reject_the_upload_and_change_nothing_current(store: Store) -> None:
    send(store, patients(2))
    with pytest.raises(RejectedError, match="12 errors"):
        send(store, patients(9), counts={"errors": 12, "warnings": 0})
    assert store.version(STUDY, SITE).number == 1
    assert store.read(STUDY, SITE).frame("Patient").height == 2
    rejected = store.history(STUDY)[-1]
    assert (rejected.line.kind, rejected.line.version, rejected.state) == (
        Kind.REJECTED,
        None,
        State.NO_VERSION,
    )
    assert store.report(STUDY, rejected.line.seq) == REPORT
    assert send(store, patients(4)).version == 2


def test_a_first_upload_may_be_rejected(store: Store) -> None:
    with pytest.raises(RejectedError):
        send(store, patients(1), counts={"errors": 1})
    assert store.current(STUDY) == {}
    assert send(store, patients(1)).version == 1


def test_the_report_of_a_version_is_kept(store: Store) -> None:
    send(store, patients(1))
    assert store.report(STUDY, 1) == REPORT


def test_the_line_says_who_when_and_with_what(store: Store) -> None:
    summer = dt.datetime(2026, 7, 1, 14, 0, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    given = {"mapping_hash": "a" * 64, "study_hash": "b" * 64, "soft_hit_reason": "a drug, not a person"}
    send(store, patients(1), now=summer, **given)
    line = store.history(STUDY)[0].line
    assert (line.author, line.time_utc) == ("curator-3", "2026-07-01T12:00:00Z")
    assert {name: getattr(line, name) for name in given} == given
    assert line.report_counts == CLEAN
    assert line.schema_version == patients(1).model.version


def test_rows_of_another_site_are_refused_and_nothing_is_stored(store: Store) -> None:
    mixed = Dataset(
        {"Patient": pl.concat([patients(2).frame("Patient"), patients(1, site="UT02").frame("Patient")])}
    )
    with pytest.raises(StoreError, match="rows of Patient that are not of this site: 1"):
        send(store, mixed)
    with pytest.raises(StoreError, match="Site"):
        send(store, Dataset({"Site": patients(1, site="UT02").frame("Site")}))
    assert store.current(STUDY) == {}


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"study": "../other"}, "study id"),
        ({"study": ""}, "study id"),
        ({"site": "UT1"}, "site id"),
        ({"author": " "}, "author"),
        ({"author": "a\nb"}, "author"),
        ({"now": dt.datetime(2026, 3, 1)}, "zone"),
    ],
)
def test_names_that_cannot_be_are_refused(tmp_path: Path, changed: dict[str, Any], said: str) -> None:
    with pytest.raises(StoreError, match=said):
        send(Store(str(tmp_path)), patients(1), **changed)
    assert list(tmp_path.iterdir()) == []


def test_restoring_makes_an_older_version_current_as_a_new_one(store: Store) -> None:
    first = send(store, patients(2))
    send(store, patients(5))
    made = store.restore(STUDY, SITE, 1, **AGAIN)
    assert (made.version, made.content_hash) == (3, first.content_hash)
    line = store.history(STUDY)[-1].line
    assert (line.restored_from, line.reason) == (1, AGAIN["reason"])
    assert store.read(STUDY, SITE).frame("Patient").height == 2
    assert [one.number for one in store.versions(STUDY)] == [1, 2, 3]


def test_restoring_what_is_current_adds_nothing(store: Store) -> None:
    send(store, patients(2))
    assert store.restore(STUDY, SITE, 1, **AGAIN).existing
    assert len(store.history(STUDY)) == 1


@pytest.mark.parametrize("version", [0, 2, -1])
def test_restoring_a_version_that_is_not_there_says_which_are(store: Store, version: int) -> None:
    send(store, patients(2))
    with pytest.raises(StoreError, match="expected 1 to 1"):
        store.restore(STUDY, SITE, version, **AGAIN)


def test_a_reason_that_names_a_patient_is_refused(store: Store) -> None:
    send(store, patients(2))
    with pytest.raises(StoreError, match="without ids"):
        store.restore(STUDY, SITE, 1, author="a", now=NOW, reason="UT01-P0001 was wrong")


def test_a_release_id_leads_back_to_its_version(store: Store) -> None:
    made = send(store, patients(2))
    send(store, patients(3))
    assert made.release_id == f"rn-bev-1.UT01.v1.{made.content_hash[:10]}"
    assert store.released(STUDY, made.release_id).number == 1
    with pytest.raises(StoreError):
        store.released(STUDY, "rn-bev-1.UT01.v1.0000000000")


def test_a_study_that_is_not_there_names_those_that_are(store: Store) -> None:
    send(store, patients(2))
    with pytest.raises(StoreError, match="rn-bev-1"):
        store.history("rn-bev")
    assert store.current("rn-bev") == {}


def test_a_site_without_a_submission_says_so(store: Store) -> None:
    send(store, patients(2))
    with pytest.raises(StoreError, match="site UT07"):
        store.read(STUDY, "UT07")


def test_only_owner_and_group_can_read_a_folder_of_patients(tmp_path: Path) -> None:
    send(Store(str(tmp_path / "store")), patients(2))
    made = list((tmp_path / "store").rglob("*"))
    assert made
    assert [one for one in made if one.stat().st_mode & 0o007] == []


def test_a_file_url_is_the_folder_that_it_names(tmp_path: Path) -> None:
    folder = tmp_path / "a store"
    send(Store(folder.as_uri()), patients(1))
    assert Store(str(folder)).version(STUDY, SITE).number == 1


def test_an_address_that_cannot_keep_the_promise_is_refused() -> None:
    with pytest.raises(StoreError, match="sftp:// could lose a submission"):
        Store("sftp://host/store")


def test_a_kind_of_store_without_its_package_says_which() -> None:
    with pytest.raises(StoreError, match="s3fs"):
        Store("s3://bucket/store")
