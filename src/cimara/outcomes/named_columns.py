"""The columns that an analysis names, read from a frame and checked: times, events, causes, weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import product
from typing import Any, Literal

import numpy as np

from cimara.outcomes.frame_columns import (
    BoolArray,
    Design,
    FloatArray,
    FrameColumns,
    IntArray,
    Labels,
    RowError,
    design_of,
)
from cimara.outcomes.times import aligned

MissingRule = Literal["drop", "error"]
OF_TIMES = "Times count from the start of the clock: mend the dates behind these rows, or leave them out."
"""What to do about a time that cannot be."""


class WeightKind(StrEnum):
    """What a weight says."""

    PROBABILITY = "probability"
    """One over a probability, or alike: the variance must be robust."""
    FREQUENCY = "frequency"
    """So many equal rows: whole numbers."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """The columns that an analysis names beside its times, and how empty cells are met."""

    start: str | None = None
    covariates: Sequence[str] = ()
    levels: Mapping[str, Sequence[str]] = field(default_factory=dict)
    strata: str | Sequence[str] | None = None
    group: str | None = None
    cluster: str | None = None
    weights: str | None = None
    weight_kind: WeightKind | str = WeightKind.PROBABILITY
    id: str | None = None
    site: str | None = None
    unit: str = "days"
    missing: MissingRule = "drop"
    none_left: bool = False
    """Whether there may be no row at all: the others are elsewhere, and are told of as these are."""
    source: str = ""

    @property
    def strata_columns(self) -> tuple[str, ...]:
        """Columns whose crossing makes the strata."""
        if self.strata is None:
            return ()
        return (self.strata,) if isinstance(self.strata, str) else tuple(self.strata)

    def complete(self, frame: Any, *own: str) -> tuple[FrameColumns, dict[str, int]]:
        """The rows without an empty cell in any named column, and how many each column cost."""
        columns = FrameColumns(frame, source=self.source)
        single = (self.start, self.group, self.cluster, self.weights, self.id, self.site)
        named = (*own, *self.covariates, *self.strata_columns, *(one for one in single if one))
        keep = np.ones(len(columns), dtype=bool)
        dropped: dict[str, int] = {}
        for column in dict.fromkeys(named):
            empty = columns.missing(column)
            if self.missing == "error":
                columns.fault(empty, column, "an empty cell")
            cost = int((empty & keep).sum())
            if cost:
                dropped[column] = cost
            keep &= ~empty
        columns.raise_faults(hint="Say missing='drop' to leave such rows out; they are counted.")
        kept = columns if keep.all() else columns.kept(keep)
        if not len(kept) and not self.none_left:
            raise RowError(["no complete row is left"], source=self.source)
        return kept, dropped

    def shared(self, columns: FrameColumns, dropped: Mapping[str, int]) -> dict[str, Any]:
        """The columns that all kinds of rows have, read and checked."""
        design: Design = design_of(columns, self.covariates, self.levels)
        infinite = np.asarray(~np.isfinite(design.matrix).all(axis=1))
        columns.fault(infinite, ", ".join(self.covariates), "an infinite number")
        weights = columns.numbers(self.weights) if self.weights else None
        kind = WeightKind(self.weight_kind)
        if weights is not None and self.weights:
            columns.fault(~(weights >= 0) | np.isinf(weights), self.weights, "a negative or infinite weight")
            if kind is WeightKind.FREQUENCY:
                columns.fault(weights != np.floor(weights), self.weights, "a frequency that is not whole")
        found = {
            "strata": self._labels(columns, self.strata_columns),
            "group": self._labels(columns, self.group),
            "site": self._labels(columns, self.site),
        }
        columns.raise_faults()
        return {
            **found,
            "covariates": design.matrix,
            "names": design.names,
            "terms": design.terms,
            "empty_levels": design.empty_levels,
            "strata_columns": self.strata_columns,
            "group_column": self.group or "",
            "cluster": columns.labels(self.cluster).codes if self.cluster else None,
            "id": columns.labels(self.id).codes if self.id else None,
            "weights": weights,
            "weight_kind": kind,
            "unit": self.unit,
            "dropped": dict(dropped),
            "source_rows": columns.rows,
        }

    def _labels(self, columns: FrameColumns, named: str | Sequence[str] | None) -> Labels | None:
        if not named:
            return None
        alone = named if isinstance(named, str) else named[0] if len(named) == 1 else ""
        if self.none_left and not alone and all(one in self.levels for one in named):
            return columns.labels(named, crossed_levels(named, self.levels))
        return columns.labels(named, self.levels.get(alone))


def crossed_levels(named: Sequence[str], levels: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Every combination of the levels of several columns, as `FrameColumns.labels` names them."""
    parts = ([f"{name}={level}" for level in levels[name]] for name in named)
    return tuple(", ".join(one) for one in product(*parts))


