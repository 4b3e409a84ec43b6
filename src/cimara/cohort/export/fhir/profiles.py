"""The profiles, extensions and code systems of mCODE and CodeX RT that are written, and no others."""

from __future__ import annotations

from enum import StrEnum

MCODE = "http://hl7.org/fhir/us/mcode/StructureDefinition/"
CODEX = "http://hl7.org/fhir/us/codex-radiation-therapy/StructureDefinition/"
OWN = "https://cimara.example/fhir/"

LOINC = "http://loinc.org"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
OWN_CODES = f"{OWN}CodeSystem/cohort"
"""Words of our own model, where no other code is known for certain."""
MCODE_RESOURCES = "http://hl7.org/fhir/us/mcode/CodeSystem/mcode-resource-identifier-cs"
RESOURCE_TYPES = "http://hl7.org/fhir/resource-types"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
CONDITION_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
CONDITION_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CONDITION_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
SECURITY = "http://terminology.hl7.org/CodeSystem/v3-ObservationValue"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ABSENT_CODES = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
DICOM_UID = "urn:dicom:uid"


class Profile(StrEnum):
    """Profiles by their canonical address (cohort.md section 16; the guides' sources)."""

    BUNDLE = f"{MCODE}mcode-patient-bundle"
    PATIENT = f"{MCODE}mcode-cancer-patient"
    PRIMARY = f"{MCODE}mcode-primary-cancer-condition"
    SECONDARY = f"{MCODE}mcode-secondary-cancer-condition"
    TUMOR = f"{MCODE}mcode-tumor"
    TUMOR_SIZE = f"{MCODE}mcode-tumor-size"
    KARNOFSKY = f"{MCODE}mcode-karnofsky-performance-status"
    ECOG = f"{MCODE}mcode-ecog-performance-status"
    MARKER = f"{MCODE}mcode-tumor-marker-test"
    VARIANT = f"{MCODE}mcode-genomic-variant"
    MEDICATION = f"{MCODE}mcode-cancer-related-medication-administration"
    SURGERY = f"{MCODE}mcode-cancer-related-surgical-procedure"
    COURSE = f"{CODEX}codexrt-radiotherapy-course-summary"
    COURSE_MCODE = f"{MCODE}mcode-radiotherapy-course-summary"
    PHASE = f"{CODEX}codexrt-radiotherapy-treated-phase"
    VOLUME = f"{CODEX}codexrt-radiotherapy-volume"
    ADVERSE_EVENT = f"{CODEX}codexrt-radiotherapy-adverse-event"
    DISEASE_STATUS = f"{CODEX}codexrt-radiotherapy-disease-status"


class Extension(StrEnum):
    """Extensions that these profiles have, and our one of the day."""

    RELATIVE_DAY = f"{OWN}StructureDefinition/relative-day"
    INTENT = f"{MCODE}mcode-procedure-intent"
    SESSIONS = f"{MCODE}mcode-radiotherapy-sessions"
    FRACTIONS = f"{MCODE}mcode-radiotherapy-fractions-delivered"
    DOSE = f"{MCODE}mcode-radiotherapy-dose-delivered-to-volume"
    UNIFORM = f"{CODEX}codexrt-radiotherapy-uniform-fractionation"
    GRADE = f"{CODEX}codexrt-radiotheraphy-adverse-event-severity-or-grade"
    """The guide spells it so."""
