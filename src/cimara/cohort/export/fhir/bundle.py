"""Bundles: all that is told of one patient, and the check that its references lead somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any

import polars as pl

from cimara.cohort.dataset import Dataset
from cimara.cohort.export.fhir.assessments import markers, medicines, performance, responses
from cimara.cohort.export.fhir.courses import adverse_events, procedures
from cimara.cohort.export.fhir.lesions import sizes, tumors
from cimara.cohort.export.fhir.people import brain_metastases, patient, primaries
from cimara.cohort.export.fhir.pieces import Resource, Row, full_url
from cimara.cohort.export.fhir.profiles import SECURITY, Profile

ENTITIES = (
    "Patient",
    "PrimaryTumour",
    "BrainLesion",
    "ImagingAssessment",
    "LesionMeasurement",
    "LocalTherapyCourse",
    "CourseLesion",
    "AdverseRadiationEffect",
    "PerformanceStatus",
    "Biomarker",
    "SystemicTherapyLine",
    "SupportiveCourse",
    "Death",
)
"""Entities that a bundle holds."""


def bundles(dataset: Dataset) -> Iterator[Resource]:
    """A bundle a patient, in the order of ids."""
    held = {name: _by_patient(dataset.frame(name)) for name in ENTITIES}
    for patient_id, rows in sorted(held["Patient"].items()):
        own = {name: held[name].get(patient_id, []) for name in ENTITIES}
        yield bundle(patient_id, list(_resources(rows[0], own)))


def bundle(patient_id: str, resources: Iterable[Resource]) -> Resource:
    """The resources of a patient as a collection, marked as pseudonymised."""
    return {
        "resourceType": "Bundle",
        "id": patient_id,
        "meta": {
            "profile": [Profile.BUNDLE],
            "security": [{"system": SECURITY, "code": "PSEUDED", "display": "pseudonymized"}],
        },
        "type": "collection",
        "entry": [{"fullUrl": full_url(one), "resource": one} for one in resources],
    }


def _resources(row: Row, own: Mapping[str, list[Row]]) -> Iterator[Resource]:
    deaths = [one["day"] for one in own["Death"]]
    yield patient(row, deaths[0] if deaths else None)
    yield from primaries(own["PrimaryTumour"])
    seen = [one["first_seen_day"] for one in own["BrainLesion"] if one["first_seen_day"] is not None]
    yield brain_metastases(row["patient_id"], min(seen, default=None))
    scans = {one["scan_id"]: one for one in own["ImagingAssessment"]}
    courses = {one["course_id"]: one for one in own["LocalTherapyCourse"]}
    yield from tumors(own["BrainLesion"])
    yield from sizes(own["LesionMeasurement"], scans)
    treated = {key: list(rows) for key, rows in _grouped(own["CourseLesion"], "course_id")}
    yield from procedures(own["LocalTherapyCourse"], treated)
    yield from adverse_events(own["AdverseRadiationEffect"], courses)
    yield from performance(own["PerformanceStatus"])
    yield from markers(own["Biomarker"])
    yield from responses(own["ImagingAssessment"])
    yield from medicines(own["SystemicTherapyLine"], own["SupportiveCourse"])


def unresolved(made: Resource) -> list[str]:
    """References of a bundle that lead to no resource in it."""
    known = {f"{one['resource']['resourceType']}/{one['resource']['id']}" for one in made["entry"]}
    return sorted({one for one in _references(made) if one not in known})


def _references(piece: Any) -> Iterator[str]:
    if isinstance(piece, dict):
        if isinstance(piece.get("reference"), str):
            yield piece["reference"]
        for value in piece.values():
            yield from _references(value)
    elif isinstance(piece, list):
        for value in piece:
            yield from _references(value)


def _by_patient(frame: pl.DataFrame) -> dict[str, list[Row]]:
    rows = frame.sort("patient_id", maintain_order=True).to_dicts()
    return {key: list(own) for key, own in groupby(rows, key=itemgetter("patient_id"))}


def _grouped(rows: list[Row], key: str) -> Iterator[tuple[str, Iterator[Row]]]:
    yield from groupby(sorted(rows, key=itemgetter(key)), key=itemgetter(key))
