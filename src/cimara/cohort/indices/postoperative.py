"""Days from the resection of a metastasis to the radiation of its cavity."""

from __future__ import annotations

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.indices.courses import RADIATION, RESECTION, treated, with_parents


def postoperative_intervals(dataset: Dataset) -> pl.DataFrame:
    """One row a cavity and course of radiation.

    Columns patient_id, course_id, lesion_id, radiation_day, surgery_course_id, surgery_day, interval_days,
    resection_extent. The surgery is the last resection of the lesion or its parent that ended on or before
    the first day of radiation; days are from its last day. Without one on file the interval is null. There
    are no bands: no limit is agreed on, and a study that wants one states it.
    """
    cavities = treated(dataset, RADIATION).filter(pl.col("cavity") == "yes")
    wanted = with_parents(
        dataset,
        cavities.select(
            "patient_id", "course_id", "lesion_id", "resection_extent", radiation_day="start_day"
        ),
    )
    operated = treated(dataset, RESECTION).select(
        own_lesion_id="lesion_id",
        surgery_course_id="course_id",
        surgery_day=pl.coalesce("end_day", "start_day"),
    )
    pairs = wanted.join(operated, on="own_lesion_id", how="inner").filter(
        pl.col("surgery_day") <= pl.col("radiation_day")
    )
    last = pairs.sort("surgery_day", "surgery_course_id").unique(["course_id", "lesion_id"], keep="last")
    found = cavities.select(
        "patient_id", "course_id", "lesion_id", "resection_extent", radiation_day="start_day"
    )
    return found.join(
        last.select("course_id", "lesion_id", "surgery_course_id", "surgery_day"),
        on=["course_id", "lesion_id"],
        how="left",
        maintain_order="left",
    ).select(
        "patient_id",
        "course_id",
        "lesion_id",
        "radiation_day",
        "surgery_course_id",
        "surgery_day",
        "resection_extent",
        interval_days=pl.col("radiation_day") - pl.col("surgery_day"),
    )
