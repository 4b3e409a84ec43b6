"""Courses of local therapy by what they do, and which lesions each treated."""

from __future__ import annotations

import polars as pl

from cimara.cohort.dataset import Dataset

RADIOSURGERY = ("srs_gk", "srs_linac", "srs_robotic", "hfsrt")
"""Radiosurgery in one fraction or few."""

WHOLE_BRAIN = ("wbrt", "ha_wbrt")
EXTERNAL_BEAM = (*RADIOSURGERY, *WHOLE_BRAIN, "partial_brain", "proton")
RADIATION = (*EXTERNAL_BEAM, "brachytherapy")
RESECTION = ("surgery_gtr", "surgery_str")
COURSE_COLUMNS = ("course_id", "modality", "start_day", "end_day", "total_dose_gy", "course_fractions")


def courses(dataset: Dataset, modalities: tuple[str, ...]) -> pl.DataFrame:
    """Courses of these modalities."""
    return dataset.frame("LocalTherapyCourse").filter(pl.col("modality").is_in(list(modalities)))


def treated(dataset: Dataset, modalities: tuple[str, ...]) -> pl.DataFrame:
    """One row a lesion and course: the columns of CourseLesion, and of its course those of COURSE_COLUMNS."""
    of_course = courses(dataset, modalities).rename({"fractions": "course_fractions"})
    return dataset.frame("CourseLesion").join(
        of_course.select(COURSE_COLUMNS), on="course_id", how="inner", maintain_order="left"
    )


def with_parents(dataset: Dataset, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of lesions, each as itself and, where it arose from another lesion, once more as that one.

    The added column `own_lesion_id` is the lesion itself or its parent: what was done to the parent was done
    to the tissue of the lesion (rule C6).
    """
    parents = dataset.frame("BrainLesion").select("lesion_id", "parent_lesion_id").drop_nulls()
    own = rows.with_columns(own_lesion_id=pl.col("lesion_id"))
    of_parent = rows.join(parents, on="lesion_id", how="inner").rename({"parent_lesion_id": "own_lesion_id"})
    return pl.concat([own, of_parent.select(own.columns)])
