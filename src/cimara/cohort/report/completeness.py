"""How complete each field is at a site, with the reasons for what is missing, beside the other sites."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import polars as pl

from cimara.cohort.dataset import Dataset, why
from cimara.cohort.model import Entity, Field, Kind, MissingReason, Need

FEWEST_SITES = 3
"""From so many other sites on, their median and range are shown."""
STEP = 5
"""Figures of other sites are rounded to 5 %, so that no single site can be read from them."""
REASONS = tuple(MissingReason)
COMPLETENESS: dict[str, type[pl.DataType]] = {
    "table": pl.String,
    "field": pl.String,
    "need": pl.String,
    "rows": pl.Int64,
    "filled": pl.Int64,
    "said_unknown": pl.Int64,
    "blank": pl.Int64,
    **{str(reason): pl.Int64 for reason in REASONS},
}
"""Columns of a completeness table: counts of rows. `filled` has a value other than `unknown`, `said_unknown`
the code `unknown`, `blank` neither value nor reason, and each reason its own column."""
BESIDE: dict[str, type[pl.DataType]] = {
    "percent": pl.Float64,
    "sites": pl.Int64,
    "median": pl.Int64,
    "lowest": pl.Int64,
    "highest": pl.Int64,
}
_KEY = ("table", "field")


def completeness(dataset: Dataset, needed: Collection[str] = ()) -> pl.DataFrame:
    """Counts by required field, and by each field that the study needs, of the tables that have rows.

    `needed` are `Entity.field` or `field`. Columns as in `COMPLETENESS`.
    """
    rows = [
        (entity.name, field.name, str(field.need), *_counts(dataset.frame(entity.name), field))
        for entity in dataset.model.entities
        if dataset.frame(entity.name).height
        for field in entity.fields
        if field.need is Need.REQUIRED or _is_needed(entity, field, needed)
    ]
    return pl.DataFrame(rows, schema=COMPLETENESS, orient="row")


def beside_others(own: pl.DataFrame, others: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """A completeness table with percent filled, and median and range of the other sites.

    `others` are completeness tables of single sites; of them `table`, `field`, `rows`, `filled` and `NA` are
    used. Rows to which a field does not apply do not count. Median, lowest and highest are rounded to 5 % and
    null where fewer than 3 other sites have the field.
    """
    wanted = [*_KEY, "rows", "filled", str(MissingReason.NOT_APPLICABLE)]
    tables = [_percent(one.select(wanted)).filter(pl.col("percent").is_not_null()) for one in others]
    held = [one.group_by(_KEY).agg(pl.col("percent").mean()) for one in tables]
    empty = pl.DataFrame(schema={"table": pl.String, "field": pl.String, "percent": pl.Float64})
    figures = (
        pl.concat([empty, *(one.select(empty.columns) for one in held)])
        .group_by(_KEY)
        .agg(
            sites=pl.len().cast(pl.Int64),
            median=_rounded(pl.col("percent").median()),
            lowest=_rounded(pl.col("percent").min()),
            highest=_rounded(pl.col("percent").max()),
        )
        .with_columns(
            [
                pl.when(pl.col("sites") >= FEWEST_SITES).then(pl.col(name)).alias(name)
                for name in ("median", "lowest", "highest")
            ]
        )
    )
    joined = _percent(own).join(figures, on=_KEY, how="left", maintain_order="left")
    return joined.with_columns(pl.col("sites").fill_null(0)).select([*COMPLETENESS, *BESIDE])


def _percent(table: pl.DataFrame) -> pl.DataFrame:
    applies = pl.col("rows") - pl.col(str(MissingReason.NOT_APPLICABLE))
    return table.with_columns(percent=pl.when(applies > 0).then(100 * pl.col("filled") / applies))


def _rounded(percent: pl.Expr) -> pl.Expr:
    return ((percent / STEP + 0.5).floor() * STEP).cast(pl.Int64)


def _is_needed(entity: Entity, field: Field, needed: Collection[str]) -> bool:
    return field.name in needed or f"{entity.name}.{field.name}" in needed


def _counts(frame: pl.DataFrame, field: Field) -> tuple[int, ...]:
    """The counts of `COMPLETENESS` for a field."""
    value, reason = pl.col(field.name), why(frame, field.name)
    said = value == "unknown" if field.kind is Kind.CODE else pl.lit(False)
    if field.kind is Kind.CODES:
        said = value.list.contains("unknown")
    here = value.is_not_null()
    counts = frame.select(
        rows=pl.len(),
        filled=(here & ~said.fill_null(False)).sum(),
        said_unknown=(here & said.fill_null(False)).sum(),
        blank=(value.is_null() & reason.is_null()).sum(),
        **{str(one): (value.is_null() & (reason == str(one)).fill_null(False)).sum() for one in REASONS},
    )
    return tuple(int(one) for one in counts.row(0))
