"""A small demonstration study, made once for all workers of a run of the tests, or for all runs."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from pathlib import Path

import pytest

from cimara.studies.demonstration.shown import make_shown_demonstration
from cimara_web.studies.shown import FOLDER

MADE_ONCE = "TESTS_MADE_ONCE"
"""Names a folder for more than one run (tools/run_tests.py)."""


def small_shown_study(factory: pytest.TempPathFactory) -> Path:
    """The folder of a study of three sites; the first worker makes it, the others wait."""
    base = factory.getbasetemp()
    root = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    root = Path(os.environ.get(MADE_ONCE, root))
    made = root / FOLDER
    with (root / f"{FOLDER}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.is_dir():
            make_shown_demonstration(
                made, now=lambda: dt.datetime(2026, 1, 2, tzinfo=dt.UTC), seed=3, patients=180, sites=3
            )
    return made
