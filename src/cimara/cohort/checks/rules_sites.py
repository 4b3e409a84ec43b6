"""Rules of a whole site: what it does not know of too many patients."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cimara.cohort.checks.located import PSEUDONYM
from cimara.cohort.checks.rule import Found, rule
from cimara.cohort.checks.tables import Tables
from cimara.cohort.dataset import why
from cimara.cohort.findings import Severity
from cimara.cohort.model import Entity, Field, Kind, MissingReason, Need

MOST_UNKNOWN = 0.30


@rule(
    "U1",
    Severity.WARNING,
    "every",
    "every",
    says="a required field is unknown in at most 30 % of a site's rows",
    hint="Look again in the charts; a variable that is mostly unknown cannot be analysed.",
)
def little_is_unknown(tables: Tables) -> Iterator[Found]:
    """Fields with `unknown` or the reason UNK in too many rows of one site."""
    for entity in tables.entities:
        fields = [one for one in entity.fields if _may_be_unknown(tables, entity, one)]
        if fields and "patient_id" in entity.by_name and tables.rows(entity.name).height:
            yield from _mostly_unknown(tables, entity, fields)


def _may_be_unknown(tables: Tables, entity: Entity, field: Field) -> bool:
    said = "unknown" in field.code_names or field.why in tables.rows(entity.name).columns
    return said and field.need is Need.REQUIRED and field.name not in entity.key


def _mostly_unknown(tables: Tables, entity: Entity, fields: list[Field]) -> Iterator[Found]:
    rows = tables.rows(entity.name).filter(pl.col("patient_id").str.contains(PSEUDONYM))
    shares = (
        rows.group_by(_site=pl.col("patient_id").str.head(4))
        .agg(pl.len().alias("_rows"), *[_unknown(rows, one).sum().alias(one.name) for one in fields])
        .sort("_site")
    )
    for field in fields:
        count = pl.col(field.name)
        share = (count * 100 / pl.col("_rows")).round().cast(pl.Int64)
        told = pl.format(
            f"{field.name} is unknown in {{}} of {{}} rows ({{}} %) of {{}}", count, "_rows", share, "_site"
        )
        many = shares.filter(count > MOST_UNKNOWN * pl.col("_rows"))
        yield Found(
            entity.name, field.name, many.select(pl.lit(None, dtype=pl.UInt32).alias("at"), problem=told)
        )


def _unknown(rows: pl.DataFrame, field: Field) -> pl.Expr:
    reason = why(rows, field.name).eq_missing(pl.lit(str(MissingReason.UNKNOWN)))
    unknown = pl.col(field.name).is_null() & reason
    if field.kind is Kind.CODE:
        unknown = unknown | pl.col(field.name).eq_missing(pl.lit("unknown"))
    return unknown
