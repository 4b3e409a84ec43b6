"""Finds the parent of a row by what the two rows share, where the row does not have the parent's number."""

from __future__ import annotations

import polars as pl

from cimara.cohort.harmonise.codes import normal_cells
from cimara.cohort.harmonise.dates import date_in
from cimara.cohort.harmonise.errors import RowError
from cimara.cohort.harmonise.making import Made, Maker
from cimara.cohort.harmonise.plans import DateOrder, LookUp
from cimara.cohort.harmonise.sources import Source
from cimara.cohort.model import Field


def looked_up(maker: Maker, of: Field, plan: LookUp, parents: list[tuple[Source, pl.Series]]) -> Made:
    """The key of the one parent row of the same patient that agrees; a finding where it is not one.

    `parents` are the sources of the parent's rows and their keys. Raises RowError where the parent is not
    made, or a column is not there.
    """
    if not parents:
        raise RowError("expression", f"no block makes rows of {plan.parent.name}")
    own = [column for _, column in plan.pairs]
    maker.need(own)
    keys = pl.concat([_keyed(source, key, [one for one, _ in plan.pairs]) for source, key in parents])
    asked = maker.source.cells.select("@patient_id", *_shared(maker.source, own)).with_row_index("row")
    on = ["@patient_id", *(f"shared_{place}" for place in range(len(own)))]
    found = asked.join(keys, on=on, how="left").group_by("row").agg(pl.col("key").drop_nulls())
    counted = asked.join(found, on="row", how="left", maintain_order="left")
    number = counted["key"].list.len()
    blank = counted.select(pl.any_horizontal([pl.col(one).is_null() for one in on])).to_series()
    maker.report(
        (number == 0) & ~blank,
        of,
        "PARENT",
        f"no row of {plan.parent.name} of this patient agrees",
        hint=f"Compare {', '.join(f'{a} there with {b} here' for a, b in plan.pairs)}.",
    )
    maker.report(
        number > 1,
        of,
        "PARENT",
        f"several rows of {plan.parent.name} of this patient agree",
        hint="Add a pair that tells them apart, parted by a comma.",
    )
    value = counted.select(pl.when(number == 1).then(pl.col("key").list.first())).to_series()
    return maker.with_why(value, tuple(own))


def _keyed(source: Source, key: pl.Series, columns: list[str]) -> pl.DataFrame:
    source.need(columns)
    return (
        source.cells.select("@patient_id", *_shared(source, columns))
        .with_columns(key.alias("key"))
        .drop_nulls()
    )


def _shared(source: Source, columns: list[str]) -> list[pl.Expr]:
    """Columns in a form in which the cells of two files can be compared: dates year first, codes normal."""
    order = source.settings.date_order
    found = []
    for place, name in enumerate(columns):
        cell = source.clean(name) if not name.startswith("@") else pl.col(name).cast(pl.String)
        dates = [date_in(cell, order)] + ([date_in(cell, DateOrder.YMD)] if source.workbook else [])
        found.append(
            pl.coalesce([*(one.cast(pl.String) for one in dates), normal_cells(cell)]).alias(
                f"shared_{place}"
            )
        )
    return found
