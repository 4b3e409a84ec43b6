"""Works out the variables of a study: a column each, the day on which it was known, changes over time."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cimara.cohort.expressions.attribution import ONSET, attributed_rows
from cimara.cohort.expressions.over_patients import Evaluated, evaluate
from cimara.cohort.expressions.parse import parse
from cimara.cohort.expressions.patient_rows import ORIGIN_DAY, PLACE, PatientRows
from cimara.cohort.expressions.types import ColumnType, Type
from cimara.cohort.indices.concurrency import Window, by_course_lesion
from cimara.cohort.indices.courses import RADIOSURGERY, courses
from cimara.cohort.indices.gpa import gpa
from cimara.cohort.indices.rpa import rpa
from cimara.cohort.indices.velocity import bmv, ibmv, new_metastases
from cimara.cohort.study.model import SITE, Form, StudyFile, Variable
from cimara.outcomes.report.plan_reading import known_column
from cimara.studies.over_time import Changes, changes_of

INDICES = {"gpa": gpa, "rpa": rpa, "bmv": bmv, "ibmv": ibmv}
"""The indices that a variable can name; `variable_reading.INDICES` holds their names for the reader."""
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Column:
    """One variable as it was worked out: its values for the report, and how many are missing and why.

    `late` counts units whose value was known only after the origin, `foreign` those with a level that the
    study does not list, which count as missing.
    """

    variable: Variable
    values: pl.Series
    known: pl.Series
    missing: int
    late: int
    foreign: int = 0


@dataclass(frozen=True)
class Variables:
    """All variables of a study in order, and the changes of those that vary."""

    columns: tuple[Column, ...]
    changes: pl.DataFrame | None
    remarks: tuple[str, ...]


def work_out(study: StudyFile, rows: PatientRows) -> Variables:
    """The variables of a study over its units, whose origin is known."""
    columns: list[Column] = []
    changes: list[pl.DataFrame] = []
    remarks: list[str] = []
    for variable in study.variables:
        if variable.varies:
            found = changes_of(variable, rows)
            columns.append(_of_changes(variable, found, rows))
            changes.append(found.changes)
            remarks += found.remarks
            continue
        made = _evaluated(variable, rows)
        if variable.known:
            made = Evaluated(made.values, made.type, evaluate(parse(variable.known), rows).values)
        rows = rows.having(variable.name, made.values, made.type, made.known)
        columns.append(_column(variable, made, rows))
    joined = pl.concat(changes, how="diagonal_relaxed") if changes else None
    if joined is not None:
        joined = joined.sort(PLACE, "day", maintain_order=True)
    return Variables(tuple(columns), joined, tuple(remarks))


def rows_frame(rows: PatientRows, made: Variables) -> pl.DataFrame:
    """The table `rows` of a data folder: ids, site, variables, and the day on which each was known.

    Days count as those of an endpoint do, the origin being day 1; what was known before is of day 1, too.
    """
    frame = rows.frame.select(*rows.keys, SITE)
    fixed = [one for one in made.columns if not one.variable.varies]
    return frame.with_columns(
        [one.values.alias(one.variable.name) for one in made.columns]
        + [_on_scale(one.known, rows).alias(known_column(one.variable.name)) for one in fixed]
    )


def _on_scale(days: pl.Series, rows: PatientRows) -> pl.Series:
    since = days - rows.frame[ORIGIN_DAY] + 1
    return since.cast(pl.Float64).fill_null(1.0).clip(lower_bound=1.0)


def _evaluated(variable: Variable, rows: PatientRows) -> Evaluated:
    match variable.form:
        case Form.INDEX:
            return _index(variable, rows)
        case Form.CONCURRENT:
            return _concurrent(variable, rows)
        case _:
            return evaluate(parse(variable.text), rows)


def _index(variable: Variable, rows: PatientRows) -> Evaluated:
    """An index at the anchor; the velocity of metastases is known on the day that it counts to."""
    table = INDICES[variable.text](rows.dataset).select("patient_id", pl.col(variable.value).alias("_value"))
    days = _index_days(variable.text, rows)
    joined = (
        rows.frame.select("patient_id")
        .join(table, on="patient_id", how="left", maintain_order="left")
        .join(days, on="patient_id", how="left", maintain_order="left")
    )
    kind = Type.NUMBER if variable.value == "value" else Type.TEXT
    known = joined["_known"].cast(pl.Float64).set(joined["_value"].is_null(), None)
    return Evaluated(joined["_value"], ColumnType(kind), known)


def _index_days(name: str, rows: PatientRows) -> pl.DataFrame:
    if name == "bmv":
        days = new_metastases(rows.dataset).group_by("patient_id").agg(pl.col("day").min().alias("_known"))
    elif name == "ibmv":
        held = courses(rows.dataset, RADIOSURGERY)
        days = held.group_by("patient_id").agg(pl.col("start_day").min().alias("_known"))
    else:
        days = pl.DataFrame(schema={"patient_id": pl.String, "_known": pl.Int64})
    return days


def _concurrent(variable: Variable, rows: PatientRows) -> Evaluated:
    """Whether an agent of a class was given around the course that is attributed; null where that is open."""
    window = Window(variable.before, variable.after)
    told = by_course_lesion(rows.dataset, windows={variable.text: window})
    own = attributed_rows("CourseLesion", rows).select(PLACE, "course_id", "lesion_id", ONSET)
    ends = rows.dataset.frame("LocalTherapyCourse").select("course_id", "end_day")
    joined = own.join(told, on=["course_id", "lesion_id"], how="left").join(ends, on="course_id", how="left")
    answer = pl.col(f"{variable.text}_concurrent")
    found = joined.select(
        PLACE,
        _value=pl.when(answer == YES).then(True).when(answer == NO).then(False),
        _known=pl.max_horizontal(pl.col(ONSET), pl.col("end_day") + variable.before),
    )
    places = pl.DataFrame({PLACE: pl.int_range(rows.frame.height, dtype=pl.UInt32, eager=True)})
    aligned = places.join(found, on=PLACE, how="left", maintain_order="left")
    return Evaluated(aligned["_value"], ColumnType(Type.TRUTH), aligned["_known"].cast(pl.Float64))


def _column(variable: Variable, made: Evaluated, rows: PatientRows) -> Column:
    values, foreign = made.values, 0
    if made.type.type is Type.TRUTH:
        frame = pl.DataFrame({"value": values.cast(pl.Boolean)})
        said = pl.when("value").then(pl.lit(YES)).when(~pl.col("value")).then(pl.lit(NO))
        values = frame.select(said.alias("value")).to_series()
    elif made.type.type is Type.NUMBER:
        values = (values.cast(pl.Float64) - variable.centre) / variable.scale
    if variable.levels and values.dtype == pl.String:
        strange = values.is_not_null() & ~values.is_in(list(variable.levels))
        foreign, values = int(strange.sum()), values.set(strange, None)
    late = ((made.known > rows.frame[ORIGIN_DAY]) & values.is_not_null()).fill_null(False)
    return Column(variable, values, made.known, values.null_count(), int(late.sum()), foreign)


def _of_changes(variable: Variable, found: Changes, rows: PatientRows) -> Column:
    none = pl.Series("known", [None] * rows.frame.height, dtype=pl.Float64)
    return Column(variable, found.at_origin, none, found.at_origin.null_count(), 0)
