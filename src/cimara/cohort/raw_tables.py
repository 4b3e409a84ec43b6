"""Opens a table from elsewhere as columns of text: CSV in any common encoding, and the sheets of a workbook.

Every row of the file is a row of the frame or a finding; a file that as a whole is no table is refused with
the reason.
"""

from __future__ import annotations

import csv
import io
import os
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from cimara.cohort.errors import CohortError
from cimara.cohort.findings import Finding, Severity, finding_frame

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
MEMORY_FACTOR = 4
"""A file takes at most this many times its size in memory."""
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True, eq=False)
class RawTable:
    """A table as text. `rows` are numbers in the file, from 1 below the header; blank cells are null."""

    frame: pl.DataFrame
    rows: pl.Series
    file: str
    sheet: str = ""
    findings: pl.DataFrame = field(default_factory=finding_frame)


def read_csv(source: Path | bytes, file: str = "", *, delimiter: str = ",") -> RawTable:
    """A CSV as columns of text, cells stripped.

    Raises
    ------
    CohortError
        The file is missing, empty, binary, parted by another delimiter, has a column twice, or is larger than
        the memory allows.
    """
    name = file or (source.name if isinstance(source, Path) else "table.csv")
    raw = _bytes_of(source, name) if isinstance(source, Path) else source
    text, findings = _decoded(raw, name)
    header = _header(text, name, delimiter)
    quick = None if '"' in text else _quick(text, header, delimiter)
    if quick is not None:
        return RawTable(quick, _numbers(quick.height), name, findings=finding_frame(findings))
    return _slow(text, header, delimiter, name, findings)


def read_workbook(path: Path) -> list[RawTable]:
    """The sheets of a workbook that have a header, as columns of text. Raises CohortError as `read_csv`."""
    import fastexcel

    _refuse_large(path)
    try:
        book = fastexcel.read_excel(path)
        sheets = [
            (name, book.load_sheet(name, header_row=None, dtypes="string")) for name in book.sheet_names
        ]
    except (fastexcel.FastExcelError, OSError) as error:
        raise CohortError(
            "the workbook cannot be read", where=path.name, hint="Save it anew as .xlsx."
        ) from error
    return [
        _sheet(sheet.to_polars(), path.name, name) for name, sheet in sheets if sheet.height and sheet.width
    ]


def _sheet(grid: pl.DataFrame, file: str, name: str) -> RawTable:
    header = [str(cell or "").strip() for cell in grid.row(0)]
    while header and not header[-1]:
        header.pop()
    _refuse_doubles(header, f"{file} sheet {name}")
    body = grid[1:, : len(header)]
    body.columns = [title or f"column_{place}" for place, title in enumerate(header, start=1)]
    frame = _stripped(body)
    filled = ~frame.select(pl.all_horizontal(pl.all().is_null())).to_series()
    return RawTable(frame.filter(filled), _numbers(frame.height).filter(filled), file, name)


def _bytes_of(path: Path, name: str) -> bytes:
    if not path.is_file():
        raise CohortError("no such file", where=name)
    _refuse_large(path)
    return path.read_bytes()


def _refuse_large(path: Path) -> None:
    if not path.is_file():
        raise CohortError("no such file", where=path.name)
    free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    size = path.stat().st_size
    if size * MEMORY_FACTOR > free:
        raise CohortError(
            f"the file has {size / 1e6:,.0f} MB, and {free / 1e6:,.0f} MB of memory are free",
            where=path.name,
            expected=f"{MEMORY_FACTOR} times its size of free memory",
            hint="Split the file by patient, or use a machine with more memory.",
        )


def _decoded(raw: bytes, name: str) -> tuple[str, list[Finding]]:
    """The text of a file, and a finding where it is not in UTF-8."""
    if not raw.strip():
        raise CohortError("the file is empty", where=name, expected="a header and rows")
    mark = next((encoding for start, encoding in _MARKS.items() if raw.startswith(start)), None)
    if mark != "utf-16" and b"\0" in raw[:65_536]:
        raise CohortError("the file is binary", where=name, expected="text, parted by commas")
    try:
        return raw.decode(mark or "utf-8"), []
    except UnicodeDecodeError:
        note = Finding(
            severity=Severity.WARNING,
            rule="ENCODING",
            file=name,
            message=f"{name} is not UTF-8; it was read as Windows-1252",
            hint="Save the file in UTF-8 (Excel: CSV UTF-8), so that letters with accents are safe.",
        )
        return raw.removeprefix(b"\xef\xbb\xbf").decode("cp1252", errors="replace"), [note]


