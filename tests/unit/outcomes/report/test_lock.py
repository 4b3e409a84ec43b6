"""Locking a plan, and showing what was changed afterwards."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path

import pytest

from cimara.outcomes.report.errors import PlanError
from cimara.outcomes.report.lock import PlanLock, lock_path, lock_plan, read_lock
from cimara.outcomes.report.plan import Plan
from cimara.outcomes.report.plan_reading import read_plan
from tests.unit.outcomes.report.made_up_study import HEAD

ENTRY = '\n[[analysis]]\nid = "A1"\nkind = "kaplan_meier"\nendpoint = "os"\n'
LATER = ENTRY.replace("A1", "A2")
MONDAY = dt.datetime(2025, 3, 3, 9, tzinfo=dt.UTC)
FRIDAY = dt.datetime(2025, 3, 7, 9, tzinfo=dt.UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write(tmp_path / "plan.toml", HEAD + ENTRY)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def locked(path: Path) -> tuple[Plan, PlanLock]:
    plan = read_plan(path)
    return plan, lock_plan(path, plan, at=MONDAY)


def test_the_lock_holds_the_hash_of_the_file_and_the_time(path: Path) -> None:
    locked(path)
    version = read_lock(path).versions[0]
    assert version.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert version.locked_at == "2025-03-03T09:00:00+00:00"


def test_locking_an_unchanged_plan_again_changes_nothing(path: Path) -> None:
    plan, _ = locked(path)
    before = lock_path(path).read_bytes()
    lock_plan(path, plan, at=FRIDAY)
    assert lock_path(path).read_bytes() == before


def test_a_change_that_is_not_locked_is_an_amendment(path: Path) -> None:
    _, lock = locked(path)
    plan = read_plan(write(path, HEAD.replace('"months"', '"days"', 1) + ENTRY + LATER))
    change = lock.amendments(plan)[-1]
    assert change.locked_at == ""
    assert [str(one) for one in change.changes] == ["endpoint os changed", "analysis A2 added"]


def test_an_amendment_needs_a_reason(path: Path) -> None:
    locked(path)
    plan = read_plan(write(path, HEAD + ENTRY + LATER))
    with pytest.raises(PlanError, match="--reason"):
        lock_plan(path, plan, at=FRIDAY)
    lock = lock_plan(path, plan, at=FRIDAY, reason="asked for by the reviewers")
    assert [one.reason for one in lock.amendments(plan)] == ["asked for by the reviewers"]


def test_an_analysis_added_after_the_first_lock_is_known_as_such(path: Path) -> None:
    locked(path)
    plan = read_plan(write(path, HEAD + ENTRY + LATER))
    lock = lock_plan(path, plan, at=FRIDAY, reason="asked for by the reviewers")
    assert lock.added_later(plan) == {"A2"}


def test_an_edited_lock_is_refused(path: Path) -> None:
    locked(path)
    lock_path(path).write_text("[]", encoding="utf-8")
    with pytest.raises(PlanError, match="may have been edited"):
        read_lock(path)
