"""SDTM as a Study: TU, TR and ADSL with their qualifiers, and RS as reported responses (response.md §11)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cimara.response.model import Adjudication, Finding, Patient, Study
from cimara.response.reading.hints import hint_for
from cimara.response.reading.intake import WARNING, Intake
from cimara.response.reading.reported import Reported, reported_of
from cimara.response.reading.sdtm_lesions import (
    Timing,
    add_new_without_state,
    add_tr,
    add_tu,
    seen_in,
)
from cimara.response.reading.sdtm_own import add_own_table, own_visits
from cimara.response.reading.sdtm_schema import (
    ADSL,
    CM,
    LESION_QUALIFIERS,
    MEASUREMENT_QUALIFIERS,
    NEW_LESION_QUALIFIERS,
    PR,
    RS,
    TR,
    TU,
)
from cimara.response.reading.sdtm_sums import add_sum_mismatches
from cimara.response.reading.sdtm_tables import Source, finish, open_table, read_qualifiers
from cimara.response.reading.sdtm_therapy import add_steroids, add_therapies
from cimara.response.reading.sdtm_visits import VisitDates
from cimara.response.reading.tidy import Reading
from cimara.terms.partial_dates import DateKind, KnownDates, PartialDate, impute
from cimara.terms.response import AdjudicationKind, Answer, LesionRole
from cimara.terms.tables import Row, Table

_TU_QUALIFIERS = {*LESION_QUALIFIERS, "PRVIR", "PRVIRP"}
_TR_QUALIFIERS = {*MEASUREMENT_QUALIFIERS, *NEW_LESION_QUALIFIERS}


@dataclass(frozen=True)
class SdtmPackage:
    """The data sets of one study: files or frames. Only TU and TR are needed.

    `supptr`, `xv`, `xc`, `xl` and `xa` are what our own writer adds (`write_sdtm`).
    """

    tu: Source
    tr: Source
    rs: Source | None = None
    adsl: Source | None = None
    supptu: Source | None = None
    supptr: Source | None = None
    cm: Source | None = None
    pr: Source | None = None
    xv: Source | None = None
    xc: Source | None = None
    xl: Source | None = None
    xa: Source | None = None


def read_sdtm(
    *,
    tu: Source,
    tr: Source,
    rs: Source | None = None,
    adsl: Source | None = None,
    supptu: Source | None = None,
    cm: Source | None = None,
    pr: Source | None = None,
) -> tuple[Study, Reported]:
    """A Study from TU and TR, and what RS reports.

    The start date is RANDDT of ADSL, else TRTSDT; without either it is the day of the baseline visit, with a
    finding. Raises TableError or DatasetError when a file as a whole can't be read.
    """
    reading, reported = load_sdtm(SdtmPackage(tu, tr, rs, adsl, supptu, cm=cm, pr=pr))
    return reading.study, reported


def load_sdtm(package: SdtmPackage) -> tuple[Reading, Reported]:
    """`read_sdtm` that gives the tables with their rejected rows, too."""
    intake = Intake()
    tu, tr = open_table(package.tu, TU), open_table(package.tr, TR)
    tables = [tu, tr]
    if package.adsl is not None:
        tables.append(open_table(package.adsl, ADSL))
        _add_starts(intake, tables[-1])
    dates = _visit_dates(tu, tr)
    _add_missing_starts(intake, tu, tr, dates)
    timing = Timing(dates, own_visits(intake, package.xv) if package.xv is not None else None)
    if timing.own is None:
        _add_visits(intake, tu, tr, dates)
    add_tu(intake, tu, read_qualifiers(intake, package.supptu, "supptu", _TU_QUALIFIERS))
    add_tr(intake, tr, read_qualifiers(intake, package.supptr, "supptr", _TR_QUALIFIERS), timing)
    tu.drop_rejected()
    add_new_without_state(intake, tu, timing)
    add_sum_mismatches(intake, tr, timing)
    reported = Reported()
    if package.rs is not None:
        tables.append(open_table(package.rs, RS))
        reported = reported_of(tables[-1])
    tables += _add_more(intake, package)
    if package.xa is None:
        _add_accepted_readers(intake, tr)
    for table in tables:
        finish(intake, table)
    return Reading(intake.study(), tuple(tables)), reported


def _add_more(intake: Intake, package: SdtmPackage) -> list[Table]:
    """The sponsor-defined domains, then what CM and PR add to them."""
    own = (("clinical", package.xc), ("lm_forms", package.xl), ("adjudications", package.xa))
    for name, source in own:
        if source is not None:
            add_own_table(intake, name, source)
    tables = []
    for source, schema, prefix in ((package.cm, CM, "CM"), (package.pr, PR, "PR")):
        if source is not None:
            tables.append(open_table(source, schema))
            add_therapies(intake, tables[-1], prefix)
            if prefix == "CM":
                add_steroids(intake, tables[-1])
    return tables


def _visit_dates(tu: Table, tr: Table) -> VisitDates:
    rows = [seen_in(row, prefix) for table, prefix in ((tu, "TU"), (tr, "TR")) for row in table.rows]
    return VisitDates.of(rows)


def _add_starts(intake: Intake, table: Table) -> None:
    """Patients of ADSL with a start date. Those without one were not randomised and not treated."""
    not_started = 0
    for row in table.rows:
        given = row.get("RANDDT", PartialDate) or row.get("TRTSDT", PartialDate)
        if row.text("USUBJID") in intake.patients:
            table.reject(row, "USUBJID", "DUPLICATE_PATIENT", "a patient who stands in an earlier row")
        elif given is None:
            not_started += 1
        elif given.full is None:
            table.reject(
                row, "RANDDT", "START_DATE_PARTIAL", "a date with a part missing", expected="a whole date"
            )
        else:
            intake.patients[row.text("USUBJID")] = _patient(row, given.full)
    if not_started:
        text = f"{not_started} subjects of {table.file} have no start date and are not in the study"
        intake.findings.append(
            Finding("NOT_STARTED", WARNING, text, file=table.file, hint=hint_for("NOT_STARTED"))
        )


def _patient(row: Row, start: dt.date) -> Patient:
    def therapy(column: str) -> dt.date | None:
        partial = row.get(column, PartialDate)
        known = KnownDates(treatment_start=start)
        return impute(partial, DateKind.THERAPY_START, known).date if partial else None

    answers = {"Y": Answer.YES, "N": Answer.NO}
    return Patient(
        row.text("USUBJID"),
        start,
        immunotherapy=answers.get(row.text("IMMTHER"), Answer.UNKNOWN),
        immunotherapy_start=therapy("IMMTHSDT"),
        new_therapy_date=therapy("NEWTHDT"),
    )


def _baselines(tu: Table, dates: VisitDates) -> dict[str, tuple[str, dt.date]]:
    """The earliest visit at which targets were identified, else other disease."""
    found: dict[str, tuple[bool, dt.date, str]] = {}
    for row in tu.rows:
        seen = seen_in(row, "TU")
        date, role = dates.date_of(seen), row.text("TUSTRESC")
        if date is None or role not in (LesionRole.TARGET, "NON-TARGET"):
            continue
        day = dates.visit_date(seen.patient_id, seen.number, date)
        candidate = (role != LesionRole.TARGET, day, seen.number)
        found[seen.patient_id] = min(candidate, found.get(seen.patient_id, candidate))
    return {patient_id: (number, date) for patient_id, (_, date, number) in found.items()}


def _add_missing_starts(intake: Intake, tu: Table, tr: Table, dates: VisitDates) -> None:
    """Patients with tumour records and no start date start on the day of their baseline visit."""
    baselines = _baselines(tu, dates)
    known = {row.text("USUBJID") for table in (tu, tr) for row in table.rows}
    for patient_id in sorted(known - set(intake.patients)):
        if patient_id in baselines:
            intake.patients[patient_id] = Patient(patient_id, baselines[patient_id][1])
            text = "no start date is known; the day of the baseline visit is taken"
            _note(intake, patient_id, "", "START_FROM_BASELINE", text)


def _add_visits(intake: Intake, tu: Table, tr: Table, dates: VisitDates) -> None:
    """The visits that TU and TR show; the baseline is where targets were identified."""
    intake.findings += dates.findings
    baselines = _baselines(tu, dates)
    noted = []
    for visit in dates.visits(baselines):
        if visit.patient_id not in intake.patients:
            continue
        intake.visits[visit.patient_id].append(visit)
        if visit.patient_id in baselines and visit.date < baselines[visit.patient_id][1]:
            noted.append((visit.patient_id, visit.visit_id, "VISIT_BEFORE_BASELINE", _BEFORE))
    noted += [(*key, "VISIT_SPLIT", _SPLIT) for key in dates.split_numbers()]
    places = _first_rows(tu, tr, dates) if noted else {}
    for patient_id, visit_id, code, text in noted:
        _note(intake, patient_id, visit_id, code, text, places.get((patient_id, visit_id)))


_BEFORE = "a visit before the baseline visit"
_SPLIT = "one VISITNUM has several dates: as many visits"
_Place = tuple[str, int, str]
"""File, row and column."""


def _first_rows(tu: Table, tr: Table, dates: VisitDates) -> dict[tuple[str, str], _Place]:
    """Where each visit is first met, by patient and visit id; by VISITNUM too, where that is split."""
    timing, found = Timing(dates), dict[tuple[str, str], _Place]()
    for table, prefix in ((tu, "TU"), (tr, "TR")):
        for row in table.rows:
            seen, place = seen_in(row, prefix), (table.file, row.number, f"{prefix}DTC")
            for visit_id in (timing.cells(seen)["visit_id"], seen.number):
                found.setdefault((seen.patient_id, visit_id), place)
    return found


def _note(
    intake: Intake, patient_id: str, visit_id: str, code: str, text: str, place: _Place | None = None
) -> None:
    file, row, column = place or ("", None, "")
    intake.findings.append(
        Finding(code, WARNING, text, patient_id, visit_id, "", file, row, column, hint_for(code))
    )


def _add_accepted_readers(intake: Intake, tr: Table) -> None:
    """TRACPTFL as a decision on the reader: for all visits where it is one reader, else for each visit."""
    accepted: dict[str, dict[str, set[str]]] = {}
    for row in tr.rows:
        if row.text("TRACPTFL") == "Y":
            seen = seen_in(row, "TR")
            by_evaluator = accepted.setdefault(seen.patient_id, {})
            by_evaluator.setdefault(seen.evaluator, set()).add(row.text("VISITNUM"))
    for patient_id, evaluators in accepted.items():
        patient = intake.patients.get(patient_id)
        if patient is None or len(evaluators) > 1:
            if patient is not None:
                _note(intake, patient_id, "", "ACCEPTED_READERS_DIFFER", "several accepted readers")
            continue
        (evaluator,) = evaluators
        intake.adjudications[patient_id].append(
            Adjudication(
                f"TRACPTFL/{patient_id}",
                patient_id,
                AdjudicationKind.READER_DECISION,
                patient.start_date,
                basis="central review",
                value=evaluator,
            )
        )
