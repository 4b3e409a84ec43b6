"""Every prognostic index of every patient: as rows, and with one row a patient."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.errors import CohortError
from cimara.cohort.indices.at_anchor import AnchorOptions
from cimara.cohort.indices.gpa import gpa
from cimara.cohort.indices.point_tables import point_table, table_names
from cimara.cohort.indices.rpa import rpa
from cimara.cohort.indices.velocity import bmv, ibmv

INDICES: Mapping[str, Callable[[Dataset, AnchorOptions], pl.DataFrame]] = {
    "gpa": gpa,
    "rpa": rpa,
    "bmv": lambda dataset, _: bmv(dataset),
    "ibmv": lambda dataset, _: ibmv(dataset),
}
"""The indices by name; GPA is the one that is for the patient's primary."""


def index_rows(
    dataset: Dataset, names: Sequence[str] = tuple(INDICES), options: AnchorOptions | None = None
) -> pl.DataFrame:
    """One row a patient and index, with `gpa.INDEX_COLUMNS`.

    Raises
    ------
    IndexNotTranscribed
        An index is asked for by name of which the library has no point table.
    CohortError
        There is no such index.
    """
    for name in names:
        if name not in INDICES:
            if name in table_names():
                point_table(name)
                raise CohortError(
                    f"{name} is not asked for by its name",
                    expected="gpa, which takes the table of each primary",
                )
            raise CohortError(f"unknown index {name!r}", expected=", ".join(INDICES))
    asked = options or AnchorOptions()
    return pl.concat([INDICES[name](dataset, asked) for name in names])


UNUSED = {
    "rpa": ("table", "assumed", "tissue"),
    "bmv": ("table", "low", "high", "assumed", "missing", "tissue"),
    "ibmv": ("table", "low", "high", "assumed", "missing", "tissue"),
}
"""Columns that an index never has a value of its own for."""


def one_row_a_patient(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows of `index_rows` side by side, columns named after their index: `gpa_value`, `rpa_band`.

    Texts that are blank are null, and columns without meaning for an index are left out.
    """
    found = rows.select("patient_id").unique(maintain_order=True)
    for (name,), own in rows.partition_by("index", as_dict=True, maintain_order=True).items():
        kept = own.drop("index", *UNUSED.get(str(name), ()))
        held = kept.rename({one: f"{name}_{one}" for one in kept.columns if one != "patient_id"})
        found = found.join(held, on="patient_id", how="left", maintain_order="left")
    return found.with_columns(pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)).name.keep())
