"""From the grid to a Patient of the library: every problem is named by the field that it is in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from cimara.response.model import Clinical, Lesion, Measurement, NewLesion, Patient, Visit
from cimara.response.worksheet.cells import CellError, Seen, read_cell
from cimara.response.worksheet.places import PLACES, Place
from cimara.response.worksheet.sheet import SheetLesion, SheetRole, SheetVisit, Worksheet
from cimara.terms.response import (
    Answer,
    Attribution,
    Certainty,
    ClinicalStatus,
    LesionRole,
    LesionState,
    SizeStatus,
    SteroidTrend,
)

Known = TypeVar("Known")

UNNAMED = "PATIENT"
UNUSABLE = "unusable "
NEW_LESION_ID = "NEW"
"""The new lesion that the visit columns speak of."""
GONE = "ABSENT"
CLINICAL = {
    "": (ClinicalStatus.UNKNOWN, Attribution.UNKNOWN),
    "STABLE": (ClinicalStatus.STABLE, Attribution.UNKNOWN),
    "IMPROVED": (ClinicalStatus.IMPROVED, Attribution.UNKNOWN),
    "WORSE": (ClinicalStatus.WORSE, Attribution.TUMOUR),
    "WORSE_COMORBIDITY": (ClinicalStatus.WORSE, Attribution.COMORBIDITY),
    "WORSE_STEROIDS": (ClinicalStatus.WORSE, Attribution.STEROID_CHANGE),
    "WORSE_UNKNOWN": (ClinicalStatus.WORSE, Attribution.UNKNOWN),
}
"""The clinical states of the grid, and what the library calls them."""
STEROIDS = {"": SteroidTrend.UNKNOWN, **{one.value: one for one in SteroidTrend if one != "UNKNOWN"}}
NEW = ("", Certainty.EQUIVOCAL.value, Certainty.UNEQUIVOCAL.value, GONE)
ANSWERS = {"": Answer.UNKNOWN, "yes": Answer.YES, "no": Answer.NO}


class SheetFault(StrEnum):
    """What is wrong in a field of the grid that is no cell."""

    START_MISSING = "START_MISSING"
    DATE_MISSING = "DATE_MISSING"
    DATE_UNREADABLE = "DATE_UNREADABLE"
    LABEL_TWICE = "LABEL_TWICE"
    NAME_MISSING = "NAME_MISSING"
    NAME_TWICE = "NAME_TWICE"
    NAME_UNUSABLE = "NAME_UNUSABLE"
    NOT_IN_LIST = "NOT_IN_LIST"
    NEVER_SEEN = "NEVER_SEEN"
    NO_VISIT = "NO_VISIT"
    NO_LESION = "NO_LESION"


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """One field that can't be used; `fault` is a SheetFault or a CellFault, never what was typed."""

    field: str
    fault: StrEnum


@dataclass(frozen=True, slots=True)
class SheetReading:
    """The patient, when nothing is wrong; otherwise every problem, in the order of the page."""

    patient: Patient | None
    problems: tuple[SheetProblem, ...]


def read_sheet(sheet: Worksheet) -> SheetReading:
    """The grid as a patient. Columns and lines in which nothing was typed but their names are left out."""
    taken = _Taken(sheet)
    start = taken.date("start", sheet.start, SheetFault.START_MISSING)
    taken.patient_id = taken.name("patient", sheet.patient or UNNAMED)
    immunotherapy = taken.word("immunotherapy", sheet.immunotherapy, ANSWERS) or Answer.UNKNOWN
    since = taken.date("immunotherapy_start", sheet.immunotherapy_start, None)
    taken.take_visits()
    taken.take_lesions()
    if not taken.visits and not taken.problems:
        taken.note("visits.0.date", SheetFault.NO_VISIT)
    if not taken.measurements and not taken.new_lesions and not taken.problems:
        taken.note("lesions.0.cells.0", SheetFault.NO_LESION)
    if start is None or taken.problems:
        return SheetReading(None, tuple(taken.problems))
    patient = Patient(
        taken.patient_id,
        start,
        immunotherapy=immunotherapy,
        immunotherapy_start=since,
        lesions=tuple(taken.lesions),
        measurements=tuple(taken.measurements),
        new_lesions=tuple(taken.new_lesions),
        visits=tuple(taken.visits.values()),
        clinical=tuple(taken.clinical),
    )
    return SheetReading(patient, ())


