"""The agreed grid of times, and what each part counts on it: at risk, events by cause, censored, entered.

Round 0 merges the times of the parts; what is sent after it are sums a stratum, group and grid time. Rows at
risk are never walked over: an entry and an exit are two indices, and reverse cumulative sums do the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from cimara.outcomes.contract import ContractError, Summary
from cimara.outcomes.frame_columns import BoolArray, FloatArray, IntArray, Labels
from cimara.outcomes.rows import CompetingRisks, Rows, Survival
from cimara.outcomes.times import TOLERANCE, aligned

TimedRows = Survival | CompetingRisks
EVENT = ("event",)
"""The one cause of rows that have a single kind of event."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Strata, groups and causes by name, in the order in which every part counts them.

    One empty name stands for "not divided": all rows fall into it, whatever their labels.
    """

    strata: tuple[str, ...] = ("",)
    groups: tuple[str, ...] = ("",)
    causes: tuple[str, ...] = EVENT

    @classmethod
    def of(cls, parts: Iterable[Rows], *, by_stratum: bool = False, by_group: bool = True) -> Cells:
        """The names that occur among the levels of any part.

        Parts with the same levels keep their order; names of parts that differ are sorted, numbers as
        numbers.
        """
        kept = list(parts)
        if not kept:
            raise ContractError("there are no rows to estimate from", expected="at least one part")
        strata = _merged([part.strata for part in kept]) if by_stratum else ("",)
        groups = _merged([part.group for part in kept]) if by_group else ("",)
        causes = _ordered([part.causes if isinstance(part, CompetingRisks) else EVENT for part in kept])
        return cls(strata, groups, causes)

    def stratum_codes(self, rows: Rows) -> IntArray:
        """The place of each row's stratum among `strata`."""
        return _codes(rows.strata, self.strata, rows.n, "strata")

    def group_codes(self, rows: Rows) -> IntArray:
        """The place of each row's group among `groups`."""
        return _codes(rows.group, self.groups, rows.n, rows.group_column or "group")

    def cause_codes(self, rows: TimedRows) -> IntArray:
        """0 where censored, else 1 + the place of the cause among `causes`."""
        if isinstance(rows, Survival):
            return rows.event.astype(np.int64)
        place = _places(rows.causes, self.causes, "status")
        return np.concatenate(([0], place + 1))[rows.status]


def agree(rows: TimedRows) -> Summary:
    """Round 0: the times of exit and entry that occur in one part."""
    times = rows.time if rows.start is None else np.concatenate((rows.time, rows.start))
    return Summary("grid", unions={"times": np.unique(times)})


def agreed_grid(total: Summary) -> FloatArray:
    """The sorted times of all parts, nearly equal ones made one (the smallest of their run)."""
    times = np.asarray(total.unions["times"])
    return np.unique(aligned(times)[0])


def planned_grid(times: Sequence[float] | FloatArray) -> FloatArray:
    """A grid that the plan gives, checked: finite times, not negative, each later than the one before."""
    grid = np.asarray(times, dtype=np.float64)
    if not (grid.ndim == 1 and grid.size and np.isfinite(grid).all() and grid[0] >= 0):
        raise ContractError("a grid of times that is empty, negative or infinite", where="grid")
    if (np.diff(grid) <= TOLERANCE).any():
        raise ContractError("grid times that are not in increasing order", where="grid")
    return grid


@dataclass(frozen=True, slots=True)
class Span:
    """Where rows lie on the grid: a row is at risk at the grid indices `entry` < k <= `exit`.

    `entry` is -1 for a row at risk from before the grid (an event at time 0 included), `exit` the length of
    the grid for a row that leaves after its end.
    """

    entry: IntArray
    exit: IntArray


