"""What a site's data look like in a few figures, each with the number of rows behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from cimara.cohort.dataset import Dataset

SINGLE_FRACTION = ("srs_gk", "srs_linac", "srs_robotic")
USUAL_DOSE = (12.0, 24.0)
"""Single-fraction doses that are usual, in Gy (rule D2)."""
SEEN_AT_ANCHOR = 30
"""Days within which a lesion counts as one of the anchor (rule N1)."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of rows: `part` of `n`."""

    name: str
    label: str
    part: int
    n: int


@dataclass(frozen=True, slots=True)
class Spread:
    """Median and quartiles of a number."""

    name: str
    label: str
    n: int
    median: float | None
    lower: float | None
    upper: float | None


def shares(dataset: Dataset) -> list[Share]:
    """The shares by which sites are compared."""
    return [Share(name, label, *made(dataset)) for name, (label, made) in SHARES.items()]


def scan_intervals(dataset: Dataset) -> Spread:
    """Days between successive scans of a patient; a schedule that is wide dates events late."""
    scans = dataset.frame("ImagingAssessment").select("patient_id", "day").unique().sort("patient_id", "day")
    days = scans.select(pl.col("day").diff().over("patient_id")).to_series().drop_nulls()
    return _spread("scan_interval", "Days between scans", days)


def follow_up(dataset: Dataset) -> Spread:
    """Days from the anchor to the last contact, of all patients, whatever ended it."""
    return _spread("last_contact", "Days to last contact", dataset.frame("Patient")["last_contact_day"])


def _spread(name: str, label: str, days: pl.Series) -> Spread:
    held = days.drop_nulls().cast(pl.Float64)
    quantiles = [held.quantile(q, "linear") for q in (0.5, 0.25, 0.75)]
    return Spread(name, label, len(held), quantiles[0], quantiles[1], quantiles[2])


def _count(frame: pl.DataFrame, condition: pl.Expr) -> tuple[int, int]:
    """Rows that meet a condition, of those in which it can be told."""
    met = frame.select(condition).to_series().drop_nulls()
    return int(met.sum()), len(met)


def _cause_unknown(dataset: Dataset) -> tuple[int, int]:
    return _count(dataset.frame("Death"), pl.col("cause").fill_null("unknown") == "unknown")


def _with_pathology(dataset: Dataset) -> tuple[int, int]:
    return _count(dataset.frame("AdverseRadiationEffect"), pl.col("basis").list.contains("pathology"))


def _unusual_dose(dataset: Dataset) -> tuple[int, int]:
    courses = dataset.frame("LocalTherapyCourse").select("course_id", "modality")
    doses = dataset.frame("CourseLesion").join(courses, on="course_id")
    single = doses.filter(pl.col("modality").is_in(SINGLE_FRACTION) & (pl.col("fractions") == 1))
    return _count(single, ~pl.col("dose_gy").is_between(*USUAL_DOSE))


def _count_differs(dataset: Dataset) -> tuple[int, int]:
    early = dataset.frame("BrainLesion").filter(pl.col("first_seen_day") <= SEEN_AT_ANCHOR)
    seen = early.group_by("patient_id").agg(seen=pl.len())
    held = (
        dataset.frame("Patient")
        .join(seen, on="patient_id", how="left")
        .with_columns(pl.col("seen").fill_null(0))
    )
    return _count(held, pl.col("seen") != pl.col("n_brm_at_anchor"))


def _lost(dataset: Dataset) -> tuple[int, int]:
    return _count(dataset.frame("Patient"), pl.col("vital_status") == "lost")


def _without_kps(dataset: Dataset) -> tuple[int, int]:
    scored = dataset.frame("PerformanceStatus").select("patient_id").unique()
    patients = dataset.frame("Patient")
    return patients.join(scored, on="patient_id", how="anti").height, patients.height


def _v12_missing(dataset: Dataset) -> tuple[int, int]:
    return _count(dataset.frame("CourseLesion").filter(pl.col("fractions") == 1), pl.col("v12_cm3").is_null())


SHARES: dict[str, tuple[str, Callable[[Dataset], tuple[int, int]]]] = {
    "cause_unknown": ("Deaths of unknown cause", _cause_unknown),
    "pathology": ("Radiation necrosis with pathology", _with_pathology),
    "unusual_dose": ("Single-fraction doses outside 12 to 24 Gy", _unusual_dose),
    "count_differs": ("Lesion count differs from the lesions listed", _count_differs),
    "lost": ("Lost to follow-up", _lost),
    "no_performance": ("No performance status", _without_kps),
    "v12_missing": ("V12 missing after a single fraction", _v12_missing),
}
