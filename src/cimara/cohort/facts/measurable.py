"""Whether a patient had a brain lesion that RANO-BM calls measurable when treatment began."""

from __future__ import annotations

import polars as pl

from cimara.cohort.dataset import Dataset

LEAST_LONGEST_TENTHS, LEAST_PERP_TENTHS = 100, 50
"""10 mm, and 5 mm at right angles to it (RANO-BM, Lin NU et al. Lancet Oncol 2015;16:e270-e278)."""

BASELINE_DAYS = 45
"""How old the last scan before the start may be (design; as the window of the indices)."""

TENTHS = 10


def measurable_at_start(dataset: Dataset, since: pl.DataFrame) -> pl.Series:
    """Patients with a measurable lesion on a scan of the 45 days up to `begin` of `since`."""
    scans = dataset.frame("ImagingAssessment").select("patient_id", "scan_id", "day")
    near = scans.join(since, on="patient_id").filter(
        pl.col("day").is_between(pl.col("begin") - BASELINE_DAYS, pl.col("begin"))
    )
    sizes = dataset.frame("LesionMeasurement").join(near.select("scan_id"), on="scan_id", how="semi")
    longest, perp = (
        (pl.col(name) * TENTHS).round() >= least
        for name, least in (("longest_mm", LEAST_LONGEST_TENTHS), ("perp_mm", LEAST_PERP_TENTHS))
    )
    return sizes.filter(longest & perp)["patient_id"].unique()
