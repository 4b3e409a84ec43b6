"""The cells of one typed frame as whole numbers, with the text that each distinct value has in a hash."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from enum import StrEnum
from typing import Any

import numpy as np
import polars as pl

from cimara.response.columnar.records import KINDS, MOST, NOTHING, Array, Columns
from cimara.response.fingerprint import text_of
from cimara.response.model import INVESTIGATOR, Clinical, Lesion, Measurement, NewLesion, Patient, Visit
from cimara.response.reading.schema import TIDY
from cimara.terms.columns import MAX_CELL
from cimara.terms.response import Answer, LesionChange

TEXTS: Mapping[type, tuple[str, ...]] = {
    Patient: ("patient_id",),
    Visit: ("visit_id", "label"),
    Lesion: ("lesion_id", "evaluator", "organ", "site", "parent_ids"),
    Measurement: ("lesion_id", "visit_id", "evaluator", "method", "merged_into", "reason"),
    NewLesion: ("lesion_id", "visit_id", "evaluator"),
    Clinical: ("visit_id",),
}
"""Fields that are text. Those named *_id stand in every row."""
MORE: Mapping[type, Mapping[str, type[StrEnum] | str]] = {
    Visit: {"scheduled": "bool"},
    Measurement: {"change": LesionChange},
}
"""Fields that the engine does not use and a hash holds, beside those of `records.KINDS`."""
LIMITS = {"n_slices": 10_000, "projections": 100, "kps": 100, "ecog": 5, "persisted_days": 100_000}
"""The largest whole number that the reader takes."""
SMALLEST, LARGEST = 1e-12, 1e15
"""Decimal numbers outside are left to the reader."""


class NotPlain(Exception):  # noqa: N818  (it is a state of a frame, and never leaves the package)
    """A frame that has to be read row by row."""


@dataclass(slots=True)
class Coded:
    """One column: a number for each row, and for each number the text that a hash holds (None: default)."""

    codes: Array
    shown: list[str | None] | None = None
    first: int = 0
    """The number that the first of `shown` stands for; numbers below it have the last."""


@dataclass(slots=True)
class Cells:
    """The columns of one table by field of the model."""

    kind: type
    height: int
    found: dict[str, Coded] = field(default_factory=dict)
    known: dict[str, list[str]] = field(default_factory=dict)
    owner: pl.Series = field(default_factory=pl.Series)
    """The patient of each row."""

    def texts(self, name: str) -> list[str]:
        """The distinct texts of a field, in order."""
        return self.known[name]

    def codes(self, name: str) -> Array:
        """The place of each row's text among those."""
        return self.found[name].codes

    def codes_in(self, name: str, known: Sequence[str]) -> Array:
        """The place of each row's text among others that are known; raises NotPlain where one is not."""
        places = {text: place for place, text in enumerate(known)}
        own = [places.get(text, -1) for text in self.known[name]]
        if -1 in own:
            raise NotPlain
        return np.array(own or [0], np.int32)[self.found[name].codes]

    def columns(self) -> Columns:
        """What the engine needs."""
        return {name: self.found[name].codes for name in KINDS[self.kind]}

    def set_dates(self, dates: Array) -> None:
        """The dates of the rows, those filled in that a row takes from its visit."""
        self.found["date"] = _dates("date", dates)


def read_cells(table: pl.DataFrame | None, name: str, kind: type) -> Cells:
    """The cells of a frame; raises NotPlain where a cell is not what its column holds."""
    frame = pl.DataFrame() if table is None else table
    if set(frame.columns) - {column.name for column in TIDY[name].columns}:
        raise NotPlain
    if table is not None and set(TIDY[name].required) - set(frame.columns):
        raise NotPlain
    cells = Cells(kind, frame.height)
    reader = _Reader(frame, cells)
    for text in TEXTS[kind]:
        reader.text(text)
    if kind is not Patient:
        reader.owner()
    for column, of in (*KINDS[kind].items(), *MORE.get(kind, {}).items()):
        reader.value(column, of)
    filled = [item.name for item in TIDY[name].columns if item.required and item.filled]
    if any(frame[column].null_count() for column in filled if column in frame.columns):
        raise NotPlain
    return cells


