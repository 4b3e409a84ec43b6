"""From a Patient of the library to the grid, and what of the patient the grid has no place for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cimara.response.model import Clinical, Patient, Visit
from cimara.response.records import Records, collect, evaluators
from cimara.response.worksheet.cells import cell_text
from cimara.response.worksheet.places import place_of
from cimara.response.worksheet.reading import ANSWERS, CLINICAL, STEROIDS, read_sheet
from cimara.response.worksheet.sheet import (
    MOST_LESIONS,
    MOST_VISITS,
    SheetLesion,
    SheetRole,
    SheetVisit,
    Worksheet,
)
from cimara.terms.response import Answer, LesionRole


class LeftOut(StrEnum):
    """What a patient's records may hold that the grid has no place for."""

    OTHER_EVALUATORS = "OTHER_EVALUATORS"
    ADJUDICATIONS = "ADJUDICATIONS"
    LM_FORMS = "LM_FORMS"
    SCALES = "SCALES"
    LESION_DETAILS = "LESION_DETAILS"
    VISIT_DETAILS = "VISIT_DETAILS"
    TOO_MANY = "TOO_MANY"


@dataclass(frozen=True, slots=True)
class Filled:
    """The grid of one evaluator's records, and what was left out of it."""

    sheet: Worksheet
    left_out: tuple[LeftOut, ...]


def fill_sheet(patient: Patient) -> Filled:
    """The first evaluator's records as a grid, one column for each visit by date."""
    records = collect(patient, evaluators(patient)[0])
    answers = {answer: word for word, answer in ANSWERS.items()}
    since = patient.immunotherapy_start
    sheet = Worksheet(
        patient=patient.patient_id,
        start=patient.start_date.isoformat(),
        immunotherapy=answers[patient.immunotherapy],
        immunotherapy_start=since.isoformat() if since else "",
        visits=tuple(_visit(records, place, visit) for place, visit in enumerate(records.visits)),
        lesions=tuple(_lesions(records)),
    )
    fits = Worksheet.from_fields(sheet.fields())
    return Filled(fits, _left_out(patient, records, sheet))


def _visit(records: Records, place: int, visit: Visit) -> SheetVisit:
    item = records.clinical.get(place)
    twice = [other for other in records.visits if other.visit_id == visit.visit_id]
    label = visit.visit_id if len(twice) == 1 else f"{visit.visit_id} {visit.date.isoformat()}"
    trends = {trend: word for word, trend in STEROIDS.items()}
    return SheetVisit(
        label=label,
        date=visit.date.isoformat(),
        clinical=_clinical_word(item),
        steroids=trends[item.steroid_trend] if item else "",
    )


def _clinical_word(item: Clinical | None) -> str:
    if item is None:
        return ""
    words = {pair: word for word, pair in CLINICAL.items()}
    alone = {status: word for word, (status, _) in reversed(CLINICAL.items())}
    return words.get((item.status, item.attributable), alone[item.status])


def _lesions(records: Records) -> list[SheetLesion]:
    listed = {key: item for key, item in records.lesions.items() if item.role is not LesionRole.NEW}
    lines = []
    for key, item in listed.items():
        role = SheetRole.TARGET if item.role is LesionRole.TARGET else SheetRole.NON_TARGET
        lines.append(SheetLesion(key, place_of(item), role.value, _cells(records, key, role)))
    for key, at in records.new_lesions.items():
        if key in listed:
            continue
        known = records.lesions.get(key)
        compartment = next(iter(at.values())).compartment
        words = {"BRAIN": "brain", "LEPTOMENINGEAL": "leptomeninges", "DURAL_BONY": "dura"}
        place = place_of(known) if known else words.get(compartment, "elsewhere")
        lines.append(SheetLesion(key, place, SheetRole.NEW.value, _cells(records, key, SheetRole.NEW)))
    return lines


def _cells(records: Records, key: str, role: SheetRole) -> tuple[str, ...]:
    new = records.new_lesions.get(key, {})
    return tuple(
        cell_text(records.seen(place, key), new[place].certainty if place in new else None, role)
        for place in range(len(records.visits))
    )


def _left_out(patient: Patient, records: Records, sheet: Worksheet) -> tuple[LeftOut, ...]:
    scales = (
        "kps",
        "ecog",
        "persisted_days",
        "dex_mg_per_day",
    )
    found = {
        LeftOut.OTHER_EVALUATORS: len(evaluators(patient)) > 1,
        LeftOut.ADJUDICATIONS: bool(patient.adjudications),
        LeftOut.LM_FORMS: bool(patient.lm_forms),
        LeftOut.SCALES: any(getattr(one, name) is not None for one in patient.clinical for name in scales),
        LeftOut.LESION_DETAILS: any(
            item.volume is not None or item.merged_into or item.change or item.slice_mm or item.n_slices
            for item in patient.measurements
        )
        or any(item.parent_ids for item in patient.lesions),
        LeftOut.VISIT_DETAILS: any(
            visit.is_baseline is not None or visit.nonenhancing_pd is not Answer.UNKNOWN
            for visit in patient.visits
        )
        or patient.new_therapy_date is not None,
        LeftOut.TOO_MANY: len(sheet.visits) > MOST_VISITS
        or len(sheet.lesions) > MOST_LESIONS
        or read_sheet(sheet).patient is None,
    }
    return tuple(name for name, applies in found.items() if applies)
