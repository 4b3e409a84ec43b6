"""A Study as the tidy tables that `read_tidy` takes, with nothing lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import polars as pl

from cimara.response.model import (
    Adjudication,
    Clinical,
    Lesion,
    LmForm,
    Measurement,
    NewLesion,
    Patient,
    Study,
    Visit,
)
from cimara.response.reading.schema import TIDY
from cimara.response.sizes import millimetres
from cimara.terms.errors import CimaraError

Cells = dict[str, object]

_RENAMED = {
    "ld_mm": "ld",
    "perp_mm": "perp",
    "short_axis_mm": "short_axis",
    "slice_mm": "slice_mm",
    "volume_mm3": "volume",
}
_IN_TENTHS = ("ld_mm", "perp_mm", "short_axis_mm", "slice_mm")


def tidy_frames(study: Study) -> dict[str, pl.DataFrame]:
    """Every tidy table as a frame of text, empty where there is no value."""
    return {
        name: pl.DataFrame(
            [[_text(row.get(column)) for column in _columns(name)] for row in rows(study)],
            schema={column: pl.String() for column in _columns(name)},
            orient="row",
        )
        for name, rows in _ROWS.items()
    }


def write_tidy(study: Study, folder: Path) -> list[Path]:
    """Write each table that has rows, and those that every study needs, as `folder/<table>.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, frame in tidy_frames(study).items():
        if frame.height or name in ("patients", "visits"):
            paths.append(folder / f"{name}.csv")
            frame.write_csv(paths[-1])
    return paths


def _columns(table: str) -> list[str]:
    return [column.name for column in TIDY[table].columns]


def _text(value: object) -> str:
    """One value as a cell. No text of ours may be taken for a word that means no value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, dt.date):
        return value.isoformat()
    return format(Decimal(repr(value)), "f") if isinstance(value, float) else str(value)


def _all(study: Study, of: Callable[[Patient], Iterable[Any]]) -> Iterator[Any]:
    return (item for patient in study.patients for item in of(patient))


def _fields(item: object, table: str) -> Cells:
    return {column: getattr(item, _RENAMED.get(column, column)) for column in _columns(table)}


def _patients(study: Study) -> Iterator[Cells]:
    return (_fields(patient, "patients") for patient in study.patients)


def _lesions(study: Study) -> Iterator[Cells]:
    lesion: Lesion
    for lesion in _all(study, lambda patient: patient.lesions):
        yield _fields(lesion, "lesions") | {"parent_ids": ";".join(lesion.parent_ids)}


def _visits(study: Study) -> Iterator[Cells]:
    visit: Visit
    for visit in _all(study, lambda patient: patient.visits):
        yield _fields(visit, "visits")


def _measurements(study: Study) -> Iterator[Cells]:
    seen: Measurement
    for seen in _all(study, lambda patient: patient.measurements):
        cells = _fields(seen, "measurements")
        yield cells | {name: _millimetres(cells[name]) for name in _IN_TENTHS}


def _millimetres(size: object) -> str:
    return millimetres(size) if isinstance(size, int) else ""


def _new_lesions(study: Study) -> Iterator[Cells]:
    seen: NewLesion
    for seen in _all(study, lambda patient: patient.new_lesions):
        yield _fields(seen, "new_lesions")


def _clinical(study: Study) -> Iterator[Cells]:
    seen: Clinical
    for seen in _all(study, lambda patient: patient.clinical):
        yield _fields(seen, "clinical")


def _lm_forms(study: Study) -> Iterator[Cells]:
    form: LmForm
    for form in _all(study, lambda patient: patient.lm_forms):
        if not form.items:
            raise CimaraError("a RANO-LM form without items has no row", expected="one item at least")
        for item in form.items:
            cells: Cells = {
                column: getattr(item if hasattr(item, column) else form, column)
                for column in _columns("lm_forms")
                if hasattr(item, column) or hasattr(form, column)
            }
            for number, (x, y) in enumerate(item.sizes, start=1):
                cells[f"n{number}x_mm"], cells[f"n{number}y_mm"] = millimetres(x), millimetres(y)
            yield cells


def _adjudications(study: Study) -> Iterator[Cells]:
    decision: Adjudication
    for decision in _all(study, lambda patient: patient.adjudications):
        yield _fields(decision, "adjudications")


_ROWS: dict[str, Callable[[Study], Iterator[Cells]]] = {
    "patients": _patients,
    "lesions": _lesions,
    "visits": _visits,
    "measurements": _measurements,
    "new_lesions": _new_lesions,
    "clinical": _clinical,
    "lm_forms": _lm_forms,
    "adjudications": _adjudications,
}