def coded(column: pl.Series, known: pl.Enum) -> pl.Series:
    """The place of each text among those known, none for another; equal neighbours are looked up once."""
    runs = column.rle_id()
    if len(column) and 4 * (int(runs[-1]) + 1) < len(column):
        each = column.rle().struct.unnest()
        places = each["value"].cast(known, strict=False).to_physical()
        return places.gather(runs)
    return column.cast(known, strict=False).to_physical()


def default_of(kind: type, name: str) -> Any:
    """What a field holds where nothing was recorded; None where it must be recorded."""
    value = next(item.default for item in fields(kind) if item.name == name)
    return None if value is MISSING else value


@dataclass(slots=True)
class _Reader:
    frame: pl.DataFrame
    cells: Cells

    def owner(self) -> None:
        """The patient of each row, not yet looked up."""
        if self.cells.height == 0:
            self.cells.owner = pl.Series([], dtype=pl.String())
            return
        self.cells.owner = self.frame["patient_id"]
        if self.cells.owner.dtype != pl.String() or self.cells.owner.null_count():
            raise NotPlain

    def text(self, name: str) -> None:
        """Ids and texts; what the reader would strip or refuse is not plain."""
        cells, is_id = self.cells, name.endswith("_id")
        default = INVESTIGATOR if name == "evaluator" else ""
        if name not in self.frame.columns:
            known, codes = [default] * (cells.height > 0), np.zeros(cells.height, np.int32)
        else:
            column = self.frame[name]
            if column.dtype != pl.String() or (is_id and column.null_count()):
                raise NotPlain
            column = column if is_id else column.fill_null(default)
            if default and (column == "").any():
                column = column.replace("", default)
            known = column.unique().sort().to_list()
            codes = coded(column, pl.Enum(known)).to_numpy().astype(np.int32)
            for text in known:
                bad = text != text.strip() or len(text) > MAX_CELL or (is_id and not text)
                if bad or (";" in text and name != "parent_ids" and name in _IDS):
                    raise NotPlain
        cells.known[name] = known
        values = [(text, _whole(name, text)) for text in known]
        shown = [
            None if not is_id and (text == default or not value) else f"{name}={text_of(value)}"
            for text, value in values
        ]
        cells.found[name] = Coded(codes, shown)

    def value(self, name: str, kind: type[StrEnum] | str) -> None:
        """Words, dates and numbers."""
        default = default_of(self.cells.kind, name)
        column = self._column(name)
        if column is None:
            self.cells.found[name] = Coded(_missing_column(kind, default, self.cells.height), [None])
        elif kind == "date":
            if column.dtype != pl.Date():
                raise NotPlain
            days = column.to_physical().fill_null(NOTHING).to_numpy()
            self.cells.found[name] = _dates(name, days)
        elif kind == "bool":
            self.cells.found[name] = _booleans(name, column, default)
        elif kind == "float":
            self.cells.found[name] = _decimals(name, column)
        elif kind == "int":
            self.cells.found[name] = Coded(_numbers(name, column))
        else:
            assert not isinstance(kind, str)
            codes = _words(column, kind)
            missing = _missing(kind, default)
            shown = [None if word is default else f"{name}={word.value}" for word in kind]
            codes = np.where(codes < 0, missing, codes).astype(np.int8) if missing >= 0 else codes
            self.cells.found[name] = Coded(codes, [*shown, None])

    def _column(self, name: str) -> pl.Series | None:
        for column in (name, f"{name}_mm", f"{name}_mm3"):
            if column in self.frame.columns:
                found = self.frame[column]
                return None if found.null_count() == len(found) else found
        return None


_IDS = frozenset({"patient_id", "visit_id", "lesion_id", "evaluator", "merged_into"})


def _whole(name: str, text: str) -> object:
    """Ids of parents are several in one cell."""
    return tuple(part.strip() for part in text.split(";") if part.strip()) if name == "parent_ids" else text


