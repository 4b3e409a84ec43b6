"""What a job came to: results by analysis, and why others failed; written into its folder in one step."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cimara.federation.centre.checkpoint import Failure
from cimara.federation.centre.job_folder import put_json
from cimara.federation.centre.status import JobState
from cimara.federation.results.result import Result

RESULT = "result"
"""The folder of results in a job's folder."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobResult:
    """The end of a job, or the point at which it paused.

    Parameters
    ----------
    state
        DONE: `results` has at least one analysis. PAUSED: `reason` says what is missing. FAILED: `reason`
        says why there is nothing.
    folder
        The job's; its results lie in `result` once it is done.
    """

    job: str
    study: str
    state: JobState
    folder: Path
    results: Mapping[str, Result] = field(default_factory=dict)
    failed: Mapping[str, Failure] = field(default_factory=dict)
    reason: Failure | None = None

    def value(self, analysis: str) -> Any:
        """The result object of an analysis, as its pooled code gives it."""
        return self.results[analysis].value

    def write(self) -> None:
        """Write all results into the job's folder: all of them or, if the process dies, none."""
        place = self.folder / RESULT
        if place.is_dir():
            return
        aside = self.folder / f".{RESULT}.{os.getpid()}"
        for old in self.folder.glob(f".{RESULT}.*"):
            shutil.rmtree(old)
        for name, one in self.results.items():
            one.write(aside / name)
        failed = {name: {"code": one.code, "words": one.words} for name, one in self.failed.items()}
        put_json(
            aside / "job.json",
            {"job": self.job, "study": self.study, "analyses": list(self.results), "failed": failed},
        )
        for path in aside.rglob("*"):
            if path.is_file():
                _onto_disk(path)
        os.replace(aside, place)


def _onto_disk(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
