"""Estimates over hospitals whose rows stay at home: the estimators of `cimara.outcomes`, run in step.

Each site sends sums that it has checked, masked so that only the total over all sites can be read.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cimara.federation.results.result import Result
    from cimara.federation.running import run, run_job
    from cimara.federation.study import FederatedStudy
    from cimara.federation.tables.studies import read_table_study, table_study
    from cimara.federation.transport.local import local

__all__ = ["FederatedStudy", "Result", "local", "read_table_study", "run", "run_job", "table_study"]
_PLACES = {
    "FederatedStudy": "study",
    "Result": "results.result",
    "local": "transport.local",
    "read_table_study": "tables.studies",
    "run": "running",
    "run_job": "running",
    "table_study": "tables.studies",
}
"""Where the names are; nothing of it is imported before it is asked for."""


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
