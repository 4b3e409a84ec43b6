"""Tables of necrosis and its treatment: events, bevacizumab, dexamethasone, systemic lines."""

from __future__ import annotations

import numpy as np
import polars as pl

from cimara.cohort.synth.chart import Chart
from cimara.cohort.synth.day_laws import BoolArray, FloatArray
from cimara.cohort.synth.draws import (
    Texts,
    choices,
    counter,
    log_normal,
    numbered,
    stream,
    truncated_normal,
)
from cimara.cohort.synth.frames import model_frame
from cimara.cohort.synth.rn_draw import RnPatients
from cimara.cohort.synth.rn_effects import RnTruth
from cimara.cohort.synth.rn_lesions import RnTreatment

RESPONSE_SD = 20.1
"""Spread of the change of the enhancing volume: 88 % then shrink by 25 % or more (a change below -25)."""
RESPONSE_AT = -25.0
CYCLES = {2: 0.18, 3: 0.27, 4: 0.27, 5: 0.13, 6: 0.10, 8: 0.05}
"""Cycles of bevacizumab: median 3 to 4 (reviews, abstract)."""
EVERY = 21
"""Days between doses of bevacizumab."""
BASIS = {
    "serial_mri;tumour_board": 40,
    "serial_mri;perfusion": 30,
    "serial_mri;perfusion;pet": 12,
    "serial_mri;spectroscopy": 8,
    "pathology": 10,
}


def volume_changes(seed: int, truth: RnTruth, n: int) -> tuple[FloatArray, FloatArray, BoolArray]:
    """Best change of the enhancing and of the FLAIR volume in %, and whether the first is a response."""
    random = stream(seed, "volume change")
    shared = truncated_normal(random, 1.0, n, 2.2)
    own = truncated_normal(random, 1.0, n, 2.2)
    enhancing = np.maximum(np.round(truth.t1gd_change + RESPONSE_SD * shared, 1), -95.0)
    flair = np.round(truth.flair_change + 18.0 * (0.7 * shared + 0.7 * own), 1)
    return enhancing, np.maximum(flair, -97.0), np.asarray(enhancing <= RESPONSE_AT)


def necrosis_table(chart: Chart, truth: RnTruth, drawn: RnPatients, made: RnTreatment) -> pl.DataFrame:
    """One necrosis a patient, with what became of it under bevacizumab."""
    n = chart.n
    random = stream(chart.seed, "necrosis")
    enhancing, flair, response = volume_changes(chart.seed, truth, n)
    days = np.round(log_normal(random, truth.response_median, 0.35, n, 21, 180)).astype(np.int64)
    seen = days <= drawn.last_contact
    outcome = np.where(
        response,
        np.where(enhancing < -70, "resolved", "improved"),
        np.where(enhancing < 0, "stable", "worse"),
    )
    basis = choices(random, BASIS, n)
    return model_frame(
        "AdverseRadiationEffect",
        {
            "patient_id": chart.ids,
            "are_id": numbered(chart.ids, "A", np.ones(n, dtype=np.int64)),
            "lesion_id": numbered(chart.ids, "L", made.index_lesion),
            "onset_day": drawn.onset_anchor,
            "basis": basis,
            "certainty": np.where(basis == "pathology", "confirmed", "probable"),
            "symptomatic": np.full(n, "yes", dtype=object),
            "ctcae_grade": np.where(drawn.severe, 3, 2),
            "attributed_course_id": numbered(chart.ids, "C", made.index_course),
            "best_t1gd_change_pct": np.where(seen, enhancing, np.nan),
            "best_t1gd_change_pct__why": np.where(seen, "", "ND"),
            "best_flair_change_pct": np.where(seen, flair, np.nan),
            "best_flair_change_pct__why": np.where(seen, "", "ND"),
            **_steroid_free(drawn, 3),
            **_steroid_free(drawn, 6),
            "outcome": np.where(seen, outcome, "").astype(object),
            "outcome__why": np.where(seen, "", "ND"),
            "outcome_day": np.where(seen, drawn.first_dose_anchor + days, np.nan),
            "recurred_day": np.where(drawn.recurred, drawn.first_dose_anchor + drawn.recurrence, np.nan),
            **chart.entered(np.arange(n), "necrosis"),
        },
    )


def _steroid_free(drawn: RnPatients, months: int) -> dict[str, Texts]:
    day = int(months * 30.4375)
    on = np.where(drawn.on_steroid, drawn.steroid_change > day, drawn.steroid_change <= day)
    followed = drawn.last_contact >= day
    name = f"steroid_free_{months}m"
    return {
        name: np.where(followed, np.where(on, "no", "yes"), ""),
        f"{name}__why": np.where(followed, "", "NA"),
    }


