"""Lesions, courses, and the dose of each lesion in each course, as plain columns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cimara.cohort.synth.chart import Chart
from cimara.cohort.synth.day_laws import BoolArray, FloatArray, IntArray
from cimara.cohort.synth.draws import Texts, choices, numbered, stream
from cimara.cohort.synth.frames import model_frame

PLACES = {
    "frontal": 30,
    "parietal": 22,
    "temporal": 15,
    "occipital": 11,
    "cerebellum": 14,
    "thalamus_basal_ganglia": 5,
    "brainstem": 3,
}
DEVICES = ("srs_gk", "srs_linac", "srs_robotic")
SPHERE = np.pi / 6
DOSES = ((1.0, 22.0), (4.0, 20.0), (10.0, 18.0), (150.0, 15.0))
"""Single-fraction dose by target volume up to so many cm3."""
FRACTION_DOSE = {3: 9.0, 5: 6.0}
TARGET_SHARE = 0.4
"""Target volume as a share of V12."""


@dataclass(frozen=True, slots=True)
class Lesions:
    """Lesions of all patients; `parent` is the number of the lesion whose cavity it is, 0 for none."""

    owner: IntArray
    number: IntArray
    first_seen: IntArray
    parent: IntArray
    cavity: BoolArray


@dataclass(frozen=True, slots=True)
class Courses:
    """Courses of local therapy; `surgery` ones have no dose."""

    owner: IntArray
    number: IntArray
    start: IntArray
    fractions: IntArray
    surgery: BoolArray
    salvage: BoolArray
    postoperative: BoolArray
    reirradiation: BoolArray


@dataclass(frozen=True, slots=True)
class Doses:
    """Lesions in courses. `v12` in cm3; for 3 and 5 fractions a quarter of V20 or V24; NaN for surgery."""

    owner: IntArray
    course: IntArray
    lesion: IntArray
    fractions: IntArray
    v12: FloatArray
    cavity: BoolArray
    surgery: BoolArray


def target_volume(v12: FloatArray) -> FloatArray:
    """Target volume in cm3 that goes with a V12."""
    return np.maximum(np.round(TARGET_SHARE * v12, 2), 0.02)


def diameter_mm(volume: FloatArray) -> FloatArray:
    """Longest diameter, in mm, of a body a little longer than a sphere of a volume in cm3."""
    return np.asarray(np.round(10 * 1.1 * np.cbrt(volume / SPHERE), 1))


def lesion_table(chart: Chart, lesions: Lesions) -> pl.DataFrame:
    """The lesions."""
    n = len(lesions.owner)
    random = stream(chart.seed, "lesions")
    place = choices(random, PLACES, n)
    child = lesions.parent > 0
    ids = chart.ids[lesions.owner]
    origin = np.where(lesions.cavity, "resection_cavity", np.where(child, "recurrence", "new"))
    yes_no = np.array(["no", "yes"], dtype=object)
    side = np.where(place == "brainstem", "midline", choices(random, {"left": 1, "right": 1}, n))
    return model_frame(
        "BrainLesion",
        {
            "patient_id": ids,
            "lesion_id": numbered(ids, "L", lesions.number),
            "first_seen_day": lesions.first_seen,
            "location": place,
            "side": side,
            "cystic": yes_no[(random.random(n) < 0.12).astype(int)],
            "haemorrhagic": yes_no[(random.random(n) < 0.10).astype(int)],
            "eloquent": yes_no[(random.random(n) < 0.25).astype(int)],
            "origin": origin,
            "parent_lesion_id": np.where(child, numbered(ids, "L", lesions.parent), ""),
            "pathology": np.where(lesions.cavity, "confirmed_metastasis", "not_sampled"),
            **chart.entered(lesions.owner, "lesion"),
        },
    )


def course_table(chart: Chart, courses: Courses) -> pl.DataFrame:
    """The courses. Doses stand with the lesions, since they differ between the lesions of a course."""
    n = len(courses.owner)
    random = stream(chart.seed, "courses")
    device = np.array(DEVICES, dtype=object)[chart.people.site % 3][courses.owner]
    several = courses.fractions > 1
    length = np.where(several, 2 * (courses.fractions - 1), 0)
    ids = chart.ids[courses.owner]
    modality = np.where(courses.surgery, "surgery_gtr", np.where(several, "hfsrt", device))
    intent = np.where(
        courses.salvage, "salvage", np.where(courses.postoperative, "postop_cavity", "definitive")
    )
    isocentre = np.where(random.random(n) < 0.4, "yes", "no").astype(object)
    return model_frame(
        "LocalTherapyCourse",
        {
            "patient_id": ids,
            "course_id": numbered(ids, "C", courses.number),
            "modality": modality,
            "start_day": courses.start,
            "end_day": np.minimum(courses.start + length, chart.last_contact[courses.owner]),
            "intent": intent,
            "single_isocentre": np.where(courses.surgery, "", isocentre),
            "reirradiation": np.where(courses.reirradiation, "yes", "no").astype(object),
            "total_dose_gy": np.full(n, np.nan),
            "fractions": np.full(n, np.nan),
            "boost_simultaneous": np.where(courses.surgery, "", "no"),
            **chart.entered(courses.owner, "course"),
        },
    )


def dose_table(chart: Chart, doses: Doses) -> pl.DataFrame:
    """The lesions in their courses. V-doses are missing where a site's archive is lost, or a plan is."""
    ids = chart.ids[doses.owner]
    cavity = doses.cavity & ~doses.surgery
    return model_frame(
        "CourseLesion",
        {
            "patient_id": ids,
            "course_id": numbered(ids, "C", doses.course),
            "lesion_id": numbered(ids, "L", doses.lesion),
            **_plan(chart, doses),
            **_volumes(chart, doses),
            "cavity": np.where(cavity, "yes", "no").astype(object),
            "resection_extent": np.where(cavity | doses.surgery, "gtr", ""),
            **chart.entered(doses.owner, "dose"),
        },
    )


