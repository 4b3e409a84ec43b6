"""Opens a study by what its file is: over flat tables, or of charts, whose reader lies a floor above.

Nothing of it comes from a job: the file lies in the house, and the reader is one module of this package.
"""

from __future__ import annotations

import tomllib
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cimara.federation.study import FederatedStudy

CHARTS = "cimara.studies.federated"
"""The one module that reads studies of charts (`read_chart_study`); it knows cohorts and endpoints."""


def open_study(path: Path) -> FederatedStudy[Any]:
    """The study in a file of either kind, with `sites.toml`, signatures and definitions beside it.

    Raises
    ------
    StudyError
        All that is wrong with it.
    StudyRefusedError
        A site has no registered key, nobody may order a run, or levels are not known.
    """
    if is_of_charts(path):
        made: FederatedStudy[Any] = import_module(CHARTS).read_chart_study(path)
        return made
    from cimara.federation.tables.studies import read_table_study

    return read_table_study(path)


def is_of_charts(path: Path) -> bool:
    """Whether a study file selects a cohort of charts; not where it cannot be read, whose reader says so."""
    try:
        return "cohort" in tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return False
