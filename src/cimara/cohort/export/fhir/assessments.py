"""Performance status, markers, response, and medicines."""

from __future__ import annotations

from collections.abc import Iterator

from cimara.cohort.export.fhir.people import secondary_id
from cimara.cohort.export.fhir.pieces import (
    Resource,
    Row,
    coded,
    date,
    own,
    period,
    quantity,
    reference,
    relative_day,
    resource,
)
from cimara.cohort.export.fhir.profiles import LOINC, OBSERVATION_CATEGORY, SNOMED, Profile

SCALES = {"KPS": (Profile.KARNOFSKY, "89243-0"), "ECOG": (Profile.ECOG, "89247-1")}
GENES = {"EGFR": "EGFR", "ALK": "ALK", "ROS1": "ROS1", "KRAS_G12C": "KRAS", "BRAF_V600": "BRAF", "MET": "MET",
         "RET": "RET", "NTRK": "NTRK"}  # fmt: skip
VARIANT_ASSESSMENT, GENE_STUDIED = "69548-6", "48018-6"
PRESENCE = {"positive": "LA9633-4", "negative": "LA9634-2", "indeterminate": "LA11884-6"}
"""LOINC answers Present, Absent, Indeterminate."""
DISEASE_STATUS = "97509-4"
TRENDS = {
    "CR": ("260415000", "Not detected"),
    "PR": ("268910001", "Improved"),
    "SD": ("359746009", "Stable"),
    "PD": ("271299001", "Worsened"),
    "NE": ("709137006", "Undetermined"),
}
"""SNOMED CT: trend of a cancer's status (mCODE, ConditionStatusTrendVS)."""
UNITS = {"percent": "%", "mut_mb": "{mutations}/{Mb}", "ihc_score": "{score}"}


def performance(rows: list[Row]) -> Iterator[Resource]:
    """Karnofsky and ECOG scores."""
    for row in rows:
        if row["value"] is None:
            continue
        profile, code = SCALES[row["scale"]]
        yield resource(
            "Observation",
            f"{row['patient_id']}-{row['scale']}-day-{row['day']}",
            profile,
            extension=relative_day(row["day"]),
            status="final",
            category=[coded(OBSERVATION_CATEGORY, "survey")],
            code=coded(LOINC, code),
            subject=reference("Patient", row["patient_id"]),
            effectiveDateTime=date(row["day"]),
            valueInteger=row["value"],
        )


def markers(rows: list[Row]) -> Iterator[Resource]:
    """Results of markers: genes as variants, the others as marker tests."""
    for row in rows:
        if row["result"] is None and row["value"] is None:
            continue
        yield _variant(row) if row["marker"] in GENES and row["result"] in PRESENCE else _marker(row)


def _variant(row: Row) -> Resource:
    gene = {"code": coded(LOINC, GENE_STUDIED), "valueCodeableConcept": {"text": GENES[row["marker"]]}}
    return _result(
        row,
        Profile.VARIANT,
        coded(LOINC, VARIANT_ASSESSMENT),
        valueCodeableConcept=coded(LOINC, PRESENCE[row["result"]], row["result"]),
        component=[gene, *_marker_of(row)],
    )


def _marker_of(row: Row) -> list[Resource]:
    """The marker in our words, since a gene alone does not tell the mutation that was looked for."""
    return [{"code": own("Biomarker", "marker"), "valueCodeableConcept": own("Marker", row["marker"])}]


def _marker(row: Row) -> Resource:
    value = quantity(row["value"], UNITS.get(row["unit"], "1"))
    result = own("MarkerResult", row["result"])
    if value is None:
        return _result(row, Profile.MARKER, own("Marker", row["marker"]), valueCodeableConcept=result)
    component = [{"code": own("Biomarker", "result"), "valueCodeableConcept": result}] if result else None
    return _result(
        row, Profile.MARKER, own("Marker", row["marker"]), valueQuantity=value, component=component
    )


def _result(row: Row, profile: Profile, code: Resource | None, **content: object) -> Resource:
    return resource(
        "Observation",
        f"{row['patient_id']}-marker-{row['biomarker_no']}",
        profile,
        extension=relative_day(row["day"]),
        status="final",
        category=[coded(OBSERVATION_CATEGORY, "laboratory")],
        code=code,
        subject=reference("Patient", row["patient_id"]),
        effectiveDateTime=date(row["day"]),
        **content,
    )


def responses(rows: list[Row]) -> Iterator[Resource]:
    """The intracranial response on each scan that has one."""
    for row in rows:
        if row["intracranial_response"] not in TRENDS:
            continue
        code, text = TRENDS[row["intracranial_response"]]
        yield resource(
            "Observation",
            f"{row['scan_id']}-status",
            Profile.DISEASE_STATUS,
            extension=relative_day(row["day"]),
            status="final",
            code=coded(LOINC, DISEASE_STATUS),
            subject=reference("Patient", row["patient_id"]),
            focus=[reference("Condition", secondary_id(row["patient_id"]))],
            effectiveDateTime=date(row["day"]),
            valueCodeableConcept=coded(SNOMED, code, f"{row['intracranial_response']}: {text}"),
        )


def medicines(lines: list[Row], supportive: list[Row]) -> Iterator[Resource]:
    """Each agent of each line, and supportive treatment."""
    for row in lines:
        for agent in row["agents"] or []:
            stop = row["stop_day"] if row["stop_day"] is not None else row["last_dose_day"]
            yield _medicine(row, f"{row['line_id']}-{agent}".replace("_", "-"), own("Agent", agent), stop)
    for row in supportive:
        made = _medicine(
            row,
            f"{row['patient_id']}-support-{row['support_no']}",
            own("SupportiveKind", row["kind"]),
            row["stop_day"],
        )
        dose = quantity(row["dose_mg_kg"], "mg/kg") or quantity(row["dose_mg_day"], "mg/d")
        yield made | ({"dosage": {"dose": dose}} if dose else {})


def _medicine(row: Row, identity: str, medicine: Resource | None, stop: int | None) -> Resource:
    ongoing = stop is None
    return resource(
        "MedicationAdministration",
        identity,
        Profile.MEDICATION,
        extension=relative_day(row["start_day"]),
        status="in-progress" if ongoing else "completed",
        medicationCodeableConcept=medicine,
        subject=reference("Patient", row["patient_id"]),
        effectivePeriod=period(row["start_day"], stop),
        reasonReference=[reference("Condition", secondary_id(row["patient_id"]))],
    )