def read_events(columns: FrameColumns, event: str) -> BoolArray:
    values = columns.numbers(event)
    found = set(np.unique(values).tolist())
    hint = "1 and 2 as in R's Surv? Recode 2 as 1, 1 as 0." if found <= {1.0, 2.0} and 2.0 in found else None
    columns.fault((values != 0) & (values != 1), event, "an event that is neither 0 nor 1")
    columns.raise_faults(hint)
    return np.asarray(values == 1)


def read_causes(
    columns: FrameColumns,
    status: str,
    causes: Mapping[int, str] | Sequence[int] | None,
    censor_code: int,
) -> tuple[IntArray, tuple[str, ...]]:
    values = columns.numbers(status)
    columns.fault(values != np.floor(values), status, "a status that is not a whole number")
    columns.raise_faults()
    if causes is None:
        causes = sorted({int(one) for one in np.unique(values)} - {censor_code})
    named = causes if isinstance(causes, Mapping) else {code: str(code) for code in causes}
    if censor_code in named:
        raise RowError([f"{status}: the code of censoring is among the causes"], source=columns.source)
    codes = np.full(len(values), -1, dtype=np.int64)
    codes[values == censor_code] = 0
    for place, code in enumerate(named, start=1):
        codes[values == code] = place
    columns.fault(codes < 0, status, "a status that is not a listed cause")
    columns.raise_faults()
    return codes, tuple(named.values())


def read_times(columns: FrameColumns, time: str, start: str | None) -> tuple[FloatArray, FloatArray | None]:
    times = columns.numbers(time)
    columns.fault(~(times >= 0) | np.isinf(times), time, "a time that is negative or infinite")
    if start is None:
        columns.raise_faults(OF_TIMES)
        return aligned(times)[0], None
    entries = columns.numbers(start)
    columns.fault(~(entries >= 0) | np.isinf(entries), start, "a time that is negative or infinite")
    columns.raise_faults(OF_TIMES)
    times, entries = aligned(times, entries)
    columns.fault(entries >= times, start, "an entry that is not before the exit")
    columns.raise_faults(
        "A row that leaves when it enters was never at risk: mend its times, or leave it out."
    )
    return times, entries


def check_intervals(
    columns: FrameColumns,
    asked: Named,
    of: tuple[str, FloatArray, FloatArray | None],
    ended: BoolArray,
) -> None:
    """Intervals of one id must not overlap, nor go on after an event that ends them; gaps are allowed."""
    name, time, start = of
    if not len(time):
        return
    ids = columns.labels(asked.id or "").codes
    entries = np.full(len(time), -np.inf) if start is None else start
    order = np.lexsort((time, entries, ids))
    same = ids[order][1:] == ids[order][:-1]
    overlap = same & (entries[order][1:] < time[order][:-1])
    columns.fault(_of_rows(order[1:], overlap), name, f"overlaps another interval of the same {asked.id}")
    if start is not None:
        after = same & ended[order][:-1]
        columns.fault(_of_rows(order[1:], after), name, f"goes on after the event of the same {asked.id}")
    columns.raise_faults()


def _of_rows(order: IntArray, faulty: BoolArray) -> BoolArray:
    found = np.zeros(len(order) + 1, dtype=bool)
    found[order[faulty]] = True
    return found
