"""Opens a table as records of text cells: CSV, CSV.gz and Parquet files, and frames; binary is refused."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import hashlib
import io
import math
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol

from cimara.terms.errors import CimaraError

MAX_LINE = 1_000_000
"""Bytes of the longest line that is read."""
_LOOKED_AT = 8192
_GZIP = b"\x1f\x8b"
_PARQUET = b"PAR1"


class _Bytes(Protocol):
    def readline(self, limit: int, /) -> bytes: ...


class TableError(CimaraError):
    """A file or frame that as a whole is not the table that was asked for."""


@dataclass
class Lines:
    """Records of cells, the header first, and the SHA-256 of all that was read so far."""

    records: Iterator[list[str]]
    sha256: Callable[[], str]


@contextmanager
def open_lines(path: Path) -> Iterator[Lines]:
    """The records of a file. Raises TableError when it is missing, binary, or not UTF-8."""
    if not path.is_file():
        raise TableError("no such file", where=path.name)
    with path.open("rb") as raw:
        start = raw.read(_LOOKED_AT)
        raw.seek(0)
        if start.startswith(_PARQUET):
            yield _parquet_lines(raw, path.name)
        elif start.startswith(_GZIP):
            with gzip.open(raw) as unpacked:
                yield _csv_lines(unpacked, path.name)
        elif b"\0" in start:
            raise _binary(path.name)
        else:
            yield _csv_lines(raw, path.name)


def byte_lines(raw: bytes, file: str) -> Lines:
    """The records of a CSV that is held in memory. Raises TableError when it is binary, or not UTF-8."""
    if raw.startswith((_GZIP, _PARQUET)) or b"\0" in raw[:_LOOKED_AT]:
        raise _binary(file)
    return _csv_lines(io.BytesIO(raw), file)


def _binary(where: str) -> TableError:
    return TableError("the file is binary", where=where, expected="text in UTF-8, or Parquet")


def _csv_lines(raw: _Bytes, file: str) -> Lines:
    digest = hashlib.sha256()
    records = csv.reader(_text_lines(raw, file, digest), strict=True)
    return Lines(_guarded(records, file), digest.hexdigest)


def _guarded(records: Any, file: str) -> Iterator[list[str]]:
    """The records that are not blank lines; what breaks the form of CSV is told with its line."""
    try:
        for record in records:
            if record:
                yield record
    except csv.Error as error:
        raise TableError(
            "quotation marks that don't close, or a field of more than 131,072 characters",
            where=f"{file} line {records.line_num}",
            expected="comma-separated text",
        ) from error


def _text_lines(raw: _Bytes, file: str, digest: Any) -> Iterator[str]:
    """Lines as text, each of bounded length."""
    number = 0
    while True:
        number += 1
        try:
            line = raw.readline(MAX_LINE + 1)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise TableError("the compressed file is damaged", where=file) from error
        if not line:
            return
        digest.update(line)
        where = f"{file} line {number}"
        if b"\0" in line:
            raise _binary(where)
        if len(line) > MAX_LINE:
            raise TableError(f"a line of more than {MAX_LINE:,} bytes", where=where, expected="a table")
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise TableError(
                "the text is not UTF-8", where=where, hint="Save the file in UTF-8 (Excel: CSV UTF-8)."
            ) from error


def _parquet_lines(raw: Any, file: str) -> Lines:
    import polars as pl

    try:
        frame = pl.read_parquet(raw)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise TableError("the Parquet file is damaged", where=file) from error
    return frame_lines(frame)


def frame_lines(frame: Any) -> Lines:
    """The records of a polars or pandas frame (or another that narwhals knows), each cell as its text."""
    import narwhals as nw

    try:
        table = nw.from_native(frame, eager_only=True)
    except TypeError as error:
        raise TableError(
            "neither a file nor a frame", expected="a path, or a polars or pandas frame"
        ) from error
    narrow = [dtype == nw.Float32 for dtype in table.schema.values()]
    digest = hashlib.sha256()
    return Lines(_frame_records(table, narrow, digest), digest.hexdigest)


def _frame_records(table: Any, narrow: list[bool], digest: Any) -> Iterator[list[str]]:
    header = list(table.columns)
    digest.update(repr(header).encode())
    yield header
    for values in table.iter_rows():
        cells = [cell_text(value, short) for value, short in zip(values, narrow, strict=True)]
        digest.update(repr(cells).encode())
        yield cells


def cell_text(value: object, narrow: bool = False) -> str:
    """A typed value as the text that a CSV would hold; missing is "". `narrow` is a 32-bit float."""
    if isinstance(value, str):
        return value
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, float):
        return _number_text(value, narrow)
    return str(value)


def _number_text(number: float, narrow: bool) -> str:
    if not math.isfinite(number):
        return str(number)
    shortest = f"{number:.7g}" if narrow else repr(number)
    exact = Decimal(shortest)
    whole = exact == exact.to_integral_value()
    return format(exact.quantize(Decimal(1)) if whole and abs(exact) < 10**15 else exact, "f")
