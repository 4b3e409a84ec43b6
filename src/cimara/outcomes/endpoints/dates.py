"""Columns of dates, some of them partial, made into dates with their flags (endpoints.md §8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from cimara.response.model import Finding
from cimara.terms.partial_dates import (
    DateFlag,
    DateFormError,
    DateKind,
    KnownDates,
    PartialDate,
    impute,
)

ISO_LENGTH = 10
DATE_CONFLICT = "DATE_CONFLICT"
DATE_UNREADABLE = "DATE_UNREADABLE"
DATE_NOT_IMPUTED = "DATE_NOT_IMPUTED"


@dataclass(frozen=True, slots=True)
class DateColumn:
    """The date of each row (None: not known), the flag of what was filled in, and what was found."""

    dates: pl.Series
    flags: pl.Series
    findings: tuple[Finding, ...] = ()


def read_dates(
    table: pl.DataFrame,
    column: str,
    kind: DateKind,
    known: Callable[[str], KnownDates],
    *,
    file: str,
    impute_month: bool = False,
) -> DateColumn:
    """Read a column of dates, or of ISO 8601 texts of which parts may be missing.

    `known` gives what limits an imputed date of a patient. A column `_row` numbers rows of which others were
    left out. A start of the clock is filled in and flagged: whether a flagged start is used is for the
    definition to say.
    """
    given = table[column]
    if given.dtype == pl.Date or given.dtype == pl.Datetime:
        return DateColumn(given.cast(pl.Date), _blank(table.height))
    texts = given.cast(pl.String).fill_null("").str.strip_chars()
    whole = (texts.str.len_chars() == ISO_LENGTH) | (texts.str.slice(ISO_LENGTH, 1) == "T")
    full = texts.str.slice(0, ISO_LENGTH).str.to_date("%Y-%m-%d", strict=False).set(~whole, None)
    part = ((texts != "") & full.is_null()).arg_true().to_list()
    if not part:
        return DateColumn(full, _blank(table.height))
    dates, flags, findings = full.to_list(), [""] * table.height, []
    patients = table["patient_id"]
    numbers = table["_row"] if "_row" in table.columns else pl.Series(range(1, table.height + 1))
    highest = DateFlag.MONTH if impute_month else DateFlag.DAY
    for row in part:
        dates[row], flags[row], code = _filled(texts[row], kind, known(patients[row]), highest)
        if code:
            findings.append(_finding(code, patients[row], file, numbers[row], column))
    return DateColumn(pl.Series(dates, dtype=pl.Date), pl.Series(flags, dtype=pl.String), tuple(findings))


def _finding(code: str, patient_id: str, file: str, row: int, column: str) -> Finding:
    text, hint = _TEXTS[code]
    return Finding(code, "error", text, patient_id=patient_id, file=file, row=row, column=column, hint=hint)


_TEXTS = {
    DATE_CONFLICT: (
        "the limits of an imputed date cross; the fact is undated",
        "Compare the date with those of death, last contact and data cut.",
    ),
    DATE_UNREADABLE: (
        "no date; expected a form like 2024-03-17, 2024-03 or 2024",
        "Write the date as year-month-day.",
    ),
    DATE_NOT_IMPUTED: (
        "a date of which too much is missing; the fact is undated",
        "Look the date up; only the day may be missing.",
    ),
}


def _blank(height: int) -> pl.Series:
    return pl.Series([""], dtype=pl.String).new_from_index(0, height)


def _filled(
    text: str, kind: DateKind, known: KnownDates, highest: DateFlag
) -> tuple[dt.date | None, str, str]:
    """Date, flag, and the code of a finding (empty: none)."""
    try:
        partial = PartialDate.parse(text)
    except DateFormError:
        return None, "", DATE_UNREADABLE
    made = impute(partial, kind, known, highest=highest, impute_start=True)
    if made.conflict:
        return None, "", DATE_CONFLICT
    if made.date is None:
        return None, "", DATE_NOT_IMPUTED
    return made.date, str(made.flag or ""), ""
