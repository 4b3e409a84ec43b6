"""What has been read of a study so far: who, when, which lesions; and what was wrong with the rest."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field, replace

from cimara.response.model import (
    INVESTIGATOR,
    Adjudication,
    Clinical,
    Finding,
    Lesion,
    LmForm,
    Measurement,
    NewLesion,
    Patient,
    Study,
    Tenths,
    Visit,
)
from cimara.response.reading.hints import hint_for
from cimara.response.sizes import ParsedSize
from cimara.terms.columns import Blank
from cimara.terms.partial_dates import DateKind, Imputed, KnownDates, PartialDate, impute
from cimara.terms.tables import Problem, Row, Table

ERROR = "error"
WARNING = "warning"
DATE_IMPUTED = "DATE_IMPUTED"
SIZE_HINTS = {
    code: (text, hint_for(code))
    for code, text in (
        ("SIZE_ROUNDED", "a size with more than one decimal was rounded to tenths of a millimetre"),
        ("SIZE_IMPLAUSIBLE", "a size above 300 mm"),
    )
}


@dataclass
class Intake:
    """Collects one study. Everything here is by patient id."""

    patients: dict[str, Patient] = field(default_factory=dict)
    visits: dict[str, list[Visit]] = field(default_factory=lambda: defaultdict(list))
    lesions: dict[str, list[Lesion]] = field(default_factory=lambda: defaultdict(list))
    measurements: dict[str, list[Measurement]] = field(default_factory=lambda: defaultdict(list))
    new_lesions: dict[str, list[NewLesion]] = field(default_factory=lambda: defaultdict(list))
    clinical: dict[str, list[Clinical]] = field(default_factory=lambda: defaultdict(list))
    lm_forms: dict[str, list[LmForm]] = field(default_factory=lambda: defaultdict(list))
    adjudications: dict[str, list[Adjudication]] = field(default_factory=lambda: defaultdict(list))
    findings: list[Finding] = field(default_factory=list)
    source: dict[str, str] = field(default_factory=dict)
    stated_dates: dict[tuple[str, str], set[dt.date]] = field(default_factory=lambda: defaultdict(set))
    """Whole dates that other tables state for a patient's visit; a partial date of the visit takes one."""

    def visits_of(self, patient_id: str, visit_id: str) -> list[Visit]:
        """The visits of one id: none, one, or several dates."""
        return [visit for visit in self.visits.get(patient_id, ()) if visit.visit_id == visit_id]

    def knows_lesion(self, patient_id: str, lesion_id: str) -> bool:
        """True when any evaluator has listed the lesion."""
        known = (*self.lesions.get(patient_id, ()), *self.new_lesions.get(patient_id, ()))
        return any(lesion.lesion_id == lesion_id for lesion in known)

    def study(self) -> Study:
        """The study, patients in the order of their table."""
        return Study(
            tuple(
                replace(
                    patient,
                    lesions=tuple(self.lesions.get(patient_id, ())),
                    measurements=tuple(self.measurements.get(patient_id, ())),
                    new_lesions=tuple(self.new_lesions.get(patient_id, ())),
                    visits=tuple(self.visits.get(patient_id, ())),
                    clinical=tuple(self.clinical.get(patient_id, ())),
                    lm_forms=tuple(self.lm_forms.get(patient_id, ())),
                    adjudications=tuple(self.adjudications.get(patient_id, ())),
                )
                for patient_id, patient in self.patients.items()
            ),
            tuple(self.findings),
            dict(self.source),
        )


