"""One site's table as an analysis needs it: complete rows as checked numbers, faults told without values."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import polars as pl

from cimara.federation.errors import Code, FederationError
from cimara.federation.tables.asked import Asked, Labelled
from cimara.outcomes.frame_columns import BoolArray, FloatArray, IntArray

FAR = 10.0
"""A scaled covariate beyond this is not in the unit that the study's centre and scale are for."""
FAR_SHARE = 0.01
EMPTY = -2
"""The code of an empty cell of labels, of estimators that count these."""


class Trouble(StrEnum):
    """What can be wrong with a column; the word is told with the column and a band of the count."""

    NO_COLUMN = "there is no such column"
    NOT_NUMBERS = "text in a column of numbers"
    BAD_TIME = "a time that is negative or infinite"
    LATE_ENTRY = "an entry that is not before the exit"
    BAD_EVENT = "a value that is neither 0 nor 1"
    BAD_STATUS = "a status that is not a listed cause"
    BAD_COUNT = "a count that is negative or not whole"
    BAD_EXPOSURE = "an exposure that is not above 0"
    BAD_LEVEL = "a label that is not among the study's levels"
    BAD_WEIGHT = "a weight that is not above 0, or no whole frequency"
    INFINITE = "an infinite number"
    TWO_VALUES = "only 0 and 1: name its levels in the study file, so that patients at each are counted"
    REPEATED = "a patient with several rows, and no cluster and no entry time named"
    OVERLAP = "rows of one patient whose times overlap"
    SEVERAL_SITES = "rows of several sites in one table"
    FAR_OFF = "values far from the study's centre and scale: is it in another unit?"


@dataclass(frozen=True, slots=True)
class TableFault:
    """A trouble of a column, and how many rows have it: "<10", "10-49", "50+", or "" for the whole column."""

    trouble: Trouble
    column: str
    rows: str = ""

    def __str__(self) -> str:
        at = f" ({self.rows} rows)" if self.rows else ""
        return f"{self.column}: {self.trouble}{at}"


def band(count: int) -> str:
    """A count as it may be told: "<10", "10-49" or "50+"."""
    return "<10" if count < 10 else "10-49" if count < 50 else "50+"


@dataclass(frozen=True, kw_only=True, eq=False)
class TableColumns:
    """Complete rows of one table (n): `numbers` and `codes` by column, and whose row each is.

    `codes` point into the levels of the study file. `units` are the patient of each row (patient, else
    cluster, else the row itself) as a number, and `ids` their names here, which are never sent. `clusters`
    and `patients` are codes, None where no such column is named.
    """

    numbers: Mapping[str, FloatArray]
    codes: Mapping[str, IntArray]
    units: IntArray
    ids: tuple[str, ...]
    clusters: IntArray | None
    patients: IntArray | None
    source_rows: IntArray
    dropped: Mapping[str, int] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.units)


def no_columns(asked: Asked) -> TableColumns:
    """The columns of no rows."""
    none = np.zeros(0, dtype=np.int64)
    return TableColumns(
        numbers=dict.fromkeys(_numeric(asked), np.zeros(0)),
        codes={one.name: none for one in _labelled(asked)},
        units=none,
        ids=(),
        clusters=none if asked.cluster else None,
        patients=none if asked.patient else None,
        source_rows=none,
        dropped=dict.fromkeys(asked.columns, 0),
    )


def read_columns(frame: pl.DataFrame, asked: Asked) -> TableColumns:
    """The complete rows of a site's table.

    Raises
    ------
    FederationError
        BAD_TABLE, or UNIT_MISMATCH, with every trouble found, its column, and a band of its rows.
    """
    found, faults = checked_columns(frame, asked)
    raise_faults(faults, asked.id)
    assert found is not None
    return found


def raise_faults(faults: tuple[TableFault, ...], where: str) -> None:
    """Raise FederationError with all faults, if there is one."""
    if not faults:
        return
    code = Code.UNIT_MISMATCH if all(one.trouble is Trouble.FAR_OFF for one in faults) else Code.BAD_TABLE
    raise FederationError(
        code, "; ".join(str(one) for one in faults), where=where,
        hint="Mend the table at the site, or its export; `cimara federation plan --check` lists this again.",
    )  # fmt: skip


