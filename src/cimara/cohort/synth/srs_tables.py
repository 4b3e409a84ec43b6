"""Tables of the radiosurgery cohort that are its own: lesions, courses, necrosis and its treatment."""

from __future__ import annotations

import numpy as np
import polars as pl

from cimara.cohort.synth.chart import Chart
from cimara.cohort.synth.day_laws import NEVER, BoolArray, IntArray
from cimara.cohort.synth.draws import (
    Texts,
    choices,
    counter,
    numbered,
    stream,
    truncated_normal,
    whole_between,
)
from cimara.cohort.synth.frames import model_frame
from cimara.cohort.synth.rn_tables import BASIS, EVERY
from cimara.cohort.synth.srs_draw import SrsPatients, TreatedLesions
from cimara.cohort.synth.srs_effects import SrsTruth
from cimara.cohort.synth.treated_lesions import Courses, Doses, Lesions

BEVACIZUMAB = 0.35
"""Share of symptomatic necroses that are given bevacizumab. Design."""
SEEN_BEFORE = 10
"""Days before a second course on which its lesion is seen."""


def lesions_of(drawn: SrsPatients, treated: TreatedLesions) -> Lesions:
    """Each lesion once: those of the first course, and new ones of a second."""
    new = ~treated.reirradiated
    anchor = drawn.course_anchor[treated.owner]
    seen = np.where(treated.course == 2, anchor + treated.start - SEEN_BEFORE, 0)
    zero = np.zeros(int(new.sum()), dtype=np.int64)
    return Lesions(treated.owner[new], treated.lesion[new], seen[new], zero, zero > 0)


def courses_of(drawn: SrsPatients) -> Courses:
    """The first course of everyone, and the second of some."""
    everyone = np.arange(drawn.people.n)
    later = np.flatnonzero(drawn.again | drawn.salvage)
    owner = np.concatenate([everyone, later])
    second = np.arange(len(owner)) >= len(everyone)
    none = np.zeros(len(owner), dtype=bool)
    return Courses(
        owner=owner,
        number=1 + second,
        start=drawn.course_anchor[owner] + np.where(second, drawn.second[owner], 0),
        fractions=np.where(second, 1, drawn.fractions[owner]),
        surgery=none,
        salvage=second,
        postoperative=none,
        reirradiation=second & drawn.again[owner],
    )


def doses_of(treated: TreatedLesions) -> Doses:
    """The lesions in their courses; volumes of several fractions as the quarter that the law knows."""
    none = np.zeros(len(treated.owner), dtype=bool)
    return Doses(
        treated.owner,
        treated.course.astype(np.int64),
        treated.lesion,
        treated.fractions,
        treated.v12,
        none,
        none,
    )


def necroses(
    seed: int, truth: SrsTruth, drawn: SrsPatients, treated: TreatedLesions
) -> tuple[IntArray, IntArray, BoolArray]:
    """Place of the treated lesion, onset in days from the anchor, and whether there are symptoms, by onset.

    Those without symptoms are no events of the law: they are there for case definitions to leave out.
    """
    random = stream(seed, "asymptomatic")
    n = len(treated.owner)
    anchor = drawn.course_anchor[treated.owner] + treated.start
    end = (drawn.course_anchor + drawn.last_contact)[treated.owner]
    symptomatic = treated.onset < NEVER
    silent_day = anchor + whole_between(random, 60, 500, n)
    silent = ~symptomatic & (random.random(n) < truth.asymptomatic) & (silent_day <= end)
    place = np.flatnonzero(symptomatic | silent)
    onset = np.where(symptomatic, anchor + treated.onset, silent_day)[place]
    order = np.lexsort((treated.course[place], treated.lesion[place], onset, treated.owner[place]))
    return place[order], onset[order], symptomatic[place][order]


