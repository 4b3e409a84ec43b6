"""Puts the rows of the RANO-LM scorecard, one an item, together to forms, one a visit and evaluator."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from typing import Any

from cimara.response.model import LmForm, LmItem, Tenths
from cimara.response.reading.intake import Intake, RowReading
from cimara.response.reading.rows import readings
from cimara.response.reading.schema import MAX_NODULES, ItemChange
from cimara.response.sizes import ParsedSize
from cimara.terms.partial_dates import PartialDate
from cimara.terms.response import Answer, CsfResult, Presence
from cimara.terms.tables import Table

Key = tuple[str, str, str, str, dt.date]
_OF_THE_FORM = (
    "csf",
    "exam_change",
    "overall_human",
    "overall_reason",
    "reference_scan_date",
    "last_lumbar_puncture",
    "treatment_since_reference",
)


@dataclass
class _Form:
    form: LmForm
    items: dict[tuple[str, str], LmItem] = field(default_factory=dict)


def add_lm_forms(intake: Intake, table: Table) -> None:
    """Forms with their items. An empty item stays empty: the form itself says what is missing."""
    forms: dict[Key, _Form] = {}
    for reading in readings(intake, table):
        if reading.knows_patient():
            _add_item(forms, reading)
    for found in forms.values():
        form = replace(found.form, items=tuple(found.items.values()))
        intake.lm_forms[form.patient_id].append(form)


def _add_item(forms: dict[Key, _Form], reading: RowReading) -> None:
    visit = reading.visit()
    date = reading.date_at(visit) if visit else None
    if date is None:
        return
    reference = reading.row.text("reference_visit_id")
    if not reading.intake.visits_of(reading.patient_id, reference):
        reading.refuse("reference_visit_id", "UNKNOWN_VISIT", "a visit that this patient has not")
        return
    sizes = _nodules(reading)
    if sizes is None:
        return
    key = (reading.patient_id, reading.visit_id, reading.evaluator, reference, date)
    found = forms.get(key) or _Form(
        LmForm(reading.patient_id, reading.visit_id, reference, date, evaluator=reading.evaluator)
    )
    stated = _stated(found.form, reading)
    item = _item(reading, sizes)
    if stated is None:
        return
    if (item.region, item.item) in found.items:
        reading.refuse("item", "DUPLICATE_ITEM", "an item that stands in an earlier row of the form")
        return
    forms[key] = found
    found.form = stated
    found.items[item.region, item.item] = item


def _item(reading: RowReading, sizes: tuple[tuple[Tenths, Tenths], ...]) -> LmItem:
    row = reading.row
    reference, followup = row.get("reference", Presence), row.get("followup", Presence)
    change = row.get("change", ItemChange)
    return LmItem(
        row.text("region"),
        row.text("item"),
        reference=reference.value if reference else "",
        followup=followup.value if followup else "",
        change=change.value if change else "",
        sizes=sizes,
        fewer_than_three=row.get("fewer_than_three", Answer) is Answer.YES,
    )


def _nodules(reading: RowReading) -> tuple[tuple[Tenths, Tenths], ...] | None:
    """X and Y of the nodules; None, and the row refused, where one of the two is missing."""
    sizes = []
    for number in range(1, MAX_NODULES + 1):
        x, y = (reading.row.get(f"n{number}{axis}_mm", ParsedSize) for axis in "xy")
        if (x is None) != (y is None):
            column = f"n{number}{'y' if y is None else 'x'}_mm"
            reading.refuse(column, "SIZE_MISSING", "one of two diameters", expected="both, or neither")
            return None
        if x is not None and y is not None:
            sizes.append((Tenths(x.value), Tenths(y.value)))
    return tuple(sizes)


def _stated(form: LmForm, reading: RowReading) -> LmForm | None:
    """The form with what the row says of it as a whole; None, and the row refused, on a contradiction."""
    row, csf = reading.row, reading.row.get("csf", CsfResult)
    scanned = row.get("reference_scan_date", PartialDate)
    said = LmForm(
        form.patient_id,
        form.visit_id,
        form.reference_visit_id,
        form.date,
        form.evaluator,
        csf=csf.value if csf else "",
        exam_change=row.text("exam_change"),
        overall_human=row.text("overall_human"),
        overall_reason=row.text("overall_reason"),
        reference_scan_date=scanned.full if scanned else None,
        last_lumbar_puncture=row.text("last_lumbar_puncture"),
        treatment_since_reference=row.text("treatment_since_reference"),
    )
    for name in _OF_THE_FORM:
        if getattr(said, name) and getattr(form, name) and getattr(said, name) != getattr(form, name):
            reading.refuse(name, "FORM_CONFLICT", "another answer than in an earlier row of the form")
            return None
    kept: Any = {name: getattr(said, name) or getattr(form, name) for name in _OF_THE_FORM}
    return replace(form, **kept)
