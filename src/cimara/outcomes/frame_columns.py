"""Columns of a frame of polars, pandas or pyarrow as checked numpy arrays, with every fault named by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from cimara.terms.errors import CimaraError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
LISTED = 20


class RowError(CimaraError):
    """Rows that cannot be analysed: each by file, row (1 is the first row of data), column and kind of fault.

    `problems` holds all of them; the message the first twenty. No message holds a value of the data.
    """

    def __init__(self, problems: Sequence[str], *, source: str = "", hint: str | None = None) -> None:
        self.problems = tuple(problems)
        more = len(problems) - LISTED
        listed = "; ".join(problems[:LISTED]) + (f"; and {more} more" if more > 0 else "")
        super().__init__(listed, where=source or None, hint=hint)


@dataclass(frozen=True, slots=True)
class Labels:
    """A column of labels: `codes` (int64, one a row) point into `levels`."""

    codes: IntArray
    levels: tuple[str, ...]


class FrameColumns:
    """One frame, read a column at a time; faults of rows are gathered and told at once.

    `rows` are the numbers of the rows in the file that was read (1 is the first row of data), so that a frame
    without its incomplete rows still names them as the person knows them.
    """

    def __init__(self, frame: Any, *, source: str = "", rows: IntArray | None = None) -> None:
        self.frame = nw.from_native(frame, eager_only=True)
        self.source = source
        self.rows = np.arange(1, len(self.frame) + 1) if rows is None else rows
        self.problems: list[str] = []

    def __len__(self) -> int:
        return len(self.frame)

    def fault(self, faulty: BoolArray, column: str, what: str) -> None:
        """Note every faulty row by its number."""
        self.problems += [f"row {row}, {column}: {what}" for row in self.rows[faulty]]

    def raise_faults(self, hint: str | None = None) -> None:
        """Raise RowError with all that was noted."""
        if self.problems:
            raise RowError(self.problems, source=self.source, hint=hint)

    def missing(self, column: str) -> BoolArray:
        """True where the cell is empty, or not a number in a column of floats."""
        series = self._series(column)
        empty = np.array(series.is_null().to_numpy(), dtype=bool)
        if series.dtype.is_float():
            empty |= np.isnan(np.array(series.to_numpy(), dtype=np.float64))
        return empty

    def kept(self, keep: BoolArray) -> FrameColumns:
        """The same columns of the rows that are True."""
        native = self.frame.filter(keep.tolist()).to_native()
        return FrameColumns(native, source=self.source, rows=self.rows[keep])

    def is_text(self, column: str) -> bool:
        """True for a column of labels, False for one of numbers or booleans."""
        kind = self._series(column).dtype
        return not (kind.is_numeric() or kind == nw.Boolean)

    def numbers(self, column: str) -> FloatArray:
        """The column as float64; a column of text is refused."""
        if self.is_text(column):
            raise RowError([f"{column}: text in a column of numbers"], source=self.source)
        return np.array(self._series(column).cast(nw.Float64).to_numpy(), dtype=np.float64)

    def labels(self, columns: str | Sequence[str], levels: Sequence[str] | None = None) -> Labels:
        """One or more columns, crossed, as codes into the given levels, else into the sorted ones.

        Whole numbers are named without a decimal point and sort as numbers. A label that is not among the
        given levels is a fault of its row.
        """
        names = [columns] if isinstance(columns, str) else list(columns)
        found = [self._sorted_labels(name) for name in names]
        labels = found[0] if len(found) == 1 else _crossed(names, found)
        if levels is None:
            return labels
        known = [str(level) for level in levels]
        place = np.array([known.index(one) if one in known else -1 for one in labels.levels], dtype=np.int64)
        codes = place[labels.codes]
        self.fault(codes < 0, " and ".join(names), "a label that is not among the levels")
        return Labels(codes, tuple(known))

    def _sorted_labels(self, column: str) -> Labels:
        if self.is_text(column):
            cells = self._series(column).cast(nw.String).to_list()
            texts, codes = np.unique(np.array(cells, dtype=np.str_), return_inverse=True)
            return Labels(codes.astype(np.int64), tuple(str(text) for text in texts))
        numbers, codes = np.unique(self.numbers(column), return_inverse=True)
        return Labels(codes.astype(np.int64), tuple(_number_label(float(one)) for one in numbers))

    def _series(self, column: str) -> Any:
        if column not in self.frame.columns:
            raise RowError(
                [f"{column}: there is no such column"],
                source=self.source,
                hint=f"The columns are {', '.join(self.frame.columns)}.",
            )
        return self.frame[column]


def _number_label(number: float) -> str:
    return f"{number:.0f}" if number == np.floor(number) else repr(number)


def _crossed(names: Sequence[str], found: Sequence[Labels]) -> Labels:
    """Labels of several columns as one: the combinations that occur, in the order of their parts."""
    key = np.zeros(len(found[0].codes), dtype=np.int64)
    for one in found:
        key = key * len(one.levels) + one.codes
    present, codes = np.unique(key, return_inverse=True)
    return Labels(codes.astype(np.int64), tuple(_crossed_label(names, found, int(one)) for one in present))


def _crossed_label(names: Sequence[str], found: Sequence[Labels], key: int) -> str:
    parts = []
    for name, one in zip(reversed(names), reversed(found), strict=True):
        key, code = divmod(key, len(one.levels))
        parts.append(f"{name}={one.levels[code]}")
    return ", ".join(reversed(parts))


@dataclass(frozen=True, slots=True)
class Design:
    """Covariates as a matrix (rows x columns, float64, columns contiguous) with the term of each column."""

    matrix: FloatArray
    names: tuple[str, ...]
    terms: tuple[str, ...]
    empty_levels: tuple[str, ...]


def design_of(
    columns: FrameColumns, covariates: Sequence[str], levels: Mapping[str, Sequence[str]]
) -> Design:
    """Numbers as they are; labels as one indicator for each level but the first, the reference.

    `levels` names the levels of a column of labels, the reference first; without it they are the sorted ones
    that occur. A named level without rows keeps its column, so that parts agree on the matrix, and is listed.
    """
    made: list[FloatArray] = []
    names: list[str] = []
    terms: list[str] = []
    empty: list[str] = []
    for column in covariates:
        if column not in levels and not columns.is_text(column):
            made.append(columns.numbers(column))
            names.append(column)
            terms.append(column)
            continue
        labels = columns.labels(column, levels.get(column))
        for code, level in enumerate(labels.levels):
            indicator = labels.codes == code
            if not indicator.any():
                empty.append(f"{column}={level}")
            if code > 0:
                made.append(indicator.astype(np.float64))
                names.append(f"{column}={level}")
                terms.append(column)
    matrix = np.empty((len(columns), len(made)), dtype=np.float64, order="F")
    for place, values in enumerate(made):
        matrix[:, place] = values
    return Design(matrix, tuple(names), tuple(terms), tuple(empty))
