"""Which files of a job its researcher may fetch."""

from __future__ import annotations

import shutil
from pathlib import Path

from cimara.federation.centre.job_result import RESULT
from cimara.federation.centre.status import STATUS
from cimara.federation.reports.chart_study import REPORT

RESULTS = "released"
"""The folder of NVFlare's result of a job that holds ours."""


def hand_out(job: Path, place: Path) -> None:
    """Copy the status, the results and the report of a job's folder, and nothing else of it."""
    place.mkdir(parents=True, exist_ok=True)
    for name in (STATUS, RESULT, REPORT):
        found = job / name
        if found.is_dir():
            shutil.copytree(found, place / name, dirs_exist_ok=True)
        elif found.is_file():
            shutil.copyfile(found, place / name)