def checked_columns(frame: pl.DataFrame, asked: Asked) -> tuple[TableColumns | None, tuple[TableFault, ...]]:
    """The columns and every fault found; None where a column is missing or of another kind."""
    faults = [TableFault(Trouble.NO_COLUMN, name) for name in asked.columns if name not in frame.columns]
    faults += [
        TableFault(Trouble.NOT_NUMBERS, name)
        for name in _numeric(asked)
        if name in frame.columns and not _is_number(frame[name].dtype)
    ]
    if faults:
        return None, tuple(faults)
    kept, dropped = _complete(frame, asked)
    found = _columns(kept, asked, dropped)
    return found, tuple(_faults(found, asked))


def _numeric(asked: Asked) -> tuple[str, ...]:
    single = (asked.time, asked.start, asked.event, asked.status, asked.outcome, asked.exposure_time)
    plain = [one.name for one in asked.covariates if not one.levels]
    return tuple(dict.fromkeys(name for name in (*single, *plain, asked.weights) if name))


def _labelled(asked: Asked) -> tuple[Labelled, ...]:
    own = () if asked.site is None else (asked.site,)
    return tuple({one.name: one for one in (*asked.labelled, *own)}.values())


def _is_number(kind: pl.DataType) -> bool:
    return kind.is_numeric() or kind == pl.Boolean


def _complete(frame: pl.DataFrame, asked: Asked) -> tuple[pl.DataFrame, dict[str, int]]:
    """Rows without an empty cell in a needed column; a row counts for its first empty one."""
    keep = np.ones(frame.height, dtype=bool)
    dropped: dict[str, int] = {}
    for name in asked.columns:
        gone = _empty(frame[name]) & keep if name in asked.needed else np.zeros(frame.height, dtype=bool)
        dropped[name] = int(gone.sum())
        keep &= ~gone
    return frame.with_row_index("\0row").filter(pl.Series(keep)), dropped


def _empty(series: pl.Series) -> BoolArray:
    """True where a cell is empty, or not a number in a column of floats."""
    if series.dtype.is_float():
        return np.asarray(np.isnan(series.to_numpy()))
    return series.is_null().to_numpy() if series.null_count() else np.zeros(len(series), dtype=bool)


def _columns(frame: pl.DataFrame, asked: Asked, dropped: Mapping[str, int]) -> TableColumns:
    clusters, patients = _ids(frame, asked.cluster), _ids(frame, asked.patient)
    names, units = patients or clusters or _own_rows(frame, asked)
    return TableColumns(
        numbers={
            name: frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy().astype(np.float64)
            for name in _numeric(asked)
        },
        codes={one.name: _codes(frame[one.name], one.levels) for one in _labelled(asked)},
        units=units,
        ids=names,
        clusters=clusters[1] if clusters else None,
        patients=patients[1] if patients else None,
        source_rows=frame["\0row"].to_numpy().astype(np.int64) + 1,
        dropped=dropped,
    )


def _ids(frame: pl.DataFrame, column: str) -> tuple[tuple[str, ...], IntArray] | None:
    if not column:
        return None
    labels = np.array(_texts(frame[column]), dtype=np.str_)
    names, codes = np.unique(labels, return_inverse=True)
    return tuple(names.tolist()), codes.astype(np.int64)


def _own_rows(frame: pl.DataFrame, asked: Asked) -> tuple[tuple[str, ...], IntArray]:
    """Rows that nobody is named for stand for a patient each, known again by a hash of what they say."""
    texts = [[str(one) for one in frame[name].to_list()] for name in asked.columns]
    seen: dict[str, int] = {}
    names = []
    for cells in zip(*texts, strict=True):
        digest = hashlib.sha256("\x1f".join(cells).encode()).hexdigest()
        seen[digest] = seen.get(digest, 0) + 1
        names.append(f"{digest}-{seen[digest]}")
    return tuple(names), np.arange(frame.height)


def _texts(series: pl.Series) -> list[str]:
    """Cells as labels: whole numbers without a decimal point."""
    if series.dtype == pl.Boolean or series.dtype.is_integer():
        return [str(one) for one in series.cast(pl.Int64).to_list()]
    if series.dtype.is_numeric():
        return [f"{one:.0f}" if one == np.floor(one) else repr(one) for one in series.cast(pl.Float64)]
    return series.cast(pl.String).to_list()


