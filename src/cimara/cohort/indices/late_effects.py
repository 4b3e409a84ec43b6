"""Follow-up for late effects of radiation: which scans of each treated lesion were due, and which done."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.indices.courses import RADIATION, RESECTION, WHOLE_BRAIN, treated, with_parents

ASSESSED, SCANNED, MISSED = "assessed", "scanned", "missed"
SIZES = ("longest_mm", "perp_mm", "vol_total_cm3", "vol_enhancing_cm3", "vol_necrotic_cm3", "vol_flair_cm3")
CNS_SCANS = ("mri", "ct")


@dataclass(frozen=True, slots=True)
class FollowUpSchedule:
    """When a treated lesion should be imaged (design).

    Parameters
    ----------
    steps
        Pairs (up to this day after the course, every so many days): 91 days for two years, then 183 to five.
    tolerance
        Days before and after the due day in which a scan counts.
    """

    steps: tuple[tuple[int, int], ...] = ((730, 91), (1826, 183))
    tolerance: int = 42

    def due_days(self) -> Iterator[int]:
        """Due days after the end of the course."""
        day = 0
        for until, every in self.steps:
            while day + every <= until:
                day += every
                yield day


def at_risk(dataset: Dataset) -> pl.DataFrame:
    """How long each irradiated lesion was watched for late effects of each course.

    Columns patient_id, course_id, lesion_id, from_day (end of the course), to_day, ended_by (`retreated`,
    `resected`, `death`, `last_contact`), days, retreated_day, last_imaging_day (last scan that measured the
    lesion, up to to_day), necrosis_day (first adverse radiation effect of the lesion that is attributed to
    the course, or to none and came after it), necrotic_share_first, necrotic_share_max (necrotic of total
    volume, of scans from from_day to to_day).

    A lesion is retreated by the next radiation, and resected by the next resection, of itself or of a lesion
    that arose from it. Cystic degeneration itself has no field in the data model; the growth of the necrotic
    share is the nearest that it measures.
    """
    bounded = _bounded(dataset)
    return (
        bounded.join(_imaging(dataset, bounded), on=_KEYS, how="left", maintain_order="left")
        .join(_necrosis(dataset, bounded), on=_KEYS, how="left", maintain_order="left")
        .select(
            "patient_id",
            *_KEYS,
            "from_day",
            "to_day",
            "ended_by",
            "retreated_day",
            "last_imaging_day",
            "necrosis_day",
            "necrotic_share_first",
            "necrotic_share_max",
            days=pl.max_horizontal(pl.col("to_day") - pl.col("from_day"), pl.lit(0)),
        )
    )


_KEYS = ("course_id", "lesion_id")
ENDS = {
    "retreated": "retreated_day",
    "resected": "resected_day",
    "death": "death_day",
    "last_contact": "last_contact_day",
}
"""What ends the time at risk; the first of the list where two fall on one day."""


def _bounded(dataset: Dataset) -> pl.DataFrame:
    """Irradiated lesions with the end of the course, the end of the time at risk, and what ended it."""
    rows = treated(dataset, RADIATION).select(
        "patient_id", *_KEYS, "start_day", from_day=pl.coalesce("end_day", "start_day")
    )
    patients = dataset.frame("Patient").select("patient_id", "last_contact_day")
    deaths = dataset.frame("Death").select("patient_id", death_day="day").unique("patient_id", keep="first")
    found = rows
    for part, keys in (
        (patients, ["patient_id"]),
        (deaths, ["patient_id"]),
        (_next_course(dataset, rows, RADIATION, "retreated_day"), list(_KEYS)),
        (_next_course(dataset, rows, RESECTION, "resected_day"), list(_KEYS)),
    ):
        found = found.join(part, on=keys, how="left", maintain_order="left")
    to_day = pl.min_horizontal(*ENDS.values())
    ended_by = pl.lit(None, dtype=pl.String)
    for name, column in reversed(ENDS.items()):
        ended_by = pl.when(pl.col(column) == to_day).then(pl.lit(name)).otherwise(ended_by)
    return found.with_columns(to_day=to_day, ended_by=ended_by)


def follow_up(dataset: Dataset, schedule: FollowUpSchedule | None = None) -> pl.DataFrame:
    """One row a scan that was due, while the lesion was at risk for the whole of its window.

    Columns patient_id, course_id, lesion_id, due_no, due_day, first_day, last_day, scan_day (of the scan
    nearest to the due day) and met: `assessed` when the lesion was measured, `scanned` when there is an MRI
    or CT of the CNS, else `missed`.
    """
    asked = schedule or FollowUpSchedule()
    due = pl.DataFrame({"after": list(asked.due_days())}, schema={"after": pl.Int64}).with_row_index(
        "due_no", offset=1
    )
    rows = at_risk(dataset).select("patient_id", *_KEYS, "from_day", "to_day").join(due, how="cross")
    windows = rows.with_columns(due_day=pl.col("from_day") + pl.col("after")).with_columns(
        first_day=pl.col("due_day") - asked.tolerance, last_day=pl.col("due_day") + asked.tolerance
    )
    expected = windows.filter(pl.col("last_day") <= pl.col("to_day"))
    keys = [*_KEYS, "due_no"]
    sized = _nearest_scan(
        expected, measured(dataset).select("lesion_id", "day"), "lesion_id", keys, "assessed_day"
    )
    scans = dataset.frame("ImagingAssessment").filter(pl.col("modality").is_in(CNS_SCANS))
    scanned = _nearest_scan(expected, scans.select("patient_id", "day"), "patient_id", keys, "scanned_day")
    return (
        expected.join(sized, on=keys, how="left", maintain_order="left")
        .join(scanned, on=keys, how="left", maintain_order="left")
        .select(
            "patient_id",
            *_KEYS,
            pl.col("due_no").cast(pl.Int64),
            "due_day",
            "first_day",
            "last_day",
            met=pl.when(pl.col("assessed_day").is_not_null())
            .then(pl.lit(ASSESSED))
            .when(pl.col("scanned_day").is_not_null())
            .then(pl.lit(SCANNED))
            .otherwise(pl.lit(MISSED)),
            scan_day=pl.coalesce("assessed_day", "scanned_day"),
        )
    )


def _nearest_scan(
    windows: pl.DataFrame, scans: pl.DataFrame, on: str, keys: list[str], name: str
) -> pl.DataFrame:
    inside = windows.join(scans, on=on, how="inner").filter(pl.col("day").is_between("first_day", "last_day"))
    return (
        inside.sort((pl.col("day") - pl.col("due_day")).abs(), "day")
        .unique(keys, keep="first", maintain_order=True)
        .select(*keys, pl.col("day").alias(name))
    )


def measured(dataset: Dataset) -> pl.DataFrame:
    """Measurements that hold a size or a response, with the day of their scan."""
    judged = pl.col("lesion_response").is_in(["CR", "PR", "SD", "PD"]).fill_null(False)
    sized = pl.any_horizontal([pl.col(name).is_not_null() for name in SIZES])
    scans = dataset.frame("ImagingAssessment").select("scan_id", "day")
    return dataset.frame("LesionMeasurement").filter(judged | sized).join(scans, on="scan_id", how="inner")


def _next_course(
    dataset: Dataset, rows: pl.DataFrame, modalities: tuple[str, ...], name: str
) -> pl.DataFrame:
    """The first day after each course on which the lesion, or one that arose from it, was treated again.

    Whole-brain radiotherapy that names no lesions treats all of them.
    """
    later = with_parents(
        dataset, treated(dataset, modalities).select("patient_id", *_KEYS, again="start_day")
    )
    by_lesion = rows.join(later.select("again", lesion_id="own_lesion_id"), on="lesion_id", how="inner")
    found = [by_lesion.select(*_KEYS, "start_day", "again")]
    if set(modalities) & set(WHOLE_BRAIN):
        whole = dataset.frame("LocalTherapyCourse").filter(pl.col("modality").is_in(WHOLE_BRAIN))
        by_patient = rows.join(whole.select("patient_id", again="start_day"), on="patient_id", how="inner")
        found.append(by_patient.select(*_KEYS, "start_day", "again"))
    after = pl.concat(found).filter(pl.col("again") > pl.col("start_day"))
    return after.group_by(_KEYS).agg(pl.col("again").min().alias(name))


def _imaging(dataset: Dataset, rows: pl.DataFrame) -> pl.DataFrame:
    share = pl.col("vol_necrotic_cm3") / pl.when(pl.col("vol_total_cm3") > 0).then("vol_total_cm3")
    seen = rows.select(*_KEYS, "from_day", "to_day").join(
        measured(dataset).select("lesion_id", "day", share=share), on="lesion_id", how="inner"
    )
    within = seen.filter(pl.col("day").is_between("from_day", "to_day")).sort("day")
    return within.group_by(_KEYS).agg(
        last_imaging_day=pl.col("day").max(),
        necrotic_share_first=pl.col("share").drop_nulls().first(),
        necrotic_share_max=pl.col("share").max(),
    )


def _necrosis(dataset: Dataset, rows: pl.DataFrame) -> pl.DataFrame:
    effects = dataset.frame("AdverseRadiationEffect").select("lesion_id", "onset_day", "attributed_course_id")
    of_lesion = rows.select(*_KEYS, "from_day", "to_day").join(effects, on="lesion_id", how="inner")
    named = pl.col("attributed_course_id") == pl.col("course_id")
    unnamed = pl.col("attributed_course_id").is_null() & pl.col("onset_day").is_between("from_day", "to_day")
    held = of_lesion.filter(named.fill_null(False) | unnamed)
    return held.group_by(_KEYS).agg(necrosis_day=pl.col("onset_day").min())
