"""Splits a pooled data set by site: the first four signs of a patient's id."""

from __future__ import annotations

import polars as pl

from cimara.cohort.dataset import Dataset


def by_site(dataset: Dataset) -> dict[str, Dataset]:
    """The data of each site, by site, in order."""
    site = pl.col("patient_id").str.head(4)
    names = dataset.frame("Patient").select(site.unique().sort()).to_series().drop_nulls()
    return {name: dataset.keeping(site == name) for name in names}
