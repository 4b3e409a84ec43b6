"""Columns from the tidy tables as typed frames, where the reader would take every row without a word.

Anything else (a text where a date should be, a word in other letters, a size below 0, a row of an unknown
patient ...) is for `reading.tidy`: `frame_records` then gives None, and the study is read row by row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import polars as pl

from cimara.response.columnar.cells import Cells, NotPlain, coded, read_cells
from cimara.response.columnar.records import (
    NOTHING,
    Array,
    Columns,
    Lookup,
    Records,
    code,
    is_word,
    micrograms,
    take,
)
from cimara.response.model import (
    INVESTIGATOR,
    Clinical,
    Finding,
    Lesion,
    Measurement,
    NewLesion,
    Patient,
    Visit,
)
from cimara.response.reading.intake import SIZE_HINTS, WARNING
from cimara.response.reading.schema import TIDY
from cimara.response.sizes import IMPLAUSIBLE_ABOVE, SIZE_IMPLAUSIBLE
from cimara.terms.response import SizeStatus

TABLES: Mapping[str, type] = {
    "patients": Patient,
    "visits": Visit,
    "lesions": Lesion,
    "measurements": Measurement,
    "new_lesions": NewLesion,
    "clinical": Clinical,
}
"""Tables that the arrays hold. Studies with rows in another one are read row by row."""
_LARGEST_FIRST = ("measurements", "clinical", "visits", "lesions", "new_lesions", "patients")


_DIAMETERS = ("ld", "perp", "short_axis", "slice_mm")


@dataclass(frozen=True, slots=True)
class FrameRecords:
    """The columns of a study, and the same cells as the text that its hashes are made of."""

    records: Records
    cells: Mapping[str, Cells]
    findings: tuple[Finding, ...]


def frame_records(
    tables: Mapping[str, pl.DataFrame], rows_before: Mapping[str, int] | None = None
) -> FrameRecords | None:
    """The columns of typed frames; None where the study has to be read row by row.

    `rows_before` are the rows of each table that stand before those of a share, for findings to name.
    """
    try:
        return _read(tables, rows_before or {})
    except NotPlain:
        return None


def _read(tables: Mapping[str, pl.DataFrame], rows_before: Mapping[str, int]) -> FrameRecords:
    for name, table in tables.items():
        if name not in TIDY or (name not in TABLES and table.height):
            raise NotPlain
    if not {"patients", "visits"} <= set(tables):
        raise NotPlain
    with ThreadPoolExecutor(max_workers=2) as readers:
        found = readers.map(lambda name: read_cells(tables.get(name), name, TABLES[name]), _LARGEST_FIRST)
        cells = dict(zip(_LARGEST_FIRST, found, strict=True))
    if len(cells["patients"].texts("patient_id")) != cells["patients"].height:
        raise NotPlain
    ids = {
        "visit_id": _ids(cells, "visit_id", ("visits",)),
        "lesion_id": _ids(cells, "lesion_id", ("lesions", "new_lesions")),
        "evaluator": _ids(cells, "evaluator", ("lesions", "measurements", "new_lesions"), INVESTIGATOR),
    }
    order = tables["patients"]["patient_id"]
    places = pl.Enum(order)
    columns: dict[str, Columns] = {}
    for name in TABLES:
        own = cells[name].columns()
        if name != "patients":
            own["patient"] = _owners(cells[name].owner, places)
            for column, known in ids.items():
                if column in cells[name].found:
                    own[column] = cells[name].codes_in(column, known)
        columns[name] = own
    lesions = cells["lesions"]
    columns["lesions"]["organ"] = lesions.codes("organ")
    columns["lesions"]["is_part"] = np.array([bool(text) for text in lesions.texts("parent_ids")] or [False])[
        lesions.codes("parent_ids")
    ]
    columns["clinical"]["micrograms"] = micrograms(columns["clinical"]["dex_mg_per_day"])
    records = Records(
        order,
        ids["visit_id"],
        ids["lesion_id"],
        ids["evaluator"],
        lesions.texts("organ"),
        columns["patients"],
        odd=np.zeros(len(order), bool),
        **{name: columns[name] for name in TABLES if name != "patients"},
    )
    _check(records)
    for name in ("measurements", "new_lesions", "clinical"):
        cells[name].set_dates(columns[name]["date"])
    return FrameRecords(records, cells, tuple(_implausible(records, rows_before.get("measurements", 0))))


def _ids(cells: Mapping[str, Cells], column: str, names: tuple[str, ...], *more: str) -> list[str]:
    """Every id of a kind in the order of its text."""
    return sorted({text for name in names for text in cells[name].texts(column)} | set(more))


def _owners(texts: pl.Series, known: pl.Enum) -> Array:
    """The place of each patient; an unknown one is for the reader to refuse."""
    found = coded(texts, known)
    if found.null_count():
        raise NotPlain
    return found.to_numpy().astype(np.int32)


def _check(records: Records) -> None:
    """What the reader says of rows across tables; fills in the dates that rows take from their visit."""
    n_patients, n_visits, n_lesions = (
        len(records.patient_ids),
        len(records.visit_ids),
        len(records.lesion_ids),
    )
    patients, visits, lesions = records.patients, records.visits, records.lesions
    for name in ("immunotherapy_start", "new_therapy_date"):
        _refuse((patients[name] != NOTHING) & (patients[name] < patients["start_date"]))
    known = Lookup(visits["patient"], visits["visit_id"], n_patients, n_visits)
    _refuse(known.twice)
    _refuse_before_baseline(records)
    key = lesions["evaluator"].astype(np.int64) * max(n_lesions, 1) + lesions["lesion_id"]
    _refuse(Lookup(lesions["patient"], key, n_patients, n_lesions * len(records.evaluators)).twice)
    clinical = records.clinical
    _refuse(Lookup(clinical["patient"], clinical["visit_id"], n_patients, n_visits).twice)
    for rows in (records.measurements, records.new_lesions, clinical):
        visit = known.find(rows["patient"], rows["visit_id"])
        _refuse(visit < 0)
        if (rows["date"] == NOTHING).any():
            rows["date"] = np.where(
                rows["date"] == NOTHING, take(visits["date"], visit, NOTHING), rows["date"]
            )
    _check_measurements(records)


def _check_measurements(records: Records) -> None:
    rows, n_lesions = records.measurements, max(len(records.lesion_ids), 1)
    listed = (records.lesions, records.new_lesions)
    patient = np.concatenate([each["patient"] for each in listed])
    lesion = np.concatenate([each["lesion_id"] for each in listed])
    _refuse(
        Lookup(patient, lesion, len(records.patient_ids), n_lesions).find(rows["patient"], rows["lesion_id"])
        < 0
    )
    sized = np.zeros(len(rows["status"]), bool)
    for name in ("ld", "perp", "short_axis", "volume"):
        sized |= rows[name] != NOTHING
    status = rows["status"]
    _refuse((status == -1) & (sized | (rows["state"] == -1)))
    _refuse((status == code(SizeStatus.MEASURED)) & ~sized)
    _refuse(is_word(status, SizeStatus.NOT_DONE, SizeStatus.NOT_EVALUABLE) & sized)


def _implausible(records: Records, rows_before: int) -> Iterator[Finding]:
    """What the reader says of sizes that look like a mix-up of units; it keeps them."""
    rows = records.measurements
    wide = {name: rows[name] > IMPLAUSIBLE_ABOVE for name in _DIAMETERS}
    text, hint = SIZE_HINTS[SIZE_IMPLAUSIBLE]
    for row in np.flatnonzero(np.logical_or.reduce(list(wide.values()))).tolist():
        for name in _DIAMETERS:
            if wide[name][row]:
                yield Finding(
                    SIZE_IMPLAUSIBLE,
                    WARNING,
                    text,
                    patient_id=records.patient_ids[int(rows["patient"][row])],
                    visit_id=records.visit_ids[rows["visit_id"][row]],
                    lesion_id=records.lesion_ids[rows["lesion_id"][row]],
                    file="measurements",
                    row=rows_before + row + 1,
                    column=f"{name}_mm" if name != "slice_mm" else name,
                    hint=hint,
                )


def _refuse_before_baseline(records: Records) -> None:
    """The reader notes visits before the first that is marked as baseline."""
    visits = records.visits
    marked = visits["is_baseline"] == 1
    first = np.full(len(records.patient_ids), NOTHING, np.int64)
    first[visits["patient"][marked]] = visits["date"][marked]
    np.minimum.at(first, visits["patient"][marked], visits["date"][marked])
    _refuse(visits["date"] < first[visits["patient"]])


def _refuse(wrong: Array) -> None:
    if wrong.any():
        raise NotPlain
