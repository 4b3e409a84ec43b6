"""The patient, the primary tumours, and the brain metastases as a condition."""

from __future__ import annotations

from collections.abc import Iterator

from cimara.cohort.export.fhir.pieces import Resource, Row, coded, date, own, relative_day, resource
from cimara.cohort.export.fhir.profiles import (
    ABSENT,
    CONDITION_CATEGORY,
    CONDITION_CLINICAL,
    CONDITION_VERIFICATION,
    OWN,
    SNOMED,
    Profile,
)

BRAIN = coded(SNOMED, "12738006", "Brain")
BRAIN_METASTASES = coded(SNOMED, "94225005", "Brain metastases")
GENDERS = {"female": "female", "male": "male", "other": "other"}


def patient(row: Row, death_day: int | None) -> Resource:
    """The patient, without a name and without a date of birth."""
    dead: Resource = {"deceasedDateTime": date(death_day)} if death_day is not None else {}
    if not dead:
        dead = {"deceasedBoolean": row["vital_status"] == "dead"}
    return resource(
        "Patient",
        row["patient_id"],
        Profile.PATIENT,
        identifier=[{"system": f"{OWN}patient", "value": row["patient_id"]}],
        name=[{"extension": [{"url": ABSENT, "valueCode": "masked"}]}],
        gender=GENDERS.get(row["sex"], "unknown"),
        **dead,
    )


def primaries(rows: list[Row]) -> Iterator[Resource]:
    """Each primary tumour."""
    for row in rows:
        yield _condition(
            f"{row['patient_id']}-primary-{row['primary_no']}",
            Profile.PRIMARY,
            row["patient_id"],
            own("TumourGroup", row["group"]),
            row["dx_day"],
        )


def brain_metastases(patient_id: str, first_seen: int | None) -> Resource:
    """The brain metastases of a patient, from the day on which the first was seen."""
    identity = secondary_id(patient_id)
    made = _condition(identity, Profile.SECONDARY, patient_id, BRAIN_METASTASES, first_seen)
    return made | {"bodySite": [BRAIN]}


def secondary_id(patient_id: str) -> str:
    """Id of the condition that therapies refer to as their reason."""
    return f"{patient_id}-brain-metastases"


def _condition(
    identity: str, profile: Profile, patient_id: str, code: Resource | None, day: int | None
) -> Resource:
    return resource(
        "Condition",
        identity,
        profile,
        extension=relative_day(day),
        clinicalStatus=coded(CONDITION_CLINICAL, "active"),
        verificationStatus=coded(CONDITION_VERIFICATION, "confirmed"),
        category=[coded(CONDITION_CATEGORY, "problem-list-item")],
        code=code,
        subject={"reference": f"Patient/{patient_id}"},
        onsetDateTime=date(day),
    )
