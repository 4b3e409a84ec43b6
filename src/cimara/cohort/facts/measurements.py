"""Scans and sizes of lesions as the tidy tables of response assessment (response.md section 11).

A contract test holds the columns to those that `cimara.response` reads, which stands on our own floor.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.errors import CohortError
from cimara.cohort.facts.calendar import as_date, starts_of
from cimara.cohort.facts.steroids import dexamethasone_spans
from cimara.cohort.indices.agents import agents_of_class
from cimara.cohort.indices.courses import RADIOSURGERY, RESECTION, WHOLE_BRAIN
from cimara.cohort.reading import half_up

SCANS = ("mri", "ct")
DURAL = ("dural", "calvarium")
CUBIC_MM = 1000
STATUS_DAYS = 14
"""How far from a scan a performance status may be to stand beside it (design)."""

PRIOR = {
    **dict.fromkeys(RADIOSURGERY, "SRS"),
    **dict.fromkeys(WHOLE_BRAIN, "WBRT"),
    **dict.fromkeys(RESECTION, "surgery"),
}
BIOPSY = "biopsy"


def response_tables(dataset: Dataset, *, start: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Tables patients, visits, lesions, measurements, new_lesions and clinical, dates as 2000-01-01 + day.

    Parameters
    ----------
    start
        Columns `patient_id`, `day`: the start of the treatment whose response is asked for. Patients without
        one, and scans other than MRI and CT, are left out.

    Notes
    -----
    A lesion first seen after the start is a new, unequivocal lesion at the first scan that names it; new
    lesions that were only counted on a scan stand as one, named after the scan. A lesion of size 0 is absent,
    a resection cavity is no lesion, a volume is given in mm3. Which lesions are targets is what the chart
    says (`target`), else left to the criteria. KPS and ECOG are the nearest within 14 days of the scan. A
    chart holds no reported clinical state: derive with `clinical_source = "derived"`, which judges it by the
    scales, or each scan without one is not evaluable by RANO-BM.
    """
    started = starts_of(start).join(
        dataset.frame("Patient").select("patient_id"), on="patient_id", how="semi"
    )
    if not started.height:
        raise CohortError("no patient has a start", where="start", expected="patient_id and day of patients")
    scans = (
        dataset.frame("ImagingAssessment")
        .filter(pl.col("modality").is_in(SCANS) & pl.col("day").is_not_null())
        .join(started, on="patient_id", how="inner", maintain_order="left")
        .sort("patient_id", "day", "scan_id")
    )
    cavities = dataset.frame("BrainLesion").filter(pl.col("origin") == "resection_cavity")
    sizes = (
        dataset.frame("LesionMeasurement")
        .join(cavities, on="lesion_id", how="anti")
        .join(scans.select("scan_id", "day", "start"), on="scan_id", how="inner", maintain_order="left")
    )
    named = _new_lesions(dataset, started, sizes)
    counted = _only_counted(scans, named)
    unnamed = counted.select("patient_id", "lesion_id", "compartment", role=pl.lit("NEW"))
    tables = {
        "patients": _patients(dataset, started),
        "visits": _visits(scans),
        "lesions": pl.concat([_lesions(dataset, started, sizes), unnamed], how="diagonal"),
        "measurements": _measurements(sizes),
        "new_lesions": pl.concat([named, counted.select(named.columns)]).select(
            "patient_id",
            "lesion_id",
            "certainty",
            "compartment",
            visit_id="scan_id",
            date=as_date(pl.col("day")),
        ),
        "clinical": _clinical(dataset, scans),
    }
    return {name: frame.cast(pl.String) for name, frame in tables.items()}


