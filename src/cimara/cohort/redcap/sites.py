"""Reads the list of sites for which data access groups are made."""

from __future__ import annotations

from pathlib import Path

from cimara.cohort.errors import CohortError
from cimara.cohort.redcap.opening import open_table

COLUMN = "dag_name"


def read_sites(path: Path) -> tuple[str, ...]:
    """Names of data access groups: a text file with one a line, or a CSV with a column `dag_name`.

    Raises
    ------
    CohortError
        The file is missing or empty, or has several columns and none is `dag_name`.
    """
    raw = open_table(path)
    if COLUMN in raw.frame.columns:
        names = raw.frame[COLUMN].drop_nulls().to_list()
    elif raw.frame.width == 1:
        names = [one.strip() for one in path.read_text("utf-8-sig").splitlines() if one.strip()]
    else:
        raise CohortError(f"no column {COLUMN}", where=path.name, expected="a name a line, or that column")
    if not names:
        raise CohortError("no site is named", where=path.name)
    return tuple(dict.fromkeys(names))