def _missing(kind: type[StrEnum] | str, default: Any) -> Any:
    if kind in ("date", "int"):
        return NOTHING
    if kind == "float":
        return np.nan
    if kind == "bool":
        return -1 if default is None else int(default)
    assert not isinstance(kind, str)
    return -1 if default is None else list(kind).index(default)


def _missing_column(kind: type[StrEnum] | str, default: Any, height: int) -> Array:
    types = {"date": np.int32, "int": np.int32, "float": np.float64}
    of = types.get(kind, np.int8) if isinstance(kind, str) else np.int8
    return np.full(height, _missing(kind, default), of)


def _dates(name: str, days: Array) -> Coded:
    """Days, with every day between the first and the last as text."""
    known = days[days != NOTHING]
    first, last = (int(known.min()), int(known.max())) if len(known) else (0, -1)
    if last - first > 200_000:
        raise NotPlain
    epoch = dt.date(1970, 1, 1).toordinal()
    shown: list[str | None] = [f"{name}={dt.date.fromordinal(epoch + day)}" for day in range(first, last + 1)]
    return Coded(days, [*shown, None], first)


def _words(column: pl.Series, kind: type[StrEnum]) -> Array:
    """Codes of words that are spelt as we spell them; -1 for none."""
    if column.dtype == pl.Boolean() and kind is Answer:
        column = pl.select(pl.when(column).then(pl.lit("yes")).when(~column).then(pl.lit("no"))).to_series()
    if column.dtype != pl.String():
        raise NotPlain
    codes = column.cast(pl.Enum([word.value for word in kind]), strict=False).to_physical()
    if codes.null_count() > column.null_count():
        raise NotPlain
    return codes.cast(pl.Int16()).fill_null(-1).to_numpy().astype(np.int8)


def _booleans(name: str, column: pl.Series, default: Any) -> Coded:
    answers = _words(column, Answer)
    if name == "is_baseline":
        to = {Answer.YES: 1, Answer.NO: 0, Answer.UNKNOWN: -1}
    elif default:
        to = {Answer.YES: 1, Answer.NO: 0, Answer.UNKNOWN: 1}
    else:
        to = {Answer.YES: 1, Answer.NO: 0, Answer.UNKNOWN: 0}
    codes = np.array([*(to[word] for word in Answer), -1 if default is None else int(default)], np.int8)[
        answers
    ]
    shown = [
        None if (default is not None and bool(value) is default) else f"{name}={bool(value)}"
        for value in (0, 1)
    ]
    return Coded(codes, [*shown, None])


def _decimals(name: str, column: pl.Series) -> Coded:
    """Decimal numbers: codes are the numbers themselves; the text is made from the distinct ones."""
    if not (column.dtype.is_integer() or column.dtype == pl.Float64()):
        raise NotPlain
    numbers = column.cast(pl.Float64())
    values = numbers.drop_nulls().to_numpy()
    size = np.abs(values)
    if not np.isfinite(values).all() or ((size >= LARGEST) | ((size > 0) & (size < SMALLEST))).any():
        raise NotPlain
    if name == "dex_mg_per_day" and (values < 0).any():
        raise NotPlain
    return Coded(numbers.fill_null(np.nan).to_numpy())


def _numbers(name: str, column: pl.Series) -> Array:
    """Diameters in tenths, volumes in mm3, other whole numbers; NOTHING for none."""
    tenths = name in ("ld", "perp", "short_axis", "slice_mm")
    if not (column.dtype.is_integer() or ((tenths or name == "volume") and column.dtype == pl.Float64())):
        raise NotPlain
    is_none = column.is_null().to_numpy()
    values = column.cast(pl.Float64()).fill_null(0.0).to_numpy()
    whole = np.rint(values * 10) if tenths else np.rint(values)
    exact = (whole / 10 if tenths else whole) == values
    largest = MOST - 1 if tenths else LIMITS.get(name, MOST - 1)
    if not (exact & (whole >= 0) & (whole <= largest)).all():
        raise NotPlain
    return np.where(is_none, NOTHING, whole).astype(np.int32)
