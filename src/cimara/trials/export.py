"""Writes a snapshot's studies out again: the records as they came, a table, or references."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from typing import TextIO

from cimara.trials.facets import year
from cimara.trials.importers.forms import xml_as_json
from cimara.trials.snapshot import Snapshot, SnapshotMeta
from cimara.trials.study import SourceForm, Study

CSV_COLUMNS = (
    "nct_id",
    "brief_title",
    "overall_status",
    "phases",
    "study_type",
    "conditions",
    "interventions",
    "sponsor",
    "sponsor_class",
    "enrolment",
    "sex",
    "min_age_days",
    "max_age_days",
    "start",
    "primary_completion",
    "last_updated",
    "countries",
    "sites",
    "tumours",
    "brm_policy",
    "lmd_policy",
    "confidence",
    "note",
    "data_date",
)
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
STUDY_URL = "https://clinicaltrials.gov/study/"


class ExportFormat(StrEnum):
    """Forms in which studies leave."""

    JSONL = "jsonl"
    CSV = "csv"
    RIS = "ris"


def export(snapshot: Snapshot, form: ExportFormat, out: TextIO, ids: Iterable[str] | None = None) -> int:
    """Write studies to `out` in static-rank order, or those of `ids` in their order; the number written.

    JSON lines give back every record as it came, the one exception being that a legacy XML record stands
    inside `{"cimara": {"xml": ...}}`, which `build` reads again.

    Raises
    ------
    cimara.trials.snapshot.UnknownStudyError
        When the snapshot has no study of one of the ids.
    """
    studies = _whole_studies(snapshot) if ids is None else map(snapshot.study, ids)
    return _WRITERS[form](snapshot, studies, out)


def _whole_studies(snapshot: Snapshot) -> Iterator[Study]:
    numbers = snapshot.connection.execute("SELECT nct_id FROM study ORDER BY id")
    return (snapshot.study(nct_id) for (nct_id,) in numbers)


def _write_json_lines(snapshot: Snapshot, studies: Iterable[Study], out: TextIO) -> int:
    written = 0
    for study in studies:
        record = xml_as_json(study.raw) if study.source_form is SourceForm.XML else study.raw
        # A line break can only stand between JSON's tokens: inside its strings it is written as \n.
        out.write(record.replace(b"\r", b" ").replace(b"\n", b" ").decode("utf-8") + "\n")
        written += 1
    return written


def _write_table(snapshot: Snapshot, studies: Iterable[Study], out: TextIO) -> int:
    table = csv.writer(out, lineterminator="\n")
    table.writerow(CSV_COLUMNS)
    written = 0
    for study in studies:
        table.writerow(_safe_cell(cell) for cell in _cells(study, snapshot.meta.data_date))
        written += 1
    return written


def _cells(study: Study, data_date: str | None) -> tuple[object, ...]:
    found = study.eligibility
    return (
        study.nct_id,
        study.brief_title,
        study.overall_status,
        "; ".join(study.phases),
        study.study_type,
        "; ".join(study.conditions),
        "; ".join(item.name for item in study.interventions),
        study.sponsor,
        study.sponsor_class,
        study.enrolment,
        study.sex,
        study.min_age_days,
        study.max_age_days,
        study.start,
        study.primary_completion,
        study.last_updated,
        "; ".join(dict.fromkeys(site.country for site in study.sites if site.country)),
        len(study.sites),
        "; ".join(study.tumours),
        found and found.brm_policy,
        found and found.lmd_policy,
        found and found.confidence,
        study.starter and study.starter.note,
        data_date,
    )


def _safe_cell(cell: object) -> object:
    """Text that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, CSV injection)."""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA_SIGNS) else str(cell)
    return cell


def _write_references(snapshot: Snapshot, studies: Iterable[Study], out: TextIO) -> int:
    written = 0
    for study in studies:
        out.writelines(f"{tag}  - {' '.join(text.split())}\n" for tag, text in _tags(study, snapshot.meta))
        out.write("ER  - \n\n")
        written += 1
    return written


def _tags(study: Study, meta: SnapshotMeta) -> Iterator[tuple[str, str]]:
    """Tags of the RIS format; its type for a web page of a registry is ELEC."""
    yield "TY", "ELEC"
    yield "ID", study.nct_id
    yield "TI", study.official_title or study.brief_title
    yield "T2", "ClinicalTrials.gov"
    if study.sponsor:
        yield "AU", study.sponsor
    if (started := year(study.first_posted or study.start)) is not None:
        yield "PY", str(started)
    yield "UR", f"{STUDY_URL}{study.nct_id}"
    for keyword in study.conditions:
        yield "KW", keyword
    yield "N1", f"Registry data of {meta.data_date or 'an unknown date'}; status {study.overall_status}"
    if study.starter:
        yield "N1", study.starter.note


_WRITERS: dict[ExportFormat, Callable[[Snapshot, Iterable[Study], TextIO], int]] = {
    ExportFormat.JSONL: _write_json_lines,
    ExportFormat.CSV: _write_table,
    ExportFormat.RIS: _write_references,
}
