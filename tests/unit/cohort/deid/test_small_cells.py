"""Small classes are found with what would widen them; small site-years are told in bands of two."""

from __future__ import annotations

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.deid.small_cells import banded_years, rare_groups_as_other, sites_years, small_cells


def people(
    count: int, *, site: str = "UT01", sex: str = "female", age: int = 55, year: int = 2018, start: int = 1
) -> pl.DataFrame:
    ids = [f"{site}-P{one:04d}" for one in range(start, start + count)]
    same = {"sex": sex, "age_at_anchor": age, "anchor_year": year}
    return pl.DataFrame({"patient_id": ids}).with_columns(**{name: pl.lit(one) for name, one in same.items()})


def dataset(*parts: pl.DataFrame) -> Dataset:
    patients = pl.concat(parts)
    primaries = patients.select("patient_id", primary_no=pl.lit(1), group=pl.lit("breast"))
    return Dataset({"Patient": patients, "PrimaryTumour": primaries})


def test_a_class_of_five_is_large_enough_and_four_are_not() -> None:
    assert small_cells(dataset(people(5))).classes.height == 0
    (row,) = small_cells(dataset(people(4))).classes.rows(named=True)
    assert (row["patients"], row["site"], row["age_band"], row["anchor_years"]) == (
        4,
        "UT01",
        "50-59",
        "2018-2019",
    )


def test_the_fix_is_the_least_generalisation_that_is_enough() -> None:
    found = small_cells(dataset(people(3, age=55), people(6, age=45, start=100)))
    assert found.classes["fix"].to_list() == ["ages in 20-year bands"]
    assert found.overall == "ages in 20-year bands"
    other_site = small_cells(dataset(people(3), people(6, site="LY02")))
    assert other_site.classes["fix"].to_list() == ["no site"]


def test_where_nothing_is_enough_the_patients_are_left_out() -> None:
    found = small_cells(dataset(people(3)))
    assert found.classes["fix"].to_list() == ["leave these patients out"]
    assert found.overall is None


def test_no_patients_id_is_told() -> None:
    assert "patient_id" not in small_cells(dataset(people(3))).classes.columns


def test_a_site_year_with_fewer_than_ten_is_banded_with_its_neighbour() -> None:
    patients = pl.concat(
        [people(12, year=2018), people(3, year=2019, start=50), people(12, year=2021, start=80)]
    )
    assert sites_years(patients).rows() == [("UT01", 2019, 3)]
    assert banded_years(patients)["anchor_year"].unique().sort().to_list() == [2018, 2021]
    assert banded_years(patients).columns == patients.columns


def test_a_primary_of_fewer_than_ten_patients_is_other_in_releases() -> None:
    primaries = pl.DataFrame({"patient_id": [f"UT01-P{one:04d}" for one in range(19)],
                              "group": ["breast"] * 10 + ["thyroid"] * 9})  # fmt: skip
    assert rare_groups_as_other(primaries)["group"].value_counts(sort=True).rows() == [
        ("breast", 10),
        ("other", 9),
    ]
