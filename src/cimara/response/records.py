"""One patient's records in order: visits by date, and what one evaluator recorded at each.

Two different values for one lesion at one visit are no value: the lesion counts as not assessed there.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from cimara.response.model import (
    INVESTIGATOR,
    Clinical,
    Finding,
    Lesion,
    Measurement,
    NewLesion,
    Patient,
    Visit,
)
from cimara.terms.response import (
    CNS_COMPARTMENTS,
    Certainty,
    LesionCompartment,
    LesionRole,
    LesionState,
    SizeStatus,
)

COMPARTMENTS: Mapping[str, frozenset[LesionCompartment]] = {
    "ANY": frozenset(LesionCompartment),
    "CNS": frozenset(CNS_COMPARTMENTS),
    "SYS": frozenset({LesionCompartment.EXTRACRANIAL}),
    "LM": frozenset({LesionCompartment.LEPTOMENINGEAL}),
}
"""Where the lesions of each assessed compartment lie."""
_THERE = (LesionState.PRESENT, LesionState.UNEQUIVOCAL_PD)


@dataclass(slots=True)
class Records:
    """Records of one evaluator. Keys are positions in `visits`, which are in order of date, then number."""

    patient: Patient
    evaluator: str
    visits: tuple[Visit, ...]
    lesions: dict[str, Lesion]
    measurements: dict[tuple[int, str], Measurement]
    duplicates: set[tuple[int, str]]
    new_lesions: dict[str, dict[int, NewLesion]]
    clinical: dict[int, Clinical | None]
    findings: list[Finding] = field(default_factory=list)

    def seen(self, position: int, lesion_id: str) -> Measurement | None:
        """What was recorded of a lesion at a visit; nothing where two records disagree."""
        return self.measurements.get((position, lesion_id))


def evaluators(patient: Patient) -> tuple[str, ...]:
    """Everyone who recorded something, sorted; the investigator where nobody did."""
    found = {item.evaluator for item in patient.measurements} | {
        item.evaluator for item in patient.new_lesions
    }
    found = found or {item.evaluator for item in patient.lesions}
    return tuple(sorted(found)) or (INVESTIGATOR,)


def collect(patient: Patient, evaluator: str) -> Records:
    """The records of one evaluator, indexed by visit."""
    visits, findings = ordered_visits(patient)
    records = Records(patient, evaluator, visits, _lesions(patient, evaluator), {}, set(), {}, {}, findings)
    positions: dict[str, list[int]] = {}
    for position, visit in enumerate(visits):
        positions.setdefault(visit.visit_id, []).append(position)
    for item in patient.measurements:
        if item.evaluator == evaluator:
            _add_measurement(records, item, _position(records, positions, item.visit_id, item.date))
    for new in patient.new_lesions:
        if new.evaluator == evaluator:
            _add_new_lesion(records, new, _position(records, positions, new.visit_id, new.date))
    _add_unrecorded_new(records)
    _add_clinical(records, positions)
    return records


def ordered_visits(patient: Patient) -> tuple[tuple[Visit, ...], list[Finding]]:
    """Visits by date, then number, then id; one id and date twice is one visit with a finding."""
    found: dict[tuple[str, dt.date], Visit] = {}
    findings: list[Finding] = []
    for visit in sorted(patient.visits, key=_visit_order):
        key = (visit.visit_id, visit.date)
        if key in found and found[key] != visit:
            findings.append(
                note("DUPLICATE_VISIT", "two visit rows of one id and date", patient, visit.visit_id)
            )
        found.setdefault(key, visit)
    return tuple(found.values()), findings


def note(
    code: str,
    text: str,
    patient: Patient,
    visit_id: str = "",
    lesion_id: str = "",
    *,
    severity: str = "warning",
) -> Finding:
    """A finding on one patient's records."""
    return Finding(code, severity, text, patient.patient_id, visit_id, lesion_id)


def _visit_order(visit: Visit) -> tuple[dt.date, float, str, str]:
    number = float("inf") if visit.number is None else visit.number
    return (visit.date, number, visit.visit_id, repr(visit))


