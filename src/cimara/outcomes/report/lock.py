"""The lock of a plan: when it was fixed, and what was changed afterwards."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from cimara.outcomes.endpoints.errors import Problem
from cimara.outcomes.report.errors import PlanError
from cimara.outcomes.report.plan import Plan

SCHEMA = "cimara-plan-lock/1"
Sections = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedVersion:
    """One version of a plan: the SHA-256 of its file, when it was locked, and the hash of each part."""

    sha256: str
    locked_at: str
    reason: str
    sections: Sections


@dataclass(frozen=True, slots=True)
class Change:
    """A part of the plan that differs from the version before: "added", "removed" or "changed"."""

    part: str
    how: str

    def __str__(self) -> str:
        return f"{self.part} {self.how}"


@dataclass(frozen=True, slots=True)
class Amendment:
    """Changes against the version before, and when they were locked ("" for a change that is not locked)."""

    locked_at: str
    reason: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class PlanLock:
    """All locked versions of a plan, the first one first; none for a plan that was never locked."""

    versions: tuple[LockedVersion, ...] = ()

    def amendments(self, plan: Plan) -> tuple[Amendment, ...]:
        """What was changed after the first lock, up to the plan as it is now."""
        found = [
            Amendment(after.locked_at, after.reason, changes(before.sections, after.sections))
            for before, after in pairwise(self.versions)
        ]
        if self.versions and self.versions[-1].sha256 != plan.sha256:
            found.append(Amendment("", "", changes(self.versions[-1].sections, plan.sections)))
        return tuple(found)

    def added_later(self, plan: Plan) -> frozenset[str]:
        """Ids of the analyses that the first locked version did not have, or had otherwise."""
        if not self.versions:
            return frozenset()
        names = {f"analysis {one.id}": one.id for one in plan.analyses}
        moved = changes(self.versions[0].sections, plan.sections)
        return frozenset(names[one.part] for one in moved if one.part in names)


def lock_path(plan: Path) -> Path:
    """The file of the lock, beside the plan."""
    return plan.with_name(f"{plan.name}.lock")


def read_lock(plan: Path) -> PlanLock:
    """The lock of the plan in a file; an empty one where there is none. Raises PlanError."""
    path = lock_path(plan)
    if not path.is_file():
        return PlanLock()
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return PlanLock(tuple(_version(one) for one in data["versions"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        told = Problem("lock", "not a lock file of this program; it may have been edited")
        raise PlanError([told], path.name) from error


def lock_plan(path: Path, plan: Plan, *, at: dt.datetime, reason: str = "") -> PlanLock:
    """Write the plan's hash and the time to its lock; a changed plan is added as an amendment.

    Raises
    ------
    PlanError
        An amendment without a reason.
    """
    known = read_lock(path)
    if known.versions and known.versions[-1].sha256 == plan.sha256:
        return known
    if known.versions and not reason:
        told = Problem("lock", "the plan was changed after it was locked; say why with --reason")
        raise PlanError([told], path.name)
    made = LockedVersion(
        sha256=plan.sha256,
        locked_at=at.astimezone(dt.UTC).isoformat(timespec="seconds"),
        reason=reason,
        sections=plan.sections,
    )
    lock = PlanLock((*known.versions, made))
    target = lock_path(path)
    aside = target.with_name(f".{target.name}.part")
    aside.write_text(_written(lock), encoding="utf-8")
    aside.replace(target)
    return lock


def changes(before: Sections, after: Sections) -> tuple[Change, ...]:
    """What differs between two versions, in the order of the plan."""
    return tuple(_changes(dict(before), dict(after)))


def _changes(before: dict[str, str], after: dict[str, str]) -> Iterator[Change]:
    for part in {**before, **after}:
        if part not in before:
            yield Change(part, "added")
        elif part not in after:
            yield Change(part, "removed")
        elif before[part] != after[part]:
            yield Change(part, "changed")


def _version(data: dict[str, Any]) -> LockedVersion:
    return LockedVersion(
        sha256=data["sha256"],
        locked_at=data["locked_at"],
        reason=data["reason"],
        sections=tuple((str(name), str(own)) for name, own in data["sections"].items()),
    )


def _written(lock: PlanLock) -> str:
    versions = [
        {
            "sha256": one.sha256,
            "locked_at": one.locked_at,
            "reason": one.reason,
            "sections": dict(one.sections),
        }
        for one in lock.versions
    ]
    return json.dumps({"schema": SCHEMA, "versions": versions}, indent=1, ensure_ascii=False) + "\n"
