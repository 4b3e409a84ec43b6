"""The table of one analysis: a row a risk interval, as estimators over several sites take it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from cimara.cohort.study.model import SITE
from cimara.outcomes.endpoints.table import TIME_UNITS
from cimara.outcomes.report.endpoint_rows import (
    ENTRY,
    LESION,
    PATIENT,
    STATUS,
    TIME,
    UNIT,
    counting_process,
    endpoint_rows,
)
from cimara.studies.build import Built

COLUMNS = ("unit_id", "cluster_id", "site_id", "entry", "time", "event", "weight")
"""Columns before the covariates."""


@dataclass(frozen=True)
class AnalysisTable:
    """Rows of `COLUMNS` and the covariates, the causes by code, and the units that each step left.

    `entry` and `time` are days, a row being at risk on (entry, time]; `event` is 0 censored, 1 the endpoint's
    own event, 2 and up the competing causes.
    """

    frame: pl.DataFrame
    causes: tuple[str, ...]
    note: tuple[tuple[str, int], ...]


def analysis_table(built: Built, analysis_id: str) -> AnalysisTable:
    """The table of an analysis of the study.

    A covariate that changes over time cuts a unit's time at each change, so that nobody is counted as treated
    before the treatment: given on day 40 to a patient followed to day 300, it is 0 on (0, 40] and 1 on
    (40, 300]. Units with a covariate that is not known at the start are left out and counted.
    """
    plan, data = built.checked.plan, built.data
    analysis = plan.analysis(analysis_id)
    found = endpoint_rows(plan, data, analysis.endpoint)
    covariates = list(analysis.covariates)
    used = list(dict.fromkeys([*covariates, *analysis.strata]))
    fixed = [one for one in used if one not in analysis.time_varying]
    complete = found.frame.drop_nulls(fixed)
    frame = complete.with_columns(pl.lit(0.0).alias(ENTRY))
    if analysis.time_varying:
        frame = counting_process(replace(found, frame=complete), data, analysis.time_varying)
    scale = TIME_UNITS[found.endpoint.unit]
    cluster = LESION if analysis.cluster == LESION else PATIENT
    shaped = frame.select(
        unit_id=pl.col(UNIT),
        cluster_id=pl.col(cluster),
        site_id=pl.col(SITE),
        entry=pl.col(ENTRY) * scale,
        time=pl.col(TIME) * scale,
        event=pl.col(STATUS).cast(pl.Int64),
        weight=pl.lit(1.0),
        **{name: pl.col(name) for name in used if name != SITE},
    ).sort("unit_id", "entry")
    note = (
        ("in the study", found.population),
        ("with the endpoint", found.frame.height),
        ("with all covariates", complete.height),
        ("risk intervals", shaped.height),
    )
    return AnalysisTable(shaped, found.causes, note)
