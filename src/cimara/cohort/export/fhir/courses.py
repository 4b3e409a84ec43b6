"""Courses of radiotherapy with the dose of every lesion, operations, and adverse radiation effects."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Mapping

from cimara.cohort.export.fhir.people import BRAIN, secondary_id
from cimara.cohort.export.fhir.pieces import (
    Resource,
    Row,
    coded,
    date,
    extension,
    own,
    period,
    quantity,
    reference,
    relative_day,
    resource,
)
from cimara.cohort.export.fhir.profiles import (
    DICOM_UID,
    MCODE_RESOURCES,
    OWN,
    OWN_CODES,
    SNOMED,
    Extension,
    Profile,
)

OPERATIONS = frozenset({"surgery_gtr", "surgery_str", "biopsy", "litt"})
RADIOTHERAPY = coded(SNOMED, "108290001", "Radiation oncology AND/OR radiotherapy")
SURGICAL = coded(SNOMED, "387713003", "Surgical procedure")
TREATED_PHASE = coded(SNOMED, "1222565005", "Radiotherapy treatment plan")
CENTIGRAYS = 100


def procedures(rows: list[Row], treated: Mapping[str, list[Row]]) -> Iterator[Resource]:
    """Each course with its phase, or operation; `treated` has the lesions of each course."""
    for row in rows:
        if row["modality"] in OPERATIONS:
            yield _operation(row)
        else:
            lesions = treated.get(row["course_id"], [])
            yield from (_volume(row, one) for one in lesions)
            yield _course(row, lesions)
            yield _phase(row, lesions)


def volume_id(row: Row) -> str:
    """Id of the volume that a course treated in a lesion."""
    return f"{row['lesion_id']}-{row['course_id'].rsplit('-', 1)[1]}-volume"


def _operation(row: Row) -> Resource:
    return resource(
        "Procedure",
        row["course_id"],
        Profile.SURGERY,
        extension=[*_intent(row), *relative_day(row["start_day"])],
        status="completed",
        category=SURGICAL,
        code=own("LocalTherapyModality", row["modality"]),
        bodySite=[BRAIN],
        **_common(row),
    )


def _course(row: Row, lesions: list[Row]) -> Resource:
    sessions = row["fractions"]
    own_extensions = [*_intent(row), *relative_day(row["start_day"])]
    if sessions is not None:
        own_extensions.append(extension(Extension.SESSIONS, valueUnsignedInt=sessions))
    return resource(
        "Procedure",
        row["course_id"],
        Profile.COURSE,
        Profile.COURSE_MCODE,
        extension=[*own_extensions, *(_dose(one, course=True) for one in lesions)],
        identifier=[{"use": "usual", "system": f"{OWN}course", "value": row["course_id"]}],
        status="completed",
        category=RADIOTHERAPY,
        code={
            "coding": [
                {"system": MCODE_RESOURCES, "code": "mcode-radiotherapy-course-summary"},
                {"system": OWN_CODES, "code": f"LocalTherapyModality.{row['modality']}"},
            ]
        },
        bodySite=[BRAIN],
        **_common(row),
    )


def _phase(row: Row, lesions: list[Row]) -> Resource:
    fractions = row["fractions"]
    top = [] if fractions is None else [extension(Extension.FRACTIONS, valueUnsignedInt=fractions)]
    return resource(
        "Procedure",
        f"{row['course_id']}-phase",
        Profile.PHASE,
        extension=[*top, *relative_day(row["start_day"]), *(_dose(one, course=False) for one in lesions)],
        partOf=[reference("Procedure", row["course_id"])],
        status="completed",
        category=RADIOTHERAPY,
        code=TREATED_PHASE,
        bodySite=[BRAIN],
        **_common(row),
    )


def _common(row: Row) -> Resource:
    return {
        "subject": reference("Patient", row["patient_id"]),
        "performedPeriod": period(row["start_day"], row["end_day"]),
        "reasonReference": [reference("Condition", secondary_id(row["patient_id"]))],
    }


def _intent(row: Row) -> list[Resource]:
    intent = own("TherapyIntent", row["intent"])
    return [] if intent is None else [extension(Extension.INTENT, valueCodeableConcept=intent)]


def _dose(row: Row, *, course: bool) -> Resource:
    """What a lesion received: its volume, the dose in cGy, the fractions (of a phase they stand above)."""
    held = [extension("volume", valueReference=reference("BodyStructure", volume_id(row)))]
    dose = None if row["dose_gy"] is None else round(row["dose_gy"] * CENTIGRAYS, 2)
    if dose is not None:
        held.append(extension("totalDoseDelivered", valueQuantity=quantity(dose, "cGy")))
    if course and row["fractions"] is not None:
        held.append(extension("fractionsDelivered", valueUnsignedInt=row["fractions"]))
    if course:
        held.append(extension(Extension.UNIFORM, valueBoolean=True))
    return {"url": str(Extension.DOSE), "extension": held}


def _volume(course: Row, row: Row) -> Resource:
    """The volume that was treated; one UID a lesion and course, made of their ids."""
    identity = volume_id(row)
    number = uuid.UUID(bytes=hashlib.sha256(identity.encode()).digest()[:16]).int
    return resource(
        "BodyStructure",
        identity,
        Profile.VOLUME,
        extension=relative_day(course["start_day"]),
        identifier=[
            {"use": "usual", "value": identity},
            {"use": "official", "system": DICOM_UID, "value": f"urn:oid:2.25.{number}"},
        ],
        location=BRAIN,
        patient=reference("Patient", row["patient_id"]),
    )


def adverse_events(rows: list[Row], courses: Mapping[str, Row]) -> Iterator[Resource]:
    """Each adverse radiation effect, with the course that it is attributed to."""
    for row in rows:
        suspected = row["attributed_course_id"] in courses
        grade = own("CTCAE", str(row["ctcae_grade"]), f"Grade {row['ctcae_grade']}")
        yield resource(
            "AdverseEvent",
            row["are_id"],
            Profile.ADVERSE_EVENT,
            extension=[
                *relative_day(row["onset_day"]),
                *([extension(Extension.GRADE, valueCodeableConcept=grade)] if row["ctcae_grade"] else []),
            ],
            actuality="actual",
            event=own("AdverseRadiationEffect", "radiation_necrosis", "Central nervous system necrosis"),
            subject=reference("Patient", row["patient_id"]),
            date=date(row["onset_day"]),
            outcome=None,
            suspectEntity=[{"instance": reference("Procedure", row["attributed_course_id"])}]
            if suspected
            else None,
        )
