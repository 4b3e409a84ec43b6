"""Prints what is wrong with a plan or its data, a line each."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cimara.outcomes.report.errors import DataFolderError, PlanError


def print_problems(error: PlanError | DataFolderError) -> None:
    """Every fault on a line of its own, with the file before it, on stderr."""
    where = f"{error.where}: " if error.where else ""
    for problem in error.problems:
        print(f"{where}{problem}", file=sys.stderr)
    if error.hint:
        print(error.hint, file=sys.stderr)
