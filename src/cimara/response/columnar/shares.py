"""A study's tables in shares of patients, so that several cores work on one study at a time.

A table is cut, not copied: the rows of a patient must stand together, and patients in the order of the table
of patients. A study with a table in another order is one share.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from cimara.response.columnar.records import Array

Tables = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Share:
    """The tables of some patients, and how many rows of each table stand before them."""

    tables: Tables
    rows_before: Mapping[str, int]


def shares(tables: Tables, most: int, patients_in_share: int) -> list[Share]:
    """At most `most` shares of equally many patients; one where rows are not in the order of patients."""
    whole = [Share(tables, dict.fromkeys(tables, 0))]
    patients = tables.get("patients")
    if patients is None or not _is_id(patients) or patients["patient_id"].n_unique() < patients.height:
        return whole
    count = min(most, patients.height // patients_in_share)
    bounds = np.linspace(0, patients.height, count + 1).astype(np.int64)
    order = pl.Enum(patients["patient_id"])
    cuts = {}
    for name, table in tables.items() if count > 1 else ():
        found = bounds if name == "patients" else _cuts(table, order, bounds)
        if found is None:
            return whole
        cuts[name] = found.tolist()
    return list(_cut(tables, cuts, count)) if cuts else whole


def _is_id(table: pl.DataFrame) -> bool:
    column = table.get_column("patient_id", default=None)
    return column is not None and column.dtype == pl.String() and column.null_count() == 0


def _cuts(table: pl.DataFrame, order: pl.Enum, bounds: Array) -> Array | None:
    """The rows at which a table is cut; None where its patients are unknown or in another order."""
    if table.height == 0:
        return np.zeros(len(bounds), np.int64)
    if not _is_id(table):
        return None
    runs = table["patient_id"].rle().struct.unnest()
    places = runs["value"].cast(order, strict=False).to_physical()
    if places.null_count():
        return None
    place = places.to_numpy().astype(np.int64)
    if (place[1:] <= place[:-1]).any():
        return None
    ends = np.concatenate(([0], runs["len"].to_numpy().astype(np.int64).cumsum()))
    found: Array = ends[np.searchsorted(place, bounds)]
    return found


def _cut(tables: Tables, cuts: Mapping[str, list[int]], count: int) -> Iterator[Share]:
    for place in range(count):
        before = {name: rows[place] for name, rows in cuts.items()}
        yield Share(
            {
                name: table.slice(before[name], cuts[name][place + 1] - before[name])
                for name, table in tables.items()
            },
            before,
        )