def _plan(chart: Chart, doses: Doses) -> dict[str, Texts]:
    """Dose, target and quality of each plan; nothing for surgery."""
    random = stream(chart.seed, "doses")
    n = len(doses.owner)
    target = target_volume(np.where(doses.surgery, 1.0, doses.v12))
    edges, levels = np.array([one for one, _ in DOSES]), np.array([dose for _, dose in DOSES])
    single = levels[np.searchsorted(edges, np.minimum(target, edges[-1]))]
    each = np.where(doses.fractions == 3, FRACTION_DOSE[3], FRACTION_DOSE[5])
    dose = np.where(doses.fractions == 1, single, each * doses.fractions)
    isodose = np.array([50.0, 80.0, 70.0])[chart.people.site % 3][doses.owner]
    plan = {
        "dose_gy": dose,
        "fractions": doses.fractions,
        "isodose_pct": isodose,
        "gtv_cm3": target,
        "ptv_cm3": 1.2 * target,
        "margin_mm": np.where(isodose == 50, 0.0, 1.0),
        "coverage_pct": random.uniform(95, 100, n),
        "pci": random.uniform(0.6, 0.92, n),
        "gi": random.uniform(2.6, 4.5, n),
        "dmax_gy": dose * 100 / isodose,
    }
    return {name: np.where(doses.surgery, np.nan, values) for name, values in plan.items()}


def _volumes(chart: Chart, doses: Doses) -> dict[str, Texts]:
    """Volumes of brain at doses: V10 and V12 of one fraction, V18, V20 and V24 of several."""
    n = len(doses.owner)
    radiation = ~doses.surgery
    lost = chart.of_site("v12_impossible").astype(bool)[doses.owner]
    absent = chart.absent("v12", chart.of_site("v12_missing")[doses.owner], n)
    known = radiation & ~lost & ~absent
    three, quarter = doses.fractions == 3, 4 * doses.v12
    volumes = {
        "v10_cm3": (False, 1.35 * doses.v12),
        "v12_cm3": (False, doses.v12),
        "v18_cm3": (True, np.where(three, 1.2, 1.7) * quarter),
        "v20_cm3": (True, np.where(three, 1.0, 1.4) * quarter),
        "v24_cm3": (True, np.where(three, 0.7, 1.0) * quarter),
    }
    columns: dict[str, Texts] = {}
    for name, (several, value) in volumes.items():
        applies = radiation & ((doses.fractions > 1) == several)
        columns[name] = np.where(known & applies, value, np.nan)
        columns[f"{name}__why"] = np.where(lost, "IMP", np.where(applies & absent, "NAVU", "NA"))
    excluded = np.where(chart.people.site % 2 == 0, "yes", "no").astype(object)[doses.owner]
    return columns | {"brain_minus_gtv": np.where(known, excluded, "")}
