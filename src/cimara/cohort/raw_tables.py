"""Opens a table from elsewhere as columns of text: CSV in any common encoding, and the sheets of a workbook.

Every row of the file is a row of the frame or a finding; a file that as a whole is no table is refused with
the reason.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from cimara.cohort.errors import CohortError
from cimara.cohort.findings import Finding, Severity, finding_frame

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
MEMORY_FACTOR = 4
"""A file takes at most this many times its size in memory."""
_AT_ONCE = 1 << 18
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MARKS = (b"\xef\xbb\xbf", *_UTF16)
_LAST_BLANK = ord(" ")
"""Every blank of ASCII stands up to here."""


@dataclass(frozen=True, eq=False)
class RawTable:
    """A table as text. `rows` are numbers in the file, from 1 below the header; blank cells are null."""

    frame: pl.DataFrame
    rows: pl.Series
    file: str
    sheet: str = ""
    findings: pl.DataFrame = field(default_factory=finding_frame)


def read_csv(
    source: Path | bytes,
    file: str = "",
    *,
    delimiter: str = ",",
    names: Callable[[list[str]], list[str]] | None = None,
) -> RawTable:
    """A CSV as columns of text, cells stripped.

    `names` gives the columns other names than the header does.

    Raises
    ------
    CohortError
        The file is missing, empty, binary, parted by another delimiter, has a column twice, or is larger than
        the memory allows.
    """
    name = file or (source.name if isinstance(source, Path) else "table.csv")
    raw, findings = _in_utf8(_bytes_of(source, name) if isinstance(source, Path) else source, name)
    header = _header(raw, name, delimiter)
    header = names(header) if names else header
    _refuse_doubles(header, name)
    quick = None if b'"' in raw else _quick(raw, header, delimiter)
    if quick is None:
        return _slow(raw, header, delimiter, name, findings)
    blanks = not raw.isascii() or _blank_at_an_end(raw, delimiter)
    del raw  # nearly as large as what is read from it
    frame = _stripped(quick) if blanks else quick
    return RawTable(frame, _numbers(frame.height), name, findings=finding_frame(findings))


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


def _in_utf8(raw: bytes, name: str) -> tuple[bytes, list[Finding]]:
    """A file in UTF-8 without its mark, from its first line on, and a finding where it was not in UTF-8."""
    mark = next((one for one in _MARKS if raw.startswith(one)), b"")
    raw = (raw.decode("utf-16", errors="replace").encode() if mark in _UTF16 else raw[len(mark) :]).lstrip(
        b"\r\n"
    )
    if not raw or raw.isspace():
        raise CohortError("the file is empty", where=name, expected="a header and rows")
    if b"\0" in raw[:65_536]:
        raise CohortError("the file is binary", where=name, expected="text, parted by commas")
    if raw.isascii() or _is_utf8(raw):
        return raw, []
    note = Finding(
        severity=Severity.WARNING,
        rule="ENCODING",
        file=name,
        message=f"{name} is not UTF-8; it was read as Windows-1252",
        hint="Save the file in UTF-8 (Excel: CSV UTF-8), so that letters with accents are safe.",
    )
    return raw.decode("cp1252", errors="replace").encode(), [note]


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _lines(raw: bytes) -> io.TextIOWrapper:
    """The lines of a file, one after the other, with the ends that they have."""
    return io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8", newline="")


def _header(raw: bytes, name: str, delimiter: str) -> list[str]:
    header = [cell.strip() for cell in next(_records(raw, delimiter, name), [])]
    if len(header) == 1:
        for sign, called in DELIMITERS.items():
            if sign != delimiter and sign in header[0]:
                raise CohortError(
                    f"the columns are parted by {called}",
                    where=name,
                    expected=DELIMITERS.get(delimiter, delimiter),
                    hint="Save the file with commas, or name the delimiter in the mapping.",
                )
    return header


def _refuse_doubles(header: list[str], where: str) -> None:
    twice = sorted({name for name in header if name and header.count(name) > 1})
    if twice:
        raise CohortError(
            f"a column name stands twice in the header: {', '.join(twice)}",
            where=where,
            hint="Rename one of them; it is not clear which is meant.",
        )


def _quick(raw: bytes, header: list[str], delimiter: str) -> pl.DataFrame | None:
    """The rows of a text without quotation marks, if every line has as many cells as the header."""
    end = len(raw)
    while raw[end - 1] in b"\r\n":
        end -= 1
    lines = _count(raw, b"\n") - raw.count(b"\n", end)
    cells_are_right = _count(raw, delimiter.encode()) == (lines + 1) * (len(header) - 1)
    if len(header) == 1 or not lines or not cells_are_right:
        return None
    try:
        frame = pl.read_csv(
            raw,
            separator=delimiter,
            quote_char=None,
            has_header=False,
            skip_rows=1,
            schema=dict.fromkeys(_unnamed(header), pl.String),
        )
    except pl.exceptions.PolarsError:  # a line of another length; told row by row in the slow way
        return None
    return frame if frame.height == lines else None


def _blank_at_an_end(raw: bytes, delimiter: str) -> bool:
    """Whether a cell may begin or end with a blank; in most files none does, and to strip takes long."""
    signs, ends = np.frombuffer(raw, np.uint8), np.zeros(256, bool)
    ends[list(b"\r\n" + delimiter.encode())] = True
    for start in range(0, len(signs), _AT_ONCE):
        part = signs[start : start + _AT_ONCE]
        at = np.flatnonzero((part <= _LAST_BLANK) & (part != ord("\n"))) + start
        beside = ends[signs[np.maximum(at - 1, 0)]] | ends[signs[np.minimum(at + 1, len(signs) - 1)]]
        if beside.any():
            return True
    return False


def _count(raw: bytes, sign: bytes) -> int:
    """How often a byte stands in a file; many times faster than `bytes.count` where it stands often."""
    cells = np.frombuffer(raw, np.uint8)
    parts = (cells[start : start + _AT_ONCE] for start in range(0, len(cells), _AT_ONCE))
    return sum(int(np.count_nonzero(part == ord(sign))) for part in parts)


def _slow(raw: bytes, header: list[str], delimiter: str, name: str, findings: list[Finding]) -> RawTable:
    """The rows of any text, one by one; those of another length are findings."""
    kept: list[list[str]] = []
    numbers: list[int] = []
    number = 0
    for cells in _records(raw, delimiter, name):
        number += 1
        if number == 1:
            continue
        if len(cells) == len(header):
            kept.append(cells)
            numbers.append(number - 1)
        else:
            findings.append(_wrong_length(name, number - 1, len(cells), len(header)))
    if findings and findings[-1].row == number - 1 and not raw.endswith(b"\n"):
        findings[-1] = _cut_off(name, number - 1)
    columns = list(zip(*kept, strict=True)) if kept else [()] * len(header)
    frame = pl.DataFrame(
        dict(zip(_unnamed(header), columns, strict=True)), schema=dict.fromkeys(_unnamed(header), pl.String)
    )
    return RawTable(
        _stripped(frame),
        pl.Series(numbers, dtype=pl.Int64),
        name,
        findings=finding_frame(findings),
    )


def _records(raw: bytes, delimiter: str, name: str) -> Iterator[list[str]]:
    """The rows of a text, the header first, without empty lines."""
    try:
        yield from filter(None, csv.reader(_lines(raw), delimiter=delimiter))
    except csv.Error as error:
        raise CohortError(
            f"a cell has more than {csv.field_size_limit():,} characters",
            where=name,
            hint="A quotation mark that is not closed makes the rest of the file one cell.",
        ) from error


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