def span(rows: TimedRows, grid: FloatArray, *, planned: bool = False) -> Span:
    """The places of entries and exits.

    On a planned grid an exit is moved up to the next grid time and an entry down to the one before it, so
    that no event is lost; a time within the tolerance of a grid time is that time.
    """
    slack = TOLERANCE * max(1.0, float(np.mean(grid))) if planned else 0.0
    exits = (
        np.searchsorted(grid, rows.time - slack, side="left")
        if planned
        else np.searchsorted(grid, rows.time, side="right") - 1
    )
    if rows.start is None:
        return Span(np.full(rows.n, -1, dtype=np.int64), exits.astype(np.int64))
    entries = np.searchsorted(grid, rows.start + slack, side="right") - 1
    if (entries >= exits).any() and not planned:
        raise ContractError(
            "an entry and an exit of one row are the same time on the agreed grid",
            hint="Times of the parts lie closer together than the tolerance; round them to whole units.",
        )
    return Span(np.minimum(entries, exits - 1).astype(np.int64), exits.astype(np.int64))


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums of one weight a stratum, group and grid time; additive.

    `events` has a last axis of causes. `entered` are those whose entry is that time (at risk after it);
    `beyond` (strata x groups) those that leave after the grid.
    """

    events: FloatArray
    censored: FloatArray
    entered: FloatArray
    beyond: FloatArray

    @property
    def failures(self) -> FloatArray:
        """Events of any cause (strata x groups x times)."""
        alone = self.events.shape[-1] == 1
        return self.events[..., 0] if alone else np.asarray(self.events.sum(axis=-1))

    @property
    def at_risk(self) -> FloatArray:
        """Sum over rows with entry < t <= exit, at each grid time (strata x groups x times)."""
        leaving = self.failures + self.censored - self.entered
        return np.asarray(np.cumsum(leaving[..., ::-1], axis=-1)[..., ::-1] + self.beyond[..., None])


@dataclass(frozen=True, slots=True)
class GridCounts:
    """What happened on a grid, in numbers of rows (`rows`) and in sums of weights (`weighted`)."""

    grid: FloatArray
    rows: Tally
    weighted: Tally

    @property
    def at_risk(self) -> FloatArray:
        """Weights at risk at each grid time: exactly 0 where no row is at risk."""
        return np.where(self.rows.at_risk > 0, self.weighted.at_risk, 0.0)

    @property
    def events(self) -> FloatArray:
        """Weights of events (strata x groups x times x causes)."""
        return self.weighted.events

    @property
    def surviving(self) -> FloatArray:
        """Weights at risk less those of the events: exactly 0 where every row at risk has the event."""
        some = self.rows.at_risk > self.rows.failures
        return np.where(some, self.weighted.at_risk - self.weighted.failures, 0.0)

    def sums(self) -> dict[str, FloatArray]:
        """The arrays as a summary sends them."""
        return {
            f"{kind}.{item.name}": getattr(getattr(self, kind), item.name)
            for kind in ("rows", "weighted")
            for item in fields(Tally)
        }

    def flat(self) -> FloatArray:
        """All arrays in one, as a state keeps them."""
        return np.concatenate([values.ravel() for values in self.sums().values()])

    @classmethod
    def from_flat(cls, grid: FloatArray, cells: Cells, values: FloatArray) -> GridCounts:
        """The counts that `flat` wrote."""
        first = (len(cells.strata), len(cells.groups))
        over_time = (*first, len(grid))
        shapes = 2 * [(*over_time, len(cells.causes)), over_time, over_time, first]
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
        cut = [piece.reshape(shape) for piece, shape in zip(np.split(values, ends[:-1]), shapes, strict=True)]
        return cls(grid, Tally(*cut[:4]), Tally(*cut[4:]))

    def of_group(self, group: int, stratum: int = 0) -> tuple[Tally, Tally]:
        """One group's (rows, weights): arrays over the grid times, `beyond` a number."""
        return tuple(  # type: ignore[return-value]
            Tally(**{item.name: getattr(tally, item.name)[stratum, group] for item in fields(Tally)})
            for tally in (self.rows, self.weighted)
        )

    @classmethod
    def of(cls, grid: FloatArray, sums: Mapping[str, FloatArray]) -> GridCounts:
        """The counts that `sums` wrote, or their total over parts."""
        made = {
            kind: Tally(**{item.name: np.asarray(sums[f"{kind}.{item.name}"]) for item in fields(Tally)})
            for kind in ("rows", "weighted")
        }
        return cls(grid, **made)


