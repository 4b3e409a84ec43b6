"""What the prognostic indices ask of each patient, read from the chart near the anchor."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.indices.markers import gene_status, subtypes
from cimara.cohort.indices.point_tables import Item
from cimara.cohort.indices.scoring import other

HUNDREDTHS = 100
TENTH = 10
WINDOW = (-45, 14)
"""Days from the anchor within which KPS, extracranial disease and haemoglobin count (design)."""


class Prefer(StrEnum):
    """Which tissue tells the subtype of a breast cancer, where several were tested."""

    PRIMARY = "primary"
    CNS = "cns"


class EcogUse(StrEnum):
    """What an ECOG status does where there is no KPS.

    ECOG is never turned into one KPS value. With BOUNDS it limits the KPS to the two values that it may stand
    for, and the item counts where both score alike.
    """

    IGNORE = "ignore"
    BOUNDS = "bounds"


KPS_OF_ECOG = {0: (90, 100), 1: (70, 80), 2: (50, 60), 3: (30, 40), 4: (10, 20), 5: (0, 0)}
"""The KPS values that an ECOG status may stand for (cohort.md rule N2; 5 is death)."""


@dataclass(frozen=True, slots=True)
class AnchorOptions:
    """How the items are read.

    Parameters
    ----------
    window
        First and last day from the anchor that count for KPS, extracranial disease and haemoglobin.
    prefer
        Tissue of the breast subtype.
    ecog
        What an ECOG status does where no KPS is known.
    seeded_by
        Columns `patient_id`, `primary_no`: the primary that seeded the brain, for patients with several.
    """

    window: tuple[int, int] = WINDOW
    prefer: Prefer = Prefer.PRIMARY
    ecog: EcogUse = EcogUse.IGNORE
    seeded_by: pl.DataFrame | None = None


def anchor_items(dataset: Dataset, options: AnchorOptions | None = None) -> pl.DataFrame:
    """One row a patient: each `Item` with the second value that it may have.

    Beside them `tissue` of the subtype, `ecog_only` where an ECOG status is all there is, and `kps_converted`
    where the site made the KPS from an ECOG status.
    """
    asked = options or AnchorOptions()
    patients = dataset.frame("Patient").select(
        "patient_id", age="age_at_anchor", brain_metastases="n_brm_at_anchor"
    )
    found = patients
    for part in (
        _kps(dataset, asked),
        _extracranial(dataset, asked),
        _haemoglobin(dataset, asked),
        subtypes(dataset, cns_first=asked.prefer is Prefer.CNS),
        gene_status(dataset, ("EGFR", "ALK"), str(Item.EGFR_ALK)),
        gene_status(dataset, ("BRAF_V600",), str(Item.BRAF)),
    ):
        found = found.join(part, on="patient_id", how="left", maintain_order="left")
    doubled = [pl.col(item).alias(other(item)) for item in Item if other(item) not in found.columns]
    return found.with_columns(*doubled, pl.col("kps_converted", "ecog_only").fill_null(False))


def nearest(frame: pl.DataFrame, window: tuple[int, int], then: Iterable[str] = ()) -> pl.DataFrame:
    """The row of each patient nearest to the anchor within the window, the earlier of two equally near."""
    held = frame.filter(pl.col("day").is_between(*window))
    return held.sort(
        "patient_id", pl.col("day").abs(), "day", *then, nulls_last=True, maintain_order=True
    ).unique("patient_id", keep="first", maintain_order=True)


def _kps(dataset: Dataset, options: AnchorOptions) -> pl.DataFrame:
    table = dataset.frame("PerformanceStatus").filter(pl.col("value").is_not_null())
    kps = nearest(table.filter(pl.col("scale") == "KPS"), options.window, ("value",)).select(
        "patient_id",
        kps="value",
        kps_or="value",
        kps_converted=(pl.col("recorded") == "converted").fill_null(False),
    )
    ecog = nearest(table.filter(pl.col("scale") == "ECOG"), options.window, ("value",))
    alone = ecog.join(kps, on="patient_id", how="anti")
    low = {status: kps_pair[0] for status, kps_pair in KPS_OF_ECOG.items()}
    high = {status: kps_pair[1] for status, kps_pair in KPS_OF_ECOG.items()}
    used = pl.lit(options.ecog is EcogUse.BOUNDS)
    bounded = alone.select(
        "patient_id",
        kps=pl.when(used).then(pl.col("value").replace_strict(low, default=None, return_dtype=pl.Int64)),
        kps_or=pl.when(used).then(pl.col("value").replace_strict(high, default=None, return_dtype=pl.Int64)),
        kps_converted=pl.lit(False),
        ecog_only=pl.lit(True),
    )
    return pl.concat([kps.with_columns(ecog_only=pl.lit(False)), bounded], how="diagonal")


def _extracranial(dataset: Dataset, options: AnchorOptions) -> pl.DataFrame:
    """Disease outside the CNS that is controlled or stable is there all the same."""
    known = pl.col("status").is_not_null() & (pl.col("status") != "unknown")
    present = pl.when(pl.col("status") == "absent").then(pl.lit("no")).otherwise(pl.lit("yes"))
    found = nearest(dataset.frame("ExtracranialStatus").filter(known), options.window, ("status",))
    return found.select("patient_id", extracranial=present)


def _haemoglobin(dataset: Dataset, options: AnchorOptions) -> pl.DataFrame:
    """Tenths of g/dL, halves up: 11.15 is 11.2."""
    table = dataset.frame("LabResult")
    own = (pl.col("analyte") == "haemoglobin") & (pl.col("unit") == "g_dl") & pl.col("value").is_not_null()
    hundredths = (pl.col("value") * HUNDREDTHS).round().cast(pl.Int64)
    found = nearest(table.filter(own), options.window, ("value",))
    return found.select("patient_id", haemoglobin=(hundredths + TENTH // 2) // TENTH)
