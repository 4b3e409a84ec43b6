"""Lesions and courses of the demonstration study: an index lesion a patient, treated before its necrosis."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cimara.cohort.synth.day_laws import IntArray
from cimara.cohort.synth.draws import log_normal, stream, whole_between
from cimara.cohort.synth.rn_draw import RnPatients
from cimara.cohort.synth.treated_lesions import Courses, Doses, Lesions

SALVAGE = 0.20
"""Share with radiosurgery of a new lesion between the index course and the first dose, if there is time."""
_QUIET = 90
"""Days after the index course without another."""


@dataclass(frozen=True, slots=True)
class RnTreatment:
    """Lesions, courses and doses, with the number of the index lesion and course of each patient."""

    lesions: Lesions
    courses: Courses
    doses: Doses
    index_lesion: IntArray
    index_course: IntArray


def rn_treatment(seed: int, drawn: RnPatients) -> RnTreatment:
    """What was treated, when, and with what. Patients with a cavity had surgery first."""
    n = drawn.people.n
    random = stream(seed, "treatment")
    everyone = np.arange(n)
    first = drawn.people.n_brm
    cavity = drawn.cavity.astype(np.int64)
    surgery = np.where(drawn.cavity, whole_between(random, 5, 9, n), 0)
    again_day = drawn.course_anchor + whole_between(random, _QUIET, 400, n)
    again = (random.random(n) < SALVAGE) & (again_day + 10 < drawn.first_dose_anchor)
    owner = np.concatenate([np.repeat(everyone, first), everyone[drawn.cavity], everyone[again]])
    number = np.concatenate([_one_to(first), (first + 1)[drawn.cavity], (first + cavity + 1)[again]])
    kind = np.repeat([0, 1, 2], [first.sum(), cavity.sum(), again.sum()])
    seen = np.where(kind == 0, 0, np.where(kind == 1, surgery[owner] + 24, again_day[owner] - 12))
    lesions = Lesions(owner, number, seen, np.where(kind == 1, 1, 0), kind == 1)
    index_lesion = np.where(drawn.cavity, first + 1, 1)
    index_course = 1 + cavity
    courses = _courses(drawn, surgery, again, again_day)
    doses = _doses(seed, drawn, lesions, kind, index_lesion, index_course)
    return RnTreatment(lesions, courses, doses, index_lesion, index_course)


def _one_to(counts: IntArray) -> IntArray:
    """1 to each count, one after the other."""
    ends = np.cumsum(counts)
    return np.arange(1, ends[-1] + 1) - np.repeat(ends - counts, counts)


def _courses(drawn: RnPatients, surgery: IntArray, again: np.ndarray, again_day: IntArray) -> Courses:
    everyone = np.arange(drawn.people.n)
    cavity = drawn.cavity
    owner = np.concatenate([everyone[cavity], everyone, everyone[again]])
    kind = np.repeat([0, 1, 2], [cavity.sum(), len(everyone), again.sum()])
    number = np.where(kind == 0, 1, 1 + cavity[owner] + (kind == 2))
    start = np.where(
        kind == 0, surgery[owner], np.where(kind == 1, drawn.course_anchor[owner], again_day[owner])
    )
    return Courses(
        owner=owner,
        number=number,
        start=start,
        fractions=np.where(kind == 1, drawn.fractions[owner], 1),
        surgery=kind == 0,
        salvage=kind == 2,
        postoperative=(kind == 1) & cavity[owner],
        reirradiation=np.zeros(len(owner), dtype=bool),
    )


def _doses(
    seed: int,
    drawn: RnPatients,
    lesions: Lesions,
    kind: IntArray,
    index_lesion: IntArray,
    index_course: IntArray,
) -> Doses:
    """Each lesion in the course that treated it; a resected lesion in its surgery."""
    random = stream(seed, "doses of rn")
    owner = lesions.owner
    resected = drawn.cavity[owner] & (kind == 0) & (lesions.number == 1)
    index = lesions.number == index_lesion[owner]
    other = log_normal(random, 2.0, 0.8, len(owner), 0.2, 14.0)
    fractions = np.where(kind == 2, 1, drawn.fractions[owner])
    return Doses(
        owner=owner,
        course=np.where(resected, 1, index_course[owner] + (kind == 2)),
        lesion=lesions.number,
        fractions=fractions,
        v12=np.where(resected, np.nan, np.where(index, drawn.v12[owner], np.round(other, 2))),
        cavity=lesions.cavity,
        surgery=resected,
    )
