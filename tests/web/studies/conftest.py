"""A small demonstration study, made once: three sites, 120 patients."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from cimara.studies.demonstration.shown import make_shown_demonstration
from cimara_web.studies.shown import FOLDER


@pytest.fixture(scope="session")
def small_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration with three sites."""
    made = tmp_path_factory.mktemp("study") / FOLDER
    make_shown_demonstration(
        made, now=lambda: dt.datetime(2026, 1, 2, tzinfo=dt.UTC), seed=3, patients=180, sites=3
    )
    return made


@pytest.fixture
def var(tmp_path: Path, settings: Any) -> Path:
    """The portal's var folder, empty."""
    settings.STUDIES = tmp_path
    return tmp_path


@pytest.fixture
def shown(var: Path, small_study: Path) -> Path:
    """The small study where the portal looks for it."""
    shutil.copytree(small_study, var / FOLDER)
    return var / FOLDER
