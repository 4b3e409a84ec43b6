"""Puts the columns of a checkbox together: what is ticked, answered with nothing, or missing."""

from __future__ import annotations

import polars as pl

from cimara.cohort.findings import Severity, joined
from cimara.cohort.redcap.columns import checkbox_column
from cimara.cohort.redcap.headers import field_columns
from cimara.cohort.redcap.structure import FieldType, Project, ProjectField
from cimara.cohort.redcap.told import on_rows, once

_Cells = dict[str, pl.Series]


def checkbox_cells(
    frame: pl.DataFrame, place: pl.DataFrame, field: ProjectField, project: Project, complete: pl.Series
) -> tuple[_Cells, pl.DataFrame]:
    """The columns of a checkbox, and one with all its codes, parted by `;`.

    Where nothing is ticked the columns are 0 if the form is complete, for then nothing is the answer, and
    null if it is not. A missing data code has a column only if someone used it.
    """
    boxes = {checkbox_column(field.name, one.code): one.code for one in field.choices}
    reasons = {checkbox_column(field.name, one.code): one.code for one in project.missing_codes}
    boxes = {column: code for column, code in boxes.items() if column in frame.columns}
    reasons = {
        column: code for column, code in reasons.items() if column in frame.columns and column not in boxes
    }
    if not boxes and field.name in frame.columns:
        return _of_one_column(frame, place, field, project)
    if not boxes and not reasons:
        return {}, joined([])
    ticked = _joined(frame, boxes)
    reason = _joined(frame, reasons)
    answered = ticked.is_not_null() | (complete.fill_null(False) & reason.is_null())
    cells = frame.select(
        [pl.when(answered & pl.col(one).is_in(["0", "1"])).then(pl.col(one)).alias(one) for one in boxes]
    ).to_dict()
    both = ticked.is_not_null() & reason.is_not_null()
    several = reason.str.contains(";").fill_null(False)
    cells[field.name] = (
        pl.DataFrame({"ticked": ticked, "reason": reason, "wrong": several})
        .select(pl.coalesce("ticked", pl.when(~pl.col("wrong")).then("reason")).alias(field.name))
        .to_series()
    )
    found = [
        _told(
            place, both, field, "has choices ticked and a reason why it is missing", "Take one of them out."
        ),
        _told(place, several, field, "has several reasons why it is missing", "Leave one."),
    ]
    return cells, joined(found)


def unknown_choices(frame: pl.DataFrame, place: pl.DataFrame, project: Project) -> list[pl.DataFrame]:
    """Warnings for columns of choices that the dictionary does not have, where someone ticked them."""
    found = []
    for one in project.fields:
        if one.type is not FieldType.CHECKBOX:
            continue
        known = {*field_columns(one, project), *project.by_name}
        unknown = [name for name in frame.columns if name.startswith(f"{one.name}___") and name not in known]
        found += [
            once(
                place,
                (frame[column] == "1").fill_null(False),
                severity=Severity.WARNING,
                rule="CHECKBOX_UNKNOWN",
                table=one.form,
                field=one.name,
                problem=f"{column} is ticked in {{rows}} and is no choice of {one.name}; not read",
                hint="A missing data code? List it in missing_codes.txt beside the dictionary.",
            )
            for column in unknown
        ]
    return found


def _joined(frame: pl.DataFrame, columns: dict[str, str]) -> pl.Series:
    """The codes whose columns are ticked, parted by `;`; null where there is none."""
    if not columns:
        return pl.Series([None] * frame.height, dtype=pl.String)
    codes = [pl.when(pl.col(column) == "1").then(pl.lit(code)) for column, code in columns.items()]
    text = pl.concat_str(codes, separator=";", ignore_nulls=True)
    return frame.select(pl.when(text != "").then(text).alias("codes")).to_series()


def _of_one_column(
    frame: pl.DataFrame, place: pl.DataFrame, field: ProjectField, project: Project
) -> tuple[_Cells, pl.DataFrame]:
    """A checkbox that was exported as one column of codes or labels, parted by commas."""
    known = {one.label: one.code for one in (*field.choices, *project.missing_codes)}
    known |= {one.code: one.code for one in (*field.choices, *project.missing_codes)}
    parts = (
        pl.col(field.name)
        .str.split(",")
        .list.eval(pl.element().str.strip_chars().replace_strict(known, default=None, return_dtype=pl.String))
    )
    codes = frame.select(parts.alias(field.name)).to_series()
    wrong = codes.list.eval(pl.element().is_null().any()).list.first().fill_null(False)
    read = frame.select(pl.when(~wrong).then(codes.list.join(";"))).to_series().alias(field.name)
    problem = "holds something else than its choices, parted by commas; it was not read"
    hint = "Export it without combining checkbox options into one column."
    return {field.name: read}, _told(place, wrong, field, problem, hint)


def _told(
    place: pl.DataFrame, where: pl.Series, field: ProjectField, problem: str, hint: str
) -> pl.DataFrame:
    return on_rows(
        place,
        where,
        severity=Severity.ERROR,
        rule="CHECKBOX",
        table=field.form,
        field=field.name,
        problem=f"{field.name} {problem}",
        hint=hint,
    )
