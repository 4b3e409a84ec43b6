"""Adds up the points of an index: for one patient to read, and for all patients as columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from cimara.cohort.indices.point_tables import CODED, HALVES, UNKNOWN, Band, Item, Level, PointTable

Value = int | str
Possible = tuple[Value | None, Value | None]
"""The two values that an item may have; equal where it is known, both None where it is not."""


@dataclass(frozen=True, slots=True)
class IndexResult:
    """An index of one patient.

    `value` is None where an item is missing that the index has no rule for; `low` and `high` are then what
    it could be. `items` are the points of each item that counted, `assumed` those that were scored without
    a known value: by the index's own rule for unknown, or since both values that it may have score alike.
    """

    table: str
    version: str
    value: float | None
    band: str | None
    median_months: float | None
    low: float
    high: float
    items: tuple[str, ...]
    assumed: tuple[str, ...]
    missing: tuple[str, ...]


def score(table: PointTable, values: Mapping[Item, Possible]) -> IndexResult:
    """The index of one patient, whole numbers as in `Item` (haemoglobin in tenths of g/dL).

    An item that is not in `values`, or has a value that no level holds, is missing.
    """
    lows, highs, items, assumed, missing = 0, 0, [], [], []
    for item in table.items:
        possible = values.get(item, (None, None))
        halves = [_halves(table, item, one) for one in possible]
        given = [one for one in halves if one is not None]
        if len(given) == len(possible) and min(given) == max(given):
            items.append(f"{item}={_points(given[0])}")
            if None in possible or possible[0] != possible[1]:
                assumed.append(str(item))
        else:
            missing.append(str(item))
        lows += min(given) if len(given) == len(possible) else table.extremes(item)[0]
        highs += max(given) if len(given) == len(possible) else table.extremes(item)[1]
    band = None if missing else table.band(Fraction(lows, HALVES))
    return IndexResult(
        table=table.name,
        version=table.version,
        value=None if missing else lows / HALVES,
        band=band.name if band else None,
        median_months=band.median_months if band else None,
        low=lows / HALVES,
        high=highs / HALVES,
        items=tuple(items),
        assumed=tuple(assumed),
        missing=tuple(missing),
    )


def _halves(table: PointTable, item: Item, value: Value | None) -> int | None:
    return next((level.halves for level in table.levels_of(item) if level.holds(value)), None)


def _points(halves: int) -> str:
    return f"{halves / HALVES:.1f}"


def other(item: Item) -> str:
    """Name of the column with the second value that an item may have."""
    return f"{item}_or"


def score_columns(table: PointTable, values: pl.DataFrame) -> pl.DataFrame:
    """The index of every row: columns table, version, value, band, median_months, low, high, items, assumed,
    missing (the last three joined by blanks), beside `patient_id`.

    `values` has for each item its column and the column `other(item)`. Equal to `score` row by row.
    """
    parts = values.select(
        "patient_id", *(expr for item in table.items for expr in _item_columns(table, item))
    )
    all_known = pl.all_horizontal([pl.col(_known(item)) for item in table.items])
    low = pl.sum_horizontal([pl.col(_low(item)) for item in table.items])
    high = pl.sum_horizontal([pl.col(_high(item)) for item in table.items])
    value = pl.when(all_known).then(low / HALVES)
    return parts.select(
        "patient_id",
        table=pl.lit(table.name),
        version=pl.lit(table.version),
        value=value,
        band=band_column(table.bands, low, HALVES, all_known, names=True),
        median_months=band_column(table.bands, low, HALVES, all_known, names=False),
        low=low / HALVES,
        high=high / HALVES,
        items=_joined(table, lambda item: pl.when(pl.col(_known(item))).then(_item_text(item))),
        assumed=_joined(table, lambda item: pl.when(pl.col(_assumed(item))).then(pl.lit(str(item)))),
        missing=_joined(table, lambda item: pl.when(~pl.col(_known(item))).then(pl.lit(str(item)))),
    )


def band_column(
    bands: tuple[Band, ...], number: pl.Expr, parts: int | pl.Expr, where: pl.Expr, *, names: bool
) -> pl.Expr:
    """Name or median of the band of `number / parts`, both whole numbers, so that limits are met exactly."""
    found = pl.lit(None, dtype=pl.String() if names else pl.Float64())
    for band in reversed(bands):
        given = pl.lit(band.name if names else band.median_months)
        if band.up_to is None:
            found = given
            continue
        limit = band.up_to.numerator * parts
        whole = number * band.up_to.denominator
        found = pl.when(whole <= limit if band.inclusive else whole < limit).then(given).otherwise(found)
    return pl.when(where).then(found)


def _item_columns(table: PointTable, item: Item) -> list[pl.Expr]:
    levels = table.levels_of(item)
    one, two = pl.col(item), pl.col(other(item))
    first, second = _points_column(levels, item, one), _points_column(levels, item, two)
    given = first.is_not_null() & second.is_not_null()
    fewest, most = table.extremes(item)
    known = given & (first == second)
    unsure = one.is_null() | two.is_null() | (one != two)
    return [
        pl.when(given).then(pl.min_horizontal(first, second)).otherwise(fewest).alias(_low(item)),
        pl.when(given).then(pl.max_horizontal(first, second)).otherwise(most).alias(_high(item)),
        known.fill_null(False).alias(_known(item)),
        (known & unsure).fill_null(False).alias(_assumed(item)),
    ]


def _points_column(levels: tuple[Level, ...], item: Item, value: pl.Expr) -> pl.Expr:
    found = pl.lit(None, dtype=pl.Int64())
    for level in reversed(levels):
        if level.code == UNKNOWN:
            holds = value.is_null() | (value == UNKNOWN) if item in CODED else value.is_null()
        elif item in CODED:
            holds = value == level.code
        else:
            lowest = pl.lit(True) if level.lowest is None else value >= level.lowest
            highest = pl.lit(True) if level.highest is None else value <= level.highest
            holds = value.is_not_null() & lowest & highest
        found = pl.when(holds.fill_null(False)).then(level.halves).otherwise(found)
    return found


def _item_text(item: Item) -> pl.Expr:
    points = pl.col(_low(item))
    half = pl.when(points % HALVES == 1).then(pl.lit("5")).otherwise(pl.lit("0"))
    return pl.format(f"{item}={{}}.{{}}", points // HALVES, half)


def _joined(table: PointTable, text: Callable[[Item], pl.Expr]) -> pl.Expr:
    return pl.concat_str([text(item) for item in table.items], separator=" ", ignore_nulls=True)


def _low(item: Item) -> str:
    return f"{item}__low"


def _high(item: Item) -> str:
    return f"{item}__high"


def _known(item: Item) -> str:
    return f"{item}__known"


def _assumed(item: Item) -> str:
    return f"{item}__assumed"
