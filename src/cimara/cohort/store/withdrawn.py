"""Patients who were withdrawn at a site: their list, kept in the store and never in a line, which travels."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.store.errors import DamagedStoreError
from cimara.cohort.store.parquet import sha256
from cimara.cohort.store.places import Place
from cimara.cohort.store.versions import list_path


def read_list(place: Place, study: str, file_hash: str) -> frozenset[str]:
    """The patients of a list. Raises DamagedStoreError where it is not what was written."""
    if not file_hash:
        return frozenset()
    path = list_path(study, file_hash)
    try:
        content = place.read(path)
    except FileNotFoundError:
        content = b""
    if sha256(content) != file_hash:
        raise DamagedStoreError("the list of withdrawn patients is gone or was changed", where=path)
    return frozenset(msgspec.json.decode(content, type=list[str]))


def write_list(place: Place, study: str, patients: Iterable[str]) -> str:
    """Write a list; gives its file hash."""
    content = msgspec.json.encode(sorted(patients))
    place.put(list_path(study, sha256(content)), content)
    return sha256(content)


def patients_in(frame: pl.DataFrame) -> frozenset[str]:
    """The patients that a table names."""
    known = frame["patient_id"].unique().drop_nulls().to_list() if "patient_id" in frame.columns else []
    return frozenset(known)


def patients_of(dataset: Dataset) -> frozenset[str]:
    """Every patient of whom a table has a row."""
    return frozenset().union(*(patients_in(one) for one in dataset.tables.values()))


def without(dataset: Dataset, patients: Iterable[str]) -> Dataset:
    """A data set without the rows of these patients; a row that names no patient stays."""
    gone = pl.Series(sorted(patients), dtype=pl.String)
    return (
        dataset.keeping(~pl.col("patient_id").is_in(gone.implode()).fill_null(False))
        if len(gone)
        else dataset
    )
