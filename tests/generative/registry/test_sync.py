"""Sync: everything the first time, changes after that, and no study twice or lost whatever happens."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cimara.trials.publish import current, published
from cimara.trials.snapshot import Snapshot
from cimara.trials.sync import SyncReport, SyncSettings, sync_registry
from cimara.trials.sync_client import SyncError
from cimara.trials.sync_plan import ShrinkError
from cimara.trials.sync_state import STAGING, SyncLockedError, locked
from tests.unit.trials.registry.fake_registry import Answer, FakeClock, FakeRegistry, study
from tests.unit.trials.registry.records import built, quick_reader, raw

TEN = [study(number) for number in range(1, 11)]


def sync(folder: Path, registry: FakeRegistry, clock: FakeClock | None = None, **settings: Any) -> SyncReport:
    return sync_registry(
        folder,
        settings=SyncSettings(pace_seconds=0, **settings),
        http=registry.http(),
        timing=(clock or FakeClock()).timing(),
        reader=quick_reader,
    )


def stored(folder: Path) -> dict[str, bytes]:
    """Every study of the current snapshot, as it came."""
    with Snapshot.open(folder) as snapshot:
        return {study.nct_id: snapshot.study(study.nct_id).raw for study in snapshot.studies()}


def expected(registry: FakeRegistry) -> dict[str, bytes]:
    return {number: raw(one) for number, one in registry.studies.items()}


def windows(registry: FakeRegistry) -> list[str]:
    """What was asked for, by the first request of each run of pages."""
    firsts = [params for path, params in registry.asked if path == "studies" and "pageToken" not in params]
    kept = ("filter.advanced", "filter.ids", "fields", "query.cond")
    return [" ".join(f"{key}={params[key]}" for key in kept if key in params) for params in firsts]


def test_the_first_sync_fetches_everything(tmp_path: Path) -> None:
    registry = FakeRegistry.of(TEN)
    report = sync(tmp_path, registry)
    assert (report.full, report.pages, report.fetched, report.removed) == (True, 4, 10, ())
    assert stored(tmp_path) == expected(registry)
    assert report.path == current(tmp_path)
    assert report.build.data_date == "2026-02-28"
    assert not (tmp_path / STAGING).exists()


def test_an_empty_page_is_not_the_end(tmp_path: Path) -> None:
    registry = FakeRegistry.of(TEN, empty_pages=frozenset({0, 2}))
    report = sync(tmp_path, registry)
    assert report.pages == 6
    assert stored(tmp_path) == expected(registry)


def test_a_later_sync_asks_for_changes_since_two_days_before_the_data_date(tmp_path: Path) -> None:
    registry = FakeRegistry.of(TEN)
    sync(tmp_path, registry)
    registry.asked.clear()
    registry.put([study(3, "2026-03-02", identification__acronym="NEW"), study(11, "2026-03-03")])
    registry.timestamp = "2026-03-03T09:00:05"
    report = sync(tmp_path, registry)
    assert windows(registry) == ["filter.advanced=AREA[LastUpdatePostDate]RANGE[2026-02-26,MAX]"]
    assert (report.full, report.fetched, report.build.duplicates) == (False, 2, 1)
    assert stored(tmp_path) == expected(registry)
    assert report.build.data_date == "2026-03-03"
    assert len(published(tmp_path)) == 2


def test_an_empty_window_still_moves_the_data_date(tmp_path: Path) -> None:
    registry = FakeRegistry.of(TEN)
    sync(tmp_path, registry)
    registry.timestamp = "2026-03-05T09:00:05"
    assert sync(tmp_path, registry).build.data_date == "2026-03-05"
    assert stored(tmp_path) == expected(registry)


def test_data_refreshed_during_the_sync_are_fetched_afterwards(tmp_path: Path) -> None:
    registry = FakeRegistry.of(TEN)

    def refresh(path: str, params: dict[str, str]) -> Answer | None:
        if "pageToken" in params and registry.timestamp < "2026-03-01":
            registry.put([study(1, "2026-03-01", identification__acronym="LATE")])
            registry.timestamp = "2026-03-01T09:00:05"
        return None

    registry.faults.append(refresh)
    report = sync(tmp_path, registry)
    assert windows(registry) == ["", "filter.advanced=AREA[LastUpdatePostDate]RANGE[2026-02-26,MAX]"]
    assert stored(tmp_path) == expected(registry)
    assert report.data_timestamp == "2026-03-01T09:00:05"


def test_a_condition_limits_every_request(tmp_path: Path) -> None:
    registry = FakeRegistry.of([*TEN, study(20, conditions__conditions=["Melanoma"])])
    sync(tmp_path, registry, condition="Melanoma")
    assert list(stored(tmp_path)) == ["NCT00000020"]
    assert windows(registry) == ["query.cond=Melanoma"]


def test_another_condition_fetches_everything_again(tmp_path: Path) -> None:
    registry = FakeRegistry.of([*TEN, study(20, conditions__conditions=["Melanoma"])])
    sync(tmp_path, registry)
    report = sync(tmp_path, registry, condition="Melanoma")
    assert report.full
    assert list(stored(tmp_path)) == ["NCT00000020"]


def refused(path: str, params: dict[str, str]) -> Answer | None:
    return Answer(400, b"The token is too old") if "pageToken" in params else None


def repeated(path: str, params: dict[str, str]) -> Answer | None:
    if "pageToken" not in params:
        return None
    return Answer(200, raw({"studies": [TEN[0]], "nextPageToken": params["pageToken"]}))


@pytest.mark.parametrize("fault", [refused, repeated])
def test_a_bad_token_begins_the_window_anew_and_nothing_is_lost(fault: Any, tmp_path: Path) -> None:
    registry = FakeRegistry.of(TEN, faults=[fault])
    sync(tmp_path, registry)
    assert stored(tmp_path) == expected(registry)
    assert windows(registry) == ["", ""]


@pytest.mark.parametrize("fault", [refused, repeated])
def test_tokens_bad_for_ever_end_the_sync_and_the_next_one_begins_anew(fault: Any, tmp_path: Path) -> None:
    registry = FakeRegistry.of(TEN, faults=[fault] * 4)
    with pytest.raises(SyncError, match="4 times over"):
        sync(tmp_path, registry)
    sync(tmp_path, registry)
    assert stored(tmp_path) == expected(registry)


@pytest.mark.parametrize(
    "fault",
    [
        lambda path, params: Answer(429, b"", {"Retry-After": "3"}),
        lambda path, params: Answer(429, b"", {"Retry-After": "Sun, 01 Mar 2026 12:00:09 GMT"}),
        lambda path, params: Answer(200, b'{"studies": [{"protocolSec'),
        lambda path, params: Answer(503, b"down"),
    ],
    ids=["429 in seconds", "429 with a date", "cut body", "503"],
)
def test_passing_faults_leave_no_mark(fault: Any, tmp_path: Path) -> None:
    registry = FakeRegistry.of(TEN, faults=[fault, fault])
    sync(tmp_path, registry)
    assert stored(tmp_path) == expected(registry)


class Killed(BaseException):
    """Stands for the end of the process: no code of ours catches it."""


def kill_at(registry: FakeRegistry, request: int) -> None:
    counted = 0

    def fault(path: str, params: dict[str, str]) -> Answer | None:
        nonlocal counted
        counted += 1
        if counted == request:
            raise Killed
        return None

    registry.faults.append(fault)


def requests_of_a_sync(folder: Path) -> int:
    registry = FakeRegistry.of(TEN)
    sync(folder, registry)
    return len(registry.asked)


def test_killed_at_each_request_in_turn_the_next_run_goes_on(tmp_path: Path) -> None:
    whole = requests_of_a_sync(tmp_path / "whole")
    for request in range(1, whole + 1):
        registry = FakeRegistry.of(TEN)
        folder = tmp_path / str(request)
        kill_at(registry, request)
        with pytest.raises(Killed):
            sync(folder, registry)
        registry.faults.clear()
        report = sync(folder, registry)
        assert stored(folder) == expected(registry)
        assert report.build.duplicates == 0
        # The killed request is asked once more, and so is the version when its answer wasn't yet written.
        assert len(registry.asked) <= whole + 2


def test_a_run_with_other_wishes_does_not_go_on_with_old_pages(tmp_path: Path) -> None:
    registry = FakeRegistry.of(TEN)
    kill_at(registry, 4)
    with pytest.raises(Killed):
        sync(tmp_path, registry)
    registry.faults.clear()
    sync(tmp_path, registry, condition="Breast")
    assert windows(registry) == ["", "query.cond=Breast"]


def test_pages_complete_but_of_another_day_are_fetched_again(tmp_path: Path) -> None:
    registry = FakeRegistry.of(TEN)
    sync(tmp_path, registry)
    del registry.studies["NCT00000001"]
    with pytest.raises(ShrinkError):
        sync(tmp_path, registry, full=True)
    registry.put(TEN)
    registry.timestamp = "2026-03-01T09:00:05"
    sync(tmp_path, registry, full=True)
    assert stored(tmp_path) == expected(registry)


HUNDRED = [study(number) for number in range(1, 251)]


def sweep_clock() -> FakeClock:
    clock = FakeClock()
    clock.time += timedelta(days=31)
    return clock


def test_a_monthly_sweep_of_ids_finds_what_is_gone(tmp_path: Path) -> None:
    registry = FakeRegistry.of(HUNDRED, page_size=100)
    sync(tmp_path, registry)
    del registry.studies["NCT00000007"]
    registry.asked.clear()
    assert sync(tmp_path, registry).removed == ()
    report = sync(tmp_path, registry, sweep_clock())
    assert "fields=NCTId" in windows(registry)
    assert report.removed == ("NCT00000007",)
    assert stored(tmp_path) == expected(registry)
    with Snapshot.open(tmp_path) as snapshot:
        (gone,) = snapshot.removed()
        assert (gone.nct_id, gone.noticed) == ("NCT00000007", "2026-04-01")
        with pytest.raises(Exception, match="no longer in the registry"):
            snapshot.study("NCT00000007")


def test_a_full_sync_finds_what_is_gone_too(tmp_path: Path) -> None:
    registry = FakeRegistry.of(HUNDRED, page_size=100)
    sync(tmp_path, registry)
    del registry.studies["NCT00000007"]
    assert sync(tmp_path, registry, full=True).removed == ("NCT00000007",)
    assert sync(tmp_path, registry, full=True).removed == ()
    with Snapshot.open(tmp_path) as snapshot:
        assert [gone.nct_id for gone in snapshot.removed()] == ["NCT00000007"]


def test_a_study_that_comes_back_is_no_longer_listed_as_gone(tmp_path: Path) -> None:
    registry = FakeRegistry.of(HUNDRED, page_size=100)
    sync(tmp_path, registry)
    gone = registry.studies.pop("NCT00000007")
    sync(tmp_path, registry, full=True)
    registry.put([gone])
    sync(tmp_path, registry, full=True)
    assert stored(tmp_path) == expected(registry)
    with Snapshot.open(tmp_path) as snapshot:
        assert snapshot.removed() == ()


def test_a_study_that_left_its_condition_is_looked_up_and_kept(tmp_path: Path) -> None:
    registry = FakeRegistry.of(HUNDRED, page_size=100)
    sync(tmp_path, registry, condition="Breast")
    registry.put([study(7, conditions__conditions=["Melanoma"])])
    del registry.studies["NCT00000008"]
    report = sync(tmp_path, registry, sweep_clock(), condition="Breast")
    assert "filter.ids=NCT00000007,NCT00000008" in windows(registry)
    assert report.removed == ("NCT00000008",)
    assert stored(tmp_path) == expected(registry)


@pytest.mark.parametrize("full", [True, False])
def test_a_loss_of_more_than_one_in_a_hundred_is_refused(full: bool, tmp_path: Path) -> None:
    registry = FakeRegistry.of(HUNDRED, page_size=100)
    sync(tmp_path, registry)
    before = current(tmp_path).read_bytes()
    for number in (1, 2, 3):
        del registry.studies[f"NCT{number:08d}"]
    with pytest.raises(ShrinkError, match="3 of 250"):
        sync(tmp_path, registry, sweep_clock(), full=full)
    assert current(tmp_path).read_bytes() == before
    report = sync(tmp_path, registry, sweep_clock(), full=full, allow_shrink=True)
    assert len(report.removed) == 3
    assert stored(tmp_path) == expected(registry)


def test_a_falling_total_is_refused_at_the_first_page(tmp_path: Path) -> None:
    registry = FakeRegistry.of(HUNDRED, page_size=100)
    sync(tmp_path, registry)
    registry.studies = dict(list(registry.studies.items())[:120])
    registry.asked.clear()
    with pytest.raises(ShrinkError, match="130 of 250"):
        sync(tmp_path, registry, full=True)
    assert [path for path, _ in registry.asked] == ["version", "studies"]


def test_starter_records_are_never_mixed_with_the_registrys(tmp_path: Path) -> None:
    note = {
        "starter": True,
        "restated": True,
        "source": "NCT1",
        "data_date": "2026-01-02",
        "note": "restated",
    }
    starter = built(tmp_path, [study(99, cimara=note)])
    starter.close()
    from cimara.trials.publish import publish

    folder = tmp_path / "folder"
    publish(folder, starter.path)
    registry = FakeRegistry.of(TEN)
    assert sync(folder, registry).full
    assert stored(folder) == expected(registry)


def test_a_second_sync_names_the_holder(tmp_path: Path) -> None:
    with (
        locked(tmp_path, "2026-03-01T12:00:00"),
        pytest.raises(SyncLockedError, match=r"process \d+ on .+ since"),
    ):
        sync(tmp_path, FakeRegistry.of(TEN))


def test_the_lock_is_free_again_afterwards(tmp_path: Path) -> None:
    with locked(tmp_path, "then"):
        pass
    with locked(tmp_path, "now"):
        assert "since now" in (tmp_path / "sync.lock").read_text()


def test_progress_tells_pages_and_the_total(tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    sync_registry(
        tmp_path,
        settings=SyncSettings(pace_seconds=0),
        http=FakeRegistry.of(TEN).http(),
        timing=FakeClock().timing(),
        reader=quick_reader,
        progress=lambda kind, pages, total: told.append((kind, pages, total)),
    )
    assert told == [("full", page, 10) for page in (1, 2, 3, 4)]


def test_a_record_that_the_registry_garbles_is_rejected_and_the_rest_kept(tmp_path: Path) -> None:
    registry = FakeRegistry.of(TEN)

    def garble(path: str, params: dict[str, str]) -> Answer | None:
        if path != "studies":
            return None
        page = {"studies": [{"protocolSection": {}}, *TEN], "totalCount": 10}
        return Answer(200, json.dumps(page).encode())

    registry.faults.append(garble)
    report = sync(tmp_path, registry)
    assert (report.build.stored, report.build.rejected) == (10, 1)
