"""The cohort as the tidy tables that endpoint facts are read from (endpoints.md section 3).

A contract test holds the columns equal to `cimara.outcomes.endpoints.tidy_tables.TABLES`, which a floor above
cannot lend us.
"""

from __future__ import annotations

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.facts.calendar import as_date, starts_of
from cimara.cohort.facts.lesion_events import Assessed, lesion_events
from cimara.cohort.facts.measurable import measurable_at_start
from cimara.cohort.indices.courses import RADIOSURGERY, RESECTION, WHOLE_BRAIN

SITE_LETTERS = 4
TEXT, DATE = pl.String(), pl.Date()
COLUMNS: dict[str, dict[str, pl.DataType]] = {
    "patients": {
        "patient_id": TEXT,
        "randomisation_date": DATE,
        "enrolment_date": DATE,
        "treatment_start": DATE,
        "treatment_end": DATE,
        "withdrawal_date": DATE,
        "last_alive": DATE,
        "data_cut": DATE,
        "cns_disease": TEXT,
        "measurable_cns": TEXT,
        "lmd_at_start": TEXT,
        "site": TEXT,
    },
    "deaths": {"patient_id": TEXT, "date": DATE, "cause": TEXT, "adjudicated": TEXT},
    "therapies": {
        "patient_id": TEXT,
        "kind": TEXT,
        "start": DATE,
        "end": DATE,
        "modality": TEXT,
        "intent": TEXT,
        "lesion_ids": TEXT,
        "new_line": TEXT,
    },
    "lesion_events": {
        "patient_id": TEXT,
        "date": DATE,
        "event": TEXT,
        "lesion_id": TEXT,
        "compartment": TEXT,
        "origin": TEXT,
        "type": TEXT,
        "certainty": TEXT,
        "basis": TEXT,
        "symptomatic": TEXT,
        "grade": TEXT,
        "adjudged": TEXT,
        "decided_on": DATE,
    },
    "cognition": {
        "patient_id": TEXT,
        "date": DATE,
        "test": TEXT,
        "score": TEXT,
        "z": TEXT,
        "form": TEXT,
        "done": TEXT,
        "missed": TEXT,
    },
    "clinic_visits": {"patient_id": TEXT, "date": DATE},
    "adjudications": {
        "event_id": TEXT,
        "patient_id": TEXT,
        "kind": TEXT,
        "decided_on": DATE,
        "lesion_id": TEXT,
        "visit_id": TEXT,
        "basis": TEXT,
    },
}
"""Columns of each table and their types; a column that a cohort has no field for is empty."""

COGNITIVE_TESTS = {"hvlt_r": "HVLT-R total", "tmt_a": "TMT A", "tmt_b": "TMT B", "cowa": "COWA"}
"""Instruments that are cognitive tests, as endpoint definitions name them; the others are questionnaires."""

MODALITIES = {
    **dict.fromkeys(RADIOSURGERY, "SRS"),
    **dict.fromkeys(WHOLE_BRAIN, "WBRT"),
    **dict.fromkeys(RESECTION, "surgery"),
    "litt": "LITT",
    "partial_brain": "other",
    "proton": "other",
    "brachytherapy": "other",
}
"""Local therapies as endpoint definitions name them. A biopsy is no therapy, and starts no clock."""


def tidy_facts(
    dataset: Dataset,
    *,
    start: pl.DataFrame | None = None,
    data_cut_day: int | pl.DataFrame | None = None,
    assessed: Assessed = Assessed.SCANS,
) -> dict[str, pl.DataFrame]:
    """The tidy tables of a cohort, dates as 2000-01-01 + day.

    Parameters
    ----------
    start
        Columns `patient_id`, `day`: the start of treatment that clocks run from. Patients that are not in it
        have no start, and endpoints that need one leave them out with that reason.
    data_cut_day
        The day from the anchor after which nothing counts, one for all or by `patient_id` and `day`.
    assessed
        What says that a lesion could be judged on a day (`Assessed`).

    Notes
    -----
    Scans that could be judged for the whole brain have no place in these tables: `scans.scan_facts` gives
    them as facts, and endpoints that are censored at the last adequate scan need those, too.
    """
    started = starts_of(start)
    return {
        "patients": _shaped("patients", _patients(dataset, started, data_cut_day)),
        "deaths": _shaped("deaths", _deaths(dataset)),
        "therapies": _shaped("therapies", pl.concat([_systemic(dataset), _local(dataset)], how="diagonal")),
        "lesion_events": _shaped("lesion_events", lesion_events(dataset, assessed)),
        "cognition": _shaped("cognition", _cognition(dataset)),
        "clinic_visits": _shaped("clinic_visits", _visits(dataset)),
        "adjudications": _shaped("adjudications", pl.DataFrame(schema={"patient_id": pl.String})),
    }


