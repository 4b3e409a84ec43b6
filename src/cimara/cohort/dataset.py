"""A data set: one typed frame an entity, where each row came from, and what reading found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import polars as pl

from cimara.cohort.findings import finding_frame, joined
from cimara.cohort.model import DataModel, Entity, Field, Kind, data_model

ORIGIN: dict[str, type[pl.DataType]] = {
    "file": pl.String,
    "sheet": pl.String,
    "row": pl.Int64,
    "record": pl.String,
    "instance": pl.Int64,
}
"""Where a row came from: file, sheet, row below the header (from 1), REDCap record and repeat instance."""

DTYPES: dict[Kind, pl.DataType] = {
    Kind.TEXT: pl.String(),
    Kind.DAY: pl.Int64(),
    Kind.INTEGER: pl.Int64(),
    Kind.DECIMAL: pl.Float64(),
    Kind.CODE: pl.String(),
    Kind.CODES: pl.List(pl.String()),
}
"""Type of the column of each kind. Codes are canonical words; several stand in the order of the schema."""


@dataclass(frozen=True, eq=False)
class Dataset:
    """The tables of one submission.

    Parameters
    ----------
    tables
        Frames by entity name, made by `typed_frame` or of its shape: every field of the entity with the type
        of `DTYPES`, and `<field>__why` (the reason for a missing value) where any row has one.
    origins
        Frames by entity name with the columns of `ORIGIN`, row for row beside the tables.
    findings
        What reading found (columns of `findings.FINDINGS`).
    unused
        Files, sheets and columns that were not read, each with what it may have been meant for.
    """

    tables: Mapping[str, pl.DataFrame]
    origins: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    findings: pl.DataFrame = field(default_factory=finding_frame)
    unused: tuple[str, ...] = ()

    @cached_property
    def model(self) -> DataModel:
        """The data model of the tables."""
        return data_model()

    def frame(self, name: str) -> pl.DataFrame:
        """The table of an entity; without rows where there is none."""
        found = self.tables.get(name)
        return empty_frame(self.model.entity(name)) if found is None else found

    def origin(self, name: str) -> pl.DataFrame:
        """Where the rows of a table came from; its row numbers alone where that is not known."""
        found = self.origins.get(name)
        return plain_origin(self.frame(name).height) if found is None else found

    def located(self, name: str) -> pl.DataFrame:
        """A table with the columns of `ORIGIN` beside it, each after `_`."""
        return pl.concat(
            [self.frame(name), self.origin(name).rename(lambda one: f"_{one}")], how="horizontal"
        )

    def of_patients(self, patients: pl.Series) -> Dataset:
        """The rows of these patients, and all rows of tables that are not of patients."""
        return self.keeping(pl.col("patient_id").is_in(patients.implode()))

    def keeping(self, condition: pl.Expr) -> Dataset:
        """The rows that meet a condition on `patient_id`, and all rows of tables that are not of patients."""
        tables, origins = {}, {}
        for name, frame in self.tables.items():
            kept = frame.select(condition).to_series() if "patient_id" in frame.columns else None
            tables[name] = frame if kept is None else frame.filter(kept)
            origins[name] = self.origin(name) if kept is None else self.origin(name).filter(kept)
        return replace(self, tables=tables, origins=origins)

    @property
    def n_rows(self) -> dict[str, int]:
        """Rows by entity, of the tables that have any."""
        return {name: frame.height for name, frame in self.tables.items() if frame.height}


def why(frame: pl.DataFrame, name: str) -> pl.Expr:
    """The reason for a missing value of a field; null where none is given."""
    column = f"{name}__why"
    return pl.col(column) if column in frame.columns else pl.lit(None, dtype=pl.String)


def schema_of(entity: Entity) -> dict[str, pl.DataType]:
    """Columns of an entity and their types."""
    return {one.name: DTYPES[one.kind] for one in entity.fields}


def empty_frame(entity: Entity) -> pl.DataFrame:
    """The table of an entity without a row."""
    return pl.DataFrame(schema=schema_of(entity))


def plain_origin(height: int, file: str = "") -> pl.DataFrame:
    """Origins that are known by row number only."""
    rows = pl.DataFrame({"row": pl.int_range(1, height + 1, eager=True)})
    return rows.select(
        [
            (pl.lit(file) if name == "file" else pl.col("row") if name == "row" else pl.lit(None))
            .cast(kind)
            .alias(name)
            for name, kind in ORIGIN.items()
        ]
    )


def pooled(parts: Iterable[Dataset]) -> Dataset:
    """Several data sets as one, their rows below each other in the order given."""
    held = list(parts)
    names = [
        entity.name for entity in data_model().entities if any(entity.name in one.tables for one in held)
    ]
    return Dataset(
        tables={name: _stacked([one.frame(name) for one in held]) for name in names},
        origins={name: pl.concat([one.origin(name) for one in held]) for name in names},
        findings=joined(one.findings for one in held),
        unused=tuple(text for one in held for text in one.unused),
    )


def _stacked(frames: list[pl.DataFrame]) -> pl.DataFrame:
    return pl.concat(frames, how="diagonal_relaxed", rechunk=True)


def fields_with_reason(frame: pl.DataFrame, entity: Entity) -> tuple[Field, ...]:
    """Fields of which some row gives a reason for a missing value."""
    return tuple(one for one in entity.fields if one.why in frame.columns)
