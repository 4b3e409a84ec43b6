"""Digit preference: whether the last digits of measurements fall evenly, as those of real measurements do."""

from __future__ import annotations

import math
from dataclasses import dataclass

import polars as pl
from scipy.stats import chi2  # type: ignore[import-untyped]

from cimara.cohort.dataset import Dataset

FEWEST = 100
"""Measurements under which no test is made: ten a digit, so that chi-square holds."""
MEASURED = (
    ("LesionMeasurement", "longest_mm"),
    ("LesionMeasurement", "perp_mm"),
    ("LesionMeasurement", "vol_total_cm3"),
    ("CourseLesion", "v12_cm3"),
    ("CourseLesion", "gtv_cm3"),
)
"""Fields of which the last digit says something. Doses and performance status are round by nature."""


@dataclass(frozen=True, slots=True)
class DigitPreference:
    """Last digits of a field: counts of 0 to 9, chi-square on 9 degrees of freedom, its p value.

    `place` is the power of ten of the digit: 0 where all values are whole, else the last decimal kept.
    """

    entity: str
    field: str
    n: int
    place: int
    counts: tuple[int, ...]
    chi_square: float
    p: float


def digit_preference(dataset: Dataset, entity: str, field: str) -> DigitPreference | None:
    """The last digits of a field; None for fewer than `FEWEST` values above ten units of the digit."""
    said = dataset.model.entity(entity).field(field)
    scaled = dataset.frame(entity).select((pl.col(field) * said.scale).round().cast(pl.Int64)).to_series()
    place = -said.places
    while place < 0 and (scaled.drop_nulls() % 10 == 0).all():
        scaled, place = scaled // 10, place + 1
    kept = scaled.filter(scaled >= 10)
    if len(kept) < FEWEST:
        return None
    counted = dict((kept % 10).value_counts().iter_rows())
    counts = tuple(int(counted.get(digit, 0)) for digit in range(10))
    expected = len(kept) / 10
    statistic = math.fsum((one - expected) ** 2 / expected for one in counts)
    return DigitPreference(entity, field, len(kept), place, counts, statistic, float(chi2.sf(statistic, 9)))


def all_digit_preferences(dataset: Dataset) -> list[DigitPreference]:
    """Every field of which there are enough values."""
    found = (digit_preference(dataset, entity, field) for entity, field in MEASURED)
    return [one for one in found if one is not None]