def _header(text: str, name: str, delimiter: str) -> list[str]:
    header = [
        cell.strip() for cell in next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    ]
    if len(header) == 1:
        for sign, called in DELIMITERS.items():
            if sign != delimiter and sign in header[0]:
                raise CohortError(
                    f"the columns are parted by {called}",
                    where=name,
                    expected=DELIMITERS.get(delimiter, delimiter),
                    hint="Save the file with commas, or name the delimiter in the mapping.",
                )
    _refuse_doubles(header, name)
    return header


def _refuse_doubles(header: list[str], where: str) -> None:
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise CohortError(
            f"a column name stands twice in the header: {', '.join(twice)}",
            where=where,
            hint="Rename one of them; it is not clear which is meant.",
        )


def _quick(text: str, header: list[str], delimiter: str) -> pl.DataFrame | None:
    """The rows of a text without quotation marks, if every line has as many cells as the header."""
    lines = text.rstrip("\r\n").count("\n")
    if len(header) == 1 or not lines or text.count(delimiter) != (lines + 1) * (len(header) - 1):
        return None
    try:
        frame = pl.read_csv(
            text.encode(),
            separator=delimiter,
            quote_char=None,
            has_header=False,
            skip_rows=1,
            schema=dict.fromkeys(_unnamed(header), pl.String),
        )
    except pl.exceptions.PolarsError:  # a line of another length; told row by row in the slow way
        return None
    return _stripped(frame) if frame.height == lines else None


def _slow(text: str, header: list[str], delimiter: str, name: str, findings: list[Finding]) -> RawTable:
    """The rows of any text, one by one; those of another length are findings."""
    kept: list[list[str]] = []
    numbers: list[int] = []
    number = 0
    for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        if not cells:
            continue
        number += 1
        if number == 1:
            continue
        if len(cells) == len(header):
            kept.append(cells)
            numbers.append(number - 1)
        else:
            findings.append(_wrong_length(name, number - 1, len(cells), len(header)))
    if findings and findings[-1].row == number - 1 and not text.endswith("\n"):
        findings[-1] = _cut_off(name, number - 1)
    columns = list(zip(*kept, strict=True)) if kept else [()] * len(header)
    frame = pl.DataFrame(
        dict(zip(_unnamed(header), columns, strict=True)), schema=dict.fromkeys(_unnamed(header), pl.String)
    )
    return RawTable(
        _stripped(frame), pl.Series(numbers, dtype=pl.Int64), name, findings=finding_frame(findings)
    )


def _wrong_length(name: str, row: int, found: int, expected: int) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule="ROW_LENGTH",
        file=name,
        row=row,
        message=f"{name} row {row} has {found} cells, the header {expected}; the row was not read",
        hint="A comma inside a cell needs quotation marks around it.",
    )


def _cut_off(name: str, row: int) -> Finding:
    return Finding(
        severity=Severity.ERROR,
        rule="TRUNCATED",
        file=name,
        row=row,
        message=f"{name} ends in the middle of row {row}; the row was not read",
        hint="The file was cut off. Export or copy it again.",
    )


def _unnamed(header: list[str]) -> list[str]:
    return [name or f"column_{place}" for place, name in enumerate(header, start=1)]


def _stripped(frame: pl.DataFrame) -> pl.DataFrame:
    """Cells without blanks around them; empty ones are null."""
    cells = pl.all().cast(pl.String).str.strip_chars()
    return frame.with_columns(cells).with_columns(pl.when(pl.all() != "").then(pl.all()))


def _numbers(height: int) -> pl.Series:
    return pl.int_range(1, height + 1, dtype=pl.Int64, eager=True)
