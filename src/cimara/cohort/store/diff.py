"""What differs between two data sets: cells by key, rows added, rows removed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.model import Entity, Kind, data_model
from cimara.cohort.store.content import NULL, cell_texts, layout_of
from cimara.cohort.store.normal import normal_frame

ROWS: dict[str, type[pl.DataType]] = {"table": pl.String, "key": pl.String, "patient_id": pl.String}
CELLS: dict[str, type[pl.DataType]] = {**ROWS, "field": pl.String, "before": pl.String, "after": pl.String}
"""Columns of the tables of a diff. `before` and `after` are canonical text (see `content`)."""
PARTED = " / "
_KEY, _NUMBER = "_key", "_number"


@dataclass(frozen=True, eq=False)
class Diff:
    """Differences: `changed` has the columns of `CELLS`, `added` and `removed` those of `ROWS`."""

    changed: pl.DataFrame
    added: pl.DataFrame
    removed: pl.DataFrame

    @property
    def same(self) -> bool:
        """Whether both hold the same."""
        return not (self.changed.height or self.added.height or self.removed.height)

    def counts(self) -> pl.DataFrame:
        """Rows added, rows removed and cells changed by table, of the tables that differ."""
        parts = {"added": self.added, "removed": self.removed, "changed": self.changed}
        counted = [one.group_by("table").len().with_columns(what=pl.lit(name)) for name, one in parts.items()]
        wide = pl.concat(counted).pivot("what", index="table", values="len").sort("table")
        return wide.select(
            "table",
            *[pl.col(one).fill_null(0) if one in wide.columns else pl.lit(0).alias(one) for one in parts],
        )


def diff(before: Dataset, after: Dataset) -> Diff:
    """What one has to do to the first to get the second. Rows of one key are told apart by their order."""
    model = before.model
    names = [one for one in model.entities if one.name in before.tables or one.name in after.tables]
    parts = [_of_table(one, before.frame(one.name), after.frame(one.name)) for one in names]
    return Diff(
        _joined((one.changed for one in parts), CELLS),
        _joined((one.added for one in parts), ROWS),
        _joined((one.removed for one in parts), ROWS),
    )


def _joined(frames: Iterable[pl.DataFrame], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    return pl.concat([pl.DataFrame(schema=schema), *frames])


def _of_table(entity: Entity, before: pl.DataFrame, after: pl.DataFrame) -> Diff:
    old, new = _texts(entity, before), _texts(entity, after)
    on = [_KEY, _NUMBER]
    both = old.join(new, on=on, how="inner", suffix="__new", maintain_order="left")
    fields = [one.name for one in entity.fields if one.name not in entity.key]
    differs = [pl.col(name) != pl.col(f"{name}__new") for name in fields]
    both = both.filter(pl.any_horizontal(differs)) if differs else both.clear()
    return Diff(
        _joined((_cells(entity, both, name) for name in fields), CELLS),
        _rows(entity, new.join(old, on=on, how="anti", maintain_order="left")),
        _rows(entity, old.join(new, on=on, how="anti", maintain_order="left")),
    )


def _texts(entity: Entity, frame: pl.DataFrame) -> pl.DataFrame:
    """All cells in canonical text, the key as one text, and the number of the row among those of its key."""
    plain = normal_frame(entity, frame).sort(entity.key, maintain_order=True)
    return (
        plain.select(cell_texts(layout_of(entity), plain))
        .with_columns(
            pl.concat_str([pl.col(name) for name in entity.key], separator=PARTED).alias(_KEY),
        )
        .with_columns(pl.int_range(pl.len()).over(_KEY).alias(_NUMBER))
    )


def _cells(entity: Entity, both: pl.DataFrame, name: str) -> pl.DataFrame:
    changed = both.filter(pl.col(name) != pl.col(f"{name}__new"))
    return changed.select(
        *_place(entity), pl.lit(name).alias("field"), before=pl.col(name), after=pl.col(f"{name}__new")
    )


def _rows(entity: Entity, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(_place(entity))


def _place(entity: Entity) -> list[pl.Expr]:
    patient = pl.col("patient_id") if "patient_id" in entity.by_name else pl.lit("")
    return [pl.lit(entity.name).alias("table"), pl.col(_KEY).alias("key"), patient.alias("patient_id")]


def shown(cells: pl.DataFrame) -> pl.DataFrame:
    """Changed cells as they may be shown: of a text field its length only."""
    texts = [
        f"{entity.name}.{field.name}"
        for entity in data_model().entities
        for field in entity.fields
        if field.kind is Kind.TEXT and not field.references
    ]
    hidden = pl.concat_str("table", pl.lit("."), "field").is_in(texts)
    return cells.with_columns(
        [
            pl.when(hidden & ~pl.col(one).str.starts_with(NULL))
            .then(pl.format("text of {} characters", pl.col(one).str.len_chars()))
            .otherwise(one)
            .alias(one)
            for one in ("before", "after")
        ]
    )
