"""Systemic therapy: the line at the radiosurgery, conjugates around it or long after it, and later lines."""

from __future__ import annotations

import numpy as np
import polars as pl

from cimara.cohort.synth.chart import Chart
from cimara.cohort.synth.draws import Texts, counter, numbered, stream, whole_between
from cimara.cohort.synth.frames import model_frame

USUAL = {
    "nsclc_adeno": "carboplatin;pemetrexed;pembrolizumab",
    "nsclc_nonadeno": "carboplatin;paclitaxel;pembrolizumab",
    "sclc": "carboplatin;etoposide;atezolizumab",
    "breast": "capecitabine",
    "melanoma": "ipilimumab;nivolumab",
    "renal": "cabozantinib;nivolumab",
    "gi_lower": "cisplatin;gemcitabine",
    "other": "cisplatin;gemcitabine",
}
CONJUGATES = {"breast": "trastuzumab_deruxtecan", "nsclc_adeno": "datopotamab_deruxtecan"}
USUAL_CONJUGATE = "trastuzumab_deruxtecan"
LATE_CONJUGATE = 0.04
"""Share of the others with a conjugate that begins 40 days or more after the radiosurgery: not concurrent."""


def systemic_table(chart: Chart, longest: int = 300) -> pl.DataFrame:
    """Lines in order. A conjugate that is concurrent is dosed from before the radiosurgery until after it,
    for `longest` days at most; no other begins or lasts until 22 days before day 320 after it."""
    random = stream(chart.seed, "systemic")
    n = chart.n
    people = chart.people
    usual = np.array([USUAL[one] for one in people.group], dtype=object)
    conjugate = np.array([CONJUGATES.get(one, USUAL_CONJUGATE) for one in people.group], dtype=object)
    around = chart.course - whole_between(random, 1, 60, n)
    first = {
        "owner": np.arange(n),
        "agents": np.where(people.conjugate, conjugate, usual),
        "start": around,
        "last": chart.course + whole_between(random, 10, longest, n),
    }
    begin = chart.course + whole_between(random, 340, 700, n)
    late = ~people.conjugate & (random.random(n) < LATE_CONJUGATE)
    start = np.where(late, chart.course + whole_between(random, 320, 335, n), begin)
    second = {
        "owner": np.arange(n),
        "agents": np.where(late, conjugate, np.where(people.conjugate, usual, "docetaxel")),
        "start": start,
        "last": start + whole_between(random, 40, 250, n),
    }
    held = start < chart.last_contact - 21
    columns = {name: np.concatenate([first[name], second[name][held]]) for name in first}
    order = np.lexsort((columns["start"], columns["owner"]))
    return _lines(chart, {name: values[order] for name, values in columns.items()})


def _lines(chart: Chart, columns: dict[str, Texts]) -> pl.DataFrame:
    owner, start = columns["owner"], columns["start"]
    random = stream(chart.seed, "lines")
    end = chart.last_contact[owner]
    cut = columns["last"] >= end
    last = np.minimum(columns["last"], end)
    ongoing = cut & ~chart.died[owner]
    ended = random.choice(
        np.array(["progression_systemic", "progression_cns", "toxicity", "completed"], dtype=object),
        len(owner),
        p=[0.4, 0.2, 0.15, 0.25],
    )
    number = counter(owner)
    ids = chart.ids[owner]
    return model_frame(
        "SystemicTherapyLine",
        {
            "patient_id": ids,
            "line_id": numbered(ids, "T", number),
            "line_no": number,
            "agents": columns["agents"],
            "start_day": start,
            "stop_day": np.where(ongoing, np.nan, np.minimum(last + 21, end)),
            "last_dose_day": last,
            "interval_days": np.full(len(owner), 21),
            "stop_reason": np.where(ongoing, "ongoing", np.where(cut, "death", ended)).astype(object),
            **chart.entered(owner, "systemic"),
        },
    )
