"""Lesions, sizes, states and new lesions from the rows of TU and TR."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from cimara.response.model import Finding, NewLesion
from cimara.response.reading.hints import hint_for
from cimara.response.reading.intake import WARNING, Intake
from cimara.response.reading.places import place_of
from cimara.response.reading.rows import add_lesions, add_measurements, add_new_lesions
from cimara.response.reading.sdtm_cells import (
    CERTAINTIES,
    SIZE_TESTS,
    STATE_TEST,
    SUM_TEST,
    evaluator_of,
    lesion_cells,
    measurement_cells,
    result_of,
)
from cimara.response.reading.sdtm_own import OwnVisits
from cimara.response.reading.sdtm_schema import (
    LESION_QUALIFIERS,
    MEASUREMENT_QUALIFIERS,
    NEW_LESION_QUALIFIERS,
)
from cimara.response.reading.sdtm_tables import Derived, Origin, Qualifiers, take_derived
from cimara.response.reading.sdtm_visits import Seen, VisitDates, visit_number
from cimara.response.reading.tidy import leave_not_assessed
from cimara.terms.partial_dates import PartialDate
from cimara.terms.response import Certainty, LesionRole
from cimara.terms.tables import Row, Table

IDENTIFIED = "TUMIDENT"
IRRADIATED = {"Y": "other", "N": "none"}
PROGRESSED = {"Y": "yes", "N": "no"}
_TU_COLUMNS = {
    "patient_id": "USUBJID",
    "lesion_id": "TULNKID",
    "evaluator": "TUEVALID",
    "role": "TUSTRESC",
    "organ": "TULOC",
}
_TR_COLUMNS = {
    "patient_id": "USUBJID",
    "lesion_id": "TRLNKID",
    "visit_id": "VISITNUM",
    "evaluator": "TREVALID",
    "date": "TRDTC",
    "certainty": "TRSTRESC",
    "status": "TRSTAT",
    "state": "TRSTRESC",
    "ld_mm": "TRSTRESC",
    "perp_mm": "TRSTRESC",
    "short_axis_mm": "TRSTRESC",
    "volume_mm3": "TRSTRESC",
    "method": "TRMETHOD",
    "reason": "TRREASND",
}


def seen_in(row: Row, prefix: str) -> Seen:
    """Whose row it is, at which visit, by whom, when."""
    return Seen(
        row.text("USUBJID"),
        visit_number(row.text("VISITNUM")),
        evaluator_of(row.text(f"{prefix}EVAL"), row.text(f"{prefix}EVALID")),
        row.get(f"{prefix}DTC", PartialDate),
        row.text("VISIT"),
        row.text("TRLNKID") if prefix == "TR" else "",
    )


@dataclass
class Timing:
    """Tells the visit and date of a row, by XV where the package has it, else by the dates of all rows."""

    dates: VisitDates
    own: OwnVisits | None = None

    def cells(self, seen: Seen) -> dict[str, str]:
        """The tidy cells of visit and date; empty where they can't be told."""
        if self.own is not None:
            visit = self.own.by_number.get((seen.patient_id, seen.number))
            return {"visit_id": visit.visit_id if visit else "", "date": str(seen.date or "")}
        date = self.dates.date_of(seen)
        if date is None:
            return {"visit_id": "", "date": ""}
        return {
            "visit_id": self.dates.visit_id(seen.patient_id, seen.number, date),
            "date": date.isoformat(),
        }


def add_tu(intake: Intake, table: Table, supp: Qualifiers) -> None:
    """Lesions by TU, with where they lie and what SUPPTU adds."""
    derived = []
    for row in list(table.rows):
        if row.text("TUTESTCD") != IDENTIFIED:
            table.reject(row, "TUTESTCD", "UNKNOWN_TEST", "a test that is not read", expected=IDENTIFIED)
            continue
        qualifiers = supp.of(row, "TUSEQ", "TULNKID")
        cells = lesion_cells(row.text("TUSTRESC") or row.text("TUORRES"), row.text("TULOC"))
        cells |= _irradiation(qualifiers)
        cells |= {LESION_QUALIFIERS[name]: value for name, value in qualifiers.items() if name in _LESION}
        cells["patient_id"], cells["lesion_id"] = row.text("USUBJID"), row.text("TULNKID")
        cells["evaluator"] = evaluator_of(row.text("TUEVAL"), row.text("TUEVALID"))
        derived.append(Derived(cells, [row]))
        if not place_of(row.text("TULOC")).known and "COMPART" not in qualifiers:
            _note_place(intake, table, row)
    take_derived(intake, "lesions", derived, Origin(table, _TU_COLUMNS), add_lesions)


_LESION = set(LESION_QUALIFIERS)


def _irradiation(qualifiers: dict[str, str]) -> dict[str, str]:
    """PRVIR and PRVIRP: irradiated before, and progressed since."""
    cells = {}
    if before := IRRADIATED.get(qualifiers.get("PRVIR", "")):
        cells["prior_local_therapy"] = before
    if since := PROGRESSED.get(qualifiers.get("PRVIRP", "")):
        cells["progressed_since_therapy"] = since
    return cells


def _note_place(intake: Intake, table: Table, row: Row) -> None:
    code, text = "PLACE_UNKNOWN", "a place that the table of places has not; taken as extracranial"
    if not row.text("TULOC"):
        code, text = "PLACE_MISSING", "no place is given; taken as extracranial"
    intake.findings.append(
        Finding(
            code,
            WARNING,
            text,
            patient_id=row.text("USUBJID"),
            lesion_id=row.text("TULNKID"),
            file=table.file,
            row=row.number,
            column="TULOC",
            hint=hint_for(code),
        )
    )


