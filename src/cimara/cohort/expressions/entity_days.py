"""The days of the data model: when a row of an entity happened, and when each of its fields was known."""

from __future__ import annotations

from cimara.cohort.model import Entity

DAY: dict[str, str] = {
    "PrimaryTumour": "dx_day",
    "Biomarker": "day",
    "PerformanceStatus": "day",
    "ExtracranialStatus": "day",
    "LabResult": "day",
    "BrainLesion": "first_seen_day",
    "ImagingAssessment": "day",
    "LesionMeasurement": "day",
    "LocalTherapyCourse": "start_day",
    "CourseLesion": "day",
    "SystemicTherapyLine": "start_day",
    "SupportiveCourse": "start_day",
    "AdverseRadiationEffect": "onset_day",
    "LmdEvent": "day",
    "ProgressionEvent": "day",
    "Death": "day",
    "NeurocogPro": "day",
    "Specimen": "day",
    "OmicsAssay": "day",
}
"""The field that says when a row happened. Entities that are not here have no day of their own."""

DAY_OF_PARENT: dict[str, tuple[str, tuple[str, ...], str]] = {
    "LesionMeasurement": ("ImagingAssessment", ("scan_id",), "day"),
    "CourseLesion": ("LocalTherapyCourse", ("course_id",), "start_day"),
    "OmicsAssay": ("Specimen", ("patient_id", "specimen_no"), "day"),
}
"""Entities whose `day` is that of another: which, the fields that join them, and its field."""

SPAN: dict[str, tuple[str, str]] = {
    "LocalTherapyCourse": ("start_day", "end_day"),
    "SystemicTherapyLine": ("start_day", "stop_day"),
    "SupportiveCourse": ("start_day", "stop_day"),
}
"""Entities whose rows last: fields of the first and the last day."""

TREATMENTS = frozenset({*SPAN, "CourseLesion"})
"""Entities that say what was done: what comes after the origin is no property of a patient at the origin."""

KNOWN: dict[tuple[str, str], str] = {
    ("Patient", "last_contact_day"): "last_contact_day",
    ("Patient", "vital_status"): "last_contact_day",
    ("Patient", "last_cns_imaging_day"): "last_cns_imaging_day",
    ("LocalTherapyCourse", "end_day"): "end_day",
    ("SystemicTherapyLine", "stop_day"): "stop_day",
    ("SystemicTherapyLine", "last_dose_day"): "last_dose_day",
    ("SystemicTherapyLine", "stop_reason"): "stop_day",
    ("SupportiveCourse", "stop_day"): "stop_day",
    ("SupportiveCourse", "stop_reason"): "stop_day",
    ("SupportiveCourse", "cycles"): "stop_day",
    ("SupportiveCourse", "toxicity"): "stop_day",
    ("AdverseRadiationEffect", "best_t1gd_change_pct"): "outcome_day",
    ("AdverseRadiationEffect", "best_flair_change_pct"): "outcome_day",
    ("AdverseRadiationEffect", "steroid_free_3m"): "outcome_day",
    ("AdverseRadiationEffect", "steroid_free_6m"): "outcome_day",
    ("AdverseRadiationEffect", "outcome"): "outcome_day",
    ("AdverseRadiationEffect", "outcome_day"): "outcome_day",
    ("AdverseRadiationEffect", "recurred_day"): "recurred_day",
}
"""Fields that are known later than the day of their row: the field that says when."""

NOT_TOLD = 36525
"""The day on which a field counts as known whose day is not told: later than any follow-up."""

SINGLE = ("Patient", "Death")
"""Entities of which a patient has at most one row."""


def fields_of(entity: Entity) -> tuple[str, ...]:
    """Names that an expression can use in the rows of an entity: its fields, and its day."""
    names = tuple(one.name for one in entity.fields)
    return names if entity.name not in DAY_OF_PARENT else (*names, "day")


def day_of(entity: str) -> str:
    """The field that says when a row happened; "" where none does."""
    return DAY.get(entity, "")


def known_field(entity: str, field: str) -> str:
    """The field that says when a field was known; "" where it always was."""
    return KNOWN.get((entity, field), day_of(entity))
