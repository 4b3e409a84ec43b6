"""Prints what is wrong with a study, a line each, on stderr."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from cimara.cohort.study.errors import StudyError
    from cimara.studies.check import CheckedStudy


def checked_or_told(path: Path) -> CheckedStudy | None:
    """The study of a file; None after its faults were printed."""
    from cimara.cohort.study.errors import StudyError
    from cimara.studies.check import check_study

    try:
        return check_study(path)
    except StudyError as error:
        print_faults(error)
        return None


def print_faults(error: StudyError) -> None:
    """Every fault on a line of its own, with the file before it."""
    where = f"{error.where}: " if error.where else ""
    for fault in error.faults:
        print(f"{where}{fault}", file=sys.stderr)


def note(text: str) -> None:
    """Progress, on stderr."""
    print(f"cimara: {text}", file=sys.stderr)
