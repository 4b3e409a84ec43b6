"""Patients of one site who may be the same person: same sex, age, primary, first course and dose."""

from __future__ import annotations

import polars as pl

from cimara.cohort.dataset import Dataset

ALIKE = ("sex", "age_at_anchor", "group", "start_day", "modality", "total_dose_gy")


def likely_duplicates(dataset: Dataset) -> pl.DataFrame:
    """Pairs and groups of patients that are alike in all of `ALIKE`: `site_id`, `patients` (their ids).

    A patient without a primary or a course is never listed: too little is known.
    """
    first = (
        dataset.frame("LocalTherapyCourse")
        .sort("start_day", "course_id")
        .group_by("patient_id", maintain_order=True)
        .first()
        .select("patient_id", "start_day", "modality", "total_dose_gy")
    )
    primary = dataset.frame("PrimaryTumour").sort("primary_no").group_by("patient_id").first()
    held = (
        dataset.frame("Patient")
        .select("patient_id", "sex", "age_at_anchor")
        .join(primary.select("patient_id", "group"), on="patient_id")
        .join(first, on="patient_id")
        .with_columns(site_id=pl.col("patient_id").str.head(4))
    )
    alike = held.group_by("site_id", *ALIKE).agg(patients=pl.col("patient_id").sort())
    return (
        alike.filter(pl.col("patients").list.len() > 1)
        .select("site_id", "patients")
        .sort("site_id", "patients")
    )
