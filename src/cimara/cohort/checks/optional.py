"""Blank optional fields: one warning a field, or one a row where a study needs the field."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import polars as pl

from cimara.cohort.checks.rule import Found, Rule, breaking
from cimara.cohort.checks.tables import AT, ROW, Tables
from cimara.cohort.dataset import why
from cimara.cohort.findings import Severity
from cimara.cohort.model import Entity, Need

SHOWN_ROWS = 5
OPTIONAL = Rule(
    "OPTIONAL",
    Severity.WARNING,
    ("every",),
    ("every",),
    "an optional field has a value, or a reason why not; counted in one warning a field",
    "Give values or reasons (NASK: not collected here); nothing is wrong if it stays so.",
)
NEEDED = Rule(
    "NEEDED",
    Severity.WARNING,
    ("every",),
    ("every",),
    "an optional field that the study needs has a value, or a reason why not",
    "The study needs this field: give a value, or why there is none.",
)


def blank_optional(entity: Entity, tables: Tables, needed: Collection[str]) -> Iterator[tuple[Rule, Found]]:
    """Warnings of the optional fields of one table."""
    rows = tables.cells(entity.name)
    fields = [one for one in entity.fields if one.need is Need.OPTIONAL]
    if rows.is_empty() or not fields:
        return
    fields = [one for one in fields if rows[one.name].null_count()]
    blank = {one.name: pl.col(one.name).is_null() & why(rows, one.name).is_null() for one in fields}
    counts = rows.select([test.sum().alias(name) for name, test in blank.items()]).rows(named=True)
    for name, count in counts[0].items() if fields else ():
        if not count:
            continue
        if name in needed or f"{entity.name}.{name}" in needed:
            yield NEEDED, Found(entity.name, name, breaking(rows, blank[name], pl.lit(f"{name} is blank")))
        else:
            yield OPTIONAL, Found(entity.name, name, _counted(rows, name, blank[name], count))


def _counted(rows: pl.DataFrame, name: str, blank: pl.Expr, count: int) -> pl.DataFrame:
    if count == rows.height:
        where = f"all {count:,} rows"
    else:
        first = rows.lazy().filter(blank).select(ROW).head(SHOWN_ROWS).collect()[ROW].to_list()
        more = " and others" if count > SHOWN_ROWS else ""
        where = f"{count:,} of {rows.height:,} rows (row {', '.join(str(one) for one in first)}{more})"
    problem = f"{name} is blank without a reason in {where}"
    return pl.DataFrame({AT: [None], "problem": [problem]}, schema={AT: pl.UInt32, "problem": pl.String})
