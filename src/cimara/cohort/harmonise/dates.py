"""Reads dates in the order that the mapping declares; the order is never guessed."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from cimara.cohort.harmonise.plans import DateOrder

_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?)?$"
_YEAR_FIRST = r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})" + _TIME
_YEAR_LAST = r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})" + _TIME
_PARTIAL = r"^(\d{4}([-/.]\d{1,2})?|\d{1,2}[-/.]\d{4})$"
_GROUPS = {DateOrder.YMD: (1, 2, 3), DateOrder.DMY: (3, 2, 1), DateOrder.MDY: (3, 1, 2)}
"""Which group of the pattern holds year, month and day."""


@dataclass(frozen=True, eq=False)
class ReadDates:
    """A column of dates that was read.

    `bad` marks cells that are no date, `partial` those without a day. `refusal` says why the whole column
    was refused, "" if it was not; then no cell has a date, and `bad` marks those for which it was.
    """

    dates: pl.Series
    bad: pl.Series
    partial: pl.Series
    refusal: str = ""
    hint: str = ""


def date_in(cell: pl.Expr, order: DateOrder) -> pl.Expr:
    """The date in a cell of text in that order; null where there is none, or no such day."""
    pattern = _YEAR_FIRST if order is DateOrder.YMD else _YEAR_LAST
    year, month, day = (cell.str.extract(pattern, group).str.zfill(2) for group in _GROUPS[order])
    return pl.concat_str(year, month, day, separator="-").str.to_date("%Y-%m-%d", strict=False)


def read_dates(cells: pl.Series, order: DateOrder, *, declared: bool, workbook: bool = False) -> ReadDates:
    """Dates of a column of text.

    A cell of a workbook that is a date, not text, stands year first with a time, and is read in any order.
    A column in which any date fits another order alone is refused, as is one of which the order is not
    declared.
    """
    name = cells.name
    cell = pl.col(name)
    own = date_in(cell, order)
    if workbook:
        own = pl.coalesce(own, date_in(cell, DateOrder.YMD))
    read = cells.to_frame().select(
        date=own,
        given=cell.is_not_null(),
        partial=cell.str.contains(_PARTIAL).fill_null(False),
        **{one.name: date_in(cell, one).is_not_null() for one in DateOrder},
    )
    unread = read["given"] & read["date"].is_null() & ~read["partial"]
    refusal, hint = _refusal(read.filter(unread), order, declared)
    if refusal:
        others = [read[one.name] for one in DateOrder if one is not order]
        doubtful = unread & (others[0] | others[1])
        nulls = pl.repeat(None, read.height, dtype=pl.Date, eager=True)
        return ReadDates(nulls, doubtful, read["partial"], refusal, hint)
    return ReadDates(read["date"], unread, read["partial"])


def _refusal(unread: pl.DataFrame, order: DateOrder, declared: bool) -> tuple[str, str]:
    """Why a column is refused, from its cells that are no date in the order taken, and what to do."""
    fits = {one: int(unread[one.name].sum()) for one in DateOrder if one is not order}
    if not any(fits.values()):
        return "", ""
    told = ", ".join(f"{count:,} as {one.value}" for one, count in fits.items() if count)
    if declared:
        return (
            f"dates are not all in the order {order.value}; others can be read {told}",
            "One file has one order. Look at these cells, then correct the file or date_order.",
        )
    only_day = int((unread["DMY"] & ~unread["MDY"]).sum())
    only_month = int((unread["MDY"] & ~unread["DMY"]).sum())
    hint = "Say which it is: a row @source, date_order, with DMY or MDY."
    if only_day and only_month:
        hint = "Both orders are mixed in this column. Correct the file."
    elif only_day or only_month:
        likely, count = ("DMY", only_day) if only_day else ("MDY", only_month)
        hint += f" {count} of them can only be {likely}."
    return f"the order of day and month is not declared; dates can be read {told}", hint