def counts_on_grid(
    rows: TimedRows, grid: FloatArray, *, cells: Cells | None = None, planned: bool = False
) -> GridCounts:
    """Count the rows on the grid, O(rows + cells x grid).

    Parameters
    ----------
    grid
        Sorted times, from `agreed_grid` (which holds every time of the rows) or `planned_grid`.
    cells
        Names of strata, groups and causes to count by; without it groups and causes of these rows.
    planned
        True for a grid that need not hold the times of the rows.
    """
    cells = Cells.of([rows]) if cells is None else cells
    where = span(rows, grid, planned=planned)
    cell = cells.stratum_codes(rows) * len(cells.groups) + cells.group_codes(rows)
    cause = cells.cause_codes(rows)
    leaves, enters = spell_ends(rows, cell, cause)
    shape = (len(cells.strata), len(cells.groups), len(grid), len(cells.causes))
    counted = _tally(cell, where, cause, (leaves, enters), None, shape)
    if rows.weights is None:
        return GridCounts(grid, counted, counted)
    return GridCounts(grid, counted, _tally(cell, where, cause, (leaves, enters), rows.weights, shape))


def _tally(
    cell: IntArray,
    where: Span,
    cause: IntArray,
    ends: tuple[BoolArray, BoolArray],
    weights: FloatArray | None,
    shape: tuple[int, int, int, int],
) -> Tally:
    strata, groups, times, causes = shape
    inside = where.exit < times
    leaves, enters = ends

    def summed(chosen: BoolArray, key: IntArray, size: int) -> FloatArray:
        chosen_weights = None if weights is None else weights[chosen]
        return np.bincount(key[chosen], chosen_weights, minlength=size).astype(np.float64)

    key = cell * times + where.exit
    size = strata * groups * times
    failed = (cause > 0) & inside
    return Tally(
        events=summed(failed, key * causes + cause - 1, size * causes).reshape(shape),
        censored=summed((cause == 0) & inside & leaves, key, size).reshape(shape[:3]),
        entered=summed(enters & (where.entry >= 0), cell * times + where.entry, size).reshape(shape[:3]),
        beyond=summed(~inside & leaves, cell, strata * groups).reshape(shape[:2]),
    )


def spell_ends(rows: TimedRows, cell: IntArray, cause: IntArray) -> tuple[BoolArray, BoolArray]:
    """Rows that leave, and rows that enter: not those that the next or last row of their id goes on from.

    A patient whose rows were split at day 90 is neither censored nor entered then.
    """
    leaves = np.ones(rows.n, dtype=bool)
    enters = np.ones(rows.n, dtype=bool)
    if rows.id is None or rows.start is None:
        return leaves, enters
    order = np.lexsort((rows.start, rows.id))
    before, after = order[:-1], order[1:]
    weight = rows.weight()
    goes_on = (
        (rows.id[before] == rows.id[after])
        & (rows.time[before] == rows.start[after])
        & (cell[before] == cell[after])
        & (weight[before] == weight[after])
        & (cause[before] == 0)
    )
    leaves[before[goes_on]] = False
    enters[after[goes_on]] = False
    return leaves, enters


def _merged(columns: Sequence[Labels | None]) -> tuple[str, ...]:
    return _ordered([("",) if column is None else column.levels for column in columns])


def _ordered(found: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    if all(names == found[0] for names in found):
        return found[0]
    return tuple(sorted({name for names in found for name in names}, key=_number_first))


def _number_first(name: str) -> tuple[float, str]:
    try:
        return (float(name), name)
    except ValueError:
        return (np.inf, name)


def _codes(labels: Labels | None, names: tuple[str, ...], n: int, column: str) -> IntArray:
    if names == ("",):
        return np.zeros(n, dtype=np.int64)
    if labels is None:
        raise ContractError("rows without the column that the others are counted by", where=column)
    return _places(labels.levels, names, column)[labels.codes]


def _places(levels: tuple[str, ...], names: tuple[str, ...], column: str) -> IntArray:
    if not set(levels) <= set(names):
        raise ContractError(
            "a label that the analysis does not know",
            where=column,
            expected=", ".join(names),
            hint="Name all levels in the plan, the same for every part.",
        )
    return np.array([names.index(level) for level in levels], dtype=np.int64)
