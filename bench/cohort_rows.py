"""Rows for the estimators from the tables of a synthetic cohort, made without a look at the truth."""

from __future__ import annotations

import numpy as np
import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.outcomes.rows import CompetingRisks, Survival

CONJUGATES = (
    "trastuzumab_deruxtecan",
    "datopotamab_deruxtecan",
    "sacituzumab_govitecan",
    "trastuzumab_emtansine",
)
BEFORE, AFTER = 7, 21
"""A conjugate dosed from 21 days before a course to 7 days after it is concurrent (Lebow 2023, abstract)."""
EARLY_WITHIN = 30
DEATH_COVARIATES = (
    "kps_per_10",
    "extracranial_progression",
    "severe_necrosis",
    "early_start",
    "dexamethasone",
)
RECURRENCE_COVARIATES = ("ln_v12", "adc_concurrent", "early_start")
NECROSIS_COVARIATES = ("ln_v12", "adc_concurrent", "reirradiated")


def _origin(dataset: Dataset) -> pl.DataFrame:
    """A row a patient: first dose of bevacizumab, end of follow-up, and what was known at the first dose."""
    first = (
        dataset.frame("SupportiveCourse")
        .filter(pl.col("kind") == "bevacizumab_rn")
        .group_by("patient_id")
        .agg(origin=pl.col("start_day").min())
    )
    effect = dataset.frame("AdverseRadiationEffect").sort("onset_day").unique("patient_id", keep="first")
    died = dataset.frame("Death").select("patient_id", died=pl.lit(True))
    patients = dataset.frame("Patient").select("patient_id", "last_contact_day")
    rows = (
        patients.join(first, on="patient_id")
        .join(effect, on="patient_id")
        .join(died, on="patient_id", how="left")
    )
    return rows.select(
        "patient_id",
        "origin",
        "lesion_id",
        "attributed_course_id",
        site=pl.col("patient_id").str.head(4),
        time=pl.col("last_contact_day") - pl.col("origin"),
        died=pl.col("died").fill_null(False),
        recurred=pl.col("recurred_day") - pl.col("origin"),
        severe_necrosis=(pl.col("ctcae_grade") >= 3).cast(pl.Int64),
        early_start=(pl.col("origin") - pl.col("onset_day") <= EARLY_WITHIN).cast(pl.Int64),
    )


def death_rows(dataset: Dataset) -> Survival:
    """Death from the first dose, with dexamethasone as it changes; strata are the sites."""
    rows = _origin(dataset).join(_latest(dataset, "PerformanceStatus", "value"), on="patient_id", how="left")
    rows = rows.join(_latest(dataset, "ExtracranialStatus", "status"), on="patient_id", how="left")
    rows = rows.with_columns(
        kps_per_10=(pl.col("value") - 80) / 10,
        extracranial_progression=pl.when(pl.col("status") != "unknown")
        .then(pl.col("status") == "progressing")
        .cast(pl.Int64),
    )
    return Survival.from_frame(
        _with_dexamethasone(rows, dataset),
        start="entry",
        time="exit",
        event="event",
        covariates=list(DEATH_COVARIATES),
        strata=["site"],
        id="patient_id",
        missing="drop",
    )


def _latest(dataset: Dataset, entity: str, field: str) -> pl.DataFrame:
    """The value nearest before the first dose, within two weeks; missing where that one has none."""
    origin = _origin(dataset).select("patient_id", "origin")
    rows = dataset.frame(entity).join(origin, on="patient_id")
    near = rows.filter((pl.col("day") <= pl.col("origin")) & (pl.col("day") >= pl.col("origin") - 14))
    return near.sort("day").unique("patient_id", keep="last").select("patient_id", field)


def _with_dexamethasone(rows: pl.DataFrame, dataset: Dataset) -> pl.DataFrame:
    """Each patient cut where dexamethasone begins or ends after the first dose."""
    given = dataset.frame("SupportiveCourse").filter(pl.col("kind") == "dexamethasone")
    given = given.join(rows.select("patient_id", "origin", "time"), on="patient_id").select(
        "patient_id",
        "time",
        on=(pl.col("start_day") - pl.col("origin")).clip(0),
        off=pl.coalesce(pl.col("stop_day") - pl.col("origin"), "time").clip(None, pl.col("time")),
    )
    given = given.filter(pl.col("off") > pl.col("on"))
    cuts = (
        pl.concat(
            [
                rows.select("patient_id", cut=pl.lit(0, dtype=pl.Int64)),
                rows.select("patient_id", cut="time"),
                given.select("patient_id", cut="on"),
                given.select("patient_id", cut="off"),
            ]
        )
        .unique()
        .sort("patient_id", "cut")
    )
    pieces = cuts.with_columns(exit=pl.col("cut").shift(-1).over("patient_id")).drop_nulls("exit")
    pieces = pieces.rename({"cut": "entry"}).join(rows, on="patient_id")
    on = pieces.join(given.select("patient_id", "on", "off"), on="patient_id").filter(
        (pl.col("on") <= pl.col("entry")) & (pl.col("off") >= pl.col("exit"))
    )
    on = on.select("patient_id", "entry", dexamethasone=pl.lit(1)).unique()
    return pieces.join(on, on=["patient_id", "entry"], how="left").with_columns(
        pl.col("dexamethasone").fill_null(0), event=pl.col("died") & (pl.col("exit") == pl.col("time"))
    )