def write_response_tables(tables: dict[str, pl.DataFrame], folder: Path) -> list[Path]:
    """Write each table as `folder/<table>.csv`, for `cimara response derive --tidy`."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"{name}.csv" for name in tables]
    for path in paths:
        tables[path.stem].write_csv(path)
    return paths


def _patients(dataset: Dataset, started: pl.DataFrame) -> pl.DataFrame:
    inhibitors = list(agents_of_class("ici"))
    lines = dataset.frame("SystemicTherapyLine").filter(
        pl.col("agents").list.eval(pl.element().is_in(inhibitors)).list.any()
    )
    first = lines.group_by("patient_id").agg(immune=pl.col("start_day").min())
    later = (
        dataset.frame("SystemicTherapyLine")
        .join(started, on="patient_id")
        .filter(pl.col("start_day") > pl.col("start"))
        .group_by("patient_id")
        .agg(new_therapy=pl.col("start_day").min())
    )
    joined = started.join(first, on="patient_id", how="left", maintain_order="left").join(
        later, on="patient_id", how="left", maintain_order="left"
    )
    return joined.select(
        "patient_id",
        start_date=as_date(pl.col("start")),
        immunotherapy=pl.when(pl.col("immune").is_null()).then(pl.lit("no")).otherwise(pl.lit("yes")),
        immunotherapy_start=as_date(pl.col("immune")),
        new_therapy_date=as_date(pl.col("new_therapy")),
    )


def _visits(scans: pl.DataFrame) -> pl.DataFrame:
    unread = (pl.col("intracranial_response") == "NE").fill_null(False)
    return scans.select(
        "patient_id",
        visit_id="scan_id",
        date=as_date(pl.col("day")),
        brain_scan_date=as_date(pl.col("day")),
        brain_assessable=pl.when(unread).then(pl.lit("NONE")).otherwise(pl.lit("ALL")),
    )


def _lesions(dataset: Dataset, started: pl.DataFrame, sizes: pl.DataFrame) -> pl.DataFrame:
    """The role is what baseline scans say, or the first later one; a lesion that came later is new."""
    roles = (
        sizes.filter(pl.col("target").is_in(["yes", "no"]))
        .sort("day")
        .group_by("lesion_id")
        .agg(pl.col("target").first())
    )
    joined = (
        dataset.frame("BrainLesion")
        .filter(pl.col("origin") != "resection_cavity")
        .join(started, on="patient_id", how="inner", maintain_order="left")
        .join(roles, on="lesion_id", how="left", maintain_order="left")
        .join(_prior_therapy(dataset, started), on="lesion_id", how="left", maintain_order="left")
    )
    role = (
        pl.when(_came_later())
        .then(pl.lit("NEW"))
        .when(pl.col("target") == "yes")
        .then(pl.lit("TARGET"))
        .when(pl.col("target") == "no")
        .then(pl.lit("NON_TARGET"))
    )
    prior = pl.col("prior").replace_strict(PRIOR, default="other", return_dtype=pl.String)
    return joined.select(
        "patient_id",
        "lesion_id",
        compartment=_compartment(),
        role=role,
        prior_local_therapy=pl.when(pl.col("prior").is_null()).then(pl.lit("none")).otherwise(prior),
        parent_ids="parent_lesion_id",
    )


def _prior_therapy(dataset: Dataset, started: pl.DataFrame) -> pl.DataFrame:
    """The last local therapy of each lesion before the start."""
    courses = dataset.frame("LocalTherapyCourse").filter(pl.col("modality") != BIOPSY)
    return (
        dataset.frame("CourseLesion")
        .select("lesion_id", "course_id")
        .join(courses.select("patient_id", "course_id", "modality", "start_day"), on="course_id")
        .join(started, on="patient_id")
        .filter(pl.col("start_day") < pl.col("start"))
        .sort("start_day")
        .group_by("lesion_id")
        .agg(prior=pl.col("modality").last())
    )


def _came_later() -> pl.Expr:
    return (pl.col("first_seen_day") > pl.col("start")).fill_null(False)


def _compartment() -> pl.Expr:
    dural = pl.col("location").is_in(DURAL).fill_null(False)
    return pl.when(dural).then(pl.lit("DURAL_BONY")).otherwise(pl.lit("BRAIN"))


def _measurements(sizes: pl.DataFrame) -> pl.DataFrame:
    longest, volume = pl.col("longest_mm"), pl.col("vol_total_cm3")
    absent = ((longest == 0) | (longest.is_null() & (volume == 0))).fill_null(False)
    sized = longest.is_not_null() | volume.is_not_null()
    status = (
        pl.when(absent)
        .then(pl.lit("ABSENT"))
        .when(sized)
        .then(pl.lit("MEASURED"))
        .otherwise(pl.lit("NOT_EVALUABLE"))
    )
    cubic = half_up(volume * CUBIC_MM).cast(pl.Int64)
    return sizes.select(
        "patient_id",
        "lesion_id",
        visit_id="scan_id",
        date=as_date(pl.col("day")),
        status=status,
        ld_mm=pl.when(~absent).then(longest),
        perp_mm=pl.when(~absent).then("perp_mm"),
        volume_mm3=pl.when(~absent).then(cubic),
        state=pl.when(absent).then(pl.lit("ABSENT")).when(sized).then(pl.lit("PRESENT")),
    )


def _new_lesions(dataset: Dataset, started: pl.DataFrame, sizes: pl.DataFrame) -> pl.DataFrame:
    later = (
        dataset.frame("BrainLesion")
        .filter(pl.col("origin") != "resection_cavity")
        .join(started, on="patient_id", how="inner")
        .filter(_came_later())
    )
    seen = sizes.select("lesion_id", "scan_id", "day").join(
        later.select("patient_id", "lesion_id", "location"), on="lesion_id", how="inner"
    )
    first = seen.sort("patient_id", "lesion_id", "day").unique("lesion_id", keep="first", maintain_order=True)
    return first.select(
        "patient_id",
        "lesion_id",
        "scan_id",
        "day",
        certainty=pl.lit("UNEQUIVOCAL"),
        compartment=_compartment(),
    )


def _only_counted(scans: pl.DataFrame, named: pl.DataFrame) -> pl.DataFrame:
    """Scans after the start with new lesions of which none was entered: one lesion each, named after it."""
    shown = scans.filter((pl.col("new_lesion_count") > 0) & (pl.col("day") > pl.col("start")))
    return shown.join(named, on="scan_id", how="anti").select(
        "patient_id",
        "scan_id",
        "day",
        lesion_id=pl.format("{}-NEW", "scan_id"),
        certainty=pl.lit("UNEQUIVOCAL"),
        compartment=pl.lit("BRAIN"),
    )


def _clinical(dataset: Dataset, scans: pl.DataFrame) -> pl.DataFrame:
    """KPS and ECOG near each scan, and dexamethasone on its day: 0 mg where the chart has none for it."""
    spans = dexamethasone_spans(dataset)
    held = (pl.col("first") <= pl.col("day")) & (
        pl.col("after").is_null() | (pl.col("day") < pl.col("after"))
    )
    on = (
        scans.select("patient_id", "scan_id", "day")
        .join(spans, on="patient_id", how="inner")
        .filter(held)
        .group_by("scan_id")
        .agg(dose=pl.col("dose").max())
    )
    recorded = dataset.frame("SupportiveCourse")["patient_id"].unique().implode()
    joined = scans
    for part in (_status_near(dataset, scans, "KPS"), _status_near(dataset, scans, "ECOG"), on):
        joined = joined.join(part, on="scan_id", how="left", maintain_order="left")
    known_off = pl.col("patient_id").is_in(recorded) & ~pl.col("scan_id").is_in(on["scan_id"].implode())
    return joined.select(
        "patient_id",
        "kps",
        "ecog",
        visit_id="scan_id",
        date=as_date(pl.col("day")),
        dex_mg_per_day=pl.when(known_off).then(0.0).otherwise("dose"),
    )


def _status_near(dataset: Dataset, scans: pl.DataFrame, scale: str) -> pl.DataFrame:
    """The performance status nearest to each scan, the earlier of two, within 14 days."""
    noted = dataset.frame("PerformanceStatus").filter(pl.col("scale") == scale)
    return (
        scans.select("patient_id", "scan_id", scan_day="day")
        .join(noted.select("patient_id", "day", "value"), on="patient_id", how="inner")
        .with_columns(gap=(pl.col("day") - pl.col("scan_day")).abs())
        .filter(pl.col("gap") <= STATUS_DAYS)
        .sort("gap", "day", "value")
        .unique("scan_id", keep="first", maintain_order=True)
        .select("scan_id", pl.col("value").alias(scale.lower()))
    )
