"""What became of every field of the model in an export: exported, with a loss, or not representable."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from enum import StrEnum
from pathlib import Path

import polars as pl

from cimara.cohort.model import data_model

MAPPING_REPORT = "mapping_report.csv"


class Fate(StrEnum):
    """What became of a field."""

    EXPORTED = "exported"
    LOSSY = "lossy"
    NOT_REPRESENTABLE = "not representable"


@dataclass(frozen=True, slots=True)
class FieldFate:
    """One field of the model in one export: where it went, and what was lost on the way."""

    entity: str
    field: str
    fate: Fate
    where: str
    lost: str = ""


def fate_frame(fates: Iterable[FieldFate]) -> pl.DataFrame:
    """The report as a table, in the order of the model; a field that nobody spoke of is not representable."""
    said = {(one.entity, one.field): one for one in fates}
    rows = [
        astuple(said.get((entity.name, field.name)) or _silent(entity.name, field.name))
        for entity in data_model().entities
        for field in entity.fields
    ]
    return pl.DataFrame(rows, schema={one.name: pl.String for one in fields(FieldFate)}, orient="row")


def write_report(fates: Iterable[FieldFate], folder: Path) -> Path:
    """Write `mapping_report.csv` into the folder of an export."""
    path = folder / MAPPING_REPORT
    fate_frame(fates).write_csv(path)
    return path


def _silent(entity: str, field: str) -> FieldFate:
    return FieldFate(entity, field, Fate.NOT_REPRESENTABLE, "", "this form has no place for it")
