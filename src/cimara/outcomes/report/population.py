"""Who is analysed: the rows that meet the plan's condition."""

from __future__ import annotations

import polars as pl

from cimara.outcomes.endpoints.errors import nearest


def condition_problem(where: str, rows: pl.DataFrame) -> str:
    """What is wrong with a condition on rows; "" for one that can be used, or for none."""
    if not where.strip():
        return ""
    try:
        condition = pl.sql_expr(where)
        named = condition.meta.root_names()
    except pl.exceptions.PolarsError:
        return "not a condition in SQL; expected one such as `age >= 18 and first_srs_day is not null`"
    unknown = [name for name in named if name not in rows.columns]
    if unknown:
        return "; ".join(f"no column {name!r} in rows, {nearest(name, rows.columns)}" for name in unknown)
    try:
        kind = rows.head(0).select(condition.alias("met")).schema["met"]
        rows.select(condition.alias("met"))
    except pl.exceptions.PolarsError:
        return "the condition compares columns of kinds that cannot be compared; mind the quotes of texts"
    return "" if kind == pl.Boolean else "a value, not a condition; expected a comparison"


def population_rows(where: str, rows: pl.DataFrame) -> pl.DataFrame:
    """The rows that meet the condition; a row for which it is unknown does not."""
    return rows if not where.strip() else rows.filter(pl.sql_expr(where).fill_null(False))
