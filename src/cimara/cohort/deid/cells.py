"""Brings the cells of columns into one plain form, each distinct text once with how often it occurs."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

OWN_ID = r"^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}(?:-[A-Z][0-9]{2,3})?$"
"""Ids of the data model: site, patient and child."""
_NOTHING = r"^(?:[+-]?[0-9]{1,5}|[0-9a-f]{40}|[0-9a-f]{64}|[A-Z]{2}[0-9]{2}|UNK|ND|NA|NASK|NAVU|IMP)$"
"""Short whole numbers, hashes, site ids and reasons for a missing value, which no rule can hit."""
_DECIMAL = r"^[+-]?[0-9]*\.[0-9]+(?:[eE][+-]?[0-9]+)?$"
_UNSEEN = "[\u200b-\u200f\u2060\ufeff\u00ad]"
_DASHES = "[\u2010-\u2015\u2212]"
COLUMN, TEXT, COUNT = "column", "text", "count"
CELLS = {COLUMN: pl.String, TEXT: pl.String, COUNT: pl.Int64}


def cells_of(columns: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Distinct filled cells of each column as text, with counts (columns as in `CELLS`).

    Full-width signs and blanks are made plain, dashes become `-`, signs without width go, and a whole number
    written with `.0` loses it. Decimal numbers are left out: no rule looks into them.
    """
    counted = [
        series.drop_nulls().cast(pl.String).alias(TEXT).value_counts(name=COUNT)
        .select(pl.lit(name).alias(COLUMN), TEXT, pl.col(COUNT).cast(pl.Int64))
        for name, series in columns.items()
    ]  # fmt: skip
    plain = (
        pl.col(TEXT)
        .str.normalize("NFKC")
        .str.replace_all(_UNSEEN, "")
        .str.replace_all(_DASHES, "-")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
        .str.replace(r"^([+-]?[0-9]+)\.0+$", "${1}")
    )
    return (
        pl.concat([pl.DataFrame(schema=CELLS), *counted])
        .with_columns(plain)
        .filter((pl.col(TEXT) != "") & ~pl.col(TEXT).str.contains(_DECIMAL))
        .group_by(COLUMN, TEXT)
        .agg(pl.col(COUNT).sum())
    )


def worth_reading(cells: pl.DataFrame) -> pl.DataFrame:
    """Cells that some rule could hit: not ids of the data model, hashes or short numbers."""
    return cells.filter(~pl.col(TEXT).str.contains(OWN_ID) & ~pl.col(TEXT).str.contains(_NOTHING))