def _shaped(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(
        [
            (pl.col(name) if name in frame.columns else pl.lit(None)).cast(kind).alias(name)
            for name, kind in COLUMNS[table].items()
        ]
    )


def _patients(dataset: Dataset, started: pl.DataFrame, cut: int | pl.DataFrame | None) -> pl.DataFrame:
    patients = dataset.frame("Patient").join(started, on="patient_id", how="left", maintain_order="left")
    if isinstance(cut, pl.DataFrame):
        days = cut.select("patient_id", cut_day="day").unique("patient_id", keep="first")
        patients = patients.join(days, on="patient_id", how="left", maintain_order="left")
    else:
        patients = patients.with_columns(cut_day=pl.lit(cut, dtype=pl.Int64))
    since = patients.select("patient_id", begin=pl.coalesce("start", pl.lit(0)))
    spread = _by_start(dataset.frame("LmdEvent").select("patient_id", "day"), since)
    lesions = _by_start(dataset.frame("BrainLesion").select("patient_id", day="first_seen_day"), since)
    has_spread, has_lesion = _is_in(spread), _is_in(lesions)
    number = pl.col("n_brm_at_anchor")
    disease = (
        pl.when((number > 0).fill_null(False) | has_spread | has_lesion)
        .then(pl.lit("yes"))
        .when(number == 0)
        .then(pl.lit("no"))
    )
    measurable = measurable_at_start(dataset, since)
    return patients.select(
        "patient_id",
        treatment_start=as_date(pl.col("start")),
        last_alive=as_date(pl.col("last_contact_day")),
        data_cut=as_date(pl.col("cut_day")),
        cns_disease=disease,
        measurable_cns=pl.when(_is_in(measurable)).then(pl.lit("yes")),
        lmd_at_start=pl.when(has_spread).then(pl.lit("yes")).otherwise(pl.lit("no")),
        site=pl.col("patient_id").str.head(SITE_LETTERS),
    )


def _by_start(days: pl.DataFrame, since: pl.DataFrame) -> pl.Series:
    """Patients who had the event by the start of treatment, or by the anchor where there is no start."""
    known = days.join(since, on="patient_id").filter(pl.col("day") <= pl.col("begin"))
    return known["patient_id"].unique()


def _is_in(patients: pl.Series) -> pl.Expr:
    return pl.col("patient_id").is_in(patients.implode())


def _deaths(dataset: Dataset) -> pl.DataFrame:
    decided = pl.col("adjudicated_by")
    return dataset.frame("Death").select(
        "patient_id",
        "cause",
        date=as_date(pl.col("day")),
        adjudicated=pl.when(decided.is_in(["site", "central"]))
        .then(pl.lit("yes"))
        .when(decided == "none")
        .then(pl.lit("no")),
    )


def _systemic(dataset: Dataset) -> pl.DataFrame:
    """A line of the data model is by its definition a new line."""
    return dataset.frame("SystemicTherapyLine").select(
        "patient_id",
        kind=pl.lit("systemic"),
        start=as_date(pl.col("start_day")),
        end=as_date(pl.coalesce("last_dose_day", "stop_day")),
        new_line=pl.lit("yes"),
    )


def _local(dataset: Dataset) -> pl.DataFrame:
    """Courses with the lesions that they treated; whole-brain therapy that names none treated them all."""
    courses = dataset.frame("LocalTherapyCourse").filter(pl.col("modality").is_in(list(MODALITIES)))
    named = dataset.frame("CourseLesion").group_by("course_id").agg(pl.col("lesion_id").sort().str.join(";"))
    whole = courses.filter(pl.col("modality").is_in(WHOLE_BRAIN)).select(
        "patient_id", "course_id", "start_day"
    )
    lesions = dataset.frame("BrainLesion").select("patient_id", "first_seen_day", all_ids="lesion_id")
    there = whole.join(lesions, on="patient_id").filter(pl.col("first_seen_day") <= pl.col("start_day"))
    of_all = there.group_by("course_id").agg(pl.col("all_ids").sort().str.join(";"))
    joined = courses.join(named, on="course_id", how="left", maintain_order="left").join(
        of_all, on="course_id", how="left", maintain_order="left"
    )
    salvage = pl.when(pl.col("intent") == "salvage").then(pl.lit("salvage")).otherwise(pl.lit("planned"))
    return joined.select(
        "patient_id",
        kind=pl.lit("cns"),
        start=as_date(pl.col("start_day")),
        end=as_date(pl.col("end_day")),
        modality=pl.col("modality").replace_strict(MODALITIES, return_dtype=pl.String),
        intent=pl.when(pl.col("intent").is_not_null()).then(salvage),
        lesion_ids=pl.coalesce("lesion_id", "all_ids"),
    )


def _cognition(dataset: Dataset) -> pl.DataFrame:
    tests = dataset.frame("NeurocogPro").filter(pl.col("instrument").is_in(list(COGNITIVE_TESTS)))
    return tests.select(
        "patient_id",
        date=as_date(pl.col("day")),
        test=pl.col("instrument").replace_strict(COGNITIVE_TESTS, return_dtype=pl.String),
        score=pl.col("score").cast(pl.String),
        form="version",
        done=pl.when(pl.col("score").is_not_null()).then(pl.lit("yes")).otherwise(pl.lit("no")),
    )


def _visits(dataset: Dataset) -> pl.DataFrame:
    """Days on which performance status or extracranial disease was noted."""
    days = [
        dataset.frame(name).select("patient_id", "day")
        for name in ("PerformanceStatus", "ExtracranialStatus")
    ]
    seen = pl.concat(days).drop_nulls().unique().sort("patient_id", "day")
    return seen.select("patient_id", date=as_date(pl.col("day")))
