"""Judges columns of whole numbers as calendar facts: serial dates where the name says date, and years."""

from __future__ import annotations

import polars as pl

from cimara.cohort.deid.cells import COUNT, TEXT
from cimara.cohort.deid.column_names import speaks_of
from cimara.cohort.deid.hits import HitKind, Rule

ANCHOR_YEAR = ("anchor_year", "pat_anchor_year")
SERIALS = ((7306, 54788), (-18262, 29220))
"""Excel's days of 1920 to 2049 (1 is 1 January 1900), and days since 1970 of 1920 to 2049."""
EPOCH = (631_152_000, 2_524_608_000)
"""Seconds since 1970 of 1990 to 2049; milliseconds are a thousand times these."""
YEARS = (1890, 2049)
MOST = 0.9
FEWEST = 5

SERIAL = Rule(
    "serial_date",
    HitKind.SOFT,
    "C",
    "whole numbers in columns named date that may be serial dates (Excel, days or seconds since 1970)",
    "If these are dates, turn them into days from the anchor; if they are such days, name the column so.",
)
YEAR = Rule(
    "year",
    HitKind.SOFT,
    "C",
    "years of other events than the anchor, by name of the column or by its values",
    "Of all years only the anchor's may stay (anchor_year): turn this one into days from the anchor.",
)


def calendar_hits(column: str, cells: pl.DataFrame) -> list[tuple[Rule, int]]:
    """Rules that the whole numbers of a column meet, with counts of cells."""
    whole = cells.filter(pl.col(TEXT).str.contains(r"^-?[0-9]{1,13}$")).select(
        pl.col(TEXT).cast(pl.Int64), COUNT
    )
    rows = int(cells[COUNT].sum())
    if not whole.height or column.lower() in ANCHOR_YEAR:
        return []
    serial = _within(whole, SERIALS[0]) if speaks_of(column, "date") else 0
    since_1970 = _within(whole, SERIALS[1], at_least=1000) if speaks_of(column, "date") else 0
    seconds = _within(whole, EPOCH) + _within(whole, (EPOCH[0] * 1000, EPOCH[1] * 1000))
    years = _within(whole, YEARS)
    named = speaks_of(column, "year")
    if years >= MOST * rows and (named or (years >= FEWEST and whole.height > 1)):
        return [(YEAR, years)]
    count = max(serial, since_1970, seconds if seconds >= MOST * rows else 0)
    return [(SERIAL, count)] if count else []


def _within(whole: pl.DataFrame, limits: tuple[int, int], at_least: int = 0) -> int:
    inside = pl.col(TEXT).is_between(*limits) & (pl.col(TEXT).abs() >= at_least)
    return int(whole.filter(inside)[COUNT].sum())