def recurrence_rows(dataset: Dataset) -> CompetingRisks:
    """Recurrent necrosis from the first dose, death competing; those without a V12 are left out."""
    rows = _origin(dataset).join(
        dataset.frame("CourseLesion").select("course_id", "lesion_id", "v12_cm3"),
        left_on=["attributed_course_id", "lesion_id"],
        right_on=["course_id", "lesion_id"],
    )
    course = rows.join(
        dataset.frame("LocalTherapyCourse").select("course_id", "start_day"),
        left_on="attributed_course_id",
        right_on="course_id",
    )
    rows = course.join(
        concurrent_courses(dataset), left_on="attributed_course_id", right_on="course_id", how="left"
    )
    rows = rows.with_columns(
        ln_v12=pl.col("v12_cm3").log1p(),
        adc_concurrent=pl.col("concurrent").fill_null(0),
        exit=pl.coalesce("recurred", "time"),
        status=pl.when(pl.col("recurred").is_not_null()).then(1).when("died").then(2).otherwise(0),
    )
    return CompetingRisks.from_frame(
        rows,
        time="exit",
        status="status",
        causes={1: "recurrence", 2: "death"},
        covariates=list(RECURRENCE_COVARIATES),
        strata=["site"],
        missing="drop",
    )


def concurrent_courses(dataset: Dataset) -> pl.DataFrame:
    """Courses that a conjugate was dosed around."""
    lines = dataset.frame("SystemicTherapyLine").filter(
        pl.col("agents").list.eval(pl.element().is_in(list(CONJUGATES))).list.any()
    )
    pairs = dataset.frame("LocalTherapyCourse").select("patient_id", "course_id", course_day="start_day")
    pairs = pairs.join(lines.select("patient_id", "start_day", "last_dose_day"), on="patient_id")
    held = pairs.filter(
        (pl.col("start_day") <= pl.col("course_day") + BEFORE)
        & (pl.col("last_dose_day") >= pl.col("course_day") - AFTER)
    )
    return held.select("course_id", concurrent=pl.lit(1)).unique()


def is_seen(rows: CompetingRisks, cause: str) -> np.ndarray:
    """Rows in which the cause was seen."""
    return np.asarray(rows.status == rows.cause(cause))


def necrosis_rows(dataset: Dataset) -> CompetingRisks:
    """Symptomatic necrosis of each lesion from the start of a course in one fraction, death competing."""
    effects = dataset.frame("AdverseRadiationEffect").filter(
        (pl.col("symptomatic") == "yes") & pl.col("certainty").is_in(["confirmed", "probable"])
    )
    rows = dataset.frame("CourseLesion").filter(pl.col("fractions") == 1)
    rows = rows.join(
        dataset.frame("LocalTherapyCourse").select("course_id", "start_day", "reirradiation"), on="course_id"
    )
    rows = rows.join(
        effects.select("onset_day", "lesion_id", course_id="attributed_course_id"),
        on=["course_id", "lesion_id"],
        how="left",
    )
    rows = rows.join(concurrent_courses(dataset), on="course_id", how="left")
    rows = rows.join(dataset.frame("Patient").select("patient_id", "last_contact_day"), on="patient_id")
    rows = rows.join(
        dataset.frame("Death").select("patient_id", died=pl.lit(True)), on="patient_id", how="left"
    )
    rows = rows.with_columns(
        site=pl.col("patient_id").str.head(4),
        ln_v12=pl.col("v12_cm3").log1p(),
        adc_concurrent=pl.col("concurrent").fill_null(0),
        reirradiated=(pl.col("reirradiation") == "yes").cast(pl.Int64),
        exit=pl.coalesce("onset_day", "last_contact_day") - pl.col("start_day"),
        status=pl.when(pl.col("onset_day").is_not_null()).then(1).when(pl.col("died")).then(2).otherwise(0),
    )
    return CompetingRisks.from_frame(
        rows,
        time="exit",
        status="status",
        causes={1: "necrosis", 2: "death"},
        covariates=list(NECROSIS_COVARIATES),
        strata=["site"],
        cluster="patient_id",
        missing="drop",
    )


def survival_by_band(dataset: Dataset, bands: pl.DataFrame) -> Survival:
    """Death from the first radiosurgery, in groups `<index> <band>` (columns patient_id, index, band)."""
    first = dataset.frame("LocalTherapyCourse").group_by("patient_id").agg(origin=pl.col("start_day").min())
    rows = dataset.frame("Patient").join(first, on="patient_id").join(bands, on="patient_id")
    rows = rows.join(dataset.frame("Death").select("patient_id", died=pl.lit(1)), on="patient_id", how="left")
    return Survival.from_frame(
        rows.with_columns(
            time=pl.col("last_contact_day") - pl.col("origin"),
            died=pl.col("died").fill_null(0),
            class_of=pl.col("index") + " " + pl.col("band"),
        ),
        time="time",
        event="died",
        group="class_of",
    )
