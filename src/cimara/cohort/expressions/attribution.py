"""Rows that belong to the adverse radiation effect of a patient or lesion: its lesion, course and dose."""

from __future__ import annotations

import polars as pl

from cimara.cohort.expressions.patient_rows import PLACE, PatientRows, entity_rows

ONSET = "_onset"
EFFECT = "AdverseRadiationEffect"
ATTRIBUTED = (EFFECT, "BrainLesion", "LocalTherapyCourse", "CourseLesion")
"""Entities of which one row belongs to an effect."""


def effects(rows: PatientRows) -> pl.DataFrame:
    """The effect of each row: the one that the study names, else the first by onset; those without left out.

    Columns PLACE, are_id, lesion_id, course_id and ONSET, the day from which it is known which one it is.
    """
    held = rows.dataset.frame(EFFECT).select(
        "patient_id", "lesion_id", "are_id", "onset_day", course_id="attributed_course_id"
    )
    if rows.attributed:
        places = rows.frame.select(pl.col(rows.attributed).alias("are_id")).with_row_index(PLACE)
        found = places.join(held, on="are_id", how="inner", maintain_order="left")
    else:
        found = rows.rows_of(EFFECT).rename({"attributed_course_id": "course_id"})
        found = found.sort(PLACE, "onset_day", "are_id", nulls_last=True)
    told = found.with_columns(pl.col("onset_day").cast(pl.Float64).alias(ONSET))
    return told.select(PLACE, "are_id", "lesion_id", "course_id", ONSET).unique(
        subset=[PLACE], keep="first", maintain_order=True
    )


def attributed_rows(entity: str, rows: PatientRows) -> pl.DataFrame:
    """The row of an entity that belongs to the effect of each row, with PLACE; at most one.

    The dose is that which the attributed course gave to the lesion of the effect, or to the lesion that this
    one came from.
    """
    own = effects(rows)
    held = entity_rows(rows.dataset, entity)
    if entity == EFFECT:
        return own.select(PLACE, "are_id", ONSET).join(held, on="are_id")
    if entity == "BrainLesion":
        return own.select(PLACE, "lesion_id", ONSET).join(held, on="lesion_id")
    if entity == "LocalTherapyCourse":
        return own.select(PLACE, "course_id", ONSET).join(held, on="course_id")
    parents = rows.dataset.frame("BrainLesion").select("lesion_id", "parent_lesion_id")
    itself = own.select(PLACE, "course_id", "lesion_id", ONSET)
    parent = (
        itself.join(parents, on="lesion_id")
        .select(PLACE, "course_id", ONSET, lesion_id="parent_lesion_id")
        .select(itself.columns)
    )
    found = [one.join(held, on=["course_id", "lesion_id"]) for one in (itself, parent)]
    return pl.concat(found).unique(subset=[PLACE], keep="first", maintain_order=True)
