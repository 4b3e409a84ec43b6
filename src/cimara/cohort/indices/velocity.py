"""Brain metastasis velocity: new metastases a year since the first radiosurgery, and before it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.indices.courses import RADIOSURGERY, WHOLE_BRAIN, courses, treated
from cimara.cohort.indices.gpa import Note, shaped_index
from cimara.cohort.indices.point_tables import point_table
from cimara.cohort.indices.scoring import band_column

BMV, IBMV = "bmv", "ibmv"
BMV_TABLE, IBMV_TABLE = "bmv-2017", "ibmv-2018"
HUNDRED_YEARS = 36525
SYNCHRONOUS_DAYS = 61
"""Metastases within two months of the primary's diagnosis are synchronous (Soike 2018)."""


@dataclass(frozen=True, slots=True)
class Velocity:
    """Metastases a year, with the band and its median survival."""

    value: float
    band: str
    median_months: float


def velocity(metastases: int, days: int, table: str = BMV_TABLE) -> Velocity:
    """Metastases over years (of 365.25 days); bands are met on the exact fraction.

    BMV (Farris 2017): new metastases since the first radiosurgery; low below 4, intermediate 4 to 13, high
    above 13. iBMV (Soike 2018): metastases at the first radiosurgery since the primary's diagnosis; cut 2.
    Raises ValueError where no day has passed.
    """
    if days <= 0:
        raise ValueError("velocity asks for one day or more")
    exact = Fraction(metastases * HUNDRED_YEARS, 100 * days)
    band = point_table(table).band(exact)
    assert band is not None
    return Velocity(float(exact), band.name, band.median_months)


def new_metastases(dataset: Dataset) -> pl.DataFrame:
    """Each day after the first radiosurgery on which new metastases were seen.

    Columns patient_id, srs_day, day, new (up to that day, that day included), by_scans (the same count by the
    readings of scans), wbrt_before. A lesion is new when it arose by itself, was first seen after the day of
    the first radiosurgery and was not treated by it.
    """
    first = courses(dataset, RADIOSURGERY).group_by("patient_id").agg(srs_day=pl.col("start_day").min())
    at_first = treated(dataset, RADIOSURGERY).join(first, on="patient_id")
    at_first = at_first.filter(pl.col("start_day") == pl.col("srs_day")).select("lesion_id")
    lesions = dataset.frame("BrainLesion").join(first, on="patient_id")
    new = lesions.filter((pl.col("origin") == "new") & (pl.col("first_seen_day") > pl.col("srs_day"))).join(
        at_first, on="lesion_id", how="anti"
    )
    counted = new.select("patient_id", day="first_seen_day", new=pl.lit(1), by_scans=pl.lit(0))
    scans = dataset.frame("ImagingAssessment").join(first, on="patient_id")
    read = scans.filter((pl.col("new_lesion_count") > 0) & (pl.col("day") > pl.col("srs_day")))
    by_scans = read.select("patient_id", "day", new=pl.lit(0), by_scans="new_lesion_count")
    days = (
        pl.concat([counted, by_scans], how="vertical_relaxed")
        .group_by("patient_id", "day")
        .agg(pl.col("new", "by_scans").sum())
        .sort("patient_id", "day")
        .with_columns(pl.col("new", "by_scans").cum_sum().over("patient_id"))
    )
    whole = courses(dataset, WHOLE_BRAIN).group_by("patient_id").agg(wbrt=pl.col("start_day").min())
    return (
        days.join(first, on="patient_id", how="left", maintain_order="left")
        .join(whole, on="patient_id", how="left", maintain_order="left")
        .select(
            "patient_id",
            "srs_day",
            "day",
            "new",
            "by_scans",
            wbrt_before=(pl.col("wbrt") <= pl.col("day")).fill_null(False),
        )
    )


