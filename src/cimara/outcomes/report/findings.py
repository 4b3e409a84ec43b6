"""What an analysis found, as plain values: estimates, tables, figures and words, ready for JSON and pages."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import polars as pl

from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import ModelWarning
from cimara.outcomes.report.plan import Analysis

Cell = str | int | float | bool | None


class Status(StrEnum):
    """What became of a planned analysis."""

    DONE = "done"
    NOT_ESTIMABLE = "not_estimable"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """One number that the report states; `of` says of whom or of what, None where it is not defined."""

    measure: str
    of: str = ""
    estimate: float | None
    lower: float | None = None
    upper: float | None = None
    p: float | None = None
    n: int | None = None
    events: float | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A table: `name` is that of its file, `title` that of the page."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    shown: bool = True

    @classmethod
    def of(cls, name: str, title: str, frame: pl.DataFrame, *, note: str = "", shown: bool = True) -> Sheet:
        """The cells of a frame; what is not a finite number is empty."""
        rows = tuple(tuple(_cell(one) for one in row) for row in frame.iter_rows())
        return cls(name=name, title=title, columns=tuple(frame.columns), rows=rows, note=note, shown=shown)

    def frame(self) -> pl.DataFrame:
        """The table as a frame."""
        return pl.DataFrame(
            {name: [row[place] for row in self.rows] for place, name in enumerate(self.columns)}, strict=False
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A figure with its words and numbers; `files` holds its further formats by suffix."""

    kind: str
    title: str
    description: str
    svg: str
    files: tuple[tuple[str, bytes], ...] = ()
    frames: tuple[Sheet, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Covariance:
    """Covariance of some coefficients, None where one is not estimable."""

    names: tuple[str, ...]
    values: tuple[tuple[float | None, ...], ...]

    @classmethod
    def of(cls, names: Sequence[str], matrix: FloatArray) -> Covariance:
        """The cells of a matrix."""
        rows = np.asarray(matrix, dtype=np.float64).tolist()
        return cls(names=tuple(names), values=tuple(tuple(finite(one) for one in row) for row in rows))


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that one analysis gives.

    Parameters
    ----------
    method, options
        The method in one sentence, and every option by name as it was used.
    sentence
        The result in one plain sentence.
    assumptions
        What was assumed, and what the checks of it said.
    unmet
        What the plan asked and this analysis could not give, with the reason; not empty: not estimable.
    dropped
        Rows left out, by the column whose cell was empty.
    left_out
        Units left out for another reason, with their number.
    decided_by
        The p of the test (or of the exposure) that `only_if` of another analysis looks at.
    """

    method: str
    options: tuple[tuple[str, str], ...]
    sentence: str
    n: int
    events: float
    clusters: int | None = None
    strata: int | None = None
    estimates: tuple[Estimate, ...] = ()
    tables: tuple[Sheet, ...] = ()
    figures: tuple[Drawing, ...] = ()
    assumptions: tuple[str, ...] = ()
    warnings: tuple[ModelWarning, ...] = ()
    unmet: tuple[ModelWarning, ...] = ()
    r_call: tuple[str, ...] = ()
    covariance: Covariance | None = None
    dropped: tuple[tuple[str, int], ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
    decided_by: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A planned analysis and what became of it; `findings` is None where nothing was found."""

    analysis: Analysis
    status: Status
    code: str = ""
    message: str = ""
    findings: Findings | None = None
    remarks: tuple[str, ...] = field(default=())


def finite(value: float | None) -> float | None:
    """The number, None where it is none or not finite."""
    return None if value is None or not math.isfinite(value) else float(value)


def once(warnings: Iterable[ModelWarning]) -> tuple[ModelWarning, ...]:
    """Each warning once, in order."""
    return tuple(dict.fromkeys(warnings))


def _cell(value: object) -> Cell:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return finite(value)
    return str(value)
