"""Reads coded cells of an export: codes as they stand, or labels looked up where the export holds labels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from cimara.cohort.findings import Severity, joined
from cimara.cohort.redcap.choices import Choice
from cimara.cohort.redcap.columns import CHECKED, INSTANCE, STATUSES, status_column
from cimara.cohort.redcap.headers import field_columns
from cimara.cohort.redcap.structure import FieldType, Project
from cimara.cohort.redcap.told import on_rows, once

MOST = 0.5
"""More of the coded columns than this hold labels: then the export is one of labels."""
DECIMAL = r"^-?\d+\.0+$"


@dataclass(frozen=True)
class CodeList:
    """The codes of one column, and what else may stand for them."""

    column: str
    form: str
    codes: frozenset[str]
    by_label: Mapping[str, str]
    several: frozenset[str]
    """Labels of more than one code."""
    missing: frozenset[str]
    own: bool = False
    """Whether the codes are REDCap's own (ticked or not, status): then anything else is lost, an error."""


def code_lists(project: Project, columns: list[str]) -> list[CodeList]:
    """The code lists of the columns of an export."""
    found = []
    for form, fields in project.forms.items():
        for field in fields:
            if field.coded and field.name in columns:
                found.append(_code_list(field.name, form, field.choices, project.missing_codes))
            if field.type is FieldType.CHECKBOX:
                ticked = [Choice(code, label) for code, label in CHECKED.items()]
                boxes = [one for one in field_columns(field, project) if one in columns]
                found += [_code_list(one, form, ticked, (), own=True) for one in boxes]
        status = status_column(form)
        if status in columns and status not in project.by_name:
            said = [Choice(code, label) for code, label in STATUSES.items()]
            found.append(_code_list(status, form, said, (), own=True))
    return found


def _code_list(
    column: str,
    form: str,
    choices: tuple[Choice, ...] | list[Choice],
    missing: tuple[Choice, ...],
    *,
    own: bool = False,
) -> CodeList:
    labels = [one.label for one in (*choices, *missing)]
    several = frozenset(one for one in labels if labels.count(one) > 1)
    return CodeList(
        column,
        form,
        frozenset(one.code for one in choices),
        {one.label: one.code for one in (*choices, *missing) if one.label not in several},
        several,
        frozenset(one.code for one in missing),
        own,
    )


def decoded(
    frame: pl.DataFrame, place: pl.DataFrame, project: Project
) -> tuple[pl.DataFrame, pl.DataFrame, bool]:
    """An export with codes in all coded columns, findings, and whether labels stood there."""
    lists = code_lists(project, frame.columns)
    frame, lost = _without_decimals(frame, place, lists)
    labels = holds_labels(frame, lists)
    found = [lost]
    if labels:
        found.append(
            once(
                place,
                place["row"] == place["row"].min(),
                severity=Severity.INFO,
                rule="LABELS",
                problem="labels stand in place of codes; the codes were looked up",
                hint="Raw data are safer: a label may change, a code does not.",
            )
        )
        found += [one for listed in lists for one in _unclear(frame, place, listed)]
        frame = frame.with_columns([_looked_up(one) for one in lists])
        frame = frame.with_columns(_missing_looked_up(frame, project))
    return frame, joined([*found, *_unlisted(frame, place, lists)]), labels


def holds_labels(frame: pl.DataFrame, lists: list[CodeList]) -> bool:
    """Whether more than half of the coded columns that say so hold labels."""
    if not lists or not frame.height:
        return False
    counts = frame.select(
        [
            pl.struct(
                pl.col(one.column)
                .is_in(list({*one.by_label, *one.several} - one.codes))
                .sum()
                .alias("labels"),
                pl.col(one.column).is_in(list(one.codes - {*one.by_label})).sum().alias("codes"),
            ).alias(one.column)
            for one in lists
        ]
    ).row(0)
    told = [one for one in counts if one["labels"] or one["codes"]]
    holding = [one for one in told if one["labels"] > one["codes"]]
    return bool(told) and len(holding) > MOST * len(told)


def _without_decimals(
    frame: pl.DataFrame, place: pl.DataFrame, lists: list[CodeList]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Codes as whole numbers, where a program between wrote `3.0` for `3`."""
    wholes = [one for one in lists if not any(code.endswith(".0") for code in one.codes)]
    names = [one.column for one in wholes] + [INSTANCE] * (INSTANCE in frame.columns)
    if not names:
        return frame, joined([])
    touched = frame.select(pl.col(names).str.contains(DECIMAL).fill_null(False).any()).row(0)
    changed = [name for name, was in zip(names, touched, strict=True) if was]
    if not changed:
        return frame, joined([])
    where = frame.select(
        pl.any_horizontal(pl.col(changed).str.contains(DECIMAL).fill_null(False))
    ).to_series()
    note = once(
        place,
        where,
        severity=Severity.WARNING,
        rule="CODE_DECIMALS",
        problem=f"codes in {len(changed)} columns are written with decimals (3.0) in {{rows}}; read as 3",
        hint="Another program saved the file. Send the file as REDCap wrote it.",
    )
    whole = pl.col(changed).str.replace(r"^(-?\d+)\.0+$", "$1")
    return frame.with_columns(whole), note


def _looked_up(listed: CodeList) -> pl.Expr:
    codes = {code: code for code in listed.codes | listed.missing} | dict(listed.by_label)
    cell = pl.when(~pl.col(listed.column).is_in(list(listed.several))).then(pl.col(listed.column))
    return cell.replace(codes).alias(listed.column)


def _missing_looked_up(frame: pl.DataFrame, project: Project) -> list[pl.Expr]:
    """Fields that are no lists, with codes in place of the labels of missing data codes."""
    codes = {one.label: one.code for one in project.missing_codes}
    plain = [one.name for one in project.fields[1:] if not one.coded and one.name in frame.columns]
    return [pl.col(one).replace(codes) for one in plain] if codes else []


def _unclear(frame: pl.DataFrame, place: pl.DataFrame, listed: CodeList) -> Iterator[pl.DataFrame]:
    if listed.several:
        yield on_rows(
            place,
            frame[listed.column].is_in(list(listed.several)).fill_null(False),
            severity=Severity.ERROR,
            rule="LABEL_SEVERAL",
            table=listed.form,
            field=listed.column,
            problem=f"the label in {listed.column} belongs to several codes; it was not read",
            hint="Export raw data, or give the choices labels of their own.",
            value_kind="label",
        )


def _unlisted(frame: pl.DataFrame, place: pl.DataFrame, lists: list[CodeList]) -> Iterator[pl.DataFrame]:
    """Findings for columns that hold something else than their codes."""

    def other(one: CodeList) -> pl.Expr:
        cell = pl.col(one.column)
        return cell.is_not_null() & ~cell.is_in(list(one.codes | one.missing)).fill_null(True)

    holding = frame.select([other(one).any() for one in lists]).row(0) if lists else ()
    for listed, holds in zip(lists, holding, strict=True):
        if holds:
            yield once(
                place,
                frame.select(other(listed)).to_series(),
                severity=Severity.ERROR if listed.own else Severity.WARNING,
                rule="CODE",
                table=listed.form,
                field=listed.column,
                problem=f"{listed.column} holds other things than its {len(listed.codes)} codes in {{rows}}",
                hint="The dictionary may be older or newer than the export.",
            )
