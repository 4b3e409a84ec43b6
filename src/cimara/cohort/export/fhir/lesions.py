"""Lesions as body structures, and their sizes on each scan."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cimara.cohort.export.fhir.people import BRAIN
from cimara.cohort.export.fhir.pieces import (
    Resource,
    Row,
    coded,
    date,
    own,
    quantity,
    reference,
    relative_day,
    resource,
)
from cimara.cohort.export.fhir.profiles import ABSENT_CODES, LOINC, RESOURCE_TYPES, SNOMED, Profile

MALIGNANT = coded(SNOMED, "367651003", "Malignant neoplasm")
TUMOUR_SIZE, LONGEST, OTHER = "21889-1", "33728-7", "33729-5"
VOLUMES = {
    "vol_total_cm3": "Volume, total",
    "vol_enhancing_cm3": "Volume, enhancing",
    "vol_necrotic_cm3": "Volume, necrotic core",
    "vol_flair_cm3": "Volume of FLAIR change",
}


def tumors(rows: list[Row]) -> Iterator[Resource]:
    """Each lesion, followed for life under one identifier; place and side in words of ours."""
    for row in rows:
        place = own("LesionLocation", row["location"], f"{row['location']}, {row['side']}")
        location = (
            BRAIN
            if place is None
            else {"coding": [*BRAIN["coding"], *place["coding"]], "text": place["text"]}
        )
        yield resource(
            "BodyStructure",
            row["lesion_id"],
            Profile.TUMOR,
            extension=relative_day(row["first_seen_day"]),
            identifier=[
                {"use": "usual", "type": coded(RESOURCE_TYPES, "BodyStructure"), "value": row["lesion_id"]}
            ],
            morphology=MALIGNANT,
            location=location,
            patient=reference("Patient", row["patient_id"]),
        )


def sizes(rows: list[Row], scans: Mapping[str, Row]) -> Iterator[Resource]:
    """The size of each lesion on each scan: diameters in mm, volumes in cm3."""
    for row in rows:
        scan = scans[row["scan_id"]]
        yield resource(
            "Observation",
            f"{row['lesion_id']}-{row['scan_id'].rsplit('-', 1)[1]}-size",
            Profile.TUMOR_SIZE,
            extension=relative_day(scan["day"]),
            status="final",
            code=coded(LOINC, TUMOUR_SIZE, "Tumour size"),
            subject=reference("Patient", row["patient_id"]),
            focus=[reference("BodyStructure", row["lesion_id"])],
            effectiveDateTime=date(scan["day"]),
            method=own("ImagingModality", scan["modality"]),
            component=list(_components(row)),
        )


def _components(row: Row) -> Iterator[dict[str, Any]]:
    longest = quantity(row["longest_mm"], "mm")
    absent = {"dataAbsentReason": coded(ABSENT_CODES, "unknown")}
    yield {"code": coded(LOINC, LONGEST), **({"valueQuantity": longest} if longest else absent)}
    other = quantity(row["perp_mm"], "mm")
    if other:
        yield {"code": coded(LOINC, OTHER), "valueQuantity": other}
    for field, text in VOLUMES.items():
        volume = quantity(row[field], "cm3")
        if volume:
            yield {"code": own("LesionMeasurement", field, text), "valueQuantity": volume}
