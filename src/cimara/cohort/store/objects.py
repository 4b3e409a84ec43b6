"""The tables of a version as files of the store: made, written, read back and verified."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import msgspec
import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.store.content import joint_hash
from cimara.cohort.store.errors import DamagedStoreError, StoreError
from cimara.cohort.store.manifest import Line, TableEntry
from cimara.cohort.store.parquet import TableFile, in_todays_model, sha256, stored_table, table_file
from cimara.cohort.store.places import Place
from cimara.cohort.store.versions import object_path
from cimara.cohort.store.withdrawn import patients_in, patients_of, without


@dataclass(frozen=True, slots=True)
class Prepared:
    """A version ready to be put on record: its tables, and the files of those that may not be stored yet."""

    entries: Mapping[str, TableEntry]
    files: tuple[TableFile, ...] = ()

    @property
    def content_hash(self) -> str:
        """Of the whole submission."""
        return joint_hash({name: one.content_hash for name, one in self.entries.items()})


def prepared(dataset: Dataset) -> Prepared:
    """A data set ready to be stored. Raises StoreError where a table is not of the model's shape."""
    files = table_files(dataset)
    entries = {name: TableEntry(one.content_hash, one.file_hash, one.rows) for name, one in files.items()}
    return Prepared(entries, tuple(files.values()))


def trimmed(place: Place, line: Line, patients: frozenset[str]) -> tuple[Prepared, frozenset[str]]:
    """The tables of a line without the rows of some patients, and which of these had any.

    A table that has no row of them stays the file that it is.
    """
    dataset = read_line(place, line)
    found = patients & patients_of(dataset)
    touched = {name: one for name, one in dataset.tables.items() if patients_in(one) & found}
    made = prepared(without(replace(dataset, tables=touched), found))
    kept = {name: one for name, one in line.tables.items() if name not in touched} | dict(made.entries)
    return Prepared({name: kept[name] for name in line.tables if name in kept}, made.files), found


def table_files(dataset: Dataset) -> dict[str, TableFile]:
    """The tables that have rows, as files. Raises StoreError where one is not of the model's shape."""
    model = dataset.model
    return {
        name: table_file(model.entity(name), dataset.frame(name), dataset.origins.get(name))
        for name in dataset.n_rows
    }


def refuse_other_sites(dataset: Dataset, site: str) -> None:
    """Raise StoreError where a row is of another site: it must not reach this site's version."""
    for name, frame in dataset.tables.items():
        column = "patient_id" if "patient_id" in frame.columns else "site_id"
        own = pl.col(column) == site if column == "site_id" else pl.col(column).str.starts_with(f"{site}-")
        count = frame.select((~own.fill_null(False)).sum()).item()
        if count:
            raise StoreError(
                f"rows of {name} that are not of this site: {count}",
                where=f"site {site}",
                expected=f"ids that begin with {site}",
                hint="Nothing was stored. Look for rows of another data access group in the export.",
            )


def write_files(place: Place, study: str, files: Iterable[TableFile]) -> None:
    """Write the files that are not there yet, byte for byte."""
    for one in files:
        path = object_path(study, one.file_hash)
        if place.size(path) != len(one.content) or place.read(path) != one.content:
            place.put(path, one.content)


def write_missing(place: Place, study: str, files: Iterable[TableFile]) -> None:
    """Write again what a purge by somebody else took away since `write_files`."""
    for one in files:
        path = object_path(study, one.file_hash)
        if place.size(path) != len(one.content):
            place.put(path, one.content)


def verified(place: Place, path: str, file_hash: str) -> bytes:
    """The bytes of a file. Raises DamagedStoreError where they are gone or not those that were written."""
    try:
        content = place.read(path)
    except FileNotFoundError:
        raise DamagedStoreError("the file is gone", where=path) from None
    if sha256(content) != file_hash:
        raise DamagedStoreError("the file is not what was written", where=path)
    return content


def read_line(place: Place, line: Line) -> Dataset:
    """The data set of a line, types exact. Raises DamagedStoreError where a file is not what was written."""
    tables, origins = {}, {}
    for name, entry in line.tables.items():
        path = object_path(line.study_id, entry.file_hash)
        stored = stored_table(verified(place, path, entry.file_hash), path)
        tables[name] = in_todays_model(stored)
        if stored.origin is not None:
            origins[name] = stored.origin
    return Dataset(tables, origins)


def tombstone(path: str, seq: int) -> bytes:
    """What stands in the place of a purged file."""
    return msgspec.json.encode({"purged": path, "line": seq}) + b"\n"
