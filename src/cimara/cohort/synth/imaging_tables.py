"""Scans and what was measured on them."""

from __future__ import annotations

import numpy as np
import polars as pl

from cimara.cohort.synth.chart import Chart
from cimara.cohort.synth.day_laws import FloatArray, IntArray
from cimara.cohort.synth.draws import Texts, choices, numbered, stream, to_places
from cimara.cohort.synth.frames import model_frame
from cimara.cohort.synth.treated_lesions import diameter_mm
from cimara.cohort.synth.visits import Scans


def scan_table(chart: Chart, scans: Scans) -> pl.DataFrame:
    """The scans. Field strength and slice belong to the site."""
    n = len(scans.owner)
    random = stream(chart.seed, "scan details")
    site = chart.people.site[scans.owner]
    ids = chart.ids[scans.owner]
    field = np.where(random.random(n) < 0.3 + 0.04 * (site % 10), "3.0", "1.5").astype(object)
    perfusion, spectroscopy = (choices(random, {"yes": share, "no": 1 - share}, n) for share in (0.3, 0.05))
    skipped = chart.absent("perfusion", 0.05, n)
    response = choices(random, {"SD": 60, "PR": 25, "CR": 5, "PD": 8, "NE": 2}, n)
    return model_frame(
        "ImagingAssessment",
        {
            "patient_id": ids,
            "scan_id": numbered(ids, "S", scans.number),
            "day": scans.day,
            "modality": np.full(n, "mri", dtype=object),
            "btip_bm": np.where(site % 4 == 0, "yes", "no").astype(object),
            "slice_mm": np.where(site % 2 == 0, 1.0, 1.5),
            "field_t": field,
            "contrast": np.full(n, "yes", dtype=object),
            "perfusion": np.where(skipped, "", perfusion),
            "perfusion__why": np.where(skipped, "UNK", ""),
            "spectroscopy": spectroscopy,
            "blinded_review": np.full(n, "no", dtype=object),
            "criteria": np.where(scans.planning, "none", "rano_bm").astype(object),
            "intracranial_response": np.where(scans.planning, "", response),
            "new_lesion_count": np.where(scans.planning, np.nan, np.where(random.random(n) < 0.06, 1, 0)),
            **chart.entered(scans.owner, "scan"),
        },
    )


def measurement_table(
    chart: Chart, scans: Scans, place: IntArray, lesion: IntArray, volume: FloatArray, suspicion: Texts
) -> pl.DataFrame:
    """Sizes of lesions on scans; `place` is that of the scan, `volume` the whole lesion in cm3."""
    n = len(place)
    random = stream(chart.seed, "measurements")
    owner = scans.owner[place]
    ids = chart.ids[owner]
    total = to_places(np.maximum(volume, 0.02), 2)
    necrotic = np.round(total * random.uniform(0.1, 0.4, n), 2)
    longest = diameter_mm(total)
    perfused = random.random(n) < 0.25
    return model_frame(
        "LesionMeasurement",
        {
            "patient_id": ids,
            "scan_id": numbered(ids, "S", scans.number[place]),
            "lesion_id": numbered(ids, "L", lesion),
            "longest_mm": longest,
            "perp_mm": np.round(longest * random.uniform(0.7, 0.95, n), 1),
            "vol_total_cm3": total,
            "vol_enhancing_cm3": np.round(total - necrotic, 2),
            "vol_necrotic_cm3": necrotic,
            "vol_flair_cm3": np.round(np.minimum(total * random.uniform(2, 6, n), 380), 2),
            "target": np.where(longest >= 10, "yes", "no").astype(object),
            "rn_suspicion": suspicion,
            "rcbv_ratio": np.where(perfused, np.round(random.uniform(0.5, 2.5, n), 2), np.nan),
            "rcbv_ratio__why": np.where(perfused, "", "ND"),
            **chart.entered(owner, "measurement"),
        },
    )
