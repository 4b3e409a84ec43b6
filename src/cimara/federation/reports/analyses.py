"""Analyses of a study's report as a federation runs them: the report's own runners, in step at every house.

A site's data is the data folder that it built of its own submissions; the coordinator's has the same columns
and no rows. Levels, sites and causes come from the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl

from cimara.federation.errors import Code, FederationError
from cimara.federation.reports.kinds import kind_of
from cimara.federation.study import Facts
from cimara.outcomes.contract import Summary
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.large_cells import cell_counts
from cimara.outcomes.models.choices import Baseline
from cimara.outcomes.report.data_checks import check_plan_against_data
from cimara.outcomes.report.data_folder import DataFolder
from cimara.outcomes.report.endpoint_rows import PATIENT, STATUS, TIME, grid_times
from cimara.outcomes.report.errors import PlanError
from cimara.outcomes.report.findings import Result
from cimara.outcomes.report.plan import Analysis, Plan
from cimara.outcomes.report.plan_words import Kind
from cimara.outcomes.report.row_counts import possible_columns
from cimara.outcomes.report.running import analysed
from cimara.outcomes.report.task import Task, Timed
from cimara.outcomes.rows import CompetingRisks
from cimara.terms.errors import CimaraError

MODELS = (Kind.COX, Kind.FINE_GRAY)
OVER_SITES = (
    Kind.KAPLAN_MEIER, Kind.CUMULATIVE_INCIDENCE, Kind.RMST, Kind.LANDMARK, Kind.COX, Kind.FINE_GRAY,
    Kind.HETEROGENEITY, Kind.RATE,
)  # fmt: skip
"""Kinds of analysis that run over sites."""


@dataclass(frozen=True, slots=True)
class ReportWork:
    """One analysis of a plan; `nobody` is a data folder without rows, with every column that a site's has."""

    plan: Plan
    analysis: Analysis
    nobody: DataFolder

    @property
    def id(self) -> str:
        """Its id in the plan."""
        return self.analysis.id

    @property
    def estimator(self) -> str:
        """Id of a row of `ESTIMATORS`."""
        return kind_of(self.plan, self.analysis)

    def prepare(self, data: DataFolder) -> ReportPrepared:
        """The analysis on a site's own data folder. Raises FederationError (BAD_TABLE), never with values."""
        try:
            check_plan_against_data(self.plan, data)
            made = ReportPrepared(Task(self.plan, data, self.analysis))
            made.facts  # noqa: B018  (what is wrong with the rows is said before anything is sent)
        except PlanError as error:
            raise _bad_table(f"{len(error.problems)} columns or tables are not what the plan asks") from error
        except FederationError:
            raise
        except CimaraError as error:
            raise _bad_table(f"rows that {self.id} cannot use ({type(error).__name__})") from error
        return made

    def empty(self) -> ReportPrepared:
        """The analysis where there are no rows."""
        return ReportPrepared(Task(self.plan, self.nobody, self.analysis))


