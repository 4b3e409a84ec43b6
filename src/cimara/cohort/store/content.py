"""The content hash: SHA-256 of what a table says, whatever library wrote it and in whatever order.

Each row is its cells in schema order, parted by 0x1F; rows stand by primary key, parted by 0x1E. A cell is
its value in canonical text, `\\N` where there is none, and after it `\\R` and the reason where one is given.
In a text `\\`, 0x1F, 0x1E and, between several codes, `;` are written with a `\\` before them, so that no two
tables share a text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from cimara.cohort.model import Entity, Kind, why_column
from cimara.cohort.store.normal import normal_frame

CELL_END = "\x1f"
ROW_END = "\x1e"
NULL = "\\N"
REASON = "\\R"
SLICE = 200_000
"""Rows whose text stands in memory at once."""


@dataclass(frozen=True, slots=True)
class Column:
    """One field as the hash sees it."""

    name: str
    kind: Kind
    places: int


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns and key of a table when it was written, so that its hash holds under later models."""

    entity: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]


def layout_of(entity: Entity) -> Layout:
    """The layout of an entity in today's model."""
    columns = tuple(Column(one.name, one.kind, one.places) for one in entity.fields)
    return Layout(entity.name, entity.key, columns)


def content_hash(entity: Entity, frame: pl.DataFrame) -> str:
    """SHA-256 (hex) of the logical table. Raises StoreError where a column is none of the model."""
    return layout_hash(layout_of(entity), normal_frame(entity, frame))


def layout_hash(layout: Layout, frame: pl.DataFrame) -> str:
    """SHA-256 (hex) of a table in its normal form under the layout it was written with."""
    digest = hashlib.sha256()
    ordered = frame[_by_key(layout, frame)]
    for start in range(0, ordered.height, SLICE):
        rows = row_texts(layout, ordered.slice(start, SLICE))
        before = ROW_END if start else ""
        digest.update((before + rows.str.join(ROW_END).item()).encode())
    return digest.hexdigest()


def joint_hash(content_hashes: Mapping[str, str]) -> str:
    """SHA-256 (hex) of a whole submission: its tables by name, each with its content hash."""
    text = ROW_END.join(f"{name}{CELL_END}{content_hashes[name]}" for name in sorted(content_hashes))
    return hashlib.sha256(text.encode()).hexdigest()


def row_texts(layout: Layout, frame: pl.DataFrame) -> pl.Series:
    """Each row in canonical text."""
    return frame.select(cell_texts(layout, frame)).select(
        pl.concat_str(pl.all(), separator=CELL_END).alias("text")
    )["text"]


def cell_texts(layout: Layout, frame: pl.DataFrame) -> list[pl.Expr]:
    """Each field in canonical text, the reason included."""
    return [_cell(column, frame).alias(column.name) for column in layout.columns]


def _by_key(layout: Layout, frame: pl.DataFrame) -> pl.Series:
    """Places of the rows in the order of their key; those of one key, which no check lets pass, by text."""
    key = frame.select(layout.key).with_row_index("_place")
    ordered = key.sort(layout.key)
    same_as_before = pl.all_horizontal([pl.col(name) == pl.col(name).shift(1) for name in layout.key])
    if ordered.select(same_as_before.any()).item():
        ordered = key.with_columns(_text=row_texts(layout, frame)).sort([*layout.key, "_text"])
    return ordered["_place"]


def _cell(column: Column, frame: pl.DataFrame) -> pl.Expr:
    value = _text(column, frame).fill_null(NULL)
    why = why_column(column.name)
    if why not in frame.columns:
        return value
    reason = pl.concat_str(pl.lit(REASON), _escaped(pl.col(why))).fill_null("")
    return pl.concat_str(value, reason)


def _text(column: Column, frame: pl.DataFrame) -> pl.Expr:
    value = pl.col(column.name)
    if column.kind is Kind.CODES:
        codes = value.list.eval(_escaped(pl.element()).str.replace_all(";", r"\;", literal=True).sort())
        return codes.list.join(";")
    if column.kind is Kind.DECIMAL:
        return _decimal(frame.get_column(column.name), column.places)
    if column.kind in (Kind.DAY, Kind.INTEGER):
        return value.cast(pl.String)
    return _escaped(value) if _needs_escape(frame.get_column(column.name)) else value


def _needs_escape(texts: pl.Series) -> bool:
    return bool(texts.str.contains(r"[\\\x1e\x1f]").any())


def _escaped(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"([\\\x1e\x1f])", r"\$1")


def _decimal(values: pl.Series, places: int) -> pl.Expr:
    scaled = (pl.col(values.name) * 10**places).round().cast(pl.Int64)
    size = scaled.abs()
    parts = [(size // 10**places).cast(pl.String)]
    if places:
        parts += [pl.lit("."), (size % 10**places).cast(pl.String).str.zfill(places)]
    if (values < 0).any():
        parts.insert(0, pl.when(scaled < 0).then(pl.lit("-")).otherwise(pl.lit("")))
    return pl.concat_str(parts)
