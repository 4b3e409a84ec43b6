"""Scans a file or folder as it would leave the site: every table in it, and everything that is no table."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import polars as pl

from cimara.cohort.deid.hits import Hit, HitKind, IdentifierReport, Rule, counted
from cimara.cohort.deid.scan import scan
from cimara.cohort.errors import CohortError
from cimara.cohort.raw_tables import DELIMITERS, WORKBOOKS, RawTable, read_csv, read_workbook

TABLE_TEXTS = (".csv", ".tsv", ".txt")
SIGNATURES = {
    b"%PDF": "PDF",
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG": "PNG",
    b"GIF8": "GIF",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"BM": "bitmap",
    b"{\\rtf": "rich text",
    b"\xd0\xcf\x11\xe0": "old Office document",
}
DICOM_AT = 128
NIFTI_AT = 344
ATTACHMENT = Rule(
    "attachment",
    HitKind.HARD,
    "P, Q",
    "images, PDF, DICOM and archives beside the tables, and pictures inside workbooks",
    "Remove the file or the picture: burnt-in names and headers are not looked into.",
)
NOT_READ = Rule(
    "not_looked_into",
    HitKind.SOFT,
    "R",
    "files that are no table and rows that could not be read, which were therefore not looked into",
    "Remove the file, or look into it yourself and say so with --accept.",
)
AUTHOR = Rule(
    "workbook_notes",
    HitKind.SOFT,
    "A",
    "workbooks with comments or with an author's name in their properties",
    "Remove comments and properties (File, Info, Inspect document), or export as CSV.",
)


def scan_path(
    path: Path, *, site: str | None = None, redcap_identifiers: Iterable[str] = ()
) -> IdentifierReport:
    """Scan a CSV, a Parquet file, a workbook, or a folder with all its files below.

    Raises
    ------
    CohortError
        There is no such path, or no file in it.
    """
    if not path.exists():
        raise CohortError("no such file or folder", where=path.name)
    files = [one for one in sorted(path.rglob("*")) if one.is_file()] if path.is_dir() else [path]
    if not files:
        raise CohortError("the folder is empty", where=path.name)
    tables: list[RawTable] = []
    hits: list[Hit] = []
    for one in files:
        name = one.relative_to(path).as_posix() if path.is_dir() else one.name
        read, found = _opened(one, name)
        tables += read
        hits += found
    report = scan(tables, site=site, redcap_identifiers=redcap_identifiers)
    hits += [_unread_rows(one) for one in tables if one.findings.height]
    order = sorted((*hits, *report.hits), key=lambda hit: hit.kind is HitKind.SOFT)
    return replace(report, hits=tuple(order), looked_for=(*report.looked_for, ATTACHMENT, NOT_READ, AUTHOR))


def _opened(path: Path, name: str) -> tuple[list[RawTable], list[Hit]]:
    """The tables of a file, and hits for what is not a table."""
    suffix = path.suffix.lower()
    try:
        if called := _attachment(path):
            return [], [_hit(ATTACHMENT, name, f"a {called} file")]
        if suffix in WORKBOOKS:
            return [replace(one, file=name) for one in read_workbook(path)], _inside_workbook(path, name)
        if suffix == ".parquet":
            frame = pl.read_parquet(path)
            return [RawTable(_plain(frame), pl.int_range(1, frame.height + 1, eager=True), name)], []
        if suffix in TABLE_TEXTS:
            return [_csv(path, name)], []
    except (CohortError, pl.exceptions.PolarsError, OSError):
        return [], [_hit(NOT_READ, name, "the file could not be read as a table")]
    return [], [_hit(NOT_READ, name, "the file is no table and was not looked into")]


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    lists = [name for name, kind in frame.schema.items() if isinstance(kind, pl.List)]
    joined = [pl.col(name).cast(pl.List(pl.String)).list.join(";") for name in lists]
    return frame.with_columns(joined).cast(pl.String)


def _csv(path: Path, name: str) -> RawTable:
    """A CSV parted by any usual sign."""
    first = path.read_bytes()[:65_536].split(b"\n", 1)[0].decode("utf-8", errors="replace")
    delimiter = max(DELIMITERS, key=first.count)
    return read_csv(path, name, delimiter=delimiter)


def _attachment(path: Path) -> str:
    """What an image, document or archive is called; "" for anything else."""
    with path.open("rb") as file:
        head = file.read(512)
    if head[DICOM_AT : DICOM_AT + 4] == b"DICM":
        return "DICOM"
    if head[NIFTI_AT : NIFTI_AT + 3] in (b"n+1", b"ni1"):
        return "NIfTI"
    called = next((name for start, name in SIGNATURES.items() if head.startswith(start)), "")
    if called and not (path.suffix.lower() in (*WORKBOOKS, *TABLE_TEXTS) and called in ("bitmap",)):
        return "" if path.suffix.lower() == ".xls" and called.startswith("old") else called
    is_archive = head.startswith((b"PK\x03\x04", b"\x1f\x8b", b"Rar!", b"7z\xbc\xaf"))
    return "compressed" if is_archive and path.suffix.lower() not in WORKBOOKS else ""


def _inside_workbook(path: Path, name: str) -> list[Hit]:
    """Pictures, comments and an author in a workbook."""
    if not zipfile.is_zipfile(path):
        return []
    with zipfile.ZipFile(path) as book:
        names = [one.lower() for one in book.namelist()]
        core = next((one for one in book.namelist() if one.lower() == "docprops/core.xml"), "")
        properties = book.read(core).decode("utf-8", errors="replace") if core else ""
    hits = []
    if media := [one for one in names if "/media/" in one or "/embeddings/" in one]:
        hits.append(_hit(ATTACHMENT, name, "pictures or files inside the workbook", len(media)))
    notes = [one for one in names if "comments" in one]
    if notes or any(f"<{tag}>" in properties.replace("</", "|") for tag in _author_tags(properties)):
        hits.append(_hit(AUTHOR, name, "comments or an author's name in the workbook", max(1, len(notes))))
    return hits


def _author_tags(properties: str) -> list[str]:
    """Tags of people that hold anything."""
    tags = ("dc:creator", "cp:lastModifiedBy")
    return [tag for tag in tags if f"<{tag}>" in properties and f"<{tag}></{tag}>" not in properties]


def _unread_rows(table: RawTable) -> Hit:
    count = table.findings.height
    return _hit(
        NOT_READ, table.file, f"{counted(count, 'note')} of reading: rows may be missing from the scan", count
    )


def _hit(rule: Rule, table: str, message: str, count: int = 1) -> Hit:
    return Hit(
        kind=rule.kind, rule=rule.id, table=table, column="", count=count, message=message, hint=rule.hint
    )
