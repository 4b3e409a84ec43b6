"""Tests of single rows: an expression that is true where a row is wrong, and expressions that say so.

The tests of a table run together; only rows that fail are read again to word the findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import polars as pl

from cimara.cohort.checks.rule import Found, Rule, worded
from cimara.cohort.model import Field, Kind

LARGEST_SHOWN = 99_999
"""A longer number in the wrong field may be a hospital's number or a calendar date; its length is told."""
LARGE = 100_000
"""Rows above which a few tests run at once: what they work with would take more memory than the table."""
LARGE_AT_ONCE = 3
SHOWN_PLACES = 6
"""More decimals than any field has: what is beyond is noise of the arithmetic."""


@dataclass(frozen=True, eq=False)
class RowTest:
    """One rule at one field. The words are made only where a row fails.

    `hint` is given where the rule's own does not fit every row.
    """

    rule: Rule
    field: str
    broken: pl.Expr
    problem: Callable[[], pl.Expr]
    hint: Callable[[], pl.Expr] | None = None


def failing(entity: str, rows: pl.DataFrame, tests: Sequence[RowTest]) -> Iterator[tuple[Rule, Found]]:
    """The rows that fail each test."""
    if rows.is_empty():
        return
    at_once = LARGE_AT_ONCE if rows.height > LARGE else len(tests)
    for start in range(0, len(tests), at_once):
        part = tests[start : start + at_once]
        masks = rows.select([one.broken.fill_null(value=False).alias(str(n)) for n, one in enumerate(part)])
        for test, mask in zip(part, masks, strict=True):
            if mask.any():
                told = worded(rows.filter(mask), test.problem(), test.hint() if test.hint else None)
                yield test.rule, Found(entity, test.field, told)


def shown(field: Field) -> pl.Expr:
    """The value of a field as a finding may tell it: numbers and known codes, of all else the length."""
    column = pl.col(field.name)
    if field.kind in (Kind.TEXT, Kind.CODES):
        return pl.format("text of {} characters", column.cast(pl.String).str.len_chars())
    if field.kind is Kind.CODE:
        known = pl.when(column.is_in(field.code_names)).then(column)
        return pl.coalesce(known, pl.format("text of {} characters", column.str.len_chars()))
    return number_shown(column, field)


def number_shown(column: pl.Expr, field: Field) -> pl.Expr:
    """A number as `plain` tells it, and an age over the top-coded one only as that."""
    if field.name != "age_at_anchor":
        return plain(column)
    return pl.when(column > field.highest).then(pl.lit(f"over {field.highest:g}")).otherwise(plain(column))


def plain(number: pl.Expr) -> pl.Expr:
    """A number as text, without `.0`; of a very long one its digits are counted."""
    digits = number.abs().cast(pl.Int64, strict=False).cast(pl.String).str.len_chars()
    long = pl.coalesce(pl.format("a number of {} digits", digits), pl.lit("no finite number"))
    text = number.round(SHOWN_PLACES).cast(pl.String).str.strip_suffix(".0")
    return pl.when(number.abs() > LARGEST_SHOWN).then(long).otherwise(text)


def limits(lowest: float | None, highest: float | None) -> str:
    """`0..80`."""
    if highest is None:
        return f"{lowest:g} or more"
    return f"at most {highest:g}" if lowest is None else f"{lowest:g}..{highest:g}"


def listed(names: Sequence[str], joint: str = "or") -> str:
    """`a, b or c`."""
    return f" {joint} ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)
