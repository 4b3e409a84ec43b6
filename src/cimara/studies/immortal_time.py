"""Refuses what was known only after the origin as a property at the origin.

Who bears it cannot have died before it was known.

Immortal time bias: Suissa 2008, Am J Epidemiol 167:492.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from cimara.cohort.expressions.patient_rows import ORIGIN_DAY, PatientRows
from cimara.cohort.study.errors import StudyRefusedError
from cimara.cohort.study.model import AnalysisAsked
from cimara.outcomes.endpoints.table import TIME_UNITS
from cimara.studies.check import CheckedStudy
from cimara.studies.variables import Column, Variables


def refuse_immortal_time(checked: CheckedStudy, rows: PatientRows, made: Variables) -> None:
    """Raise StudyRefusedError, naming each fixed covariate that was known only after time began to count.

    A landmark analysis may use what was known at its landmark; `landmark` in [cohort] moves the origin.
    """
    columns = {one.variable.name: one for one in made.columns if not one.variable.varies}
    told = [
        text
        for analysis in checked.study.analyses
        for name in analysis.columns
        if name in columns
        for text in _late(checked, analysis, columns[name], rows)
    ]
    if told:
        raise StudyRefusedError(
            "; ".join(told),
            where=checked.path.name,
            expected="covariates that were known at the origin",
            hint="Who has such a value cannot have died before it was known (immortal time). Make it a "
            "variable over time (`since` or `during`, and time_varying in the analysis), limit what it reads "
            "(`and start_day <= origin_day`), use a landmark, or say in `known` on which day it was known.",
        )


def _late(checked: CheckedStudy, analysis: AnalysisAsked, column: Column, rows: PatientRows) -> Iterator[str]:
    limit = _landmark_days(checked, analysis)
    since = (column.known - rows.frame[ORIGIN_DAY]).cast(pl.Float64)
    late = (since > limit) & column.values.is_not_null()
    count = int(late.fill_null(False).sum())
    if count:
        middle = float(np.median(since.filter(late).to_numpy()))
        unit = "lesions" if rows.by_lesion else "patients"
        yield (
            f"analysis {analysis.id}: {column.variable.name} is used as if it were known at the "
            f"{'landmark' if limit else 'origin'}; for {count:,} of {rows.frame.height:,} {unit} it became "
            f"known later (median {middle:,.0f} days after the origin)"
        )


def _landmark_days(checked: CheckedStudy, analysis: AnalysisAsked) -> float:
    if not analysis.at or not analysis.endpoint:
        return 0.0
    return analysis.at * TIME_UNITS[checked.plan.endpoint(analysis.endpoint).unit]
