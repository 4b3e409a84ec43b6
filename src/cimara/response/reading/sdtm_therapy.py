"""Steroids and therapies from CM and PR: the dose on each visit's day, and the start of the next therapy.

Equivalent glucocorticoid doses are those of Liu et al., Allergy Asthma Clin Immunol 2013;9:30, Table 2
(`steroids.csv`; 0.75 mg of dexamethasone stand for 5 mg of prednisone). Status U: not transcribed by a second
person.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from importlib.resources import files

from cimara.response.model import Clinical, Finding, Patient
from cimara.response.reading.hints import hint_for
from cimara.response.reading.intake import WARNING, Intake
from cimara.terms.partial_dates import DateKind, KnownDates, PartialDate, impute
from cimara.terms.response import Answer, LocalTherapy
from cimara.terms.tables import Row, Table

DOSES_A_DAY = {
    "ONCE": 1,
    "QD": 1,
    "QAM": 1,
    "QPM": 1,
    "QHS": 1,
    "BID": 2,
    "Q12H": 2,
    "TID": 3,
    "Q8H": 3,
    "QID": 4,
    "Q6H": 4,
    "Q4H": 6,
}
"""Doses in a day by CMDOSFRQ (CDISC codelist Frequency)."""
REFERENCE_STEROID = "DEXAMETHASONE"
"""The drug in whose milligrams doses are told: its own need no factor."""
SYSTEMIC_ROUTES = ("", "ORAL", "INTRAVENOUS", "INTRAMUSCULAR", "SUBCUTANEOUS")
ANTIANGIOGENIC = ("BEVACIZUMAB",)
ANTIANGIOGENIC_DAYS = 42
NEXT_THERAPY = ("SUBSEQUENT ANTI-CANCER THERAPY", "SUBSEQUENT ANTICANCER THERAPY", "FOLLOW-UP THERAPY")
"""CMCAT and PRCAT of the therapy that ends the assessment of response."""
LOCAL_THERAPIES = {
    "STEREOTACTIC RADIOSURGERY": LocalTherapy.SRS,
    "RADIOSURGERY": LocalTherapy.SRS,
    "GAMMA KNIFE RADIOSURGERY": LocalTherapy.SRS,
    "WHOLE BRAIN RADIOTHERAPY": LocalTherapy.WBRT,
    "WHOLE-BRAIN RADIOTHERAPY": LocalTherapy.WBRT,
    "CRANIOTOMY": LocalTherapy.SURGERY,
    "RESECTION": LocalTherapy.SURGERY,
    "METASTASECTOMY": LocalTherapy.SURGERY,
}
"""PRDECOD to the local therapy of the lesion that PRLNKID names."""


@cache
def equivalents() -> dict[str, Decimal]:
    """Milligrams that stand for 0.75 mg of dexamethasone, by drug."""
    table = files("cimara.response.reading").joinpath("steroids.csv").read_text(encoding="utf-8")
    return {row["drug"]: Decimal(row["equivalent_mg"]) for row in csv.DictReader(table.splitlines())}


@dataclass(frozen=True, slots=True)
class _Course:
    """A steroid from a day to a day, in mg of dexamethasone a day."""

    start: dt.date
    end: dt.date | None
    dose: Decimal


def add_steroids(intake: Intake, table: Table) -> None:
    """Dexamethasone-equivalent dose on each visit's day, and bevacizumab in the six weeks before it.

    A patient without a steroid record takes none: CM lists all medication. A record whose dose can't be told
    leaves the doses of its patient unknown, with a finding.
    """
    courses: dict[str, list[_Course]] = defaultdict(list)
    infused: dict[str, list[_Course]] = defaultdict(list)
    untold: set[str] = set()
    for row in table.rows:
        drug, patient_id = _drug(row, "CM"), row.text("USUBJID")
        if drug in ANTIANGIOGENIC and (start := _start(row, "CM")):
            infused[patient_id].append(_Course(start, _end(row), Decimal(0)))
        if drug not in equivalents() or row.text("CMROUTE").upper() not in SYSTEMIC_ROUTES:
            continue
        course = _course(row, drug)
        if course is None:
            untold.add(patient_id)
            text = "a steroid whose daily dose can't be told"
            _note(intake, table, row, "STEROID_DOSE_UNKNOWN", text, "CMDOSE")
        else:
            if drug != REFERENCE_STEROID:
                text = "a steroid that counts by an equivalent dose which nobody has checked in print"
                _note(intake, table, row, "STEROID_EQUIVALENT_UNVERIFIED", text, "CMTRT")
            courses[patient_id].append(course)
    for patient_id, visits in intake.visits.items():
        have = {(seen.visit_id, seen.date) for seen in intake.clinical[patient_id]}
        for visit in visits:
            if (visit.visit_id, visit.date) in have:
                continue
            dose = sum((one.dose for one in courses[patient_id] if _on(one, visit.date)), Decimal(0))
            recent = any(_within(one, visit.date) for one in infused[patient_id])
            intake.clinical[patient_id].append(
                Clinical(
                    patient_id,
                    visit.visit_id,
                    visit.date,
                    dex_mg_per_day=None if patient_id in untold else float(dose),
                    antiangiogenic=Answer.YES if recent else Answer.NO,
                )
            )


def _drug(row: Row, prefix: str) -> str:
    return (row.text(f"{prefix}DECOD") or row.text(f"{prefix}TRT")).upper()


def _course(row: Row, drug: str) -> _Course | None:
    dose, times = row.get("CMDOSE", Decimal), DOSES_A_DAY.get(row.text("CMDOSFRQ").upper())
    start = _start(row, "CM")
    if dose is None or times is None or start is None or row.text("CMDOSU").lower() != "mg":
        return None
    daily = dose * times * equivalents()[REFERENCE_STEROID] / equivalents()[drug]
    return _Course(start, _end(row), daily)


def _start(row: Row, prefix: str, known: KnownDates | None = None) -> dt.date | None:
    partial = row.get(f"{prefix}STDTC", PartialDate)
    return impute(partial, DateKind.THERAPY_START, known or KnownDates()).date if partial else None


def _end(row: Row) -> dt.date | None:
    """The last day; the end of its month where the day is missing, so that a course is not cut short."""
    partial = row.get("CMENDTC", PartialDate)
    return impute(partial, DateKind.SCAN).date if partial else None


def _on(course: _Course, day: dt.date) -> bool:
    return course.start <= day and (course.end is None or day <= course.end)


def _within(course: _Course, day: dt.date) -> bool:
    """True when the course touches the six weeks up to `day`."""
    earliest = day - dt.timedelta(days=ANTIANGIOGENIC_DAYS)
    return course.start <= day and (course.end is None or course.end >= earliest)


def add_therapies(intake: Intake, table: Table, prefix: str) -> None:
    """The first anti-cancer therapy after the start, and local therapy of lesions that PR names."""
    for row in table.rows:
        patient = intake.patients.get(row.text("USUBJID"))
        if patient is None:
            continue
        start = _start(row, prefix, KnownDates(treatment_start=patient.start_date))
        if row.text(f"{prefix}CAT").upper() in NEXT_THERAPY:
            if start is None:
                text = "a later therapy without a usable start date"
                _note(intake, table, row, "THERAPY_UNDATED", text, f"{prefix}STDTC")
            else:
                _add_next(intake, patient, start)
        elif prefix == "PR" and start is not None and start <= patient.start_date:
            _add_local(intake, row)


def _add_next(intake: Intake, patient: Patient, start: dt.date) -> None:
    earlier = patient.new_therapy_date
    if start >= patient.start_date and (earlier is None or start < earlier):
        intake.patients[patient.patient_id] = replace(patient, new_therapy_date=start)


def _add_local(intake: Intake, row: Row) -> None:
    therapy, lesion_id = LOCAL_THERAPIES.get(_drug(row, "PR")), row.text("PRLNKID")
    lesions = intake.lesions[row.text("USUBJID")]
    for place, lesion in enumerate(lesions):
        if therapy is not None and lesion_id and lesion.lesion_id == lesion_id:
            lesions[place] = replace(lesion, prior_local_therapy=therapy)


def _note(intake: Intake, table: Table, row: Row, code: str, text: str, column: str) -> None:
    intake.findings.append(
        Finding(
            code,
            WARNING,
            text,
            patient_id=row.text("USUBJID"),
            file=table.file,
            row=row.number,
            column=column,
            hint=hint_for(code),
        )
    )
