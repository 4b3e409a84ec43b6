"""What happened to lesions, as events with a day: necrosis, growth, new lesions, spread, assessments."""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.facts.calendar import as_date
from cimara.cohort.facts.scans import adequate_scans
from cimara.cohort.indices.late_effects import measured

DURAL = ("dural", "calvarium")
NOT_A_THERAPY = "biopsy"


class Assessed(StrEnum):
    """What says that a lesion could be judged: a brain MRI that shows them all, or a measurement of its own.

    With MEASUREMENTS, lesions that a site did not measure are censored at their start while their necrosis
    still counts, which overstates its incidence; it is for charts that measure every lesion on every scan.
    """

    SCANS = "scans"
    MEASUREMENTS = "measurements"


def lesion_events(dataset: Dataset, assessed: Assessed = Assessed.SCANS) -> pl.DataFrame:
    """All lesion events with the columns of the tidy table that they have values for.

    A recurrence of radiation necrosis is a further event on its own day. A local progression is `tumour`
    where it was adjudicated or proven, else `open`, so that necrosis of that lesion can still explain it.
    """
    return pl.concat(
        [
            _necrosis(dataset),
            _local_progressions(dataset),
            _new_lesions(dataset),
            _distant_progressions(dataset),
            _counted_on_scans(dataset),
            _spread(dataset),
            _assessments(dataset, assessed),
        ],
        how="diagonal",
    )


def _joined(column: str) -> pl.Expr:
    return pl.col(column).list.join(" ")


def _necrosis(dataset: Dataset) -> pl.DataFrame:
    effects = dataset.frame("AdverseRadiationEffect")
    told = {
        "event": pl.lit("RN"),
        "certainty": pl.col("certainty"),
        "basis": _joined("basis"),
        "symptomatic": pl.when(pl.col("symptomatic").is_in(["yes", "no"])).then("symptomatic"),
        "grade": pl.col("ctcae_grade").cast(pl.String),
    }
    onset = effects.select("patient_id", "lesion_id", date=as_date(pl.col("onset_day")), **told)
    again = effects.filter(pl.col("recurred_day").is_not_null())
    return pl.concat(
        [onset, again.select("patient_id", "lesion_id", date=as_date(pl.col("recurred_day")), **told)]
    )


def _local_progressions(dataset: Dataset) -> pl.DataFrame:
    events = dataset.frame("ProgressionEvent").filter(pl.col("kind") == "local")
    settled = (pl.col("adjudicated") == "yes") | (pl.col("basis") == "pathology")
    return events.join(_types(dataset), on="lesion_id", how="left", maintain_order="left").select(
        "patient_id",
        "lesion_id",
        "type",
        "basis",
        date=as_date(pl.col("day")),
        event=pl.lit("LOCAL_PD"),
        adjudged=pl.when(settled.fill_null(False)).then(pl.lit("tumour")).otherwise(pl.lit("open")),
    )


def _types(dataset: Dataset) -> pl.DataFrame:
    dural = pl.col("location").is_in(DURAL).fill_null(False)
    return dataset.frame("BrainLesion").select(
        "lesion_id", type=pl.when(dural).then(pl.lit("dural")).otherwise(pl.lit("parenchymal"))
    )


def _new_lesions(dataset: Dataset) -> pl.DataFrame:
    """Lesions that were not there when therapy of the CNS began, nor treated before they were first seen.

    Without any therapy of the CNS, those first seen after the anchor. A resection cavity is no lesion.
    """
    courses = _therapies(dataset)
    treated = (
        dataset.frame("CourseLesion")
        .join(courses.select("course_id", "start_day"), on="course_id")
        .group_by("lesion_id")
        .agg(treated=pl.col("start_day").min())
    )
    lesions = (
        dataset.frame("BrainLesion")
        .filter(pl.col("origin") != "resection_cavity")
        .join(_began(dataset), on="patient_id", how="left", maintain_order="left")
        .join(treated, on="lesion_id", how="left", maintain_order="left")
        .join(_types(dataset), on="lesion_id", how="left", maintain_order="left")
    )
    seen = pl.col("first_seen_day")
    new = (seen > pl.col("began").fill_null(0)) & (pl.col("treated").is_null() | (pl.col("treated") >= seen))
    return lesions.filter(new).select(
        "patient_id", "lesion_id", "origin", "type", date=as_date(seen), event=pl.lit("NEW_LESION")
    )


def _therapies(dataset: Dataset) -> pl.DataFrame:
    return dataset.frame("LocalTherapyCourse").filter(pl.col("modality") != NOT_A_THERAPY)


def _began(dataset: Dataset) -> pl.DataFrame:
    """The day on which therapy of the CNS began."""
    return _therapies(dataset).group_by("patient_id").agg(began=pl.col("start_day").min())


def _counted_on_scans(dataset: Dataset) -> pl.DataFrame:
    """Scans after therapy of the CNS began that were read to show new lesions, entered one by one or not."""
    scans = dataset.frame("ImagingAssessment").join(
        _began(dataset), on="patient_id", how="left", maintain_order="left"
    )
    shown = (pl.col("new_lesion_count") > 0) & (pl.col("day") > pl.col("began").fill_null(0))
    return scans.filter(shown).select(
        "patient_id",
        date=as_date(pl.col("day")),
        event=pl.lit("NEW_LESION"),
        origin=pl.lit("new"),
        type=pl.lit("parenchymal"),
        basis=pl.lit("imaging"),
    )


def _distant_progressions(dataset: Dataset) -> pl.DataFrame:
    events = dataset.frame("ProgressionEvent").filter(pl.col("kind") == "distant_intracranial")
    return events.select(
        "patient_id",
        "basis",
        date=as_date(pl.col("day")),
        event=pl.lit("NEW_LESION"),
        origin=pl.lit("new"),
        type=pl.lit("parenchymal"),
    )


def _spread(dataset: Dataset) -> pl.DataFrame:
    named = dataset.frame("LmdEvent").select(
        "patient_id", date=as_date(pl.col("day")), event=pl.lit("LMD"), basis=_joined("basis")
    )
    progressions = dataset.frame("ProgressionEvent").filter(pl.col("kind") == "leptomeningeal")
    return pl.concat(
        [
            named,
            progressions.select(
                "patient_id", "basis", date=as_date(pl.col("day")), event=pl.lit("LMD")
            ).select(named.columns),
        ]
    )


def _assessments(dataset: Dataset, assessed: Assessed) -> pl.DataFrame:
    seen = measured(dataset).select("patient_id", "lesion_id", "day")
    if assessed is Assessed.SCANS:
        lesions = dataset.frame("BrainLesion").select("patient_id", "lesion_id", "first_seen_day")
        shown = adequate_scans(dataset).select("patient_id", "day").join(lesions, on="patient_id")
        there = shown.filter(pl.col("first_seen_day") <= pl.col("day"))
        seen = pl.concat([seen, there.select(seen.columns)]).unique()
    return seen.sort("patient_id", "lesion_id", "day").select(
        "patient_id", "lesion_id", date=as_date(pl.col("day")), event=pl.lit("LESION_ASSESSED")
    )
