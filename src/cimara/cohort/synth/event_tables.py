"""Rarer tables: progression, leptomeningeal disease, tests of cognition, specimens and assays."""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl

from cimara.cohort.synth.chart import Chart
from cimara.cohort.synth.day_laws import IntArray
from cimara.cohort.synth.draws import choices, counter, numbered, stream, whole_between
from cimara.cohort.synth.frames import model_frame
from cimara.cohort.synth.visits import Scans

PROGRESSED, LEPTOMENINGEAL, TESTED, SAMPLED = 0.45, 0.08, 0.10, 0.12
"""Shares of patients with each. Design."""


def progression_table(chart: Chart, scans: Scans, lesion: IntArray) -> pl.DataFrame:
    """At most one progression a patient, seen on a routine scan; a local one is of the lesion given."""
    random = stream(chart.seed, "progression")
    routine = np.flatnonzero(scans.day > chart.course[scans.owner])
    order = routine[np.argsort(random.random(len(routine)))]
    _, first = np.unique(scans.owner[order], return_index=True)
    place = order[first]
    place = place[random.random(len(place)) < PROGRESSED]
    owner = scans.owner[place]
    n = len(owner)
    kind = choices(random, {"distant_intracranial": 50, "local": 12, "extracranial": 38}, n)
    ids = chart.ids[owner]
    return model_frame(
        "ProgressionEvent",
        {
            "patient_id": ids,
            "progression_no": np.ones(n, dtype=np.int64),
            "kind": kind,
            "day": scans.day[place],
            "lesion_id": np.where(kind == "local", numbered(ids, "L", lesion[owner]), ""),
            "basis": np.full(n, "imaging", dtype=object),
            "scan_id": np.where(kind == "extracranial", "", numbered(ids, "S", scans.number[place])),
            "adjudicated": choices(random, {"yes": 2, "no": 8}, n),
            **chart.entered(owner, "progression"),
        },
    )


def leptomeningeal_table(chart: Chart) -> pl.DataFrame:
    """Leptomeningeal disease of some, after the radiosurgery."""
    random = stream(chart.seed, "leptomeningeal")
    room = chart.last_contact - chart.course
    owner = np.flatnonzero((random.random(chart.n) < LEPTOMENINGEAL) & (room > 60))
    n = len(owner)
    imaging = random.random(n) < 0.6
    return model_frame(
        "LmdEvent",
        {
            "patient_id": chart.ids[owner],
            "day": chart.course[owner]
            + 30
            + np.floor(random.random(n) * (room[owner] - 40)).astype(np.int64),
            "type": choices(random, {"classical": 6, "nodular": 3, "mixed": 1}, n),
            "basis": np.where(imaging, "mri;clinical", "csf_cytology;mri").astype(object),
            "eano_esmo": np.where(imaging, "IIB", "IB").astype(object),
            "csf_flow": choices(random, {"normal": 3, "obstructed": 1, "not_done": 6}, n),
            "treatment": choices(random, {"systemic": 4, "wbrt": 2, "intrathecal;systemic": 2, "none": 2}, n),
            **chart.entered(owner, "leptomeningeal"),
        },
    )


def cognition_table(chart: Chart) -> pl.DataFrame:
    """Hopkins Verbal Learning Test and EQ-5D-5L of some, before the radiosurgery."""
    random = stream(chart.seed, "cognition")
    held = np.flatnonzero(random.random(chart.n) < TESTED)
    owner = np.repeat(held, 2)
    n = len(owner)
    learning = np.arange(n) % 2 == 0
    score = np.where(
        learning, np.round(np.clip(random.normal(22, 5, n), 0, 36)), np.round(random.uniform(0.3, 1, n), 2)
    )
    return model_frame(
        "NeurocogPro",
        {
            "patient_id": chart.ids[owner],
            "instrument": np.where(learning, "hvlt_r", "eq5d5l").astype(object),
            "score": score,
            "day": chart.course[owner] - 3,
            "version": np.where(learning, "form 1", "2.1").astype(object),
            **chart.entered(owner, "cognition"),
        },
    )


def specimen_tables(chart: Chart) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Specimens of some, and the assays on them."""
    random = stream(chart.seed, "specimens")
    owner = np.flatnonzero(random.random(chart.n) < SAMPLED)
    n = len(owner)
    tumour = random.random(n) < 0.6
    number = counter(owner)
    specimen = model_frame(
        "Specimen",
        {
            "patient_id": chart.ids[owner],
            "specimen_no": number,
            "kind": np.where(tumour, "tumour_ffpe", "plasma").astype(object),
            "tissue": np.where(tumour, "cns", "extracranial").astype(object),
            "day": -whole_between(random, 0, 5, n),
            **chart.entered(owner, "specimen"),
        },
    )
    hashes = [hashlib.sha256(f"synthetic {one}".encode()).hexdigest() for one in chart.ids[owner]]
    assay = model_frame(
        "OmicsAssay",
        {
            "patient_id": chart.ids[owner],
            "specimen_no": number,
            "assay": np.where(tumour, "wes", "panel").astype(object),
            "platform": np.full(n, "synthetic", dtype=object),
            "file_sha256": np.array(hashes, dtype=object),
            **chart.entered(owner, "assay"),
        },
    )
    return specimen, assay
