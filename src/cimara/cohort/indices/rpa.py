"""The RTOG recursive partitioning analysis (RPA): classes by KPS, age, primary and extracranial disease."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.indices.at_anchor import AnchorOptions, anchor_items
from cimara.cohort.indices.gpa import Note, kps_note, shaped_index
from cimara.cohort.indices.point_tables import point_table
from cimara.cohort.indices.scoring import band_column

INDEX = "rpa"
TABLE = "rpa-1997"
ABLE_KPS = 70
YOUNG_AGE = 65
FIRST, SECOND, THIRD = 1, 2, 3


@dataclass(frozen=True, slots=True)
class RpaResult:
    """The class (1 to 3) and its median survival; None with `low` and `high` where several are possible."""

    value: int | None
    band: str | None
    median_months: float | None
    low: int
    high: int
    missing: tuple[str, ...]


def rpa_of_patient(
    *,
    kps: tuple[int, int] | None,
    age: int | None,
    primary_controlled: bool | None,
    extracranial: bool | None,
) -> RpaResult:
    """The RPA class of one patient (Gaspar 1997).

    Class I is KPS 70 or more, age below 65, primary controlled and no extracranial metastases; III is KPS
    below 70; II is all else. `kps` are the lowest and highest that it may be. What is not known is missing
    only where the class depends on it.
    """
    asked = {
        "kps": None if kps is None or (kps[0] < ABLE_KPS <= kps[1]) else kps[0] >= ABLE_KPS,
        "age": None if age is None else age < YOUNG_AGE,
        "primary_controlled": primary_controlled,
        "extracranial": None if extracranial is None else not extracranial,
    }
    rest = [asked[name] for name in asked if name != "kps"]
    low = THIRD if asked["kps"] is False else (SECOND if False in rest else FIRST)
    high = THIRD if asked["kps"] is not True else (FIRST if all(one is True for one in rest) else SECOND)
    if low != high:
        missing = tuple(name for name, one in asked.items() if one is None and _matters(name, rest))
        return RpaResult(None, None, None, low, high, missing)
    band = point_table(TABLE).band(Fraction(low))
    assert band is not None
    return RpaResult(low, band.name, band.median_months, low, high, ())


def _matters(name: str, rest: list[bool | None]) -> bool:
    """Whether knowing an item could change the class: with one of the rest failed, KPS alone can."""
    return name == "kps" or False not in rest


def rpa(dataset: Dataset, options: AnchorOptions | None = None) -> pl.DataFrame:
    """The RPA class of every patient, as `gpa.INDEX_COLUMNS`; `value` is 1, 2 or 3, `band` I, II or III.

    Several primaries are controlled where all of them are. Equal to `rpa_of_patient` row by row.
    """
    asked = options or AnchorOptions()
    items = anchor_items(dataset, asked).join(
        _controlled(dataset), on="patient_id", how="left", maintain_order="left"
    )
    table = point_table(TABLE)
    known = items.with_columns(
        # The two values that an ECOG status leaves are never on either side of 70.
        able=pl.col("kps") >= ABLE_KPS,
        young=pl.col("age") < YOUNG_AGE,
        confined=pl.col("extracranial") == "no",
    )
    rest = [pl.col(name) for name in ("young", "controlled", "confined")]
    failed = pl.any_horizontal([(~one).fill_null(False) for one in rest])
    all_met = pl.all_horizontal([one.fill_null(False) for one in rest])
    low = pl.when(~pl.col("able")).then(THIRD).when(failed).then(SECOND).otherwise(FIRST)
    high = pl.when(~pl.col("able").fill_null(False)).then(THIRD).when(all_met).then(FIRST).otherwise(SECOND)
    has_any = pl.col("brain_metastases").fill_null(1) > 0
    made = known.with_columns(
        low=pl.when(has_any).then(low), high=pl.when(has_any).then(high), failed=failed
    ).with_columns(one=(pl.col("low") == pl.col("high")).fill_null(False))
    return shaped_index(
        made.with_columns(
            index=pl.lit(INDEX),
            table=pl.lit(table.name),
            version=pl.lit(table.version),
            value=pl.when("one").then("low"),
            band=band_column(table.bands, pl.col("low"), 1, pl.col("one"), names=True),
            median_months=band_column(table.bands, pl.col("low"), 1, pl.col("one"), names=False),
            items=_items(),
            missing=pl.when(has_any).then(_missing()),
            note=pl.coalesce(pl.when(~has_any).then(pl.lit(str(Note.NO_METASTASIS))), kps_note()),
        )
    )


def _controlled(dataset: Dataset) -> pl.DataFrame:
    """True where all primaries are controlled, False where one is not, else not known."""
    column = pl.col("controlled_at_anchor")
    return (
        dataset.frame("PrimaryTumour")
        .group_by("patient_id", maintain_order=True)
        .agg(
            controlled=pl.when((column == "no").any())
            .then(False)
            .when((column == "yes").fill_null(False).all())
            .then(True)
        )
    )


def _items() -> pl.Expr:
    told: list[pl.Expr] = [
        pl.when(pl.col(name).is_not_null()).then(pl.format(f"{name}={{}}", name))
        for name in ("kps", "age", "extracranial")
    ]
    controlled = pl.when("controlled").then(pl.lit("yes")).otherwise(pl.lit("no"))
    told.append(
        pl.when(pl.col("controlled").is_not_null()).then(pl.format("primary_controlled={}", controlled))
    )
    return pl.concat_str(told, separator=" ", ignore_nulls=True)


def _missing() -> pl.Expr:
    columns = {"kps": "able", "age": "young", "primary_controlled": "controlled", "extracranial": "confined"}
    named = [
        pl.when(pl.col(column).is_null() & (pl.lit(label == "kps") | ~pl.col("failed"))).then(pl.lit(label))
        for label, column in columns.items()
    ]
    return pl.when(~pl.col("one")).then(pl.concat_str(named, separator=" ", ignore_nulls=True))
