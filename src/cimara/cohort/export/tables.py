"""A cohort as plain tables with a codebook, hashes and a citation: what a statistician opens first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from cimara.cohort.dataset import Dataset, fields_with_reason
from cimara.cohort.export.mapping_report import Fate, FieldFate, write_report
from cimara.cohort.model import Entity, Field, Kind, MissingReason, data_model
from cimara.cohort.reading import write_tables

CODEBOOK = {
    "table": pl.String,
    "column": pl.String,
    "label": pl.String,
    "type": pl.String,
    "unit": pl.String,
    "lowest": pl.Float64,
    "highest": pl.Float64,
    "decimals": pl.Int64,
    "codes": pl.String,
    "need": pl.String,
    "refers_to": pl.String,
}
REASONS = {
    MissingReason.UNKNOWN: "unknown",
    MissingReason.NOT_DONE: "not done",
    MissingReason.NOT_APPLICABLE: "not applicable",
    MissingReason.NOT_ASKED: "not collected at this site",
    MissingReason.NO_LONGER_AVAILABLE: "not available any more",
    MissingReason.IMPOSSIBLE: "cannot be derived from the site's source",
}


def write_plain_tables(dataset: Dataset, folder: Path, *, title: str, parquet: bool = False) -> list[Path]:
    """Write a CSV an entity (or Parquet with reasons in columns), codebook, hashes; gives the files."""
    paths = _parquet(dataset, folder) if parquet else write_tables(dataset, folder)
    codebook_frame(dataset).write_csv(folder / "codebook.csv")
    (folder / "CITATION.txt").write_text(_citation(title, paths), encoding="utf-8")
    (folder / "README.txt").write_text(_readme(title, dataset), encoding="utf-8")
    paths += [folder / "codebook.csv", folder / "CITATION.txt", folder / "README.txt"]
    return [*paths, write_report(table_fates(), folder)]


def codebook_frame(dataset: Dataset) -> pl.DataFrame:
    """Every column of the tables that have rows: label, type, unit, limits, codes."""
    entities = [dataset.model.entity(name) for name in dataset.n_rows]
    rows = [_codebook_row(entity, field) for entity in entities for field in entity.fields]
    return pl.DataFrame(rows, schema=CODEBOOK, orient="row")


def table_fates() -> Iterator[FieldFate]:
    """Every field is exported."""
    for entity in data_model().entities:
        for field in entity.fields:
            yield FieldFate(entity.name, field.name, Fate.EXPORTED, f"{entity.table}.{field.name}")


def _codebook_row(entity: Entity, field: Field) -> tuple[object, ...]:
    codes = "; ".join(f"{code.name} = {code.label}" for code in field.codes)
    called = "days from the anchor" if field.kind is Kind.DAY else str(field.kind)
    limits = (field.lowest, field.highest, field.places)
    return (entity.table, field.name, field.label, called, field.unit, *limits, codes, str(field.need),
            field.references)  # fmt: skip


def _parquet(dataset: Dataset, folder: Path) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in dataset.n_rows:
        entity = dataset.model.entity(name)
        frame = dataset.frame(name)
        reasons = [field.why for field in fields_with_reason(frame, entity)]
        paths.append(folder / f"{entity.table}.parquet")
        frame.select([*(field.name for field in entity.fields), *reasons]).write_parquet(paths[-1])
    return paths


def _citation(title: str, paths: list[Path]) -> str:
    hashes = "\n".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in paths)
    return f"{title}. Exported with CIMARa.\n\nSHA-256 of the files, to be cited with them:\n{hashes}\n"


def _readme(title: str, dataset: Dataset) -> str:
    reasons = "\n".join(f"{code}: {text}" for code, text in REASONS.items())
    rows = "\n".join(f"{name}: {height} rows" for name, height in dataset.n_rows.items())
    return (
        f"{title}\n\nDays count from each patient's anchor, which is day 0.\n"
        f"Several codes in one cell are parted by semicolons.\nA cell without a value holds the reason:\n"
        f"{reasons}\n\n{rows}\n"
    )
