"""Reads from a REDCap data dictionary which variables are marked as identifiers."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from cimara.cohort.errors import CohortError
from cimara.cohort.raw_tables import read_csv

VARIABLE, MARK = "Variable / Field Name", "Identifier?"


def identifier_fields(path: Path) -> tuple[str, ...]:
    """Variables with `Identifier? = y`. Raises CohortError where the file is no data dictionary."""
    frame = read_csv(path).frame
    if not {VARIABLE, MARK} <= set(frame.columns):
        raise CohortError(
            "this is no REDCap data dictionary",
            where=path.name,
            expected=f"the columns {VARIABLE!r} and {MARK!r}",
            hint="In REDCap: Designer, Download the current data dictionary.",
        )
    marked = frame.filter(pl.col(MARK).str.to_lowercase() == "y")
    return tuple(marked[VARIABLE].drop_nulls())
