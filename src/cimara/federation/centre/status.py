"""How far a job is, for people and pages that look on: `status.json` of a job's folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from cimara.federation.centre.job_folder import put_json, read_json

STATUS = "status.json"


class JobState(StrEnum):
    """States of a job and of each of its analyses."""

    PLANNED = "planned"
    WAITING_SITES = "waiting_sites"
    """The sites were asked to take part."""
    ROUND = "round"
    PAUSED = "paused"
    """A site or the server is missing; `Coordinator.resume` goes on from the last complete round."""
    FAILED = "failed"
    DONE = "done"
    """The results lie in the job's folder, checked."""
    RELEASED = "released"
    """A person has handed the results out."""


@dataclass(slots=True, kw_only=True)
class AnalysisStatus:
    """Where an analysis is; `step` counts the rounds that are complete."""

    id: str
    state: JobState = JobState.PLANNED
    step: int = 0
    code: str = ""
    words: str = ""


@dataclass(slots=True, kw_only=True)
class SiteStatus:
    """What was last heard of a site.

    Parameters
    ----------
    last_seen
        UTC, ISO 8601; "" for never.
    step
        The step of the last answer; -1 before any.
    waiting
        Why the job waits for this site, in words; "" where it does not.
    seconds
        Time that the rounds took which the site answered.
    bytes
        Bytes that came from the site.
    """

    id: str
    last_seen: str = ""
    step: int = -1
    waiting: str = ""
    seconds: float = 0.0
    bytes: int = 0


@dataclass(slots=True, kw_only=True)
class Status:
    """A job as `status.json` tells it; `done` of `planned` rounds, the latter grown where more are needed."""

    job: str
    study: str
    analyses: list[AnalysisStatus]
    sites: list[SiteStatus]
    state: JobState = JobState.PLANNED
    code: str = ""
    words: str = ""
    done: int = 0
    planned: int = 0
    started: str = ""
    study_hash: str = ""
    seconds: float = field(default=0.0)

    def analysis(self, name: str) -> AnalysisStatus:
        """The analysis of that id."""
        return next(one for one in self.analyses if one.id == name)

    def site(self, name: str) -> SiteStatus:
        """The site of that id."""
        return next(one for one in self.sites if one.id == name)

    def heard(self, answers: Mapping[str, bytes], step: int, seconds: float, now: datetime) -> None:
        """Count the answers of a round."""
        self.seconds += seconds
        for name, frame in answers.items():
            one = self.site(name)
            one.last_seen, one.step, one.waiting = now.isoformat(timespec="seconds"), step, ""
            one.seconds += seconds
            one.bytes += len(frame)

    @property
    def seconds_left(self) -> float | None:
        """An estimate from the rounds so far; None before the first."""
        return self.seconds / self.done * max(self.planned - self.done, 0) if self.done else None

    def write(self, folder: Path, *, lasting: bool = False) -> None:
        """Put `status.json` into the job's folder in one step."""
        put_json(folder / STATUS, asdict(self) | {"seconds_left": self.seconds_left}, lasting=lasting)


def read_status(folder: Path) -> Status | None:
    """The status in a job's folder; None where there is none."""
    found: dict[str, Any] | None = read_json(folder / STATUS)
    if found is None:
        return None
    plain = {name: value for name, value in found.items() if name != "seconds_left"}
    plain["state"] = JobState(plain["state"])
    plain["analyses"] = [
        AnalysisStatus(**one | {"state": JobState(one["state"])}) for one in plain["analyses"]
    ]
    plain["sites"] = [SiteStatus(**one) for one in plain["sites"]]
    return Status(**plain)
