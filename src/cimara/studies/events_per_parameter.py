"""How many events a model has for each of its parameters; below ten its estimates are to be read with care.

Peduzzi 1995, J Clin Epidemiol 48:1503; a rule of thumb, not a limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import polars as pl

from cimara.outcomes.endpoints.plan import EVENT
from cimara.outcomes.report.plan import Analysis
from cimara.outcomes.report.plan_words import Kind
from cimara.studies.check import CheckedStudy
from cimara.studies.endpoint_tables import StudyEndpoint

ENOUGH = 10
MODELS = (Kind.COX, Kind.FINE_GRAY)


def thin_models(
    checked: CheckedStudy, rows: pl.DataFrame, endpoints: Mapping[str, StudyEndpoint]
) -> Iterator[str]:
    """A remark on each model with fewer events than ten for each parameter, rows with gaps left out."""
    for analysis in checked.plan.analyses:
        if analysis.kind not in MODELS or analysis.endpoint not in endpoints:
            continue
        frame = endpoints[analysis.endpoint].frame
        keys = [
            name for name in ("patient_id", "lesion_id") if name in rows.columns and name in frame.columns
        ]
        if (frame["lesion_id"] == "").any():
            keys = ["patient_id"]
        complete = rows.drop_nulls([one for one in analysis.covariates if one in rows.columns])
        joined = frame.join(complete.select(keys).unique(), on=keys, how="semi")
        events = int((joined["evcode"] == EVENT).sum())
        parameters = sum(_parameters(rows, name) for name in analysis.covariates)
        if parameters and events < ENOUGH * parameters:
            yield _remark(analysis, events, parameters)


def _remark(analysis: Analysis, events: int, parameters: int) -> str:
    fewer = f"fewer than {ENOUGH} for each"
    return f"Analysis {analysis.id} has {events:,} events for {parameters} parameters, {fewer}."


def _parameters(rows: pl.DataFrame, name: str) -> int:
    """One for a number, one less than its levels for a column of levels."""
    if name not in rows.columns or rows.schema[name].is_numeric():
        return 1
    return max(rows[name].drop_nulls().n_unique() - 1, 1)
