"""What happened to patients over time, in days, as cBioPortal's timeline files."""

from __future__ import annotations

import polars as pl

from cimara.cohort.dataset import Dataset

COMMON = ("PATIENT_ID", "START_DATE", "STOP_DATE", "EVENT_TYPE")


def timelines(dataset: Dataset, ids: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Timeline tables by name; `ids` has the patient's own id and that of the release."""
    made = {
        "treatment": pl.concat([_systemic(dataset), _local(dataset), _supportive(dataset)], how="diagonal"),
        "imaging": _imaging(dataset),
        "lab": _lab(dataset),
        "status": pl.concat([_progression(dataset), _necrosis(dataset), _lmd(dataset)], how="diagonal"),
        "performance": _performance(dataset),
    }
    return {name: _released(frame, ids) for name, frame in made.items() if frame.height}


def _released(frame: pl.DataFrame, ids: pl.DataFrame) -> pl.DataFrame:
    joined = frame.join(ids.select("patient_id", "PATIENT_ID"), on="patient_id").drop("patient_id")
    others = [name for name in joined.columns if name not in COMMON]
    return joined.select([*COMMON, *others]).sort("PATIENT_ID", "START_DATE", *others)


def _event(frame: pl.DataFrame, kind: str, start: str, stop: str, **more: pl.Expr) -> pl.DataFrame:
    stopped = pl.col(stop) if stop else pl.lit(None, dtype=pl.Int64)
    return frame.filter(pl.col(start).is_not_null()).select(
        "patient_id", START_DATE=start, STOP_DATE=stopped, EVENT_TYPE=pl.lit(kind), **more
    )


def _systemic(dataset: Dataset) -> pl.DataFrame:
    lines = dataset.frame("SystemicTherapyLine").explode("agents")
    return _event(
        lines, "TREATMENT", "start_day", "stop_day",
        TREATMENT_TYPE=pl.lit("Systemic Therapy"), AGENT=pl.col("agents"),
    )  # fmt: skip


def _local(dataset: Dataset) -> pl.DataFrame:
    courses = dataset.frame("LocalTherapyCourse")
    surgery = pl.col("modality").is_in(["surgery_gtr", "surgery_str", "biopsy", "litt"])
    kind = pl.when(surgery).then(pl.lit("Surgery")).otherwise(pl.lit("Radiation Therapy"))
    return _event(
        courses, "TREATMENT", "start_day", "end_day",
        TREATMENT_TYPE=kind, SUBTYPE=pl.col("modality"),
        TOTAL_DOSE_GY=pl.col("total_dose_gy"), FRACTIONS=pl.col("fractions"),
    )  # fmt: skip


def _supportive(dataset: Dataset) -> pl.DataFrame:
    held = dataset.frame("SupportiveCourse")
    return _event(
        held, "TREATMENT", "start_day", "stop_day",
        TREATMENT_TYPE=pl.lit("Supportive"), AGENT=pl.col("kind"),
    )  # fmt: skip


def _imaging(dataset: Dataset) -> pl.DataFrame:
    scans = dataset.frame("ImagingAssessment")
    return _event(
        scans, "IMAGING", "day", "",
        DIAGNOSTIC_TYPE=pl.col("modality"), RESPONSE=pl.col("intracranial_response"),
    )  # fmt: skip


def _lab(dataset: Dataset) -> pl.DataFrame:
    results = dataset.frame("LabResult")
    return _event(
        results, "LAB_TEST", "day", "",
        TEST=pl.col("analyte"), RESULT=pl.col("value"), UNIT=pl.col("unit"),
    )  # fmt: skip


def _progression(dataset: Dataset) -> pl.DataFrame:
    return _event(
        dataset.frame("ProgressionEvent"), "STATUS", "day", "", STATUS=pl.col("kind") + " progression"
    )


def _necrosis(dataset: Dataset) -> pl.DataFrame:
    found = dataset.frame("AdverseRadiationEffect")
    return _event(
        found, "STATUS", "onset_day", "",
        STATUS=pl.lit("radiation necrosis"), CERTAINTY=pl.col("certainty"), SYMPTOMATIC=pl.col("symptomatic"),
    )  # fmt: skip


def _lmd(dataset: Dataset) -> pl.DataFrame:
    return _event(dataset.frame("LmdEvent"), "STATUS", "day", "", STATUS=pl.lit("leptomeningeal disease"))


def _performance(dataset: Dataset) -> pl.DataFrame:
    return _event(
        dataset.frame("PerformanceStatus"), "STATUS", "day", "",
        SCALE=pl.col("scale"), SCORE=pl.col("value"),
    )  # fmt: skip
