"""Columns from a study of objects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

import numpy as np
import polars as pl

from cimara.response.columnar.records import KINDS, MOST, NOTHING, Columns, Kind, Records, micrograms
from cimara.response.model import (
    INVESTIGATOR,
    Clinical,
    Lesion,
    Measurement,
    NewLesion,
    Patient,
    Study,
    Visit,
)

EPOCH = dt.date(1970, 1, 1).toordinal()


def study_records(study: Study) -> Records:
    """The columns of a study; a patient with a size beyond all measure is marked as odd."""
    patients = study.patients
    every: dict[str, list[tuple[int, Any]]] = {
        "visits": [(place, item) for place, one in enumerate(patients) for item in one.visits],
        "lesions": [(place, item) for place, one in enumerate(patients) for item in one.lesions],
        "measurements": [(place, item) for place, one in enumerate(patients) for item in one.measurements],
        "new_lesions": [(place, item) for place, one in enumerate(patients) for item in one.new_lesions],
        "clinical": [(place, item) for place, one in enumerate(patients) for item in one.clinical],
    }
    ids = {
        "visit_id": _ids(every, "visit_id", ("visits", "measurements", "new_lesions", "clinical")),
        "lesion_id": _ids(every, "lesion_id", ("lesions", "measurements", "new_lesions")),
        "evaluator": _ids(every, "evaluator", ("lesions", "measurements", "new_lesions"), INVESTIGATOR),
    }
    organs = sorted({item.organ for _, item in every["lesions"]})
    kinds = {
        "visits": Visit,
        "lesions": Lesion,
        "measurements": Measurement,
        "new_lesions": NewLesion,
        "clinical": Clinical,
    }
    odd = np.zeros(len(patients), bool)
    tables = {}
    for name, rows in every.items():
        columns = _columns([item for _, item in rows], kinds[name])
        columns["patient"] = np.array([place for place, _ in rows], np.int32)
        for column, known in ids.items():
            if hasattr(kinds[name], column):
                places = {text: place for place, text in enumerate(known)}
                columns[column] = _array((places[getattr(item, column)] for _, item in rows), len(rows))
        tables[name] = columns
        _mark_odd(columns, kinds[name], odd)
    lesions = tables["lesions"]
    places = {text: place for place, text in enumerate(organs)}
    lesions["organ"] = _array((places[item.organ] for _, item in every["lesions"]), len(every["lesions"]))
    lesions["is_part"] = np.array([bool(item.parent_ids) for _, item in every["lesions"]], bool)
    tables["clinical"]["micrograms"] = micrograms(tables["clinical"]["dex_mg_per_day"])
    for place, patient in enumerate(patients):
        odd[place] |= bool(patient.adjudications)
    return Records(
        pl.Series([item.patient_id for item in patients], dtype=pl.String()),
        ids["visit_id"],
        ids["lesion_id"],
        ids["evaluator"],
        organs,
        _columns(patients, Patient),
        odd=odd,
        **tables,
    )


def _ids(every: dict[str, list[tuple[int, Any]]], field: str, tables: Sequence[str], *more: str) -> list[str]:
    return sorted({getattr(item, field) for name in tables for _, item in every[name]} | set(more))


def _columns(items: Sequence[Any], kind: type) -> Columns:
    return {name: _column(map(attrgetter(name), items), len(items), of) for name, of in KINDS[kind].items()}


def _column(values: Iterable[Any], count: int, kind: Kind) -> np.ndarray:
    if kind == "date":
        return _array((NOTHING if item is None else item.toordinal() - EPOCH for item in values), count)
    if kind == "float":
        return np.array([np.nan if item is None else item for item in values], np.float64)
    if kind == "bool":
        return np.array([-1 if item is None else int(item) for item in values], np.int8)
    if kind == "int":
        return np.array([NOTHING if item is None else item for item in values], np.int64)
    assert not isinstance(kind, str)
    codes: dict[Any, int] = {None: -1, **{word: place for place, word in enumerate(kind)}}
    return np.array([codes[item] for item in values], np.int8)


def _array(values: Iterable[int], count: int) -> np.ndarray:
    return np.fromiter(values, np.int32, count)


def _mark_odd(columns: Columns, kind: type, odd: np.ndarray) -> None:
    """Numbers that the arrays can't hold; made safe here, as their patients go to the reference engine."""
    for name, of in KINDS[kind].items():
        if of == "int":
            column = columns[name]
            strange = column >= MOST
            odd[columns["patient"][strange]] = True
            columns[name] = np.where(strange, 0, column).astype(np.int32)
