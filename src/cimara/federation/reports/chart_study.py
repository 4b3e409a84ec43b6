"""A study of charts as a house holds it: the analyses of its report, over a folder that each site built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cimara.federation.centre.status import JobState
from cimara.federation.study import FederatedStudy
from cimara.outcomes.report.data_folder import DataFolder
from cimara.outcomes.report.plan import Plan

if TYPE_CHECKING:
    from cimara.federation.centre.job_result import JobResult

REPORT = "report"
"""The folder of a study's report in a job's folder, beside its results."""
Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartStudy(FederatedStudy[DataFolder]):
    """A study of charts.

    Parameters
    ----------
    plan
        Of its report, with all levels and sites named.
    nobody
        A data folder without rows, with every table and column that a site's has.
    report
        Writes the report of a finished job into a new folder.
    """

    plan: Plan
    nobody: DataFolder
    report: Callable[[JobResult, Path, Clock], object]


def put_report(study: FederatedStudy[Any], result: JobResult, now: Clock) -> None:
    """Write the report of a job into its folder, once it is done; a study over tables has none."""
    place = result.folder / REPORT
    if isinstance(study, ChartStudy) and result.state is JobState.DONE and not place.is_dir():
        study.report(result, place, now)