def _codes(series: pl.Series, levels: tuple[str, ...]) -> IntArray:
    """Places of labels among the levels, -1 for one that is not, -2 for an empty cell."""
    place = {level: code for code, level in enumerate(levels)}
    found = np.full(len(series), EMPTY, dtype=np.int64)
    there = ~_empty(series)
    found[there] = [place.get(one, -1) for one in _texts(series.filter(pl.Series(there)))]
    return found


def _faults(of: TableColumns, asked: Asked) -> Iterator[TableFault]:
    yield from _time_faults(of, asked)
    yield from _event_faults(of, asked)
    for name, codes in of.codes.items():
        yield from _fault(codes == -1, Trouble.BAD_LEVEL, name)
    if asked.site and len(np.unique(of.codes[asked.site.name])) > 1:
        yield TableFault(Trouble.SEVERAL_SITES, asked.site.name)
    if asked.weights:
        values = of.numbers[asked.weights]
        whole = (values == np.floor(values)) | (asked.weight_kind != "frequency")
        yield from _fault(~(values > 0) | np.isinf(values) | ~whole, Trouble.BAD_WEIGHT, asked.weights)
    yield from _covariate_faults(of, asked)
    yield from _patient_faults(of, asked)


def _time_faults(of: TableColumns, asked: Asked) -> Iterator[TableFault]:
    for name in (asked.time, asked.start):
        if name:
            values = of.numbers[name]
            yield from _fault(~(values >= 0) | np.isinf(values), Trouble.BAD_TIME, name)
    if asked.start:
        late = of.numbers[asked.start] >= of.numbers[asked.time]
        yield from _fault(late, Trouble.LATE_ENTRY, asked.start)


def _event_faults(of: TableColumns, asked: Asked) -> Iterator[TableFault]:
    if asked.event:
        yield from _fault(~np.isin(of.numbers[asked.event], (0.0, 1.0)), Trouble.BAD_EVENT, asked.event)
    if asked.exposure_time:
        values = of.numbers[asked.exposure_time]
        yield from _fault(~(values > 0) | np.isinf(values), Trouble.BAD_EXPOSURE, asked.exposure_time)
    if asked.status:
        known = (0.0, *(float(code) for code, _ in asked.causes))
        yield from _fault(~np.isin(of.numbers[asked.status], known), Trouble.BAD_STATUS, asked.status)
    if asked.outcome:
        values = of.numbers[asked.outcome]
        if asked.estimator == "logistic":
            yield from _fault(~np.isin(values, (0.0, 1.0)), Trouble.BAD_EVENT, asked.outcome)
        else:
            bad = ~(values >= 0) | np.isinf(values) | (values != np.floor(values))
            yield from _fault(bad, Trouble.BAD_COUNT, asked.outcome)


def _covariate_faults(of: TableColumns, asked: Asked) -> Iterator[TableFault]:
    for one in asked.covariates:
        if one.levels:
            continue
        values = of.numbers[one.name]
        values = values[~np.isnan(values)]
        yield from _fault(np.isinf(values), Trouble.INFINITE, one.name)
        if len(values) and np.isin(values, (0.0, 1.0)).all():
            yield TableFault(Trouble.TWO_VALUES, one.name)
        far = np.abs((values - one.centre) / one.scale) > FAR
        if far.sum() > FAR_SHARE * len(values):
            yield from _fault(far, Trouble.FAR_OFF, one.name)


def _patient_faults(of: TableColumns, asked: Asked) -> Iterator[TableFault]:
    if of.patients is None:
        return
    if not asked.start:
        again = np.bincount(of.patients)[of.patients] > 1
        if not asked.cluster:
            yield from _fault(again, Trouble.REPEATED, asked.patient)
        return
    time, start = of.numbers[asked.time], of.numbers[asked.start]
    order = np.lexsort((time, start, of.patients))
    same = of.patients[order][1:] == of.patients[order][:-1]
    overlap = same & (start[order][1:] < time[order][:-1])
    yield from _fault(overlap, Trouble.OVERLAP, asked.patient)


def _fault(faulty: BoolArray, trouble: Trouble, column: str) -> Iterator[TableFault]:
    count = int(faulty.sum())
    if count:
        yield TableFault(trouble, column, band(count))
