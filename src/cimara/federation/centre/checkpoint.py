"""Where a job's coordinator is, on its disk: with the sums so far, enough to go on after any kill."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from cimara.federation.centre.job_folder import put_json, read_json

CHECKPOINT = "checkpoint.json"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job or an analysis of it gave nothing: the code, and words for a person."""

    code: str
    words: str


@dataclass(slots=True, kw_only=True)
class Checkpoint:
    """What has been settled.

    Parameters
    ----------
    attempt
        Number of the attempt at the coming round; it rises when a job is resumed.
    waits_for
        Code of the fault that the job is paused for; "" while it runs.
    ready
        Whether all sites have checked each other's mask keys.
    versions
        Content hash of each site's rows.
    failed
        Analyses that gave nothing.
    job_failed
        Why the whole job ended; None while it may go on.
    """

    attempt: int = 0
    waits_for: str = ""
    ready: bool = False
    versions: dict[str, str] = field(default_factory=dict)
    failed: dict[str, Failure] = field(default_factory=dict)
    job_failed: Failure | None = None

    def write(self, folder: Path) -> None:
        """Put it onto the disk in one step."""
        put_json(folder / CHECKPOINT, asdict(self))

    @classmethod
    def read(cls, folder: Path) -> Checkpoint:
        """The checkpoint in a job's folder; a new one where there is none."""
        found: dict[str, Any] | None = read_json(folder / CHECKPOINT)
        if found is None:
            return cls()
        found["failed"] = {name: Failure(**one) for name, one in found["failed"].items()}
        found["job_failed"] = Failure(**found["job_failed"]) if found["job_failed"] else None
        return cls(**found)