@dataclass(eq=False)
class ReportPrepared:
    """An analysis with the rows of one house, which its task keeps over all rounds."""

    task: Task
    _used: Task = field(init=False)

    def __post_init__(self) -> None:
        analysis = self.task.analysis
        of = self.task.plan.analysis(analysis.of) if analysis.kind is Kind.HETEROGENEITY else analysis
        self._used = self.task if of is analysis else self.task.of(of)

    @property
    def times(self) -> FloatArray | None:
        """The study's grid in the unit of the endpoint, from the landmark if time begins there anew."""
        plan, entry = self.task.plan, self._used.analysis
        if not plan.grid:
            return None
        times = grid_times(plan, self._used.endpoint)
        if entry.kind is not Kind.LANDMARK or not entry.restart:
            return times
        later = times - (entry.at or 0.0)
        return later[later > 0]

    def run(self, pooled: Summary) -> Result:
        """The result, one that cannot be estimated included; every other fault is raised."""
        return analysed(self.task)

    @cached_property
    def facts(self) -> Facts:
        """Counts of the rows here."""
        if self._used.analysis.kind is Kind.RATE:
            return _facts_of_rate(self._used)
        rows, columns = self._rows()
        entry, plan = self._used.analysis, self.task.plan
        cluster = entry.cluster or plan.population.cluster
        dropped = possible_columns(rows, entry.covariates, cluster, plan)
        model = entry.kind in MODELS
        by_cell = model and self._used.baseline(entry.strata) is Baseline.COMMON
        exits, with_event = cell_counts(rows, self.times if by_cell else None)
        patients = self._used.found.frame.drop_nulls([TIME, STATUS, *columns])
        return Facts(
            patients=patients[PATIENT].n_unique(),
            rows=rows.n,
            events=_events(rows, self._used.cause),
            levels=_levels(plan, columns, patients),
            dropped={name: rows.dropped.get(name, 0) for name in dropped},
            parameters=rows.covariates.shape[1] if model else 0,
            largest=float(np.abs(rows.covariates).max(initial=0.0)),
            units=frozenset(patients[PATIENT].unique().to_list()),
            exits=exits,
            exits_with_event=with_event,
        )

    def _rows(self) -> tuple[Timed, list[str]]:
        """The rows that the analysis begins with, and their fixed columns."""
        entry = self._used.analysis
        if entry.kind in MODELS:
            asked = (entry.covariates, "", entry.strata, entry.time_varying)
        else:
            asked = ((), entry.by, (), entry.time_varying if entry.kind is Kind.LANDMARK else ())
        covariates, group, strata, varying = asked
        columns = [one for one in (*covariates, group, *strata) if one and one not in varying]
        return self._used.own_rows(*asked), columns


def _events(rows: Timed, cause: str) -> dict[str, int]:
    """Events by cause, that of interest first."""
    if not isinstance(rows, CompetingRisks):
        return {cause: int(rows.event.sum())}
    names = (cause, *(one for one in rows.causes if one != cause))
    return {name: int((rows.status == rows.cause(name)).sum()) for name in names}


def _levels(plan: Plan, columns: list[str], patients: pl.DataFrame) -> dict[str, int]:
    """Patients at each level of each column of levels; sites are no levels, each has one of them."""
    found = {}
    for name in columns:
        if name == plan.population.site:
            continue
        for level in plan.covariate(name).levels:
            own = patients.filter(pl.col(name).cast(pl.String) == level)
            found[f"{name}={level}"] = own[PATIENT].n_unique()
    return found


def _facts_of_rate(task: Task) -> Facts:
    by = task.analysis.by
    frame = task.found.frame
    kept = frame.drop_nulls([STATUS, *([by] if by else [])])
    return Facts(
        patients=kept[PATIENT].n_unique(),
        rows=kept.height,
        events={task.cause: int((kept[STATUS] == 1).sum())},
        levels=_levels(task.plan, [by] if by else [], kept),
        dropped={by: frame.height - kept.height} if by else {},
        units=frozenset(kept[PATIENT].unique().to_list()),
    )


def works_of(plan: Plan, nobody: DataFolder) -> Mapping[str, ReportWork]:
    """The analyses of a plan that run over sites, by id; `why_not` has the reason for each other one."""
    return {one.id: ReportWork(plan, one, nobody) for one in plan.analyses if not why_not(one)}


def why_not(analysis: Analysis) -> str:
    """Why an analysis does not run over sites; "" for one that does."""
    if analysis.kind not in OVER_SITES:
        return f"an analysis of kind {analysis.kind} does not run over sites; run the study pooled for it"
    return ""


def _bad_table(problem: str) -> FederationError:
    return FederationError(
        Code.BAD_TABLE,
        problem,
        where="data folder",
        hint="`cimara study build` at the site says which rows and columns; this message holds no values.",
    )
