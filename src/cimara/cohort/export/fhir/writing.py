"""Writes a bundle a patient as JSON files, with the report of what became of every field."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from cimara.cohort.dataset import Dataset
from cimara.cohort.errors import CohortError
from cimara.cohort.export.calendar import LABEL
from cimara.cohort.export.fhir.bundle import bundles, unresolved
from cimara.cohort.export.mapping_report import Fate, FieldFate, write_report

PLACES: dict[str, dict[str, tuple[str, str]]] = {
    "Patient": {
        "patient_id": ("Patient.identifier", ""),
        "sex": ("Patient.gender", ""),
        "vital_status": ("Patient.deceased", "lost to follow-up is told as not deceased"),
    },
    "Death": {"day": ("Patient.deceasedDateTime", "")},
    "PrimaryTumour": {
        "primary_no": ("Condition.id", ""),
        "group": ("Condition.code", ""),
        "dx_day": ("Condition.onsetDateTime", ""),
    },
    "BrainLesion": {
        "lesion_id": ("BodyStructure.identifier", ""),
        "first_seen_day": ("BodyStructure.extension relative-day", ""),
        "location": ("BodyStructure.location", ""),
        "side": ("BodyStructure.location.text", "as text"),
    },
    "ImagingAssessment": {
        "scan_id": ("Observation.id", ""),
        "day": ("Observation.effectiveDateTime", "of scans with a measurement or a response"),
        "modality": ("Observation.method", "of scans with a measurement"),
        "intracranial_response": ("Observation.valueCodeableConcept", "as trend, the word in its text"),
    },
    "LesionMeasurement": {
        "scan_id": ("Observation.id", ""),
        "lesion_id": ("Observation.focus", ""),
        "longest_mm": ("Observation.component", ""),
        "perp_mm": ("Observation.component", ""),
        "vol_total_cm3": ("Observation.component", ""),
        "vol_enhancing_cm3": ("Observation.component", ""),
        "vol_necrotic_cm3": ("Observation.component", ""),
        "vol_flair_cm3": ("Observation.component", ""),
    },
    "LocalTherapyCourse": {
        "course_id": ("Procedure.identifier", ""),
        "modality": ("Procedure.code", ""),
        "start_day": ("Procedure.performedPeriod.start", ""),
        "end_day": ("Procedure.performedPeriod.end", ""),
        "intent": ("Procedure.extension procedure-intent", ""),
        "fractions": ("Procedure.extension radiotherapy-sessions", ""),
    },
    "CourseLesion": {
        "course_id": ("Procedure.id", ""),
        "lesion_id": ("BodyStructure.identifier of the volume", ""),
        "dose_gy": ("Procedure.extension dose-delivered-to-volume", "in cGy, as the profile asks"),
        "fractions": ("Procedure.extension dose-delivered-to-volume", ""),
    },
    "AdverseRadiationEffect": {
        "are_id": ("AdverseEvent.id", ""),
        "onset_day": ("AdverseEvent.date", ""),
        "ctcae_grade": ("AdverseEvent.extension severity-or-grade", ""),
        "attributed_course_id": ("AdverseEvent.suspectEntity.instance", ""),
    },
    "PerformanceStatus": {
        "scale": ("Observation.code", ""),
        "value": ("Observation.valueInteger", ""),
        "day": ("Observation.effectiveDateTime", ""),
    },
    "Biomarker": {
        "biomarker_no": ("Observation.id", ""),
        "marker": ("Observation.code or component", ""),
        "result": ("Observation.value or component", ""),
        "value": ("Observation.valueQuantity", "of a gene that is told as a variant only its presence"),
        "unit": ("Observation.valueQuantity.unit", ""),
        "day": ("Observation.effectiveDateTime", ""),
    },
    "SystemicTherapyLine": {
        "line_id": ("MedicationAdministration.id", ""),
        "agents": ("MedicationAdministration.medicationCodeableConcept", ""),
        "start_day": ("MedicationAdministration.effectivePeriod.start", ""),
        "stop_day": ("MedicationAdministration.effectivePeriod.end", ""),
        "last_dose_day": ("MedicationAdministration.effectivePeriod.end", "only where there is no stop_day"),
    },
    "SupportiveCourse": {
        "support_no": ("MedicationAdministration.id", ""),
        "kind": ("MedicationAdministration.medicationCodeableConcept", ""),
        "start_day": ("MedicationAdministration.effectivePeriod.start", ""),
        "stop_day": ("MedicationAdministration.effectivePeriod.end", ""),
        "dose_mg_day": ("MedicationAdministration.dosage.dose", ""),
        "dose_mg_kg": ("MedicationAdministration.dosage.dose", ""),
    },
}
"""Where fields go, and what is lost of them; what is not named has no place in the profiles."""


def write_fhir(dataset: Dataset, folder: Path) -> list[Path]:
    """Write `bundles/<patient>.json` and `mapping_report.csv`; gives the files.

    Raises CohortError for a row that refers to one that is not there.
    """
    (folder / "bundles").mkdir(parents=True, exist_ok=True)
    paths = []
    for made in bundles(dataset):
        lost = unresolved(made)
        if lost:
            raise CohortError(
                f"{len(lost)} references lead nowhere, the first to a {lost[0].split('/')[0]}",
                where="FHIR bundle",
                hint="Mend the data first: cimara cohort validate names the rows (rule K1).",
            )
        paths.append(folder / "bundles" / f"{made['id']}.json")
        paths[-1].write_bytes(msgspec.json.format(msgspec.json.encode(made), indent=1))
    readme = folder / "README.txt"
    readme.write_text(
        f"FHIR R4 bundles by mCODE STU 4 and CodeX RT, one a patient.\n{LABEL}\n"
        "The extension relative-day holds the day from the anchor.\n",
        encoding="utf-8",
    )
    return [*paths, readme, write_report(fhir_fates(), folder)]


def fhir_fates() -> Iterator[FieldFate]:
    """What becomes of every field of the model in FHIR."""
    for entity, places in PLACES.items():
        held = places if "patient_id" in places else {"patient_id": ("subject", ""), **places}
        for name, (where, lost) in held.items():
            yield FieldFate(entity, name, Fate.LOSSY if lost else Fate.EXPORTED, where, lost)
