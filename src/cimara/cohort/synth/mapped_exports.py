"""Exports in a hospital's own form, with their mapping: a folder of dated CSVs, and a wide workbook."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import astuple, fields
from pathlib import Path
from typing import Any

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.model import Entity, Kind, data_model
from cimara.cohort.synth.local_form import (
    ANCHOR,
    LocalForm,
    MappingRow,
    cell_kind,
    field_row,
    held_fields,
    kept_fields,
    local_cells,
    local_name,
    settings_rows,
    site_rows,
)

PREFIX = "synthetic_"
MADE = dt.datetime(2026, 1, 1)
"""The date of making that a workbook holds: fixed, so that the same cohort gives the same bytes."""
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
SHEETS = {
    "Patient": "patients",
    "PrimaryTumour": "patients",
    "StudyEnrolment": "patients",
    "Death": "patients",
    "PerformanceStatus": "visits",
    "ExtracranialStatus": "visits",
    "BrainLesion": "mets",
    "CourseLesion": "mets",
    "ImagingAssessment": "mets",
    "LesionMeasurement": "mets",
    "LocalTherapyCourse": "therapy",
    "SystemicTherapyLine": "therapy",
    "AdverseRadiationEffect": "necrosis",
    "SupportiveCourse": "necrosis",
    "ProgressionEvent": "necrosis",
    "LmdEvent": "necrosis",
}
"""Sheet of the workbook that holds each entity; the workbook holds no others."""
GROUPS = {
    "PrimaryTumour": "prim",
    "StudyEnrolment": "study",
    "PerformanceStatus": "kps",
    "ExtracranialStatus": "ecs",
    "BrainLesion": "met",
    "CourseLesion": "rx",
    "ImagingAssessment": "mri",
    "LesionMeasurement": "size",
    "LocalTherapyCourse": "course",
    "SystemicTherapyLine": "line",
    "AdverseRadiationEffect": "rn",
    "SupportiveCourse": "drug",
    "ProgressionEvent": "pd",
    "LmdEvent": "lmd",
}
"""Prefix of the columns of an entity with several rows a patient: `met1_location`, `met2_location`."""


def write_dated_folder(dataset: Dataset, anchors: pl.DataFrame, form: LocalForm, folder: Path) -> None:
    """A CSV an entity, with calendar dates, in the site's units and codes."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in dataset.tables.items():
        if name == "Site" or not frame.height:
            continue
        entity = dataset.model.entity(name)
        cells = local_cells(entity, frame, anchors, form)
        if name == "Patient":
            dates = frame.join(anchors, on="patient_id", how="left", maintain_order="left")["anchor_date"]
            cells = cells.with_columns(dates.dt.strftime(form.date_format).alias(ANCHOR))
        text = cells.write_csv(separator=form.delimiter)
        (folder / f"{PREFIX}{entity.table}.csv").write_bytes(text.encode(form.encoding))


def folder_mapping(site_id: str, dataset: Dataset, form: LocalForm) -> list[MappingRow]:
    """The mapping of such a folder."""
    rows = settings_rows(site_id, form, f"{PREFIX}patient.csv") + site_rows(dataset.frame("Site"))
    for entity in data_model().entities:
        frame = dataset.frame(entity.name)
        if entity.name == "Site":
            continue
        if not frame.height:
            rows.append(MappingRow(entity.name, "*", "impossible", comment="the site keeps none"))
            continue
        source = f"{PREFIX}{entity.table}.csv"
        rows += [field_row(entity, one, frame, form, source, local_name(one)) for one in kept_fields(entity)]
    return rows


def write_wide_workbook(dataset: Dataset, anchors: pl.DataFrame, form: LocalForm, path: Path) -> None:
    """A workbook with a row a patient on each sheet, and groups of columns for what there is several of."""
    import xlsxwriter

    patients = dataset.frame("Patient").select(
        pl.col("patient_id"),
        patient_no=pl.col("patient_id").str.extract(r"(\d+)$").str.strip_chars_start("0"),
    )
    dates = patients.join(anchors, on="patient_id", how="left", maintain_order="left")
    sheets: dict[str, pl.DataFrame] = {}
    kinds = {ANCHOR: Kind.DAY, "patient_no": Kind.INTEGER}
    for name, sheet in SHEETS.items():
        if not dataset.frame(name).height:
            continue
        wide, of_columns = _wide(dataset.model.entity(name), dataset.frame(name), anchors, form)
        kinds |= of_columns
        held = sheets.get(sheet, patients.select("patient_no"))
        sheets[sheet] = held.join(wide, on="patient_no", how="left", maintain_order="left")
    first = dates.select("patient_no", pl.col("anchor_date").dt.strftime(form.date_format).alias(ANCHOR))
    sheets["patients"] = first.join(sheets["patients"], on="patient_no", maintain_order="left")
    path.parent.mkdir(parents=True, exist_ok=True)
    with xlsxwriter.Workbook(path, {"in_memory": True}) as book:
        book.set_properties({"title": "synthetic", "created": MADE})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for sheet, frame in sheets.items():
            _write_sheet(book.add_worksheet(f"{PREFIX}{sheet}"), frame, kinds, day)


