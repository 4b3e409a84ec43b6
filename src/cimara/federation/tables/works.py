"""Analyses of a flat table as a federation runs them: rows made once, then the estimator in step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from cimara.cohort.study.disclosure import Disclosure
from cimara.federation.coarsening import coarsened, grid_times
from cimara.federation.estimators import ESTIMATORS
from cimara.federation.grid import Grid
from cimara.federation.guard.cells import cell_counts, in_large_cells
from cimara.federation.guard.limits import study_limits
from cimara.federation.site.policy import Thresholds
from cimara.federation.study import Facts
from cimara.federation.tables.analyses import ANALYSES, TableAnalysis
from cimara.federation.tables.asked import Asked
from cimara.federation.tables.columns import (
    TableColumns,
    TableFault,
    checked_columns,
    no_columns,
    read_columns,
)
from cimara.federation.tables.rows import facts_of, with_pooled_facts
from cimara.outcomes.contract import Summary
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.rows import CompetingRisks, Rows, Survival


@dataclass(frozen=True, slots=True)
class TableWork:
    """One analysis of a table study on its grid."""

    asked: Asked
    grid: Grid
    disclosure: Disclosure = field(default_factory=Disclosure)

    @property
    def id(self) -> str:
        """Its id in the study."""
        return self.asked.id

    @property
    def estimator(self) -> str:
        """Id of a row of `ESTIMATORS`."""
        return self.asked.estimator

    def prepare(self, data: pl.DataFrame) -> TablePrepared:
        """The analysis on a site's table. Raises FederationError (BAD_TABLE, UNIT_MISMATCH, OTHER_GRID)."""
        return self._prepared(read_columns(data, self.asked))

    def empty(self) -> TablePrepared:
        """The analysis on no rows."""
        return self._prepared(no_columns(self.asked))

    def faults(self, data: pl.DataFrame) -> tuple[TableFault, ...]:
        """All that is wrong with a site's table, for a dry run; never a value, at most a band of a count."""
        return checked_columns(data, self.asked)[1]

    def _prepared(self, columns: TableColumns) -> TablePrepared:
        analysis = ANALYSES[self.estimator]
        on_grid = ESTIMATORS[self.estimator].by_time
        rows = {
            name: coarsened(one, self.grid) if on_grid and isinstance(one, Survival | CompetingRisks) else one
            for name, one in analysis.rows(columns, self.asked).items()
        }
        facts = facts_of(columns, self.asked, next(iter(rows.values())))
        times = grid_times(self.grid, self.asked.unit) if self.asked.time else None
        kind, first = ESTIMATORS[self.estimator], next(iter(rows.values()))
        if kind.by_time and kind.regression and isinstance(first, Survival | CompetingRisks):
            exits, with_event = cell_counts(first, times)
            facts = replace(facts, exits=exits, exits_with_event=with_event)
        limits = study_limits(self.disclosure)
        return TablePrepared(
            asked=self.asked, analysis=analysis, rows=rows, facts=facts, times=times, grid=self.grid,
            limits=limits,
        )  # fmt: skip


@dataclass(kw_only=True, eq=False, slots=True)
class TablePrepared:
    """An analysis with its rows, by what they are for; kept for all rounds, so that sorting is done once."""

    asked: Asked
    analysis: TableAnalysis
    rows: Mapping[str, Rows]
    facts: Facts
    times: FloatArray | None
    grid: Grid
    limits: Thresholds
    _alike: tuple[bytes, Mapping[str, Rows]] | None = field(default=None, repr=False)

    def run(self, pooled: Summary) -> Any:
        """The result of the estimator; raises what it raises."""
        key = b"".join(values.tobytes() for values in pooled.sums.values())
        if self._alike is None or self._alike[0] != key:
            rows = {
                name: with_pooled_facts(self._in_large_cells(one, pooled), self.asked, pooled)
                for name, one in self.rows.items()
            }
            self._alike = (key, rows)
        return self.analysis.run(self._alike[1], self.asked, self.grid)

    def _in_large_cells(self, rows: Rows, pooled: Summary) -> Rows:
        """Rows of which sums of covariates are made by cell, with the small cells merged."""
        if not isinstance(rows, Survival | CompetingRisks):
            return rows
        return in_large_cells(rows, self.times, pooled, self.limits)
