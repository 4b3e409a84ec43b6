"""Rows of one endpoint for the estimators: population and covariates joined to times and causes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from cimara.outcomes.coarsening import moved_down, moved_up
from cimara.outcomes.endpoints.cause_names import competing_names
from cimara.outcomes.endpoints.plan import EVENT
from cimara.outcomes.endpoints.table import TIME_UNITS
from cimara.outcomes.frame_columns import FloatArray
from cimara.outcomes.report.data_folder import DataFolder, EndpointTableFile
from cimara.outcomes.report.errors import ReportError
from cimara.outcomes.report.plan import Analysis, EndpointUse, Plan
from cimara.outcomes.report.plan_words import UnitRow
from cimara.outcomes.report.population import population_rows
from cimara.outcomes.rows import CompetingRisks, Survival

PATIENT, LESION = "patient_id", "lesion_id"
TIME, STATUS, ENTRY, UNIT = "time to the endpoint", "status of the endpoint", "entry", "unit of analysis"
"""Columns that are added to those of rows."""


@dataclass(frozen=True, slots=True, eq=False)
class EndpointRows:
    """Population rows that have the endpoint, with TIME in its unit, STATUS (0, 1, 2, ..) and UNIT.

    `without` counts the units of the population that the endpoint's table does not have; `mixed` names
    columns that differ inside a patient although the endpoint is one of patients.
    """

    endpoint: EndpointUse
    causes: tuple[str, ...]
    frame: pl.DataFrame
    population: int
    without: int
    by_lesion: bool
    mixed: tuple[str, ...]

    @property
    def competing(self) -> bool:
        """Whether other causes end observation."""
        return len(self.causes) > 1


def is_by_lesion(table: EndpointTableFile) -> bool:
    """Whether rows of a table are lesions."""
    frame = table.frame
    return LESION in frame.columns and frame[LESION].null_count() < frame.height


def causes_of(endpoint: EndpointUse, table: EndpointTableFile) -> tuple[str, ...]:
    """Names of the causes in the order of their codes: the endpoint's own, then the competing ones."""
    return (endpoint.name, *competing_names(table.frame, table.endpoint, table.fingerprint))


def causes_in(plan: Plan, endpoint: EndpointUse, table: EndpointTableFile) -> tuple[str, ...]:
    """The same, as the plan knows them where it does: then no row is needed to tell of a cause."""
    known = plan.causes.get(endpoint.name)
    return causes_of(endpoint, table) if known is None else (endpoint.name, *known)


def endpoint_rows(plan: Plan, data: DataFolder, name: str) -> EndpointRows:
    """Rows of the endpoint of that name; the plan and the data have been checked against each other."""
    endpoint = plan.endpoint(name)
    table = data.table(endpoint.use)
    if table is None:
        raise ReportError("the data folder has no table of this endpoint", where=name)
    rows = population_rows(plan.population.where, data.rows)
    by_lesion = name in plan.of_lesions if plan.by_sites else is_by_lesion(table)
    mixed: tuple[str, ...] = ()
    if plan.population.unit is UnitRow.LESION and not by_lesion:
        rows, mixed = _one_a_patient(rows)
    keys = [PATIENT, LESION] if by_lesion else [PATIENT]
    times = table.frame.select(
        *keys,
        _times(plan, endpoint, table.frame).alias(TIME),
        pl.col("evcode").cast(pl.Int64).alias(STATUS),
    )
    unit = pl.concat_str(keys, separator=" / ").alias(UNIT)
    joined = rows.join(times, on=keys, how="inner", maintain_order="left").with_columns(unit)
    return EndpointRows(
        endpoint=endpoint,
        causes=causes_in(plan, endpoint, table),
        frame=joined,
        population=rows.height,
        without=rows.height - joined.height,
        by_lesion=by_lesion,
        mixed=mixed,
    )


def _times(plan: Plan, endpoint: EndpointUse, frame: pl.DataFrame) -> pl.Series:
    """The times of an endpoint in its unit, moved up to the grid of the plan where it has one.

    The grid is divided as `grid_times` does it, so that a moved time is a grid time to the last bit.
    """
    scale = TIME_UNITS[endpoint.unit]
    if not plan.grid or frame["aval"].null_count() == frame.height:
        return (frame["aval"] / scale).alias(TIME)
    days = frame["aval"].cast(pl.Float64).to_numpy()
    events = (frame["evcode"] > 0).fill_null(False).to_numpy()
    return pl.Series(TIME, moved_up(days, np.array(plan.grid), events) / scale).fill_nan(None)


def grid_times(plan: Plan, endpoint: EndpointUse) -> FloatArray:
    """The grid of the plan in the unit of an endpoint; empty where it has none."""
    return np.array(plan.grid) / TIME_UNITS[endpoint.unit]


