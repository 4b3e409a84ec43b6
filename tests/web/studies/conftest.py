"""A small demonstration study: three sites, 180 patients."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from cimara_web.studies.shown import FOLDER
from tests.shown_study import small_shown_study


@pytest.fixture(scope="session")
def small_study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a demonstration with three sites."""
    return small_shown_study(tmp_path_factory)


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
