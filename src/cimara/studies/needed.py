"""Which fields of the data model a study needs in all: its cohort, its variables, and its endpoints."""

from __future__ import annotations

from collections.abc import Iterator

from cimara.cohort.study.needed import NeededField, merged, needed_fields
from cimara.outcomes.endpoints.words import FactWord
from cimara.studies.check import CheckedStudy

Pair = tuple[str, str]

FACT_FIELDS: dict[FactWord, tuple[Pair, ...]] = {
    FactWord.DEATH: (("Patient", "vital_status"), ("Death", "day"), ("Death", "cause")),
    FactWord.LAST_ALIVE: (("Patient", "last_contact_day"),),
    FactWord.RN: (
        ("AdverseRadiationEffect", "lesion_id"),
        ("AdverseRadiationEffect", "onset_day"),
        ("AdverseRadiationEffect", "certainty"),
        ("AdverseRadiationEffect", "symptomatic"),
        ("AdverseRadiationEffect", "recurred_day"),
    ),
    FactWord.LMD: (("LmdEvent", "day"), ("LmdEvent", "type")),
    FactWord.LOCAL_PD: (
        ("ProgressionEvent", "kind"),
        ("ProgressionEvent", "day"),
        ("ProgressionEvent", "lesion_id"),
        ("ProgressionEvent", "adjudicated"),
    ),
    FactWord.NEW_LESION: (
        ("BrainLesion", "first_seen_day"),
        ("BrainLesion", "origin"),
        ("ProgressionEvent", "kind"),
        ("ProgressionEvent", "day"),
    ),
    FactWord.LESION_ASSESSED: (
        ("ImagingAssessment", "day"),
        ("LesionMeasurement", "scan_id"),
        ("LesionMeasurement", "lesion_id"),
    ),
    FactWord.ANY_SCAN: (("ImagingAssessment", "day"), ("ImagingAssessment", "modality")),
    FactWord.ADEQUATE_SCAN: (
        ("ImagingAssessment", "day"),
        ("ImagingAssessment", "modality"),
        ("ImagingAssessment", "contrast"),
    ),
    FactWord.PD: (
        ("ImagingAssessment", "day"),
        ("ImagingAssessment", "criteria"),
        ("ImagingAssessment", "intracranial_response"),
    ),
    FactWord.RESPONSE: (
        ("ImagingAssessment", "day"),
        ("ImagingAssessment", "criteria"),
        ("ImagingAssessment", "intracranial_response"),
    ),
    FactWord.CNS_THERAPY: (
        ("LocalTherapyCourse", "modality"),
        ("LocalTherapyCourse", "start_day"),
        ("CourseLesion", "lesion_id"),
    ),
    FactWord.CNS_THERAPY_END: (("LocalTherapyCourse", "modality"), ("LocalTherapyCourse", "end_day")),
    FactWord.SYSTEMIC_THERAPY: (("SystemicTherapyLine", "start_day"),),
    FactWord.COGNITION: (("NeurocogPro", "instrument"), ("NeurocogPro", "score"), ("NeurocogPro", "day")),
    FactWord.COGNITIVE_DECLINE: (
        ("NeurocogPro", "instrument"),
        ("NeurocogPro", "score"),
        ("NeurocogPro", "day"),
    ),
    FactWord.CLINIC_VISIT: (("PerformanceStatus", "day"), ("ExtracranialStatus", "day")),
}
"""Fields of the cohort that a fact is read from; a fact that is not here has none, or is the origin."""


def study_needs(checked: CheckedStudy) -> tuple[NeededField, ...]:
    """Every field that a study reads, with the parts and analyses that need it, in the order of the model."""
    return merged([*_of_study(checked), *_of_endpoints(checked)])


def needed_names(checked: CheckedStudy) -> tuple[str, ...]:
    """The same as `Entity.field`, as checks and the matrix take them."""
    return tuple(f"{one.entity}.{one.field}" for one in study_needs(checked))


def _of_study(checked: CheckedStudy) -> Iterator[tuple[Pair, str]]:
    for one in needed_fields(checked.study):
        yield from (((one.entity, one.field), reason) for reason in one.by)


def _of_endpoints(checked: CheckedStudy) -> Iterator[tuple[Pair, str]]:
    for name, definition in checked.definitions.items():
        analyses = [one.id for one in checked.study.analyses if one.endpoint == name] or [""]
        rules = (*definition.events, *definition.competing, *definition.censors)
        facts = dict.fromkeys(rule.fact for rule in rules)
        starts = definition.start.first_available if definition.start else ()
        for fact in (*facts, *starts):
            for pair in FACT_FIELDS.get(fact, ()):
                yield from ((pair, reason) for reason in analyses)
