"""The first table of a paper as sums: rows, missing cells, means with deviations, rows at each level."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import polars as pl

from cimara.outcomes.contract import ContractError, Scope, State, Summary, run
from cimara.outcomes.description.described_rows import Described
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.model_warnings import Concern, ModelWarning, rows_dropped


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberRow:
    """A column of numbers in one group; `mean` and `sd` are None where there are too few rows for them."""

    column: str
    group: str
    n: int
    missing: int
    mean: float | None
    sd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRow:
    """One level of a column of labels in one group; `share` is of the rows with a label."""

    column: str
    level: str
    group: str
    n: int
    missing: int
    share: float | None


@dataclass(frozen=True, kw_only=True, eq=False)
class TableOne:
    """Rows of each group, and what each column is like in it; the last group, "all", is everyone."""

    groups: tuple[str, ...]
    n: tuple[int, ...]
    numbers: tuple[NumberRow, ...]
    levels: tuple[LevelRow, ...]
    group_column: str = ""
    dropped: dict[str, int] = field(default_factory=dict)
    warnings: tuple[ModelWarning, ...] = ()

    def table(self) -> pl.DataFrame:
        """One row a group and column of numbers, or a group and level."""
        numbers = [
            {"column": one.column, "level": None, "group": one.group, "n": one.n, "missing": one.missing,
             "mean": one.mean, "sd": one.sd, "share": None}
            for one in self.numbers
        ]  # fmt: skip
        levels = [
            {"column": one.column, "level": one.level, "group": one.group, "n": one.n,
             "missing": one.missing, "mean": None, "sd": None, "share": one.share}
            for one in self.levels
        ]  # fmt: skip
        return pl.DataFrame([*numbers, *levels], schema=_SCHEMA)


_SCHEMA: dict[str, Any] = {
    **dict.fromkeys(("column", "level", "group"), pl.String),
    **dict.fromkeys(("n", "missing"), pl.Int64),
    **dict.fromkeys(("mean", "sd", "share"), pl.Float64),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOneState(State):
    """`rows` (groups); `numbers` (columns x groups x 3: rows, sum, sum of squares); `levels` (all levels of
    all columns x groups)."""

    rows: FloatArray
    numbers: FloatArray
    levels: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class TableOneCounts:
    """Estimator of a first table, one round of sums."""

    groups: tuple[str, ...]
    number_columns: tuple[str, ...]
    label_columns: tuple[tuple[str, tuple[str, ...]], ...]
    centres: tuple[float, ...]
    scales: tuple[float, ...]
    group_column: str = ""
    dropped: tuple[tuple[str, int], ...] = ()
    scope: Scope = Scope.ACROSS_PARTS

    def start(self) -> TableOneState:
        """Nothing is counted."""
        size = len(self.groups)
        levels = sum(len(one) for _, one in self.label_columns)
        return TableOneState(
            rows=np.zeros(size),
            numbers=np.zeros((len(self.number_columns), size, 3)),
            levels=np.zeros((levels, size)),
        )

    def summarise(self, rows: Described, state: TableOneState) -> Summary:
        """The sums of one part."""
        self._check(rows)
        group, size = rows.group_codes(), len(self.groups)
        numbers = np.zeros_like(state.numbers)
        for place, (centre, scale) in enumerate(zip(self.centres, self.scales, strict=True)):
            there = ~np.isnan(rows.numbers[:, place])
            values = (rows.numbers[there, place] - centre) / scale
            for power in range(3):
                numbers[place, :, power] = np.bincount(group[there], values**power, minlength=size)
        levels = [
            np.bincount(group[rows.labels[:, place] == code], minlength=size)
            for place, (_, of) in enumerate(self.label_columns)
            for code in range(len(of))
        ]
        counted = np.array(levels, dtype=np.float64).reshape(state.levels.shape)
        own = np.bincount(group, minlength=size).astype(np.float64)
        return Summary("table_one", {"rows": own, "numbers": numbers, "levels": counted})

    def update(self, total: Summary, state: TableOneState) -> TableOneState:
        """The sums are the result."""
        return replace(state, round=1, finished=True, **total.sums)

    def result(self, state: TableOneState) -> TableOne:
        """The table, with everyone after the groups where there are several."""
        parts = [(group, np.array([code])) for code, group in enumerate(self.groups)]
        several = len(self.groups) > 1
        parts = [*parts, ("all", np.arange(len(self.groups)))] if several else parts
        return TableOne(
            groups=tuple(group for group, _ in parts),
            n=tuple(int(state.rows[which].sum()) for _, which in parts),
            numbers=tuple(self._number_rows(state, parts)),
            levels=tuple(self._level_rows(state, parts)),
            group_column=self.group_column,
            dropped=dict(self.dropped),
            warnings=tuple(self._concerns(state)),
        )

    def _number_rows(
        self, state: TableOneState, parts: list[tuple[str, np.ndarray[Any, Any]]]
    ) -> Iterator[NumberRow]:
        for place, column in enumerate(self.number_columns):
            for group, which in parts:
                n, total, squares = state.numbers[place, which].sum(axis=0)
                spread = (squares - total**2 / n) / (n - 1) if n > 1 else np.nan
                yield NumberRow(
                    column=column,
                    group=group,
                    n=int(n),
                    missing=int(state.rows[which].sum() - n),
                    mean=float(self.centres[place] + self.scales[place] * total / n) if n else None,
                    sd=float(self.scales[place] * np.sqrt(max(spread, 0.0))) if n > 1 else None,
                )

    def _level_rows(
        self, state: TableOneState, parts: list[tuple[str, np.ndarray[Any, Any]]]
    ) -> Iterator[LevelRow]:
        first = 0
        for column, of in self.label_columns:
            counted = state.levels[first : first + len(of)]
            first += len(of)
            for group, which in parts:
                labelled = counted[:, which].sum()
                for level, count in zip(of, counted[:, which].sum(axis=1), strict=True):
                    yield LevelRow(
                        column=column,
                        level=level,
                        group=group,
                        n=int(count),
                        missing=int(state.rows[which].sum() - labelled),
                        share=float(count / labelled) if labelled else None,
                    )

    def _concerns(self, state: TableOneState) -> Iterator[ModelWarning]:
        if self.dropped:
            yield rows_dropped(dict(self.dropped))
        empty = [group for group, count in zip(self.groups, state.rows, strict=True) if not count]
        if empty:
            said = f"groups without rows: {', '.join(empty)}"
            yield ModelWarning(Concern.EMPTY_LEVEL, said, (self.group_column,))

    def _check(self, rows: Described) -> None:
        same = (rows.number_columns, rows.label_columns, rows.groups)
        if same != (self.number_columns, self.label_columns, self.groups):
            raise ContractError("columns, levels or groups that differ between parts", where="table one")


def table_one(rows: Described | Iterable[Described]) -> TableOne:
    """Rows, missing cells, means with standard deviations, and rows at each level, by group.

    The standard deviation is that of a sample, with n - 1. Each column counts its own missing cells.

    Raises
    ------
    ContractError
        Parts with other columns, levels or groups.
    """
    parts = [rows] if isinstance(rows, Described) else list(rows)
    if not parts:
        raise ContractError("there are no rows to describe", expected="at least one part")
    first = parts[0]
    dropped: dict[str, int] = {}
    for part in parts:
        for column, count in part.dropped.items():
            dropped[column] = dropped.get(column, 0) + count
    estimator = TableOneCounts(
        groups=first.groups,
        number_columns=first.number_columns,
        label_columns=first.label_columns,
        centres=first.centres,
        scales=first.scales,
        group_column=first.group_column,
        dropped=tuple(dropped.items()),
    )
    return run(estimator, parts)
