"""Tables as a scan looks at them: every column as text, beside the frame for rules over several columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.model import Entity, Field, Kind
from cimara.cohort.raw_tables import RawTable


@dataclass(frozen=True, eq=False)
class Looked:
    """A table: its columns as text, and the frame for rules over several columns."""

    name: str
    frame: pl.DataFrame
    columns: dict[str, pl.Series]
    institution: frozenset[str] = frozenset()
    """Columns that name the site by design."""


def looked_at(tables: Iterable[RawTable] | Dataset) -> list[Looked]:
    """Raw tables or the tables of a data set."""
    if not isinstance(tables, Dataset):
        return [_of_raw(one) for one in tables]
    return [_of_entity(tables.model.entity(name), tables.frame(name)) for name in tables.n_rows]


def _of_raw(raw: RawTable) -> Looked:
    name = f"{raw.file} sheet {raw.sheet}" if raw.sheet else raw.file
    return Looked(name, raw.frame, {column: raw.frame[column] for column in raw.frame.columns})


def _of_entity(entity: Entity, frame: pl.DataFrame) -> Looked:
    columns = {field.name: _as_text(frame, field) for field in entity.fields}
    institution = frozenset({"dag_name"}) if entity.name == "Site" else frozenset()
    return Looked(entity.table, frame, columns, institution)


def _as_text(frame: pl.DataFrame, field: Field) -> pl.Series:
    """A typed column as text; of codes only those that the data model does not know."""
    if field.kind is Kind.TEXT:
        return frame[field.name]
    if field.kind in (Kind.CODE, Kind.CODES):
        codes = frame[field.name]
        each = codes.explode() if field.kind is Kind.CODES else codes
        return each.filter(~each.is_in(list(field.code_names)))
    return frame[field.name].cast(pl.String)
