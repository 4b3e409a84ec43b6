"""Dates of an export as YYYY-MM-DD. Another order is read if it is declared for the file, never guessed."""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from cimara.cohort.errors import CohortError
from cimara.cohort.findings import Severity, joined
from cimara.cohort.redcap.told import on_rows, once

ISO = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?$"
OTHER = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})([ T]+\d{1,2}:\d{2}(?::\d{2})?)?$"
MONTHS = 12


class DateOrder(StrEnum):
    """In which order a file writes day, month and year."""

    YMD = "ymd"
    DMY = "dmy"
    MDY = "mdy"


def ordered(
    frame: pl.DataFrame, place: pl.DataFrame, columns: dict[str, str], missing: list[str], order: DateOrder
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The frame with dates as YYYY-MM-DD in `columns` (name to form), and findings for those unread.

    Raises
    ------
    CohortError
        Dates are in another order than YYYY-MM-DD, it is not declared, and every one can be read both ways.
    """
    names = [one for one in columns if one in frame.columns]
    if not names:
        return frame, joined([])
    if order is DateOrder.YMD:
        _refuse_both_ways(frame, names, str(place["file"].first() or ""))
    found = [_order_told(frame, place, names)] if order is DateOrder.YMD else []
    new = frame.with_columns([_iso(name, missing, order) for name in names])
    for name in names:
        lost = (frame[name].is_not_null() & new[name].is_null()).rename("lost")
        if order is DateOrder.YMD:
            lost &= ~frame[name].str.contains(OTHER).fill_null(False)
        found.append(
            on_rows(
                place,
                lost,
                severity=Severity.ERROR,
                rule="DATE",
                table=columns[name],
                field=name,
                problem=f"{name} is no date; it was not read",
                hint=f"Dates of this file are read as {order.upper()}.",
                value_kind="date",
            )
        )
    return new, joined(found)


def _parts(name: str) -> tuple[pl.Expr, pl.Expr]:
    one, two = (pl.col(name).str.extract(OTHER, place).cast(pl.Int64) for place in (1, 2))
    return one, two


def _refuse_both_ways(frame: pl.DataFrame, names: list[str], file: str) -> None:
    counts = frame.select(
        dates=pl.sum_horizontal(pl.col(names).str.contains(OTHER).sum()),
        clear=pl.sum_horizontal([((one > MONTHS) | (two > MONTHS)).sum() for one, two in map(_parts, names)]),
    ).row(0, named=True)
    if counts["dates"] and not counts["clear"]:
        raise CohortError(
            f"{counts['dates']} dates can be read as D/M/Y and as M/D/Y",
            where=file,
            expected="YYYY-MM-DD, as REDCap exports raw data",
            hint="Declare the order of this file (dmy or mdy); it is not guessed.",
        )


def _order_told(frame: pl.DataFrame, place: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """A finding where dates are in another order: which order the file shows, or that it mixes both."""
    pairs = [_parts(name) for name in names]
    shown = frame.select(
        other=pl.any_horizontal(pl.col(names).str.contains(OTHER).fill_null(False)),
        day_first=pl.any_horizontal([(one > MONTHS).fill_null(False) for one, _ in pairs]),
        month_first=pl.any_horizontal([(two > MONTHS).fill_null(False) for _, two in pairs]),
    )
    days, months = int(shown["day_first"].sum()), int(shown["month_first"].sum())
    if days and months:
        said = f"{days} rows can only be D/M/Y and {months} only M/D/Y: the file mixes both"
        hint = "Export it anew from REDCap; do not open it in a spreadsheet program in between."
    else:
        said = f"they can only be {'D/M/Y' if days else 'M/D/Y'} in {days or months} of them"
        hint = f"Declare the order of this file ({'dmy' if days else 'mdy'})."
    return once(
        place,
        shown["other"],
        severity=Severity.ERROR,
        rule="DATE_ORDER",
        problem=f"dates are not YYYY-MM-DD in {{rows}} and were not read; {said}",
        hint=hint,
    )


def _iso(name: str, missing: list[str], order: DateOrder) -> pl.Expr:
    cell = pl.col(name)
    iso = pl.when(cell.str.contains(ISO)).then(cell)
    told = pl.when(cell.is_in(missing)).then(cell)
    if order is DateOrder.YMD:
        return pl.coalesce(told, _on_the_calendar(iso)).alias(name)
    one, two = (cell.str.extract(OTHER, place).str.pad_start(2, "0") for place in (1, 2))
    day, month = (one, two) if order is DateOrder.DMY else (two, one)
    time = cell.str.extract(OTHER, 4).str.strip_chars(" T").str.pad_start(5, "0")
    date = pl.concat_str(cell.str.extract(OTHER, 3), pl.lit("-"), month, pl.lit("-"), day)
    made = pl.coalesce(pl.concat_str(date, pl.lit(" "), time), date)
    return pl.coalesce(told, _on_the_calendar(pl.coalesce(iso, made))).alias(name)


def _on_the_calendar(iso: pl.Expr) -> pl.Expr:
    return pl.when(iso.str.head(10).str.to_date("%Y-%m-%d", strict=False).is_not_null()).then(iso)
