"""Copies of the clean data set in one, each with two sites and a file of its own, and its own changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from cimara.cohort.dataset import Dataset, plain_origin
from tests.unit.cohort.clean import TABLES, Additions, Changes, Row, clean_rows, table

SITES = ("UT01", "LY02")


def copies(changes: Sequence[tuple[Changes, Additions]]) -> Dataset:
    """A data set of as many copies as there are changes; rows are numbered within each copy."""
    held = [clean_rows(*one) for one in changes]
    tables, origins = {}, {}
    for name in TABLES:
        rows = [_renamed(row, place) for place, one in enumerate(held) for row in one[name]]
        tables[name] = table(name, rows)
        origins[name] = pl.concat(
            [plain_origin(len(one[name]), str(place)) for place, one in enumerate(held)]
        )
    return Dataset(tables, origins)


def of_copy(findings: pl.DataFrame, place: int) -> pl.DataFrame:
    """The findings of one copy: of its rows, and of its sites."""
    sites = "|".join(with_sites(site, place) for site in SITES)
    return findings.filter((pl.col("file") == str(place)) | (pl.col("message").str.contains(sites)))


def with_sites(text: str, place: int) -> str:
    """A text with the sites of a copy in the place of the plain ones."""
    letters = chr(65 + place // 26) + chr(65 + place % 26)
    for number, site in enumerate(SITES, start=1):
        text = text.replace(site, f"{letters}{number:02}")
    return text


def _renamed(row: Row, place: int) -> Row:
    return {name: _value(value, place) for name, value in row.items()}


def _value(value: Any, place: int) -> Any:
    return with_sites(value, place) if isinstance(value, str) else value