def _write_sheet(sheet: Any, frame: pl.DataFrame, kinds: Mapping[str, Kind], day: Any) -> None:
    """Numbers as numbers, dates as dates, all else as text."""
    for column, name in enumerate(frame.columns):
        sheet.write_string(0, column, name)
        kind = kinds[name]
        for row, value in enumerate(frame[name], start=1):
            if value is None:
                continue
            if kind is Kind.DAY and _DATE.fullmatch(value):
                sheet.write_datetime(row, column, dt.datetime.fromisoformat(value), day)
            elif kind in (Kind.INTEGER, Kind.DECIMAL) and _NUMBER.fullmatch(value):
                sheet.write_number(row, column, float(value))
            else:
                sheet.write_string(row, column, value)


def _wide(
    entity: Entity, frame: pl.DataFrame, anchors: pl.DataFrame, form: LocalForm
) -> tuple[pl.DataFrame, dict[str, Kind]]:
    """An entity with a row a patient, its columns in groups `<prefix><n>_` where there may be several rows;
    and what each column holds."""
    cells = local_cells(entity, frame, anchors, form)
    kinds = {local_name(one): cell_kind(one) for one in held_fields(entity, frame)}
    numbered = cells.with_columns(pl.int_range(1, pl.len() + 1).over("patient_no").alias("_n"))
    wide = cells.select("patient_no").unique(maintain_order=True)
    held: dict[str, Kind] = {}
    for (n,), part in numbered.partition_by("_n", as_dict=True, include_key=False).items():
        prefix = f"{GROUPS[entity.name]}{n}_" if entity.name in GROUPS else _prefix(entity)
        named = {one: f"{prefix}{one}" for one in kinds}
        held |= {named[one]: kind for one, kind in kinds.items()}
        wide = wide.join(part.rename(named), on="patient_no", how="left", maintain_order="left")
    return wide, held


def _prefix(entity: Entity) -> str:
    """What stands before the columns of an entity that has one row a patient."""
    return "" if entity.name == "Patient" else f"{entity.table}_"


def workbook_mapping(site_id: str, dataset: Dataset, form: LocalForm, file: str) -> list[MappingRow]:
    """The mapping of such a workbook."""
    rows = settings_rows(site_id, form, f"{file}:{PREFIX}patients") + site_rows(dataset.frame("Site"))
    for entity in data_model().entities:
        frame = dataset.frame(entity.name)
        if entity.name == "Site":
            continue
        if entity.name not in SHEETS or not frame.height:
            rows.append(MappingRow(entity.name, "*", "impossible", comment="not in the site's workbook"))
            continue
        rows += _block(entity, frame, form, f"{file}:{PREFIX}{SHEETS[entity.name]}")
    return rows


def _block(entity: Entity, frame: pl.DataFrame, form: LocalForm, source: str) -> list[MappingRow]:
    group = GROUPS.get(entity.name)
    if group is None:
        prefix = _prefix(entity)
        only = MappingRow(entity.name, "@rows", source_file=source, expression=f"{prefix}date is not null")
        head = [only] if entity.name == "Death" else []
        return head + [
            field_row(entity, one, frame, form, source, prefix + local_name(one))
            for one in kept_fields(entity)
        ]
    most = max(frame.group_by("patient_id").len()["len"].to_list())
    head = [
        MappingRow(
            entity.name,
            "@rows",
            rule="split_rows",
            source_file=source,
            expression=f"n = 1..{most}",
            repeat_key=group,
        )
    ]
    own = [
        field_row(entity, one, frame, form, source, f"{group}{{n}}_{local_name(one)}", group)
        for one in kept_fields(entity)
    ]
    return head + own


def write_mapping(rows: Iterable[MappingRow], path: Path) -> None:
    """A mapping file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([one.name for one in fields(MappingRow)])
        writer.writerows(astuple(one) for one in rows)