def bmv(dataset: Dataset) -> pl.DataFrame:
    """BMV of every patient at the first distant failure after radiosurgery, as `gpa.INDEX_COLUMNS`.

    The count is the larger of the lesions entered and the new lesions that scans were read to show, since
    charts with many lesions do not enter each; `items` shows both. BMV is defined after radiosurgery alone:
    with whole-brain radiotherapy before the failure there is a note and no value.
    """
    first = new_metastases(dataset).unique("patient_id", keep="first", maintain_order=True)
    counted = first.with_columns(
        count=pl.max_horizontal("new", "by_scans"),
        days=pl.col("day") - pl.col("srs_day"),
        items=pl.format(
            "lesions={} by_scans={} days={}", "new", "by_scans", pl.col("day") - pl.col("srs_day")
        ),
    )
    treated_by = courses(dataset, RADIOSURGERY).select("patient_id", srs=pl.lit(True)).unique()
    found = (
        dataset.frame("Patient")
        .select("patient_id")
        .join(treated_by, on="patient_id", how="left", maintain_order="left")
        .join(counted, on="patient_id", how="left", maintain_order="left")
    )
    note = (
        pl.when(pl.col("srs").is_null())
        .then(pl.lit(str(Note.NO_RADIOSURGERY)))
        .when(pl.col("count").is_null())
        .then(pl.lit(str(Note.NO_FAILURE)))
        .when(pl.col("wbrt_before"))
        .then(pl.lit(str(Note.WHOLE_BRAIN_BEFORE)))
    )
    return _rated(found.with_columns(note=note), BMV, BMV_TABLE)


def ibmv(dataset: Dataset) -> pl.DataFrame:
    """iBMV of every patient, as `gpa.INDEX_COLUMNS`: metastases at the first radiosurgery a year since the
    diagnosis of the primary (the first, where there are several).

    Metastases synchronous with the primary (said so, or first seen within 61 days of its diagnosis) have
    none. The number is the larger of that at the anchor and the lesions first seen by the day of the first
    radiosurgery or treated in it: metastases count all told, those resected before included.
    """
    first = courses(dataset, RADIOSURGERY).group_by("patient_id").agg(srs_day=pl.col("start_day").min())
    primary = dataset.frame("PrimaryTumour").group_by("patient_id").agg(dx_day=pl.col("dx_day").min())
    by_then = _lesions_by_first(dataset, first)
    patients = dataset.frame("Patient").select("patient_id", "brm_synchronous", "n_brm_at_anchor")
    found = patients
    for part in (first, primary, by_then):
        found = found.join(part, on="patient_id", how="left", maintain_order="left")
    seen = pl.min_horizontal("first_seen", pl.lit(0))
    soon = (seen - pl.col("dx_day") <= SYNCHRONOUS_DAYS).fill_null(False)
    found = found.with_columns(
        count=pl.max_horizontal("n_brm_at_anchor", "lesions"), days=pl.col("srs_day") - pl.col("dx_day")
    ).with_columns(items=pl.format("metastases={} days={}", "count", "days"))
    note = (
        pl.when(pl.col("srs_day").is_null())
        .then(pl.lit(str(Note.NO_RADIOSURGERY)))
        .when(pl.col("dx_day").is_null())
        .then(pl.lit(str(Note.NO_PRIMARY)))
        .when((pl.col("brm_synchronous") == "yes").fill_null(False) | soon)
        .then(pl.lit(str(Note.SYNCHRONOUS)))
        .when(pl.col("count").fill_null(0) == 0)
        .then(pl.lit(str(Note.NO_METASTASIS)))
    )
    return _rated(found.with_columns(note=note), IBMV, IBMV_TABLE)


def _lesions_by_first(dataset: Dataset, first: pl.DataFrame) -> pl.DataFrame:
    """Lesions that were there at the first radiosurgery; a resection cavity is no metastasis more."""
    at_first = treated(dataset, RADIOSURGERY).join(first, on="patient_id")
    at_first = at_first.filter(pl.col("start_day") == pl.col("srs_day")).select(
        "lesion_id", treated=pl.lit(True)
    )
    lesions = (
        dataset.frame("BrainLesion")
        .join(first, on="patient_id")
        .join(at_first.unique(), on="lesion_id", how="left")
    )
    there = (pl.col("first_seen_day") <= pl.col("srs_day")) | pl.col("treated").fill_null(False)
    counted = lesions.filter(there & (pl.col("origin") == "new"))
    return counted.group_by("patient_id").agg(lesions=pl.len(), first_seen=pl.col("first_seen_day").min())


def _rated(found: pl.DataFrame, index: str, table: str) -> pl.DataFrame:
    """Value and band of `count` in `days` where there is no note."""
    read = point_table(table)
    whole = pl.col("count").cast(pl.Int64) * HUNDRED_YEARS
    days = pl.col("days").cast(pl.Int64)
    rated = pl.col("note").is_null() & (days > 0) & whole.is_not_null()
    return shaped_index(
        found.with_columns(
            index=pl.lit(index),
            table=pl.lit(read.name),
            version=pl.lit(read.version),
            value=pl.when(rated).then(whole / (100 * days)),
            band=band_column(read.bands, whole, 100 * days, rated, names=True),
            median_months=band_column(read.bands, whole, 100 * days, rated, names=False),
            items=pl.when(rated).then("items"),
        )
    )
