"""The tables of OMOP CDM 5.4 that are written: columns, types, and which may not be empty; concept ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources

import polars as pl

from cimara.cohort.errors import CohortError

TYPES: dict[str, pl.DataType] = {
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "text": pl.String(),
    "date": pl.Date(),
    "datetime": pl.Datetime(),
}
NO_CONCEPT = 0
"""The CDM's own id for "no matching concept"."""


@lru_cache(maxsize=1)
def columns() -> pl.DataFrame:
    """Columns of all tables: table, column, type, longest (characters), required."""
    return _table("columns.csv").with_columns(pl.col("longest").cast(pl.Int64), pl.col("required") == "yes")


@lru_cache(maxsize=1)
def concepts() -> pl.DataFrame:
    """Concept ids: part, word of ours, concept_id, meaning, status."""
    return _table("concepts.csv").with_columns(pl.col("concept_id").cast(pl.Int64))


def concept(part: str, word: str) -> int:
    """The concept id of a word, 0 where none is known."""
    return ids_of(part).get(word, NO_CONCEPT)


def ids_of(part: str) -> dict[str, int]:
    """Concept ids of one part by word."""
    held = concepts().filter(pl.col("part") == part)
    return dict(held.select("word", "concept_id").iter_rows())


def concept_of(part: str, column: str) -> pl.Expr:
    """The concept id of the words in a column, 0 where none is known."""
    return pl.col(column).replace_strict(ids_of(part), default=NO_CONCEPT, return_dtype=pl.Int64)


def in_layout(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with the columns of a CDM table in their order and types; what it lacks is empty."""
    layout = columns().filter(pl.col("table") == table)
    known = layout["column"].to_list()
    strange = [name for name in frame.columns if name not in known]
    if strange:
        raise CohortError(f"{table} has no column {strange[0]}", where="OMOP CDM 5.4")
    return frame.select(
        [
            (pl.col(name) if name in frame.columns else pl.lit(None)).cast(TYPES[kind]).alias(name)
            for name, kind in layout.select("column", "type").iter_rows()
        ]
    )


def faults(tables: Mapping[str, pl.DataFrame]) -> Iterator[str]:
    """What does not keep to CDM 5.4: columns, empty cells that may not be, texts that are too long, keys."""
    for table, frame in tables.items():
        layout = columns().filter(pl.col("table") == table)
        if frame.columns != layout["column"].to_list():
            yield f"{table}: columns are not those of the CDM"
            continue
        for column, longest, required in layout.select("column", "longest", "required").iter_rows():
            if required and frame[column].null_count():
                yield f"{table}.{column}: {frame[column].null_count()} empty cells"
            if longest and (frame[column].str.len_chars() > longest).any():
                yield f"{table}.{column}: text of more than {longest} characters"
        yield from _key_faults(table, frame, tables)


def _key_faults(table: str, frame: pl.DataFrame, tables: Mapping[str, pl.DataFrame]) -> Iterator[str]:
    own = f"{table}_id"
    if own in frame.columns and frame[own].is_duplicated().any():
        yield f"{table}.{own}: an id stands twice"
    if "person_id" in frame.columns and table != "person":
        lost = frame.filter(~pl.col("person_id").is_in(tables["person"]["person_id"].implode()))
        if lost.height:
            yield f"{table}.person_id: {lost.height} persons that are not in PERSON"


def _table(name: str) -> pl.DataFrame:
    raw = resources.files("cimara.cohort.export.omop").joinpath(name).read_bytes()
    return pl.read_csv(raw, infer_schema=False)
