"""Turns rows that break a rule into findings: file, row, record, and a sentence that says what is wrong."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from cimara.cohort.checks.rule import Found, Rule
from cimara.cohort.dataset import ORIGIN, Dataset
from cimara.cohort.findings import finding_frame, shaped

PSEUDONYM = "^[A-Z]{2}[0-9]{2}-P[0-9]{4,6}$"
RECORD = f"{PSEUDONYM}|^[0-9]{{1,5}}$"
"""A record number that may be told; six digits and more may be a hospital's own (cohort.md section 11)."""


def located(dataset: Dataset, entity: str, found: Iterable[tuple[Rule, Found]]) -> pl.DataFrame:
    """The findings in one table."""
    parts = [_labelled(dataset, one, rows) for one, rows in found if rows.rows.height]
    if not parts:
        return finding_frame()
    rows = pl.concat(parts)
    origin = dataset.origin(entity).select(pl.col(list(ORIGIN)).gather(rows["at"]))
    frame = dataset.frame(entity)
    known = "patient_id" in frame.columns
    patient = pl.col("patient_id") if known else pl.repeat(None, pl.len(), dtype=pl.String)
    patients = frame.select(patient_id=patient.gather(rows["at"]))
    placed = pl.concat([rows, origin, patients], how="horizontal").with_columns(
        patient_id=_only(pl.col("patient_id"), PSEUDONYM),
        record=_only(pl.col("record"), RECORD),
        table=pl.lit(entity),
    )
    return shaped(placed.with_columns(message=pl.format("{}: {}", _where(entity), "problem")))


def _labelled(dataset: Dataset, rule: Rule, found: Found) -> pl.DataFrame:
    field = dataset.model.entity(found.entity).by_name.get(found.field)
    hint = pl.col("hint").fill_null(rule.hint) if "hint" in found.rows.columns else pl.lit(rule.hint)
    return found.rows.select(
        pl.col("at").cast(pl.UInt32),
        "problem",
        hint=hint,
        rule=pl.lit(rule.id),
        severity=pl.lit(str(rule.severity)),
        field=pl.lit(found.field),
        value_kind=pl.lit(str(field.kind) if field else ""),
    )


def _where(entity: str) -> pl.Expr:
    """`Entity row 214 (record UT01-P0031, instance 2)`, of which what is known."""
    instance = pl.format(", instance {}", "instance")
    record = pl.format(" (record {}{})", "record", instance.fill_null(""))
    row = pl.format(f"{entity} row {{}}{{}}", "row", record.fill_null(""))
    return row.fill_null(entity)


def _only(text: pl.Expr, pattern: str) -> pl.Expr:
    """The text where it has the form; a thing of another form may be a name."""
    return pl.when(text.str.contains(pattern)).then(text)