def _one_a_patient(rows: pl.DataFrame) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """One row a patient with the columns that do not differ inside one, and the names of the others."""
    others = [name for name in rows.columns if name not in (PATIENT, LESION)]
    spread = rows.group_by(PATIENT).agg(pl.col(name).n_unique() for name in others)
    mixed = tuple(name for name in others if (spread[name] > 1).any())
    kept = [PATIENT, *(name for name in others if name not in mixed)]
    return rows.select(kept).unique(subset=[PATIENT], keep="first", maintain_order=True), mixed


def rows_for(
    plan: Plan,
    data: DataFolder,
    analysis: Analysis,
    found: EndpointRows,
    *,
    covariates: Sequence[str] = (),
    group: str = "",
    strata: Sequence[str] = (),
    varying: Sequence[str] = (),
) -> Survival | CompetingRisks:
    """Rows of an analysis, with the columns that it names; empty cells of those are dropped and counted.

    Raises
    ------
    ReportError
        A column that differs between the lesions of a patient, for an endpoint of patients.
    RowError
        Rows that cannot be used.
    """
    named = [*covariates, *strata, *([group] if group else [])]
    mixed = [one for one in named if one in found.mixed]
    if mixed:
        raise ReportError(
            f"{', '.join(mixed)}: differs between lesions of a patient, and the endpoint is one of patients",
            where=analysis.id,
            hint="Use a column that says the same in all lesions, or an endpoint by lesion.",
        )
    frame = found.frame if not varying else counting_process(found, data, varying, grid=plan.grid)
    cluster = analysis.cluster or plan.population.cluster
    asked: dict[str, Any] = {
        "covariates": covariates,
        "levels": {one.name: one.levels for one in plan.covariates if one.levels},
        "strata": list(strata) or None,
        "group": group or None,
        "cluster": cluster_column(cluster, found),
        "site": plan.population.site or None,
        "unit": found.endpoint.unit,
        "id": UNIT if varying else None,
        "start": ENTRY if varying else None,
        "source": "rows",
        "none_left": plan.by_sites,
    }
    if found.competing:
        causes = dict(enumerate(found.causes, start=EVENT))
        return CompetingRisks.from_frame(frame, time=TIME, status=STATUS, causes=causes, **asked)
    return Survival.from_frame(frame, time=TIME, event=STATUS, **asked)


def cluster_column(cluster: str, found: EndpointRows) -> str | None:
    """The column of clusters: patients for lesions, and none where each row is a patient of its own."""
    if found.by_lesion:
        return cluster or PATIENT
    return None if cluster in ("", PATIENT) else cluster


def counting_process(
    found: EndpointRows, data: DataFolder, varying: Sequence[str], *, grid: Sequence[float] = ()
) -> pl.DataFrame:
    """Rows cut where a covariate changes: a change of day d holds on (d, next].

    Before its first change a covariate has the value of rows, where rows has the column. On a grid (days) a
    change is moved down, as an entry is, so that at each grid time the last value before it holds.
    """
    assert data.changes is not None
    keys = [PATIENT, LESION] if found.by_lesion and LESION in data.changes.columns else [PATIENT]
    base = found.frame
    for column in varying:
        if column not in base.columns:
            base = base.with_columns(pl.lit(None, dtype=data.changes.schema[column]).alias(column))
    scale = TIME_UNITS[found.endpoint.unit]
    days = (data.changes["day"] / scale).alias(ENTRY)
    if grid:
        own = data.changes["day"].cast(pl.Float64).to_numpy()
        days = pl.Series(ENTRY, moved_down(own, np.array(grid)) / scale)
    change = data.changes.with_columns(days).select(*keys, ENTRY, *varying)
    moved = change.join(
        base.drop(*varying).select(pl.all()), on=keys, how="inner", maintain_order="left"
    ).filter(pl.col(ENTRY) < pl.col(TIME))
    first = base.with_columns(pl.lit(0.0).alias(ENTRY))
    late = moved.with_columns(pl.col(ENTRY).clip(lower_bound=0.0)).select(first.columns)
    typed = late.with_columns(pl.col(one).cast(first.schema[one]) for one in varying)
    pieces = pl.concat([first, typed]).sort(UNIT, ENTRY, maintain_order=True)
    pieces = pieces.with_columns(pl.col(one).forward_fill().over(UNIT) for one in varying)
    pieces = pieces.unique(subset=[UNIT, ENTRY], keep="last", maintain_order=True)
    following = pl.col(ENTRY).shift(-1).over(UNIT)
    return pieces.with_columns(
        pl.coalesce(following, TIME).alias(TIME),
        pl.when(following.is_null()).then(pl.col(STATUS)).otherwise(0).alias(STATUS),
    )
