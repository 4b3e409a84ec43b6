"""One analysis of a plan beside its data: the rows it asks for, and the guards before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import polars as pl

from cimara.outcomes.contract import Scope
from cimara.outcomes.endpoints.table import TIME_UNITS
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.in_all import in_all
from cimara.outcomes.large_cells import cell_counts, merged_rows
from cimara.outcomes.model_warnings import Concern, ModelWarning, NotEstimable
from cimara.outcomes.models.choices import Baseline
from cimara.outcomes.models.splitting import check_known_at_start, check_only_forward
from cimara.outcomes.report.data_folder import DataFolder
from cimara.outcomes.report.endpoint_rows import EndpointRows, endpoint_rows, grid_times, rows_for
from cimara.outcomes.report.errors import ReportError
from cimara.outcomes.report.plan import Analysis, EndpointUse, Plan
from cimara.outcomes.report.row_counts import RowCounts, told_alike
from cimara.outcomes.rows import CompetingRisks, Survival

Timed = Survival | CompetingRisks


@dataclass(frozen=True)
class Task:
    """An analysis with everything it needs."""

    plan: Plan
    data: DataFolder
    analysis: Analysis

    @cached_property
    def found(self) -> EndpointRows:
        """Rows of the endpoint."""
        return endpoint_rows(self.plan, self.data, self.analysis.endpoint)

    @property
    def endpoint(self) -> EndpointUse:
        """The endpoint as the plan uses it."""
        return self.plan.endpoint(self.analysis.endpoint)

    @property
    def cause(self) -> str:
        """The cause of interest."""
        return self.analysis.cause or self.endpoint.name

    def rows(
        self,
        *,
        covariates: Sequence[str] = (),
        group: str = "",
        strata: Sequence[str] = (),
        varying: Sequence[str] = (),
    ) -> Timed:
        """Rows for an estimator, refused where a fixed covariate was known only after the start.

        In a study over sites they tell what all sites together left out (`row_counts`).
        """
        asked = (tuple(covariates), group, tuple(strata), tuple(varying))
        made = self.own_rows(*asked)
        return self._alike(asked, made) if self.plan.by_sites else made

    def own_rows(
        self, covariates: tuple[str, ...], group: str, strata: tuple[str, ...], varying: tuple[str, ...]
    ) -> Timed:
        """The rows here, checked."""
        asked = (covariates, group, strata, varying)
        if asked in self._made:
            return self._made[asked]
        fixed = [one for one in (*covariates, group) if one and one not in varying]
        self._refuse_immortal(fixed)
        made = rows_for(
            self.plan,
            self.data,
            self.analysis,
            self.found,
            covariates=covariates,
            group=group,
            strata=strata,
            varying=varying,
        )
        forward = [one for one in varying if self.plan.covariate(one).forward and one in made.names]
        if forward:
            check_only_forward(self.of_cause(made), forward)
        self._made[asked] = made
        return made

    def of(self, analysis: Analysis) -> Task:
        """The task of another analysis on the same data, kept: its rows need not be made again."""
        if analysis.id not in self._others:
            self._others[analysis.id] = Task(self.plan, self.data, analysis)
        return self._others[analysis.id]

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What was worked out of the rows here once, by name."""
        return {}

    @cached_property
    def _others(self) -> dict[str, Task]:
        return {}

    @cached_property
    def _made(self) -> dict[Any, Timed]:
        """Rows that were made before: an analysis in step is run again in every round."""
        return {}

    @cached_property
    def _told(self) -> dict[Any, tuple[bytes, Timed]]:
        """The same rows, with the counts of all sites that they were told."""
        return {}

    @cached_property
    def _counted(self) -> WeakKeyDictionary[Timed, RowCounts]:
        return WeakKeyDictionary()

    def _alike(self, asked: Any, made: Timed) -> Timed:
        counts = told_alike(made, asked[0], self.analysis.cluster or self.plan.population.cluster, self.plan)
        if not counts.rows:
            raise NotEstimable(Concern.NO_EVENTS, "no complete row is left")
        cells = self._cells(asked, made)
        key = repr(counts).encode() + cells.tobytes()
        if self._told.get(asked, (b"", made))[0] != key:
            self._told[asked] = (key, counts.told_by(self._in_large_cells(made, cells)))
        rows = self._told[asked][1]
        self._counted[rows] = counts
        return rows

    def _cells(self, asked: Any, made: Timed) -> FloatArray:
        """Who leaves in each cell at all sites, and who with an event, if covariates are summed by cell."""
        covariates, _, strata, _ = asked
        by_cell = covariates and self.plan.grid and self.baseline(strata) is Baseline.COMMON
        own = cell_counts(made, grid_times(self.plan, self.endpoint) if by_cell else None)
        return in_all("who leaves in each cell", np.stack(own)) if by_cell else np.stack(own)

    def _in_large_cells(self, made: Timed, cells: FloatArray) -> Timed:
        if not cells.size:
            return made
        exits, events = self.plan.cells
        times = grid_times(self.plan, self.endpoint)
        return merged_rows(made, times, (cells[0], cells[1]), exits=exits, events=events)

    def units(self, rows: Timed) -> int:
        """Units of analysis; one may have several rows where a covariate changes."""
        if rows in self._counted:
            return self._counted[rows].units
        return rows.n if rows.id is None else len(np.unique(rows.id))

    def height(self, rows: Timed) -> int:
        """Rows in all."""
        return self._counted[rows].rows if rows in self._counted else rows.n

    def baseline(self, strata: Sequence[str]) -> Baseline:
        """Whether strata keep risk sets inside sites; in a study over sites they may span them otherwise."""
        spans = self.plan.by_sites and self.plan.population.site not in strata
        return Baseline.COMMON if spans else Baseline.STRATIFIED

    def scope(self, strata: Sequence[str]) -> Scope:
        """Tests by strata of sites send sums made inside each, and never the counts by time of one site."""
        inside = self.plan.by_sites and self.plan.population.site in strata
        return Scope.WITHIN_PART if inside else Scope.ACROSS_PARTS

    def of_cause(self, rows: Timed) -> Survival:
        """Rows of the cause of interest, the others censored."""
        return rows.cause_specific(self.cause) if isinstance(rows, CompetingRisks) else rows

    def group_rows(self, *, strata: Sequence[str] = ()) -> Timed:
        """Rows with the groups of `by`."""
        return self.rows(group=self.analysis.by, strata=strata)

    def levels(self, column: str) -> tuple[str, ...]:
        """Levels of a column of labels, the reference first."""
        known = self.plan.covariate(column).levels
        if self.plan.by_sites and not known:
            return self._yes_or_no(column)
        frame = self.found.frame if column not in self.data.varying else self.data.changes
        if known or frame is None or column not in frame.columns:
            return known
        return tuple(str(one) for one in frame[column].drop_nulls().unique().sort().to_list())

    def _yes_or_no(self, column: str) -> tuple[str, ...]:
        """0 and 1 for a column of numbers that has no other anywhere; else nothing is said of its values."""
        frame = self.data.changes if column in self.data.varying else self.found.frame
        assert frame is not None
        known = frame[column].drop_nulls()
        others = in_all(f"{column} other than 0 and 1", [int((~known.is_in([0, 1])).sum())])
        return () if others[0] else ("0", "1")

    def _refuse_immortal(self, columns: Sequence[str]) -> None:
        """Refuse groups that use what was known only later: their members cannot have failed before."""
        landmark = self.analysis.at or 0.0
        for name in columns:
            known = self.plan.covariate(name).known
            if not known:
                continue
            rows = self.of_cause(rows_for(self.plan, self.data, self.analysis, self.found, covariates=[name]))
            if landmark:
                rows = rows.take(rows.time > landmark)
            if not rows.n:
                continue
            days = self.found.frame[known].cast(pl.Float64).fill_null(np.inf).to_numpy()
            at = (days[rows.source_rows - 1] - 1) / TIME_UNITS[self.endpoint.unit]
            at = np.where(at <= landmark, 0.0, at)
            for place, column in enumerate(rows.names):
                one = replace(rows, covariates=rows.covariates[:, [place]], names=(column,), terms=(name,))
                check_known_at_start(one, column, at)

    def refuse_varying(self, columns: Sequence[str], why: str) -> None:
        """Refuse time-varying covariates where the method has no place for them."""
        both = [one for one in columns if one in self.analysis.time_varying]
        if both:
            raise ReportError(f"{', '.join(both)}: {why}", where=self.analysis.id)


def one_cause(rows: Survival, name: str) -> CompetingRisks:
    """Rows of one kind of event as those of a single cause."""
    shared = {key: value for key, value in vars(rows).items() if key != "event"}
    return CompetingRisks(status=rows.event.astype(np.int64), causes=(name,), **shared)


def as_competing(rows: Timed, name: str) -> CompetingRisks:
    """Rows with causes; those of one kind of event have that one."""
    return rows if isinstance(rows, CompetingRisks) else one_cause(rows, name)


def unmet(message: str) -> ModelWarning:
    """What the plan asked and the report does not do."""
    return ModelWarning(Concern.NOT_SUPPORTED, message)