@dataclass
class _Taken:
    """What has been read so far, and what was wrong with the rest. `visits` is by column."""

    sheet: Worksheet
    patient_id: str = UNNAMED
    problems: list[SheetProblem] = field(default_factory=list)
    visits: dict[int, Visit] = field(default_factory=dict)
    clinical: list[Clinical] = field(default_factory=list)
    lesions: list[Lesion] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    new_lesions: list[NewLesion] = field(default_factory=list)

    def note(self, name: str, fault: StrEnum) -> None:
        """The first thing that is wrong with a field."""
        if all(one.field != name for one in self.problems):
            self.problems.append(SheetProblem(name, fault))

    def date(self, name: str, text: str, missing: SheetFault | None) -> dt.date | None:
        """A whole ISO date; an empty one is noted where `missing` says how."""
        if not text:
            if missing:
                self.note(name, missing)
            return None
        try:
            return dt.datetime.strptime(text, "%Y-%m-%d").date()
        except ValueError:
            self.note(name, SheetFault.DATE_UNREADABLE)
            return None

    def word(self, name: str, text: str, known: Mapping[str, Known]) -> Known | None:
        if text not in known:
            self.note(name, SheetFault.NOT_IN_LIST)
        return known.get(text)

    def name(self, name: str, text: str) -> str:
        """An id as the library takes it; one that it can't take is noted, and another stands for it."""
        if ";" not in text and "," not in text:
            return text
        self.note(name, SheetFault.NAME_UNUSABLE)
        return UNUSABLE + name

    def take_visits(self) -> None:
        labels: set[str] = set()
        for column, visit in enumerate(self.sheet.visits):
            cells = any(lesion.cell(column) for lesion in self.sheet.lesions)
            if cells or visit.date or visit.clinical or visit.steroids or visit.new:
                self._visit(column, visit, labels)

        self._gone_needs_seen("visits.{}.new", [visit.new for visit in self.sheet.visits], NEW_LESION_ID)

    def _gone_needs_seen(self, at: str, cells: Sequence[str], name: str) -> None:
        """A new lesion that is nowhere equivocal or unequivocal can't be gone."""
        if any(new.lesion_id == name for new in self.new_lesions):
            return
        for column, cell in enumerate(cells):
            if cell and column in self.visits:
                self.note(at.format(column), SheetFault.NEVER_SEEN)

    def _visit(self, column: int, visit: SheetVisit, labels: set[str]) -> None:
        at = f"visits.{column}"
        label = self.name(f"{at}.label", visit.label or f"Visit {column + 1}")
        if label in labels:
            self.note(f"{at}.label", SheetFault.LABEL_TWICE)
        labels.add(label)
        day = self.date(f"{at}.date", visit.date, SheetFault.DATE_MISSING)
        state = self.word(f"{at}.clinical", visit.clinical, CLINICAL)
        steroids = self.word(f"{at}.steroids", visit.steroids, STEROIDS)
        self.word(f"{at}.new", visit.new, dict.fromkeys(NEW, ""))
        place = self.word("new_place", self.sheet.new_place, PLACES) if visit.new else None
        if day is None or state is None or steroids is None:
            return
        made = Visit(self.patient_id, label, day, label=label, number=float(column))
        self.visits[column] = made
        status, cause = state
        self.clinical.append(
            Clinical(self.patient_id, label, day, status, attributable=cause, steroid_trend=steroids)
        )
        if visit.new in NEW[1:] and place:
            seen = _NEW_SEEN[visit.new]
            self._record(NEW_LESION_ID, made, seen, place)

    def take_lesions(self) -> None:
        taken = {NEW_LESION_ID} if any(visit.new for visit in self.sheet.visits) else set()
        for line, lesion in enumerate(self.sheet.lesions):
            if any(lesion.cell(column) for column in range(len(self.sheet.visits))):
                self._lesion(line, lesion, taken)

    def _lesion(self, line: int, lesion: SheetLesion, taken: set[str]) -> None:
        at = f"lesions.{line}"
        name = self.name(f"{at}.name", lesion.name)
        if not name or name in taken:
            self.note(f"{at}.name", SheetFault.NAME_TWICE if name else SheetFault.NAME_MISSING)
            return
        taken.add(name)
        role = self.word(f"{at}.role", lesion.role, {one.value: one for one in SheetRole})
        place = self.word(f"{at}.place", lesion.place, PLACES)
        if role is None or place is None:
            return
        if role is not SheetRole.NEW:
            self.lesions.append(
                Lesion(
                    self.patient_id,
                    name,
                    place.compartment,
                    LesionRole(role.value),
                    organ=place.organ,
                    is_node=place.is_node,
                )
            )
        for column in range(len(self.sheet.visits)):
            self._cell(
                f"{at}.cells.{column}", lesion.cell(column), name, role, place, self.visits.get(column)
            )
        if role is SheetRole.NEW:
            self._gone_needs_seen(f"{at}.cells.{{}}", lesion.cells, name)

    def _cell(
        self, at: str, text: str, name: str, role: SheetRole, place: Place, visit: Visit | None
    ) -> None:
        try:
            seen = read_cell(text, role, is_node=place.is_node)
        except CellError as error:
            self.note(at, error.fault)
            return
        if seen is not None and visit is not None:
            self._record(name, visit, seen, place)

    def _record(self, name: str, visit: Visit, seen: Seen, place: Place) -> None:
        """A measurement where there is a size or a state; a new lesion where its certainty was told."""
        where = (self.patient_id, name, visit.visit_id)
        if seen.certainty is not None:
            self.new_lesions.append(NewLesion(*where, visit.date, seen.certainty, place.compartment))
        if seen.status is None and seen.state is None:
            return
        self.measurements.append(
            Measurement(
                *where,
                visit.date,
                status=seen.status,
                state=seen.state,
                ld=seen.ld,
                perp=seen.perp,
                short_axis=seen.short_axis,
            )
        )


_NEW_SEEN = {
    Certainty.EQUIVOCAL.value: Seen(certainty=Certainty.EQUIVOCAL),
    Certainty.UNEQUIVOCAL.value: Seen(certainty=Certainty.UNEQUIVOCAL),
    GONE: Seen(status=SizeStatus.ABSENT, state=LesionState.ABSENT),
}
