"""Dates to whole days from the anchor; the order of day and month is declared or proven, never guessed."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import polars as pl

from cimara.cohort.errors import CohortError


class DateOrder(StrEnum):
    """How a file writes its dates."""

    YEAR_MONTH_DAY = "YMD"
    DAY_MONTH_YEAR = "DMY"
    MONTH_DAY_YEAR = "MDY"


_FORMS = {
    DateOrder.YEAR_MONTH_DAY: (r"^[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}$", "%Y-%m-%d"),
    DateOrder.DAY_MONTH_YEAR: (r"^[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}$", "%d-%m-%Y"),
    DateOrder.MONTH_DAY_YEAR: (r"^[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}$", "%m-%d-%Y"),
}


def read_dates(text: pl.Expr, order: DateOrder) -> pl.Expr:
    """Texts as dates in the order declared; a time of day after the date is cut off, all else is null."""
    shape, form = _FORMS[order]
    date = text.str.strip_chars().str.replace(r"[T ][0-2]?[0-9]:[0-5][0-9].*$", "")
    plain = pl.when(date.str.contains(shape)).then(date.str.replace_all("[/.]", "-"))
    return plain.str.to_date(form, strict=False)


def date_order(columns: Iterable[pl.Series], where: str = "") -> DateOrder:
    """The one order in which every filled cell of these columns of text is a date.

    Raises
    ------
    CohortError
        No order fits every cell, or day and month could be either in every one.
    """
    cells = pl.concat([one.cast(pl.String).drop_nulls().alias("text") for one in columns]).to_frame()
    if not cells.height:
        raise CohortError("there is no date to tell the order of day and month from", where=where or None)
    unread = {
        order: int(cells.select(read_dates(pl.col("text"), order).is_null().sum()).item())
        for order in DateOrder
    }
    fitting = [order for order, count in unread.items() if not count]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise CohortError(
            f"all {cells.height:,} dates can be read as day/month and as month/day",
            where=where or None,
            expected="the order declared for this file: DMY or MDY",
        )
    fewest = min(unread.values())
    raise CohortError(
        f"at least {fewest:,} of {cells.height:,} cells are no date in any one order",
        where=where or None,
        expected="dates written YYYY-MM-DD",
        hint="Orders may be mixed, or a day may not exist.",
    )


def days_from(date: pl.Expr, anchor: pl.Expr) -> pl.Expr:
    """Whole days from the anchor to a date, negative before it."""
    return (date - anchor).dt.total_days().cast(pl.Int64)


def with_days(
    frame: pl.DataFrame, anchors: pl.DataFrame, columns: dict[str, str], order: DateOrder
) -> pl.DataFrame:
    """A table of text with its date columns as days, and no date left.

    Parameters
    ----------
    frame
        Rows with `patient_id` and the date columns, as text.
    anchors
        One row a patient: `patient_id` and `anchor`, a date.
    columns
        Name of each date column -> name of its column of days.

    Raises
    ------
    CohortError
        A patient has no anchor or two, or a filled cell is no date in this order; rows are counted.
    """
    if anchors["patient_id"].is_duplicated().any():
        raise CohortError("a patient has two anchors", expected="one anchor a patient")
    joined = frame.join(
        anchors.select("patient_id", "anchor"), on="patient_id", how="left", maintain_order="left"
    )
    if lost := int(joined["anchor"].null_count()):
        raise CohortError(f"{lost:,} rows are of patients without an anchor", expected="an anchor for each")
    dated = joined.with_columns([read_dates(pl.col(name), order).alias(name) for name in columns])
    for name in columns:
        if unread := int(dated[name].null_count() - frame[name].null_count()):
            raise CohortError(
                f"{unread:,} cells are no date in the order {order}",
                where=f"column {name}",
                expected=str(order),
            )
    days = [days_from(pl.col(name), pl.col("anchor")).alias(day) for name, day in columns.items()]
    return dated.with_columns(days).drop("anchor", *(set(columns) - set(columns.values())))
