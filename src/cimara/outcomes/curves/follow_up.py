"""How long a cohort was followed: reverse Kaplan-Meier, and Clark's completeness of follow-up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar

import numpy as np
import polars as pl

from cimara.outcomes.contract import Scope, State, Summary, run
from cimara.outcomes.curves.intervals import ConfType
from cimara.outcomes.curves.kaplan_meier import kaplan_meier
from cimara.outcomes.curves.parts import Changed, as_parts
from cimara.outcomes.curves.survival_curve import KaplanMeierFit
from cimara.outcomes.frame_columns import FloatArray, RowError
from cimara.outcomes.grid import Cells, TimedRows, spell_ends
from cimara.outcomes.rows import Rows, Survival


def reversed_rows(rows: TimedRows) -> Survival:
    """Censoring as the event; a row that another of its id goes on from is not a censoring."""
    happened = rows.event if isinstance(rows, Survival) else rows.status > 0
    leaves, _ = spell_ends(rows, np.zeros(rows.n, dtype=np.int64), happened.astype(np.int64))
    shared: dict[str, Any] = {item.name: getattr(rows, item.name) for item in fields(Rows)}
    return Survival(time=rows.time, start=rows.start, event=leaves & ~happened, **shared)


def follow_up(
    rows: TimedRows | Iterable[TimedRows],
    *,
    conf_type: ConfType | str = ConfType.LOG,
    conf_level: float = 0.95,
    grid: Iterable[float] = (),
    groups: tuple[str, ...] = (),
) -> KaplanMeierFit:
    """Reverse Kaplan-Meier: the distribution of follow-up; its median is the median follow-up.

    Parameters are those of `kaplan_meier`; an event of any cause ends observation of the follow-up
    (Schemper and Smith 1996).
    """
    fit = kaplan_meier(
        Changed(as_parts(rows), reversed_rows),
        conf_type=conf_type,
        conf_level=conf_level,
        grid=grid,
        groups=groups,
    )
    return replace(fit, r_call=fit.r_call.replace("event)", "1 - event)"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletenessFit:
    """Follow-up observed as a share of what there could have been, by group (Clark 2002)."""

    groups: tuple[str, ...]
    n: tuple[int, ...]
    observed: FloatArray
    potential: FloatArray
    until: str
    r_call: str

    @property
    def completeness(self) -> FloatArray:
        """Clark's C of each group, 1 where nobody was lost; 1 too where nobody could be followed."""
        none = self.potential == 0
        return np.where(none, 1.0, self.observed / np.where(none, 1.0, self.potential))

    def table(self) -> pl.DataFrame:
        """One row a group."""
        return pl.DataFrame(
            {
                "group": self.groups,
                "n": self.n,
                "observed": self.observed,
                "potential": self.potential,
                "completeness": self.completeness,
            }
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CompletenessState(State):
    """Sums a group: rows, observed and potential follow-up."""

    sums: FloatArray | None = None


@dataclass(frozen=True, kw_only=True)
class Completeness:
    """One round of sums; `until` is a column of the covariates, or a horizon that is the same for all."""

    groups: tuple[str, ...]
    until: str | float
    scope: ClassVar[Scope] = Scope.ACROSS_PARTS

    def start(self) -> CompletenessState:
        """The state before the round."""
        return CompletenessState()

    def summarise(self, rows: TimedRows, state: CompletenessState) -> Summary:
        """Follow-up of one part."""
        happened = rows.event if isinstance(rows, Survival) else rows.status > 0
        leaves, _ = spell_ends(rows, np.zeros(rows.n, dtype=np.int64), happened.astype(np.int64))
        end = self._end(rows)
        begin = np.minimum(np.zeros(rows.n) if rows.start is None else rows.start, end)
        observed = np.minimum(rows.time, end) - begin
        lost = leaves & ~happened
        potential = np.where(lost, end - begin, observed)
        group, size = Cells(groups=self.groups).group_codes(rows), len(self.groups)
        columns = (np.ones(rows.n), observed, potential)
        sums = [np.bincount(group, values, minlength=size) for values in columns]
        return Summary("completeness", {"sums": np.stack(sums, axis=1).astype(np.float64)})

    def update(self, total: Summary, state: CompletenessState) -> CompletenessState:
        """Keep the sums."""
        return CompletenessState(round=state.round + 1, finished=True, sums=np.asarray(total.sums["sums"]))

    def result(self, state: CompletenessState) -> CompletenessFit:
        """The shares."""
        assert state.sums is not None
        n, observed, potential = state.sums.T
        return CompletenessFit(
            groups=self.groups,
            n=tuple(int(one) for one in n),
            observed=observed,
            potential=potential,
            until=str(self.until),
            r_call="sum(observed) / sum(ifelse(event == 1, observed, potential))",
        )

    def _end(self, rows: TimedRows) -> FloatArray:
        if not isinstance(self.until, str):
            return np.full(rows.n, float(self.until))
        if self.until not in rows.names:
            raise RowError(
                [f"{self.until}: there is no such covariate"],
                hint="Name the column of potential follow-up among covariates= when the rows are made.",
            )
        end = rows.covariates[:, rows.names.index(self.until)]
        early = end < rows.time
        if early.any():
            raise RowError(
                [f"row {row}, {self.until}: before the time of exit" for row in rows.source_rows[early]],
                hint="Follow-up cannot be longer than it could have been; check the date of the data cut.",
            )
        return end


def completeness(
    rows: TimedRows | Iterable[TimedRows], *, until: str | float, groups: tuple[str, ...] = ()
) -> CompletenessFit:
    """Clark's C: observed follow-up over potential follow-up, by group (Clark 2002).

    Parameters
    ----------
    until
        How long each row could have been followed: a column among the rows' covariates (the time from entry
        to the data cut), or one horizon for all. A row with an event counts in full.

    Raises
    ------
    RowError
        A row followed for longer than it could have been.
    """
    parts = as_parts(rows)
    return run(Completeness(groups=groups or Cells.of(parts).groups, until=until), parts)