@dataclass
class RowReading:
    """One row of one table on its way into the intake: refuses it, or notes what is odd about it."""

    intake: Intake
    table: Table
    row: Row

    @property
    def patient_id(self) -> str:
        """The patient of the row."""
        return self.row.text("patient_id")

    @property
    def visit_id(self) -> str:
        """The visit of the row, "" where the table has none."""
        return self.row.text("visit_id")

    @property
    def lesion_id(self) -> str:
        """The lesion of the row, "" where the table has none."""
        return self.row.text("lesion_id")

    @property
    def evaluator(self) -> str:
        """Who assessed; INV where the row names none."""
        return self.row.text("evaluator") or INVESTIGATOR

    def refuse(self, column: str, code: str, found: str, *, expected: str = "", hint: str = "") -> None:
        """Reject the row; the finding is written with those of its table."""
        self.table.reject(self.row, column, code, found, expected=expected, hint=hint_for(code, hint))

    def warn(self, code: str, text: str, *, column: str = "", hint: str = "") -> None:
        """Keep the row, and say what is odd about it."""
        self.intake.findings.append(
            Finding(
                code,
                WARNING,
                text,
                patient_id=self.patient_id,
                visit_id=self.visit_id,
                lesion_id=self.lesion_id,
                file=self.table.file,
                row=self.row.number,
                column=column,
                hint=hint_for(code, hint),
            )
        )

    def knows_patient(self) -> bool:
        """True when the patient was read; refuses the row otherwise."""
        if self.patient_id in self.intake.patients:
            return True
        self.refuse("patient_id", "UNKNOWN_PATIENT", "a patient who is not in the table of patients")
        return False

    def visit(self, column: str = "visit_id") -> Visit | None:
        """The visit that the row names, by its date where an id has several; refuses the row otherwise."""
        visits = self.intake.visits_of(self.patient_id, self.row.text(column))
        if not visits:
            self.refuse(column, "UNKNOWN_VISIT", "a visit that this patient has not")
            return None
        if len(visits) == 1:
            return visits[0]
        given = self.row.get("date", PartialDate)
        agreeing = [visit for visit in visits if given is not None and given.agrees(visit.date)]
        if len(agreeing) == 1:
            return agreeing[0]
        self.refuse(
            "date", "AMBIGUOUS_VISIT", "a visit id with several dates, of which the row's date names not one"
        )
        return None

    def date_at(self, visit: Visit) -> dt.date | None:
        """The row's date: the visit's where it has none or agrees, else its own, imputed if need be."""
        given = self.row.get("date", PartialDate)
        if given is None or given.agrees(visit.date):
            return visit.date
        return self.imputed("date", DateKind.SCAN)

    def imputed(
        self, column: str, kind: DateKind, known: KnownDates | None = None, *, refuse: bool = True
    ) -> dt.date | None:
        """A date column, imputed by the rule of its kind with a finding; refuses the row when it can't be."""
        partial = self.row.get(column, PartialDate)
        if partial is None:
            return None
        found = impute(partial, kind, known or KnownDates())
        if found.date is None:
            self._undated(column, found, refuse=refuse)
        elif found.flag is not None:
            text = f"a part of the date is missing and was filled in (flag {found.flag.value})"
            self.warn(f"{DATE_IMPUTED}_{found.flag.name}", text, column=column)
        return found.date

    def _undated(self, column: str, found: Imputed, *, refuse: bool) -> None:
        code, text = "DATE_UNDATED", "a date that can't be completed"
        if found.conflict:
            code, text = "DATE_CONFLICT", "a date outside the limits that other dates set"
        if refuse:
            self.refuse(column, code, text, expected="a date with day and month")
        else:
            self.warn(code, f"{text}; it is taken as not recorded", column=column)

    def size(self, column: str) -> Tenths | None:
        """A size in tenths of mm, or a volume in mm3; notes what was remarkable about it."""
        parsed = self.row.get(column, ParsedSize)
        for code in parsed.findings if parsed else ():
            self.warn(code, SIZE_HINTS[code][0], column=column)
        return None if parsed is None else Tenths(parsed.value)

    def is_not_done(self, *columns: str) -> bool:
        """True when one of the cells says "not done"."""
        return any(self.row.blank(column) is Blank.NOT_DONE for column in columns)


def problem_finding(problem: Problem, patient_id: str = "") -> Finding:
    """A rejected row as a finding, with the hint of its code where it has none of its own."""
    told = replace(problem, hint=hint_for(problem.code, problem.hint))
    return Finding(
        problem.code,
        ERROR,
        str(told),
        patient_id=patient_id,
        file=problem.file,
        row=problem.row,
        column=problem.column,
        hint=told.hint,
    )
