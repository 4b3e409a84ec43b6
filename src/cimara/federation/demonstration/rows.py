"""Invented rows of a cohort of brain metastases at many sites; nobody in it lives or has lived."""

from __future__ import annotations

import numpy as np
import polars as pl

SITES = (
    "NL01", "UT02", "DE03", "FR04", "IT05", "ES06", "CH07", "SE08", "DK09", "NO10", "PL11", "CA12", "NY13",
    "TX14", "MA15", "JP16", "AU17",
)  # fmt: skip
"""Ids of the 17 sites of the demonstration."""
PATIENTS = 120
SEED = 2026
UNTIL = 1461
"""Day on which follow-up ends: four years."""
ARMS = ("radiosurgery", "surgery")
PRIMARIES = ("lung", "breast", "melanoma")


def site_rows(site: str, *, patients: int = PATIENTS, seed: int = SEED) -> pl.DataFrame:
    """The table of one site, the same in every run.

    Columns: patient, site, days (whole), status (0 censored, 1 progression, 2 death), event (status above 0),
    age (years), kps (50 to 100), arm, primary.
    """
    draw = np.random.default_rng([seed, SITES.index(site)])
    age = np.clip(np.round(draw.normal(61, 11, patients)), 25, 92)
    kps = 10.0 * draw.integers(5, 11, patients)
    arm = draw.integers(len(ARMS), size=patients)
    primary = draw.choice(len(PRIMARIES), p=(0.55, 0.25, 0.20), size=patients)
    hazard = np.exp(0.25 * (age - 60) / 10 - 0.3 * (kps - 80) / 10 - 0.35 * arm + 0.3 * (primary == 2))
    progression = draw.exponential(700 / hazard**0.7)
    death = draw.exponential(520 / hazard)
    last = np.minimum(draw.exponential(1600, patients), UNTIL)
    first = np.minimum(progression, death)
    status = np.where(first > last, 0, np.where(progression < death, 1, 2))
    return pl.DataFrame(
        {
            "patient": [f"{site}-{number:04d}" for number in range(patients)],
            "site": [site] * patients,
            "days": np.ceil(np.minimum(first, last)).clip(1, UNTIL),
            "status": status.astype(np.int64),
            "event": (status > 0).astype(np.int64),
            "age": age,
            "kps": kps,
            "arm": [ARMS[one] for one in arm],
            "primary": [PRIMARIES[one] for one in primary],
        }
    )