def supportive_table(chart: Chart, truth: RnTruth, drawn: RnPatients) -> pl.DataFrame:
    """Bevacizumab, again after a recurrence; dexamethasone in intervals, the last from the first dose on."""
    parts = [_bevacizumab(chart, truth, drawn), _dexamethasone(chart, drawn)]
    columns = {name: np.concatenate([one[name] for one in parts]) for name in parts[0]}
    order = np.lexsort((columns["start_day"], columns["owner"]))
    columns = {name: values[order] for name, values in columns.items()}
    owner = columns.pop("owner")
    return model_frame(
        "SupportiveCourse",
        {
            "patient_id": chart.ids[owner],
            "support_no": counter(owner),
            **columns,
            **chart.entered(owner, "supportive"),
        },
    )


def _bevacizumab(chart: Chart, truth: RnTruth, drawn: RnPatients) -> dict[str, Texts]:
    random = stream(chart.seed, "bevacizumab")
    again = np.flatnonzero(
        drawn.recurred & (drawn.recurrence + 7 <= drawn.last_contact) & (random.random(chart.n) < 0.6)
    )
    owner = np.concatenate([np.arange(chart.n), again])
    n = len(owner)
    since = np.where(np.arange(n) < chart.n, 0, drawn.recurrence[owner] + 7)
    planned = np.array(list(CYCLES))[
        np.searchsorted(np.cumsum(list(CYCLES.values())), random.random(n) * 0.999)
    ]
    room = (drawn.last_contact[owner] - since) // EVERY + 1
    cycles = np.maximum(np.minimum(planned, room), 1)
    names = dict(truth.toxicity)
    toxicity = choices(random, names | {"none": 1 - sum(names.values())}, n)
    toxic = (toxicity != "none") & (random.random(n) < 0.5)
    cut = cycles < planned
    reason = np.where(
        cut & chart.died[owner], "death", np.where(cut, "ongoing", np.where(toxic, "toxicity", "completed"))
    )
    start = drawn.first_dose_anchor[owner] + since
    stop = np.where(reason == "ongoing", np.nan, start + EVERY * (cycles - 1))
    return {
        "owner": owner,
        "kind": np.full(n, "bevacizumab_rn", dtype=object),
        "start_day": start,
        "stop_day": stop,
        "dose_mg_day": np.full(n, np.nan),
        "dose_mg_kg": np.full(n, 7.5),
        "interval_days": np.full(n, float(EVERY)),
        "cycles": cycles.astype(float),
        "reason": np.full(n, "rn", dtype=object),
        "stop_reason": reason.astype(object),
        "are_id": numbered(chart.ids[owner], "A", np.ones(n, dtype=np.int64)),
        "toxicity": toxicity,
    }


def _dexamethasone(chart: Chart, drawn: RnPatients) -> dict[str, Texts]:
    """A high dose before the first dose of bevacizumab, a lower one from then until it stops."""
    random = stream(chart.seed, "dexamethasone")
    on = np.flatnonzero(drawn.on_steroid)
    late = np.flatnonzero(~drawn.on_steroid & (drawn.steroid_change < drawn.last_contact))
    owner = np.concatenate([on, on, late])
    kind = np.repeat([0, 1, 2], [len(on), len(on), len(late)])
    n = len(owner)
    dose_day, last = drawn.first_dose_anchor[owner], drawn.last_contact[owner]
    start = np.where(
        kind == 0,
        drawn.onset_anchor[owner],
        np.where(kind == 1, dose_day, dose_day + drawn.steroid_change[owner]),
    )
    stops = (kind == 1) & (drawn.steroid_change[owner] <= last)
    died = chart.died[owner]
    end = np.where(
        kind == 0, dose_day - 1, np.where(stops, dose_day + drawn.steroid_change[owner], dose_day + last)
    )
    ongoing = (kind > 0) & ~stops & ~died
    reason = np.where(
        ongoing,
        "ongoing",
        np.where((kind > 0) & ~stops, "death", np.where(kind == 0, "completed", "resolved")),
    )
    dose = np.where(kind == 0, random.choice([8.0, 12.0, 16.0], n), random.choice([2.0, 4.0, 4.0, 8.0], n))
    return {
        "owner": owner,
        "kind": np.full(n, "dexamethasone", dtype=object),
        "start_day": start,
        "stop_day": np.where(ongoing, np.nan, end),
        "dose_mg_day": dose,
        "dose_mg_kg": np.full(n, np.nan),
        "interval_days": np.full(n, np.nan),
        "cycles": np.full(n, np.nan),
        "reason": np.where(kind == 2, "oedema", "rn").astype(object),
        "stop_reason": reason.astype(object),
        "are_id": np.full(n, "", dtype=object),
        "toxicity": np.full(n, "", dtype=object),
    }
