"""Rules of lesions: what they arose from, the surgery behind a cavity, how many there were at the anchor."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cimara.cohort.checks.modalities import RESECTIONS
from cimara.cohort.checks.row_tests import plain
from cimara.cohort.checks.rule import Found, breaking, rule
from cimara.cohort.checks.tables import Tables
from cimara.cohort.findings import Severity

AT_ANCHOR = 30
"""Days after the anchor within which a lesion counts as there at the anchor (cohort.md, N1)."""


@rule(
    "C2",
    Severity.ERROR,
    "BrainLesion",
    "parent_lesion_id",
    says="the lesion that a lesion arose from was first seen before it",
    hint="Check which lesion arose from which, and the days on which they were first seen.",
)
def parent_was_seen_earlier(tables: Tables) -> Iterator[Found]:
    """Lesions first seen on the day of their parent or before."""
    parent = tables.keyed("BrainLesion", "first_seen_day").rename(
        {"lesion_id": "parent_lesion_id", "first_seen_day": "_seen"}
    )
    rows = tables.rows("BrainLesion").filter(pl.col("parent_lesion_id").is_not_null())
    rows = rows.join(parent, on="parent_lesion_id", how="inner")
    told = pl.format("first seen on day {}, and parent_lesion_id on day {}", "first_seen_day", "_seen")
    late = pl.col("_seen") >= pl.col("first_seen_day")
    yield Found("BrainLesion", "parent_lesion_id", breaking(rows, late, told))


@rule(
    "C6",
    Severity.ERROR,
    "CourseLesion",
    "cavity",
    says="a resection cavity has an earlier surgery course of the same lesion, or of one that it arose from",
    hint="Add the surgery to local_therapy_course and course_lesion, or choose cavity = no.",
)
def cavity_follows_surgery(tables: Tables) -> Iterator[Found]:
    """Cavities without a resection on or before the first day of the course."""
    cavities = tables.treated.filter(pl.col("cavity") == "yes")
    if cavities.is_empty():
        return
    surgery = tables.treatments.filter(pl.col("modality").is_in(RESECTIONS))
    surgery = surgery.select("lesion_id", _surgery="course_id", _day="start_day")
    earlier = (pl.col("_day") <= pl.col("start_day")) & (pl.col("_surgery") != pl.col("course_id"))
    explained = cavities.join(surgery, on="lesion_id").filter(earlier)
    told = pl.lit("cavity is yes, and no earlier surgery of the lesion is in the submission")
    left = cavities.join(explained, on="at", how="anti")
    yield Found("CourseLesion", "cavity", breaking(left, pl.lit(value=True), told))


@rule(
    "N1",
    Severity.WARNING,
    "Patient",
    "n_brm_at_anchor",
    says="the brain metastases at the anchor are as many as the lesions first seen by day 30",
    hint="Add the lesions that are missing, or correct the number.",
)
def lesions_at_anchor_are_counted(tables: Tables) -> Iterator[Found]:
    """Patients whose number differs; a recurrence or cavity is the lesion that it arose from."""
    own = pl.col("parent_lesion_id").is_null() & (pl.col("first_seen_day") <= AT_ANCHOR)
    seen = tables.rows("BrainLesion").filter(own).group_by("patient_id").agg(_seen=pl.len())
    rows = (
        tables.rows("Patient")
        .join(seen, on="patient_id", how="left")
        .with_columns(pl.col("_seen").fill_null(0))
    )
    told = pl.format(
        f"n_brm_at_anchor is {{}}, and {{}} lesions were first seen by day {AT_ANCHOR}",
        plain(pl.col("n_brm_at_anchor")),
        "_seen",
    )
    yield Found(
        "Patient", "n_brm_at_anchor", breaking(rows, pl.col("n_brm_at_anchor") != pl.col("_seen"), told)
    )
