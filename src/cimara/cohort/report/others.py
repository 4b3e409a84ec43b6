"""Reads completeness tables of other sites from JSON: reports of ours, or their tables alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import polars as pl

from cimara.cohort.errors import CohortError
from cimara.cohort.report.completeness import COMPLETENESS


def read_others(path: Path) -> list[pl.DataFrame]:
    """Completeness tables, one a site, from a JSON list of reports (`report.json`) or of their tables.

    Raises
    ------
    CohortError
        The file is missing, no JSON, or not such a list.
    """
    try:
        raw = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError) as error:
        raise CohortError(
            "the file of other sites cannot be read", where=path.name, expected="JSON"
        ) from error
    sites = raw if isinstance(raw, list) and all(_is_site(one) for one in raw) else [raw]
    return [_table(one, f"{path.name} entry {place}") for place, one in enumerate(sites, start=1)]


def _is_site(one: Any) -> bool:
    return isinstance(one, list) or (isinstance(one, dict) and "completeness" in one)


def _table(site: Any, where: str) -> pl.DataFrame:
    rows: Any = site.get("completeness") if isinstance(site, dict) else site
    try:
        kept = [{name: row[name] for name in COMPLETENESS} for row in rows]
        return pl.DataFrame(kept, schema=COMPLETENESS)
    except (TypeError, KeyError, pl.exceptions.PolarsError) as error:
        raise CohortError(
            "an entry is no completeness table",
            where=where,
            expected="a list of reports (report.json), or of their `completeness`",
        ) from error
