"""Hands out the results of a job: who, who checked, by which rules, and the hash of each file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cimara.federation.centre.job_folder import read_json
from cimara.federation.centre.job_result import RESULT
from cimara.federation.centre.status import JobState, read_status
from cimara.federation.errors import Code, FederationError
from cimara.federation.reports.chart_study import REPORT
from cimara.federation.site.ledger import Ledger

LEDGER = "releases.jsonl"
"""The coordinating centre's ledger of releases, beside the folders of its jobs."""
HANDED_OUT = "results handed out"


def release_job(folder: Path, *, by: str, checked_by: str = "") -> Mapping[str, Any]:
    """Note in the coordinating centre's ledger that results are handed out, and say so in the job's status.

    Parameters
    ----------
    folder
        The job's, with its results in `result`, and its report in `report` where the study has one.
    by, checked_by
        Names of the person who hands out, and of a second one who has checked, where the study asks for two.

    Raises
    ------
    FederationError
        NOT_RELEASED: the job is not done, nobody is named, or one person is named twice. BAD_LEDGER.
    """
    status = read_status(folder)
    if status is None or status.state not in (JobState.DONE, JobState.RELEASED):
        raise FederationError(
            Code.NOT_RELEASED, "the job has no results to hand out", where=folder.name,
            expected="a job that is done",
        )  # fmt: skip
    if not by.strip() or by.strip() == checked_by.strip():
        raise FederationError(
            Code.NOT_RELEASED, "who hands out and who has checked are two people, each with a name"
        )
    place = folder / RESULT
    files = _files(place)
    rules = {path.parent.name: read_json(path)["disclosure"] for path in files if path.name == "results.json"}
    entry = Ledger(folder.parent / LEDGER).write(
        decision=HANDED_OUT, job=status.job, study=status.study, analyses=sorted(rules), rules=rules,
        by=by.strip(), checked_by=checked_by.strip(),
        files={str(path.relative_to(place)): _digest(path) for path in files}
        | {str(path.relative_to(folder)): _digest(path) for path in _files(folder / REPORT)},
    )  # fmt: skip
    status.state = JobState.RELEASED
    status.write(folder, lasting=True)
    return entry


def _files(place: Path) -> list[Path]:
    return sorted(path for path in place.rglob("*") if path.is_file())


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