@dataclass
class _Group:
    """The rows of TR of one lesion, visit and evaluator, by test."""

    tests: dict[str, Row] = field(default_factory=dict)


def add_tr(intake: Intake, table: Table, supp: Qualifiers, timing: Timing) -> None:
    """Sizes, states and new lesions by TR. SUMDIAM is left to the check of sums."""
    groups: dict[tuple[str, ...], list[_Group]] = {}
    for row in list(table.rows):
        test = row.text("TRTESTCD")
        if test == SUM_TEST:
            continue
        if test not in SIZE_TESTS and test != STATE_TEST:
            known = " | ".join((*SIZE_TESTS, STATE_TEST, SUM_TEST))
            table.reject(row, "TRTESTCD", "UNKNOWN_TEST", "a test that is not read", expected=known)
            continue
        same = groups.setdefault(_key(row, timing), [_Group()])
        if test in same[-1].tests:
            same.append(_Group())
        same[-1].tests[test] = row
    measured: list[Derived] = []
    new: list[Derived] = []
    for group in (group for same in groups.values() for group in same):
        _derive(intake, group, supp, timing, measured, new)
    origin = Origin(table, _TR_COLUMNS)
    take_derived(intake, "new_lesions", new, origin, add_new_lesions)
    rejected = take_derived(intake, "measurements", measured, origin, add_measurements)
    cells_of = {item.rows[0].number: item.cells for item in measured}
    for item in rejected:
        leave_not_assessed(intake, cells_of[item.number], item.problems[0])


def _key(row: Row, timing: Timing) -> tuple[str, ...]:
    seen = seen_in(row, "TR")
    visit = timing.cells(seen)
    record = row.text("TRREFID") if timing.own is not None else ""
    return (seen.patient_id, row.text("TRLNKID"), visit["visit_id"], visit["date"], seen.evaluator, record)


def _derive(
    intake: Intake,
    group: _Group,
    supp: Qualifiers,
    timing: Timing,
    measured: list[Derived],
    new: list[Derived],
) -> None:
    """The tidy rows of one group: a measurement, a new lesion, or both."""
    rows = list(group.tests.values())
    first, seen = rows[0], seen_in(rows[0], "TR")
    patient_id, lesion_id = first.text("USUBJID"), first.text("TRLNKID")
    keys = {"patient_id": patient_id, "lesion_id": lesion_id, "evaluator": seen.evaluator}
    keys |= timing.cells(seen)
    qualifiers: dict[str, str] = {}
    for row in rows:
        qualifiers |= supp.of(row, "TRSEQ")
    tests = {name: _texts(row) for name, row in group.tests.items()}
    if first.text("TRGRPID") == "NEW" and result_of(tests.get(STATE_TEST, {})).upper() in CERTAINTIES:
        compartment = _compartment(intake, patient_id, lesion_id)
        cells = {"certainty": result_of(tests.pop(STATE_TEST)), "compartment": compartment, **keys}
        cells |= {NEW_LESION_QUALIFIERS[name]: text for name, text in qualifiers.items() if name in _NEW}
        new.append(Derived(cells, [group.tests[STATE_TEST]]))
        rows.remove(group.tests[STATE_TEST])
    if rows:
        cells = measurement_cells(tests, is_node=_is_node(intake, patient_id, lesion_id)) | keys
        cells |= {MEASUREMENT_QUALIFIERS[n]: text for n, text in qualifiers.items() if n in _MEASURED}
        measured.append(Derived(cells, rows))


_NEW = set(NEW_LESION_QUALIFIERS)
_MEASURED = set(MEASUREMENT_QUALIFIERS)


def _texts(row: Row) -> dict[str, str]:
    return {name: value for name, value in row.values.items() if isinstance(value, str)}


def _is_node(intake: Intake, patient_id: str, lesion_id: str) -> bool:
    lesions = intake.lesions.get(patient_id, ())
    return any(lesion.is_node for lesion in lesions if lesion.lesion_id == lesion_id)


def _compartment(intake: Intake, patient_id: str, lesion_id: str) -> str:
    """Where TU says that the lesion lies; "" for a lesion that TU has not."""
    lesions = intake.lesions.get(patient_id, ())
    return next((str(lesion.compartment) for lesion in lesions if lesion.lesion_id == lesion_id), "")


def add_new_without_state(intake: Intake, table: Table, timing: Timing) -> None:
    """A lesion that TU calls NEW and TR never judges is taken as unequivocal, with a finding."""
    for row in table.rows:
        seen = seen_in(row, "TU")
        judged = intake.new_lesions.get(seen.patient_id, ())
        if row.text("TUSTRESC") != LesionRole.NEW or any(
            new.lesion_id == row.text("TULNKID") and new.evaluator == seen.evaluator for new in judged
        ):
            continue
        cells = timing.cells(seen)
        if timing.own is not None or not cells["date"]:
            continue
        intake.new_lesions[seen.patient_id].append(
            NewLesion(
                seen.patient_id,
                row.text("TULNKID"),
                cells["visit_id"],
                dt.date.fromisoformat(cells["date"]),
                Certainty.UNEQUIVOCAL,
                place_of(row.text("TULOC")).compartment,
                evaluator=seen.evaluator,
            )
        )
        intake.findings.append(
            Finding(
                "NEW_LESION_WITHOUT_STATE",
                WARNING,
                "a new lesion without TUMSTATE; taken as unequivocal",
                patient_id=seen.patient_id,
                visit_id=cells["visit_id"],
                lesion_id=row.text("TULNKID"),
                file=table.file,
                row=row.number,
                column="TUSTRESC",
                hint=hint_for("NEW_LESION_WITHOUT_STATE"),
            )
        )
