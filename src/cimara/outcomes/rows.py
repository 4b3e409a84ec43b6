"""Survival data as the estimators take them: numpy columns, checked once when they are made.

A row is at risk on (start, time]: an entry at day 5 and an event of another at day 5 do not meet. Without
`start` it is at risk from the beginning, an event at day 0 included. Nothing but rows with an empty cell in a
named column, and rows of weight 0, is ever left out, and both are counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self, TypeVar

import numpy as np

from cimara.outcomes.frame_columns import (
    BoolArray,
    FloatArray,
    IntArray,
    Labels,
    RowError,
)
from cimara.outcomes.named_columns import (
    Named,
    WeightKind,
    check_intervals,
    read_causes,
    read_events,
    read_times,
)
from cimara.outcomes.times import aligned

R = TypeVar("R", bound="Rows")


@dataclass(frozen=True, kw_only=True, eq=False)
class Rows:
    """What all kinds of data share; arrays have one entry a row (n) and are not to be written to.

    Parameters
    ----------
    covariates
        Matrix n x p, columns contiguous; `names` of its columns and the `terms` that they belong to.
    strata, group, cluster, id, site
        Codes (int64) into the levels of the column; None where the column was not named. A cluster is a
        patient whose rows depend on each other; without clusters each row (or each `id`) stands alone.
    weights, weight_kind
        Positive float64, or None for 1 each.
    unit
        The unit of all times, as the column has it.
    dropped
        Rows left out, by the column whose cell was empty (a row counts for its first); `zero_weight` apart.
    source_rows
        Numbers of the rows in the frame that was read, from 1.
    """

    covariates: FloatArray
    names: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    strata: Labels | None = None
    strata_columns: tuple[str, ...] = ()
    group: Labels | None = None
    group_column: str = ""
    cluster: IntArray | None = None
    weights: FloatArray | None = None
    weight_kind: WeightKind = WeightKind.PROBABILITY
    id: IntArray | None = None
    site: Labels | None = None
    unit: str = "days"
    dropped: Mapping[str, int] = field(default_factory=dict)
    zero_weight: int = 0
    empty_levels: tuple[str, ...] = ()
    source_rows: IntArray

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(self.source_rows)

    @property
    def robust_by_default(self) -> bool:
        """True where the model-based variance would be wrong: probability weights or clusters."""
        weighted = self.weights is not None and self.weight_kind is WeightKind.PROBABILITY
        return weighted or self.cluster is not None

    def weight(self) -> FloatArray:
        """The weights, 1 each when there are none."""
        return np.ones(self.n) if self.weights is None else self.weights

    def stratum_codes(self) -> IntArray:
        """Codes of the strata, 0 each when there are none."""
        return np.zeros(self.n, dtype=np.int64) if self.strata is None else self.strata.codes

    def cluster_codes(self) -> IntArray:
        """Codes of what is independent of each other: clusters, else ids, else rows."""
        if self.cluster is not None:
            return self.cluster
        return np.arange(self.n) if self.id is None else self.id

    def strata_present(self) -> tuple[str, ...]:
        """Labels of the strata that have rows; one empty label when there are no strata."""
        if self.strata is None:
            return ("",)
        return tuple(self.strata.levels[code] for code in np.unique(self.strata.codes))

    def take(self, chosen: IntArray | BoolArray) -> Self:
        """The chosen rows, with all levels kept."""
        changed: dict[str, Any] = {}
        for name, value in vars(self).items():
            if isinstance(value, Labels):
                changed[name] = Labels(value.codes[chosen], value.levels)
            elif isinstance(value, np.ndarray):
                rows = value[chosen]
                changed[name] = np.asfortranarray(rows) if rows.ndim == 2 else rows
        return replace(self, **changed)

    def split(self, by: IntArray) -> Iterator[Self]:
        """The rows in parts by a code a row; a cluster that would lie in two parts is refused.

        What was left out when the rows were made is counted in the first part, so that parts add up.
        """
        by = np.asarray(by)
        clusters = self.cluster_codes()
        first = np.full(int(clusters.max(initial=-1)) + 1, -1, dtype=np.int64)
        first[clusters] = by
        if (first[clusters] != by).any():
            raise RowError(
                ["cluster: its rows lie in more than one part"],
                hint="Split by a column that is the same in all rows of a patient.",
            )
        for place, code in enumerate(np.unique(by)):
            part = self.take(by == code)
            yield replace(part, dropped={}, zero_weight=0) if place else part

    def by_site(self) -> list[Self]:
        """One part a site."""
        if self.site is None:
            raise RowError(["site: no column was named"], hint="Say site= when the rows are made.")
        return list(self.split(self.site.codes))


def dropped_of(parts: Iterable[Rows]) -> dict[str, int]:
    """Rows left out of all parts for an empty cell, by its column."""
    found: dict[str, int] = {}
    for part in parts:
        for column, count in part.dropped.items():
            found[column] = found.get(column, 0) + count
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class Survival(Rows):
    """Times to one kind of event, right-censored, with or without delayed entry.

    `time` is the exit, `start` the entry (None: from the beginning), `event` True where it happened then.
    """

    time: FloatArray
    start: FloatArray | None = None
    event: BoolArray

    @classmethod
    def from_frame(
        cls, frame: Any, *, time: str, event: str, terminal: bool = True, **named: Any
    ) -> Survival:
        """Rows of a polars, pandas or pyarrow frame.

        Parameters
        ----------
        time, event
            Columns of the exit time and of the event (0, 1 or boolean).
        terminal
            False for events that can recur in one `id`.
        **named
            As `Named` has them: start, covariates, levels, strata, group, cluster, weights, id, site, unit,
            missing, source.

        Raises
        ------
        RowError
            Every unusable row by number, column and kind of fault.
        """
        asked = Named(**named)
        columns, dropped = asked.complete(frame, time, event)
        happened = read_events(columns, event)
        times, start = read_times(columns, time, asked.start)
        if asked.id:
            check_intervals(columns, asked, (time, times, start), happened & terminal)
        made = cls(time=times, start=start, event=happened, **asked.shared(columns, dropped))
        return _without_zero_weights(made)


@dataclass(frozen=True, kw_only=True, eq=False)
class CompetingRisks(Rows):
    """Times to the first of several kinds of event.

    `status` is 0 where censored, else k for the k-th of `causes` (their names, in the order of their codes).
    """

    time: FloatArray
    start: FloatArray | None = None
    status: IntArray
    causes: tuple[str, ...]

    @classmethod
    def from_frame(
        cls,
        frame: Any,
        *,
        time: str,
        status: str,
        causes: Mapping[int, str] | Sequence[int] | None = None,
        censor_code: int = 0,
        **named: Any,
    ) -> CompetingRisks:
        """Rows of a frame; see `Survival.from_frame` for what is alike.

        Parameters
        ----------
        status
            Column of whole numbers: `censor_code`, or the code of a cause.
        causes
            Codes of all causes, with names where given; else the codes that occur.
        """
        asked = Named(**named)
        columns, dropped = asked.complete(frame, time, status)
        codes, names = read_causes(columns, status, causes, censor_code)
        times, start = read_times(columns, time, asked.start)
        if asked.id:
            check_intervals(columns, asked, (time, times, start), codes > 0)
        made = cls(time=times, start=start, status=codes, causes=names, **asked.shared(columns, dropped))
        return _without_zero_weights(made)

    def cause(self, name: str | int) -> int:
        """The status (1, 2, ...) of a cause by its name, or by its code when causes have no other name."""
        if str(name) not in self.causes:
            raise RowError([f"there is no cause {name}"], hint=f"The causes are {', '.join(self.causes)}.")
        return self.causes.index(str(name)) + 1

    def cause_specific(self, name: str | int) -> Survival:
        """The hazard of one cause: the others are censored. Its 1 - KM is not a probability."""
        return self._as_survival(self.status == self.cause(name))

    def all_causes(self) -> Survival:
        """Time to the first event of any cause."""
        return self._as_survival(self.status > 0)

    def _as_survival(self, event: BoolArray) -> Survival:
        shared = {name: value for name, value in vars(self).items() if name not in ("status", "causes")}
        return Survival(event=event, **shared)


@dataclass(frozen=True, kw_only=True, eq=False)
class IntervalCensored(Rows):
    """Events known to lie in (lower, upper]: infinity above is right-censored, equal limits are exact."""

    lower: FloatArray
    upper: FloatArray

    @classmethod
    def from_frame(cls, frame: Any, *, lower: str, upper: str, **named: Any) -> IntervalCensored:
        """Rows of a frame; an empty upper limit is infinity (not seen yet); see `Survival.from_frame`."""
        asked = Named(**named)
        columns, dropped = asked.complete(frame, lower)
        least = columns.numbers(lower)
        most = np.where(columns.missing(upper), np.inf, columns.numbers(upper))
        columns.fault((least < 0) | np.isinf(least), lower, "a time that is negative or infinite")
        columns.fault(most < least, upper, "an upper limit below the lower")
        columns.raise_faults()
        finite = np.isfinite(most)
        ends = np.where(finite, most, 0.0)
        least, ends = aligned(least, ends)
        made = cls(lower=least, upper=np.where(finite, ends, np.inf), **asked.shared(columns, dropped))
        return _without_zero_weights(made)


def _without_zero_weights(rows: R) -> R:
    """Rows of weight 0 say nothing: they are left out and counted."""
    if rows.weights is None or (rows.weights > 0).all():
        return rows
    zero = int((rows.weights == 0).sum())
    if zero == rows.n:
        raise RowError(["every weight is 0"])
    return replace(rows.take(rows.weights > 0), zero_weight=zero)
