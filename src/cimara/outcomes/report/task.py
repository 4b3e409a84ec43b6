"""One analysis of a plan beside its data: the rows it asks for, and the guards before them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from cimara.outcomes.endpoints.table import TIME_UNITS
from cimara.outcomes.model_warnings import Concern, ModelWarning
from cimara.outcomes.models.splitting import check_known_at_start, check_only_forward
from cimara.outcomes.report.data_folder import DataFolder
from cimara.outcomes.report.endpoint_rows import EndpointRows, endpoint_rows, rows_for
from cimara.outcomes.report.errors import ReportError
from cimara.outcomes.report.plan import Analysis, EndpointUse, Plan
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
        """Rows for an estimator, refused where a fixed covariate was known only after the start."""
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
        return made

    def of_cause(self, rows: Timed) -> Survival:
        """Rows of the cause of interest, the others censored."""
        return rows.cause_specific(self.cause) if isinstance(rows, CompetingRisks) else rows

    def group_rows(self, *, strata: Sequence[str] = ()) -> Timed:
        """Rows with the groups of `by`."""
        return self.rows(group=self.analysis.by, strata=strata)

    def levels(self, column: str) -> tuple[str, ...]:
        """Levels of a column of labels, the reference first."""
        known = self.plan.covariate(column).levels
        frame = self.found.frame if column not in self.data.varying else self.data.changes
        if known or frame is None or column not in frame.columns:
            return known
        return tuple(str(one) for one in frame[column].drop_nulls().unique().sort().to_list())

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
