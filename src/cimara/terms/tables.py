"""Reads a table that came from elsewhere against its declared columns, and loses no row without saying so.

CSV, CSV.gz, Parquet, and pandas or polars frames. What can't be read is collected as problems that name
file, row, column and the kind of what was found, never the value. A file that is not the table at all
(binary, another delimiter, no header, garbage) is refused as a whole, in bounded memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from cimara.terms.columns import MAX_CELL, Blank, Column, blank_of, kind_of
from cimara.terms.errors import CimaraError
from cimara.terms.table_files import Lines, TableError, byte_lines, frame_lines, open_lines

MAX_REJECTED = 100_000
MAX_REJECTED_CHARACTERS = 16_000_000
"""Rejected rows, and characters of them, that are kept; a file with more is not taken for its table."""

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Schema:
    """The columns of one table."""

    name: str
    columns: tuple[Column, ...]

    @property
    def required(self) -> list[str]:
        """Columns that must be there."""
        return [column.name for column in self.columns if column.required]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong in one place. `row` counts from 1 below the header."""

    file: str
    row: int | None
    column: str
    code: str
    found: str
    expected: str = ""
    hint: str = ""

    def __str__(self) -> str:
        place = self.file + (f" row {self.row}" if self.row else "")
        place += f" column {self.column}" if self.column else ""
        wanted = f"expected {self.expected}, " if self.expected else ""
        return f"{place}: {wanted}found {self.found}" + (f". {self.hint}" if self.hint else "")


@dataclass(frozen=True, slots=True)
class Row:
    """One row that could be read: its values, why others are missing, what stands in undeclared columns."""

    number: int
    cells: tuple[str, ...]
    values: dict[str, object]
    blanks: dict[str, Blank]
    aside: dict[str, str]

    def get(self, name: str, kind: type[Value]) -> Value | None:
        """The value of a column, which is of `kind`; None when the cell has none."""
        value = self.values.get(name)
        assert value is None or isinstance(value, kind), f"column {name} is not {kind.__name__}"
        return value

    def text(self, name: str) -> str:
        """The text of a column, "" when the cell has none."""
        return self.get(name, str) or ""

    def blank(self, name: str) -> Blank | None:
        """Why the column has no value; None when it has one."""
        return None if name in self.values else self.blanks.get(name, Blank.EMPTY)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that was not used, as it stood, and why."""

    number: int
    cells: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass
class Table:
    """A table that was read. A reader that finds a row unusable later moves it with `reject`."""

    name: str
    file: str
    header: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    extra_columns: tuple[str, ...] = ()
    n_read: int = 0
    sha256: str = ""

    def reject(
        self, row: Row, column: str, code: str, found: str, *, expected: str = "", hint: str = ""
    ) -> Problem:
        """Note that a row that was read can't be used; `drop_rejected` takes it out of `rows`."""
        problem = Problem(self.file, row.number, column, code, found, expected, hint)
        self.rejected.append(Rejected(row.number, row.cells, (problem,)))
        return problem

    def drop_rejected(self) -> None:
        """Keep the rows that were not rejected; asserts that rows read = rows used + rows rejected."""
        refused = {rejected.number for rejected in self.rejected}
        self.rows = [row for row in self.rows if row.number not in refused]
        assert self.n_read == len(self.rows) + len(self.rejected), f"{self.file}: a row was lost"

    @property
    def problems(self) -> list[Problem]:
        """Why rows were rejected, in order of rows."""
        ordered = sorted(self.rejected, key=lambda rejected: rejected.number)
        return [problem for rejected in ordered for problem in rejected.problems]


def read_table(source: Path | Any, schema: Schema, *, file: str = "") -> Table:
    """Read a file (.csv, .csv.gz, .parquet), the bytes of a CSV, or a frame against `schema`.

    `file` names bytes and frames in messages.

    Raises TableError when the source as a whole is not that table.
    """
    if isinstance(source, Path):
        with open_lines(source) as lines:
            return _read(lines, schema, source.name)
    if isinstance(source, bytes):
        name = f"{file or schema.name}.csv"
        return _read(byte_lines(source, name), schema, name)
    return _read(frame_lines(source), schema, file or schema.name)


def read_records(
    records: Sequence[Mapping[str, str]], schema: Schema, *, file: str, numbers: Sequence[int]
) -> Table:
    """Read rows that were made from those of another file; `numbers` says where each stands in that."""
    header = [column.name for column in schema.columns]
    cells = [[record.get(name, "") for name in header] for record in records]
    lines = Lines(iter([header, *cells]), lambda: "")
    return _read(lines, schema, file, numbers)


