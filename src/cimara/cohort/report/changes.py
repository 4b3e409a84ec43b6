"""What changed against the version before: rows added, changed and removed, and problems new and gone."""

from __future__ import annotations

import polars as pl

from cimara.cohort.dataset import Dataset, fields_with_reason
from cimara.cohort.model import Entity, Kind

CHANGES: dict[str, type[pl.DataType]] = {
    "table": pl.String,
    "before": pl.Int64,
    "now": pl.Int64,
    "added": pl.Int64,
    "changed": pl.Int64,
    "removed": pl.Int64,
}
"""Columns of the table of changes: counts of rows, matched by the key of the table."""
_GROUP = ("severity", "rule", "table", "field")
_SAME = (*_GROUP, "patient_id", "value_kind")


def changes(dataset: Dataset, against: Dataset) -> pl.DataFrame:
    """Rows added, changed and removed in each table that has rows in either version, as `CHANGES`.

    Rows without a full key are matched by nothing: they count as removed and added. Of rows with the same key
    as many are matched as both versions have.
    """
    rows = []
    for entity in dataset.model.entities:
        now, before = dataset.frame(entity.name), against.frame(entity.name)
        if now.height or before.height:
            rows.append((entity.name, before.height, now.height, *_compared(entity, now, before)))
    return pl.DataFrame(rows, schema=CHANGES, orient="row")


def problems_since(now: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Findings by rule and field: how many are new, gone and still there.

    Findings are matched by rule, field, patient and kind of value, not by row, since rows move.
    """
    counts = [
        frame.group_by(_SAME).agg(pl.len().cast(pl.Int64).alias(name))
        for frame, name in ((now, "n_now"), (before, "n_before"))
    ]
    both = (
        counts[0]
        .join(counts[1], on=_SAME, how="full", coalesce=True)
        .with_columns(pl.col("n_now", "n_before").fill_null(0))
    )
    grouped = both.group_by(_GROUP).agg(
        new=(pl.col("n_now") - pl.col("n_before")).clip(lower_bound=0).sum(),
        gone=(pl.col("n_before") - pl.col("n_now")).clip(lower_bound=0).sum(),
        still=pl.min_horizontal("n_now", "n_before").sum(),
    )
    return grouped.sort(
        pl.col("new"), pl.col("gone"), *_GROUP, descending=[True, True, *(False for _ in _GROUP)]
    )


def _compared(entity: Entity, now: pl.DataFrame, before: pl.DataFrame) -> tuple[int, int, int]:
    """Rows added, changed, removed."""
    key = list(entity.key)
    new, old = (_numbered(_comparable(entity, one), key) for one in (now, before))
    names = sorted(({*new.columns} | {*old.columns}) - {*key, "_nth"})
    joined = _filled(new, names).join(_filled(old, names), on=[*key, "_nth"], how="inner", suffix="__before")
    differs = [pl.col(name).ne_missing(pl.col(f"{name}__before")) for name in names]
    changed = int(joined.select(pl.any_horizontal(differs).sum()).item()) if names else 0
    return now.height - joined.height, changed, before.height - joined.height


def _comparable(entity: Entity, frame: pl.DataFrame) -> pl.DataFrame:
    """Values in a form in which equal ones are equal: decimals as whole numbers of their last place."""
    columns = []
    for field in entity.fields:
        column = pl.col(field.name)
        if field.kind is Kind.DECIMAL:
            column = (column * field.scale).round().cast(pl.Int64)
        elif field.kind is Kind.CODES:
            column = column.list.join(";")
        columns.append(column.cast(pl.String).alias(field.name))
    reasons = [pl.col(field.why).cast(pl.String) for field in fields_with_reason(frame, entity)]
    return frame.select([*columns, *reasons])


def _numbered(frame: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    return frame.with_columns(_nth=pl.int_range(pl.len()).over(key))


def _filled(frame: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    missing = [pl.lit(None, dtype=pl.String).alias(name) for name in names if name not in frame.columns]
    return frame.with_columns(missing)
