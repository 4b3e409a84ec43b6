"""Findings for rows of an export, and for forms and fields as a whole."""

from __future__ import annotations

import polars as pl

from cimara.cohort.findings import Finding, Severity, finding_frame, shaped

PLACE = ("file", "row", "record", "instance")
"""What is known of each row of an export, in a frame beside it."""


def on_rows(
    place: pl.DataFrame,
    where: pl.Series,
    *,
    severity: Severity,
    rule: str,
    problem: str | pl.Expr,
    table: str = "",
    field: str = "",
    hint: str = "",
    value_kind: str = "",
) -> pl.DataFrame:
    """A finding for each row of `place` where `where` holds; `problem` follows the number of the row."""
    if not where.any():
        return finding_frame()
    told = problem if isinstance(problem, pl.Expr) else pl.lit(problem)
    return shaped(
        place.filter(where).with_columns(
            severity=pl.lit(str(severity)),
            rule=pl.lit(rule),
            table=pl.lit(table),
            field=pl.lit(field),
            value_kind=pl.lit(value_kind),
            message=pl.format("{} row {}: {}", "file", "row", told),
            hint=pl.lit(hint),
        )
    )


def once(
    place: pl.DataFrame,
    where: pl.Series,
    *,
    severity: Severity,
    rule: str,
    problem: str,
    table: str = "",
    field: str = "",
    hint: str = "",
) -> pl.DataFrame:
    """One finding for all rows where `where` holds; `{rows}` in `problem` is their number."""
    rows = int(where.sum())
    if not rows:
        return finding_frame()
    first = place.filter(where).row(0, named=True)
    counted = f"{rows} row{'s' * (rows > 1)}"
    message = f"{first['file']}: {problem.replace('{rows}', counted)}"
    if rows > 1 or "{rows}" in problem:
        message += f"; the first is row {first['row']}"
    return finding_frame(
        [
            Finding(
                severity=severity,
                rule=rule,
                table=table,
                field=field,
                file=first["file"],
                row=first["row"],
                message=message,
                hint=hint,
            )
        ]
    )
