"""Small classes of patients alike in site, sex, age, primary and anchor years, and what would widen them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import polars as pl

from cimara.cohort.dataset import Dataset

K = 5
FEWEST_A_YEAR = 10
"""A site-year with fewer patients is told as a band of two years only."""
RARE = 10
"""A primary group with fewer patients in the study is `other` in releases."""
UNKNOWN = "unknown"
LEVELS: dict[str, tuple[str, ...]] = {
    "anchor_years": ("2-year bands", "10-year bands", "no year"),
    "age_band": ("10-year bands", "20-year bands", "no age"),
    "primary_group": ("groups", "no group"),
    "site": ("sites", "no site"),
    "sex": ("sex", "no sex"),
}
"""Steps by which each attribute is told more coarsely, the least harmful attribute first."""


@dataclass(frozen=True, slots=True)
class SmallCells:
    """The classes with fewer than `k` patients; frames have no patient's id.

    `classes` has the five attributes, `patients`, and `fix`: the least generalisation that puts the class
    among `k` or more. `overall` is the least one that leaves no small class at all, None if none does.
    """

    k: int
    patients: int
    n_classes: int
    classes: pl.DataFrame
    overall: str | None


def small_cells(dataset: Dataset, k: int = K) -> SmallCells:
    """Classes of fewer than `k` patients on site, sex, 10-year age, primary group and 2-year anchor band."""
    people = _people(dataset)
    names = list(LEVELS)
    plain = people.group_by(names).len("patients")
    small = plain.filter(pl.col("patients") < k).sort("patients", *names)
    return SmallCells(
        k=k,
        patients=people.height,
        n_classes=plain.height,
        classes=_with_fixes(people, small, k),
        overall=_overall(people, k) if people.height else None,
    )


def sites_years(patients: pl.DataFrame) -> pl.DataFrame:
    """Site-years with fewer than 10 patients: `site`, `anchor_year`, `patients`."""
    return (
        patients.drop_nulls("anchor_year")
        .group_by(_site().alias("site"), "anchor_year")
        .len("patients")
        .filter(pl.col("patients") < FEWEST_A_YEAR)
        .sort("site", "anchor_year")
    )


def banded_years(patients: pl.DataFrame) -> pl.DataFrame:
    """Patient rows in which small site-years carry the first, even year of their band of two.

    Both years of a band are banded as soon as one of them is small, so that an even year that is left means
    one thing only within a site and band.
    """
    band = pl.col("anchor_year") - pl.col("anchor_year") % 2
    small = sites_years(patients).select("site", band=band).unique().with_columns(is_small=pl.lit(True))
    marked = patients.with_columns(_site=_site(), _band=band).join(
        small, left_on=["_site", "_band"], right_on=["site", "band"], how="left", maintain_order="left"
    )
    year = pl.when(pl.col("is_small")).then(pl.col("_band")).otherwise(pl.col("anchor_year"))
    return marked.with_columns(year.alias("anchor_year")).drop("_site", "_band", "is_small")


def rare_groups_as_other(primaries: pl.DataFrame) -> pl.DataFrame:
    """Primary tumours with the groups of fewer than 10 patients of the study told as `other`."""
    patients = pl.col("patient_id").n_unique().over("group")
    return primaries.with_columns(
        pl.when(pl.col("group").is_not_null() & (patients < RARE))
        .then(pl.lit("other"))
        .otherwise(pl.col("group"))
        .alias("group")
    )


def _people(dataset: Dataset) -> pl.DataFrame:
    """One row a patient with the five attributes, at their finest."""
    first = (
        dataset.frame("PrimaryTumour")
        .sort("primary_no")
        .group_by("patient_id", maintain_order=True)
        .agg(pl.col("group").first().alias("primary_group"))
    )
    return (
        dataset.frame("Patient")
        .join(first, on="patient_id", how="left")
        .select(
            _band(pl.col("anchor_year"), 2).alias("anchor_years"),
            _band(pl.col("age_at_anchor"), 10).alias("age_band"),
            pl.col("primary_group").fill_null(UNKNOWN),
            _site().fill_null(UNKNOWN).alias("site"),
            pl.col("sex").fill_null(UNKNOWN),
        )
    )


def _site() -> pl.Expr:
    return pl.col("patient_id").str.extract(r"^([A-Z]{2}[0-9]{2})-", 1)


def _band(number: pl.Expr, width: int) -> pl.Expr:
    start = number - number % width
    return pl.format("{}-{}", start, start + width - 1).fill_null(UNKNOWN)


def _coarser(name: str, level: int) -> pl.Expr:
    """An attribute at a level of `LEVELS`."""
    if level == 0:
        return pl.col(name)
    if level == len(LEVELS[name]) - 1:
        return pl.lit("any").alias(name)
    start = pl.col(name).str.extract(r"^([0-9]+)", 1).cast(pl.Int64)
    return _band(start, {"anchor_years": 10, "age_band": 20}[name]).alias(name)


def _steps() -> list[tuple[int, ...]]:
    """All combinations of levels but the finest, those with the fewest steps first."""
    every = product(*(range(len(levels)) for levels in LEVELS.values()))
    weights = [1 << place for place in range(len(LEVELS))]
    return sorted(
        (one for one in every if any(one)),
        key=lambda one: (sum(one), sum(level * weight for level, weight in zip(one, weights, strict=True))),
    )


def _told(levels: tuple[int, ...]) -> str:
    told = [LEVELS[name][level] for name, level in zip(LEVELS, levels, strict=True) if level]
    named = {"10-year bands": "anchor years in 10-year bands", "20-year bands": "ages in 20-year bands"}
    return ", ".join(named.get(one, one) for one in told)


def _with_fixes(people: pl.DataFrame, small: pl.DataFrame, k: int) -> pl.DataFrame:
    """The small classes with the least generalisation that makes each one large enough."""
    open_, done = small.with_columns(fix=pl.lit("leave these patients out")), []
    for levels in _steps():
        if not open_.height:
            break
        coarse = [_coarser(name, level) for name, level in zip(LEVELS, levels, strict=True)]
        sizes = people.select(coarse).group_by(list(LEVELS)).len("size")
        wide = open_.select(coarse).join(sizes, on=list(LEVELS), how="left", maintain_order="left")
        enough = wide["size"].fill_null(0) >= k
        done.append(open_.filter(enough).with_columns(fix=pl.lit(_told(levels))))
        open_ = open_.filter(~enough)
    return pl.concat([*done, open_]).sort("patients", *LEVELS)


def _overall(people: pl.DataFrame, k: int) -> str | None:
    for levels in ((0,) * len(LEVELS), *_steps()):
        coarse = [_coarser(name, level) for name, level in zip(LEVELS, levels, strict=True)]
        if (people.select(coarse).group_by(list(LEVELS)).len("n")["n"] >= k).all():
            return _told(levels) or "none needed"
    return None