def _read(lines: Lines, schema: Schema, file: str, numbers: Sequence[int] = ()) -> Table:
    header = tuple(name.strip() for name in next(lines.records, ()))
    _check_header(header, schema, file)
    declared = {column.name: column for column in schema.columns}
    extra = tuple(name for name in header if name not in declared)
    table = Table(schema.name, file, header, extra_columns=extra)
    reader = _RowReader(file, header, declared)
    kept = 0
    for cells in lines.records:
        table.n_read += 1
        read = reader.read(numbers[table.n_read - 1] if numbers else table.n_read, cells)
        if isinstance(read, Row):
            table.rows.append(read)
            continue
        table.rejected.append(read)
        kept += sum(map(len, read.cells))
        if kept > MAX_REJECTED_CHARACTERS or len(table.rejected) > MAX_REJECTED:
            raise TableError(
                f"{len(table.rejected):,} of {table.n_read:,} rows can't be read",
                where=file,
                hint=f"Is it the table of {schema.name}? The first: {table.rejected[0].problems[0]}",
            )
    table.sha256 = lines.sha256()
    table.drop_rejected()
    return table


def _check_header(header: Sequence[str], schema: Schema, file: str) -> None:
    """Refuse a table without the required columns, and say why that may be."""
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise TableError(f"{len(twice)} column names stand twice in the header", where=file)
    missing = [name for name in schema.required if name not in header]
    if not missing:
        return
    raise TableError(
        f"required columns are missing: {', '.join(missing)}",
        where=file,
        expected=f"a header with {', '.join(column.name for column in schema.columns)}",
        hint=_header_hint(header, schema),
    )


def _header_hint(header: Sequence[str], schema: Schema) -> str | None:
    if not header:
        return "The file is empty."
    names = {column.name for column in schema.columns}
    for sign, called in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if names & {part.strip().strip('"') for name in header for part in name.split(sign)} - set(header):
            return f"The columns seem to be parted by {called}; save the file with commas."
    if not names & set(header):
        lower = {name.lower() for name in names} & {name.lower() for name in header}
        return "Names differ in case." if lower else "The first line seems to be no header."
    return None


class _RowReader:
    """Reads the rows of one table; remembers the unit that each column began with."""

    def __init__(self, file: str, header: Sequence[str], declared: dict[str, Column]) -> None:
        self.file = file
        self.header = header
        self.columns = [declared.get(name) for name in header]
        self.must_fill = [c is not None and c.required and c.filled for c in self.columns]
        self.units: dict[str, str] = {}

    def read(self, number: int, cells: Sequence[str]) -> Row | Rejected:
        kept = tuple(cells)
        if len(cells) != len(self.header):
            found, expected = f"{len(cells)} cells", f"{len(self.header)} cells"
            return Rejected(number, kept, (Problem(self.file, number, "", "ROW_LENGTH", found, expected),))
        row = Row(number, kept, {}, {}, {})
        problems = [
            problem
            for name, column, must_fill, cell in zip(
                self.header, self.columns, self.must_fill, cells, strict=True
            )
            if (cell or must_fill) and (problem := self._cell(row, name, column, cell.strip()))
        ]
        return Rejected(number, kept, tuple(problems)) if problems else row

    def _cell(self, row: Row, name: str, column: Column | None, cell: str) -> Problem | None:
        if column is None:
            if cell:
                row.aside[name] = cell
            return None
        if len(cell) > MAX_CELL:
            return self._problem(row, column, "CELL_TOO_LONG", kind_of(cell))
        blank = blank_of(cell)
        if blank is not None and blank in column.blanks:
            row.blanks[name] = blank
            wrong = column.required and column.filled
            return self._problem(row, column, "VALUE_MISSING", kind_of(cell)) if wrong else None
        try:
            row.values[name] = column.read(cell)
        except CimaraError as error:
            return self._problem(row, column, "CELL_UNREADABLE", kind_of(cell), error.hint or "")
        return self._unit_problem(row, column, cell)

    def _unit_problem(self, row: Row, column: Column, cell: str) -> Problem | None:
        if column.unit is None:
            return None
        unit = column.unit(cell)
        first = self.units.setdefault(column.name, unit)
        if unit == first:
            return None
        return self._problem(row, column, "TWO_UNITS", f"{unit} in a column of {first}", "Use one unit.")

    def _problem(self, row: Row, column: Column, code: str, found: str, hint: str = "") -> Problem:
        return Problem(self.file, row.number, column.name, code, found, column.expected, hint)


def rejected_lines(tables: Sequence[Table]) -> Iterator[tuple[str, ...]]:
    """The rows of `rejected.csv`, header first: where the row stood, why it was refused, and its cells."""
    yield ("table", "file", "row", "column", "code", "problem", "cells")
    for table in tables:
        for rejected in sorted(table.rejected, key=lambda item: item.number):
            cells = _cells_json(table.header, rejected.cells)
            for problem in rejected.problems:
                place = (table.name, table.file, str(rejected.number), problem.column)
                yield (*place, problem.code, str(problem), cells)


def _cells_json(header: Sequence[str], cells: Sequence[str]) -> str:
    named = dict(zip(header, cells, strict=False)) if len(header) == len(cells) else list(cells)
    return json.dumps(named, ensure_ascii=False)