def necrosis_table(
    chart: Chart, treated: TreatedLesions, place: IntArray, onset: IntArray, symptomatic: BoolArray
) -> pl.DataFrame:
    """The necroses; `place` as `necroses` gives it."""
    owner = treated.owner[place]
    n = len(owner)
    random = stream(chart.seed, "necrosis table")
    ids = chart.ids[owner]
    basis = choices(random, BASIS, n)
    proven = basis == "pathology"
    certainty = np.where(symptomatic, np.where(proven, "confirmed", "probable"), "possible").astype(object)
    change = np.maximum(np.round(-48.6 + 20.1 * truncated_normal(random, 1.0, n), 1), -95.0)
    outcome_day = onset + whole_between(random, 40, 150, n)
    seen = outcome_day <= chart.last_contact[owner]
    outcome = np.where(change <= -70, "resolved", np.where(change <= -25, "improved", "stable"))
    return model_frame(
        "AdverseRadiationEffect",
        {
            "patient_id": ids,
            "are_id": numbered(ids, "A", counter(owner)),
            "lesion_id": numbered(ids, "L", treated.lesion[place]),
            "onset_day": onset,
            "basis": np.where(proven & ~symptomatic, "serial_mri", basis),
            "certainty": certainty,
            "symptomatic": np.where(symptomatic, "yes", "no").astype(object),
            "ctcae_grade": np.where(symptomatic, np.where(random.random(n) < 0.3, 3, 2), 1),
            "attributed_course_id": numbered(ids, "C", treated.course[place]),
            "best_t1gd_change_pct": np.where(seen, change, np.nan),
            "best_t1gd_change_pct__why": np.where(seen, "", "ND"),
            "outcome": np.where(seen, outcome, "").astype(object),
            "outcome__why": np.where(seen, "", "ND"),
            "outcome_day": np.where(seen, outcome_day, np.nan),
            "recurred_day": np.full(n, np.nan),
            **chart.entered(owner, "necrosis"),
        },
    )


def supportive_table(chart: Chart, effects: pl.DataFrame) -> pl.DataFrame:
    """Dexamethasone from each symptomatic necrosis on, one interval at a time; bevacizumab for some."""
    random = stream(chart.seed, "supportive")
    held = effects.filter(symptomatic="yes")
    place = {one: number for number, one in enumerate(chart.ids)}
    owner = np.array([place[one] for one in held["patient_id"]], dtype=np.int64)
    onset, are = held["onset_day"].to_numpy(), np.array(held["are_id"].to_list(), dtype=object)
    end = chart.last_contact[owner]
    later = np.append(np.where(owner[1:] == owner[:-1], onset[1:], 10**6), 10**6)
    planned = onset + whole_between(random, 20, 120, len(owner))
    steroid = _given(owner, onset, np.minimum(planned, later - 1), end, chart.died, "dexamethasone")
    steroid |= {
        "dose_mg_day": random.choice([4.0, 8.0, 16.0], len(owner)),
        "are_id": np.full(len(owner), "", object),
    }
    treated = (random.random(len(owner)) < BEVACIZUMAB) & (onset + 10 < end)
    start = onset[treated] + 10
    cycles = np.minimum(whole_between(random, 2, 5, len(start)), (end[treated] - start) // EVERY + 1)
    antibody = _given(
        owner[treated], start, start + EVERY * (cycles - 1), end[treated], chart.died, "bevacizumab_rn"
    )
    antibody |= {
        "dose_mg_kg": np.full(len(start), 7.5),
        "interval_days": np.full(len(start), float(EVERY)),
        "cycles": cycles.astype(float),
        "are_id": are[treated],
        "toxicity": choices(
            random, {"vte": 12, "hypertension": 8, "haemorrhage_cns": 4, "none": 76}, len(start)
        ),
    }
    return _stacked(chart, [steroid, antibody])


def _given(
    owner: IntArray, start: IntArray, stop: IntArray, end: IntArray, died: BoolArray, kind: str
) -> dict[str, Texts]:
    cut = stop > end
    ongoing = cut & ~died[owner]
    n = len(owner)
    return {
        "owner": owner,
        "kind": np.full(n, kind, dtype=object),
        "start_day": start,
        "stop_day": np.where(ongoing, np.nan, np.minimum(np.maximum(stop, start), end)),
        "dose_mg_day": np.full(n, np.nan),
        "dose_mg_kg": np.full(n, np.nan),
        "interval_days": np.full(n, np.nan),
        "cycles": np.full(n, np.nan),
        "reason": np.full(n, "rn", dtype=object),
        "stop_reason": np.where(ongoing, "ongoing", np.where(cut, "death", "completed")).astype(object),
        "are_id": np.full(n, "", dtype=object),
        "toxicity": np.full(n, "", dtype=object),
    }


def _stacked(chart: Chart, parts: list[dict[str, Texts]]) -> pl.DataFrame:
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
