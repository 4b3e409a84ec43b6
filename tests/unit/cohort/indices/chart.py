"""Charts for tests: a data set from a few rows, what a row leaves out being empty."""

from __future__ import annotations

import polars as pl

from cimara.cohort.dataset import Dataset, schema_of
from cimara.cohort.model import data_model

PATIENT = "UT01-P0001"
Row = dict[str, object]


def chart(**tables: list[Row]) -> Dataset:
    """A data set of these rows by entity; patient_id is PATIENT where a row has none."""
    model = data_model()
    frames = {}
    for name, rows in tables.items():
        schema = schema_of(model.entity(name))
        own = "patient_id" in schema
        full = [{**dict.fromkeys(schema), **({"patient_id": PATIENT} if own else {}), **row} for row in rows]
        frames[name] = pl.DataFrame(full, schema=schema, orient="row")
    return Dataset(frames)


def lesion_id(number: int, patient: str = PATIENT) -> str:
    return f"{patient}-L{number:02d}"


def course_id(number: int, patient: str = PATIENT) -> str:
    return f"{patient}-C{number:02d}"


def scan_id(number: int, patient: str = PATIENT) -> str:
    return f"{patient}-S{number:02d}"
