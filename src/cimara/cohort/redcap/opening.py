"""Opens what REDCap and its tools write, as one table of text: CSV, JSON, or a workbook's first sheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import polars as pl

from cimara.cohort.errors import CohortError
from cimara.cohort.raw_tables import WORKBOOKS, RawTable, read_csv, read_workbook

DELIMITERS = (",", ";", "\t", "|", "^")
"""The delimiters that REDCap offers for exports, the usual first."""
HEAD = 1 << 20


def open_table(path: Path, names: Callable[[list[str]], list[str]] | None = None) -> RawTable:
    """A file of REDCap's as columns of text.

    `names` gives the columns their names from the header.

    Raises
    ------
    CohortError
        The file is missing, empty, or no table.
    """
    suffix = path.suffix.lower()
    if suffix in WORKBOOKS or suffix == ".json":
        opened = _of_json(path) if suffix == ".json" else _of_workbook(path)
        return replace(opened, frame=_renamed(opened.frame, names, path.name))
    return _of_csv(path, names)


def _renamed(frame: pl.DataFrame, names: Callable[[list[str]], list[str]] | None, file: str) -> pl.DataFrame:
    new = names(frame.columns) if names else frame.columns
    twice = sorted({one for one in new if new.count(one) > 1})
    if twice:
        raise CohortError(f"a column stands twice in the file: {', '.join(twice)}", where=file)
    return frame.rename(dict(zip(frame.columns, new, strict=True)))


def header_of(path: Path) -> list[str]:
    """The names in the first line of a CSV; none where it cannot be read."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
        text = _text(head)
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(head)), [])
    except (OSError, csv.Error):
        return []


def _of_csv(path: Path, names: Callable[[list[str]], list[str]] | None) -> RawTable:
    if not path.is_file():
        raise CohortError("no such file", where=path.name)
    with path.open("rb") as file:
        head = file.read(HEAD)
    try:
        return read_csv(path, delimiter=_delimiter(head), names=names)
    except csv.Error as error:
        raise CohortError(
            "the file is no table: " + str(error),
            where=path.name,
            hint="A quotation mark that is never closed makes one cell of the rest of the file.",
        ) from error


def _delimiter(head: bytes) -> str:
    """The delimiter that makes the most columns of the header."""
    text = _text(head)

    def columns(sign: str) -> int:
        try:
            return len(next(csv.reader(io.StringIO(text, newline=""), delimiter=sign), []))
        except csv.Error:
            return 0

    return max(DELIMITERS, key=columns)


def _text(head: bytes) -> str:
    utf16 = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    return head.decode("utf-16" if utf16 else "utf-8-sig", errors="replace")


def _of_workbook(path: Path) -> RawTable:
    sheets = read_workbook(path)
    if not sheets:
        raise CohortError("the workbook is empty", where=path.name)
    return replace(sheets[0], sheet="")


def _of_json(path: Path) -> RawTable:
    if not path.is_file():
        raise CohortError("no such file", where=path.name)
    raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    if not raw.strip():
        raise CohortError("the file is empty", where=path.name, expected="a list of records")
    try:
        rows = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CohortError(
            "the file is no JSON, or was cut off", where=path.name, hint="Export or copy it again."
        ) from error
    if isinstance(rows, dict) and "error" in rows:
        raise CohortError("REDCap answered with an error, not with data", where=path.name)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise CohortError("the file is no list of records", where=path.name, expected="flat JSON records")
    if any(isinstance(value, list | dict) for row in rows for value in row.values()):
        raise CohortError("a record holds lists or records", where=path.name, expected="flat JSON records")
    keys = list(dict.fromkeys(key for row in rows for key in row))
    if not keys:
        raise CohortError("the file holds no record", where=path.name)
    frame = pl.from_dicts(rows, schema=dict.fromkeys(keys, pl.String), strict=False)
    cells = pl.all().str.strip_chars()
    frame = frame.with_columns(cells).with_columns(pl.when(pl.all() != "").then(pl.all()))
    return RawTable(frame, pl.int_range(1, frame.height + 1, dtype=pl.Int64, eager=True), path.name)
