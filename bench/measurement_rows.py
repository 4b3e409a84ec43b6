"""A million rows of lesion measurements with the tables that they name, clean but for what is planted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from cimara.cohort.dataset import Dataset, schema_of
from cimara.cohort.model import MissingReason, Need, data_model

SITES, LESIONS, SCANS, SEED = 17, 12, 10, 1
"""A patient has 12 lesions, each measured on 10 scans: 120 rows."""
LAST_DAY = 5_000
SPHERE = np.pi / 6_000
PLANTED = 5
"""Rows of each fault."""


@dataclass(frozen=True)
class Measured:
    """The CSV of measurements, the tables that it names, and how many rows break a rule."""

    csv: Path
    parents: Dataset
    rows: int
    broken: int


def measured(rows: int, folder: Path) -> Measured:
    """Written once in a folder."""
    frame = _measurements(rows)
    faulty = _with_faults(frame)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "lesion_measurement.csv"
    faulty.write_csv(path)
    return Measured(path, _parents(frame), rows, (len(FAULTS) + 1) * PLANTED)


def _measurements(rows: int) -> pl.DataFrame:
    random = np.random.default_rng(SEED)
    each = np.arange(rows)
    patient, within = each // (LESIONS * SCANS), each % (LESIONS * SCANS)
    longest = random.integers(20, 400, rows) / 10
    ids = pl.DataFrame({"n": patient, "lesion": within // SCANS + 1, "scan": within % SCANS + 1})
    number = pl.col("n").cast(pl.String).str.pad_start(4, "0")
    site = (pl.col("n") % SITES + 1).cast(pl.String).str.pad_start(2, "0")
    patients = pl.format("UT{}-P{}", site, number)
    return ids.select(
        patient_id=patients,
        scan_id=pl.format("{}-S{}", patients, pl.col("scan").cast(pl.String).str.pad_start(2, "0")),
        lesion_id=pl.format("{}-L{}", patients, pl.col("lesion").cast(pl.String).str.pad_start(2, "0")),
        longest_mm=pl.Series(longest),
        perp_mm=pl.Series(np.floor(longest * random.uniform(5, 10, rows)) / 10),
        vol_total_cm3=pl.Series(np.round(SPHERE * longest**3, 2)),
        target=pl.Series(random.choice(["yes", "no"], rows)),
        source=pl.lit("chart"),
        curator=pl.Series(random.choice(["curator-1", "curator-2"], rows)),
        entered_day=pl.Series(random.integers(LAST_DAY, 2 * LAST_DAY, rows)),
    )


FAULTS: tuple[pl.Expr, ...] = (
    pl.lit(200.0).alias("longest_mm"),
    pl.lit(-1.0).alias("perp_mm"),
    pl.lit(500.0).alias("vol_total_cm3"),
    pl.lit("maybe").alias("target"),
    pl.lit("memory").alias("source"),
    pl.lit("Curator 1").alias("curator"),
    pl.lit(None, dtype=pl.Int64).alias("entered_day"),
    pl.lit("UT01-P0000-L99").alias("lesion_id"),
    pl.lit("UT01-S01").alias("scan_id"),
)
"""One wrong value each; the tenth fault is a row that stands twice."""


def _with_faults(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with those of each fault in the first patients, and rows of the last patient once more."""
    parts, start = [], 0
    for fault in FAULTS[:-2]:
        parts.append(frame[start : start + PLANTED].with_columns(fault))
        start += PLANTED
    orphans = frame[start : start + PLANTED].with_columns(FAULTS[-2])
    misnamed = frame[start + PLANTED : start + 2 * PLANTED].with_columns(FAULTS[-1])
    kept = frame[start + 2 * PLANTED : -PLANTED]
    return pl.concat([*parts, orphans, misnamed, kept, kept.tail(PLANTED)])


def _parents(frame: pl.DataFrame) -> Dataset:
    """Patients, lesions and scans of the rows, without a fault."""
    lesions = frame.select("patient_id", "lesion_id").unique(maintain_order=True)
    count = pl.len().cast(pl.Int64)
    patients = lesions.group_by("patient_id", maintain_order=True).agg(n_brm_at_anchor=count)
    scans = frame.select("patient_id", "scan_id").unique(maintain_order=True)
    sites = patients.select(site_id=pl.col("patient_id").str.head(4)).unique(maintain_order=True)
    return Dataset(
        {
            "Site": _filled("Site", sites, country="NL", dag_name="site", data_cut="2025-Q2"),
            "Patient": _filled("Patient", patients, last_contact_day=LAST_DAY),
            "BrainLesion": _filled("BrainLesion", lesions, origin="new", first_seen_day=0),
            "ImagingAssessment": _filled("ImagingAssessment", scans, day=0),
        }
    )


def _filled(name: str, known: pl.DataFrame, **values: object) -> pl.DataFrame:
    """A table with what is known, the values, a first code or a fitting value where a field is required."""
    entity = data_model().entity(name)
    kinds = schema_of(entity)
    plain = {"age_at_anchor": 60, "age_topcoded": "no", "vital_status": "alive", "entered_day": LAST_DAY}
    texts = {"curator": "curator-1", "site_curator": "curator-1", "policy_hash": "0" * 64}
    columns = []
    for field in entity.fields:
        if field.name in known.columns:
            columns.append(pl.col(field.name))
            continue
        given = {**plain, **texts, **values}.get(field.name, field.code_names[0] if field.codes else None)
        held = given if field.need is Need.REQUIRED else None
        columns.append(pl.lit(held, dtype=kinds[field.name]).alias(field.name))
        if field.need is Need.OPTIONAL:
            columns.append(pl.lit(str(MissingReason.NOT_ASKED)).alias(field.why))
    return known.select(columns)