def _lesions(patient: Patient, evaluator: str) -> dict[str, Lesion]:
    own = {item.lesion_id: item for item in patient.lesions if item.evaluator == evaluator}
    if own:
        return own
    return {item.lesion_id: item for item in patient.lesions if item.evaluator == INVESTIGATOR}


def _position(records: Records, positions: dict[str, list[int]], visit_id: str, date: dt.date) -> int | None:
    """The visit of a record: by id, and by date where one id has several dates."""
    found = positions.get(visit_id, [])
    if not found:
        records.findings.append(
            note(
                "UNKNOWN_VISIT",
                "a record of a visit that is not listed",
                records.patient,
                visit_id,
                severity="error",
            )
        )
        return None
    same_day = (place for place in found if records.visits[place].date == date)
    return next(same_day, found[0])


def _add_measurement(records: Records, item: Measurement, position: int | None) -> None:
    if position is None:
        return
    if item.lesion_id not in records.lesions and not _is_new(records.patient, item.lesion_id):
        text = "a measurement of a lesion that is not listed"
        records.findings.append(
            note("UNKNOWN_LESION", text, records.patient, item.visit_id, item.lesion_id, severity="error")
        )
        return
    key = (position, item.lesion_id)
    if key in records.duplicates or records.measurements.get(key, item) == item:
        if key not in records.duplicates:
            records.measurements[key] = item
        return
    records.duplicates.add(key)
    del records.measurements[key]
    text = "two values of one lesion at one visit: it counts as not assessed there"
    records.findings.append(
        note("DUPLICATE_MEASUREMENT", text, records.patient, item.visit_id, item.lesion_id)
    )


def _is_new(patient: Patient, lesion_id: str) -> bool:
    return any(item.lesion_id == lesion_id for item in patient.new_lesions)


def _add_new_lesion(records: Records, item: NewLesion, position: int | None) -> None:
    if position is None:
        return
    held = records.new_lesions.setdefault(item.lesion_id, {})
    other = held.setdefault(position, item)
    if other != item:
        text = "two records of one new lesion at one visit: the less certain one is taken"
        records.findings.append(
            note("DUPLICATE_NEW_LESION", text, records.patient, item.visit_id, item.lesion_id)
        )
        held[position] = min(other, item, key=_certainty_order)


def _add_unrecorded_new(records: Records) -> None:
    """A lesion listed as new that has sizes or states, but no word on its certainty, is equivocal."""
    listed = {key for key, lesion in records.lesions.items() if lesion.role is LesionRole.NEW}
    for (position, key), item in sorted(records.measurements.items()):
        is_there = item.status in (SizeStatus.MEASURED, SizeStatus.TOO_SMALL) or item.state in _THERE
        if key in listed and is_there and not _is_new(records.patient, key):
            new = NewLesion(
                item.patient_id,
                key,
                item.visit_id,
                item.date,
                Certainty.EQUIVOCAL,
                records.lesions[key].compartment,
            )
            records.new_lesions.setdefault(key, {})[position] = new
            text = "a new lesion without a record of its certainty: taken as equivocal"
            records.findings.append(note("NEW_WITHOUT_CERTAINTY", text, records.patient, item.visit_id, key))


def _certainty_order(item: NewLesion) -> tuple[bool, dt.date, str]:
    return (item.certainty is Certainty.UNEQUIVOCAL, item.date, repr(item))


def _add_clinical(records: Records, positions: dict[str, list[int]]) -> None:
    found: dict[int, list[Clinical]] = {}
    for item in records.patient.clinical:
        position = _position(records, positions, item.visit_id, item.date)
        if position is not None:
            found.setdefault(position, []).append(item)
    for position, items in found.items():
        records.clinical[position] = _last_clinical(records, items)


def _last_clinical(records: Records, items: Iterable[Clinical]) -> Clinical | None:
    """The last record of a visit; two that differ on one day are no record."""
    latest = max(item.date for item in items)
    last = {item for item in items if item.date == latest}
    if len(last) == 1:
        return last.pop()
    text = "two clinical records of one day differ: neither is used"
    records.findings.append(note("DUPLICATE_CLINICAL", text, records.patient, next(iter(last)).visit_id))
    return None
