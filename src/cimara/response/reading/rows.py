"""Turns the rows of each tidy table into objects of the model; what can't be one is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from cimara.response.model import (
    Adjudication,
    Clinical,
    CubicMm,
    Lesion,
    Measurement,
    ModelError,
    NewLesion,
    Patient,
    Visit,
)
from cimara.response.reading.intake import Intake, RowReading
from cimara.terms.partial_dates import DateKind, KnownDates, PartialDate
from cimara.terms.response import (
    AdjudicationKind,
    Answer,
    Assessable,
    Attribution,
    Certainty,
    ClinicalStatus,
    LesionChange,
    LesionCompartment,
    LesionRole,
    LesionState,
    LocalTherapy,
    SizeStatus,
    SteroidTrend,
)
from cimara.terms.tables import Table

_SIZES = ("ld_mm", "perp_mm", "short_axis_mm", "volume_mm3")
_UNSEEN = (SizeStatus.NOT_DONE, SizeStatus.NOT_EVALUABLE)


def readings(intake: Intake, table: Table) -> Iterator[RowReading]:
    """Each row of the table, on its way into the intake."""
    return (RowReading(intake, table, row) for row in table.rows)


def add_patients(intake: Intake, table: Table) -> None:
    """Patients with their start dates; a start date is never imputed (endpoints.md §8)."""
    for reading in readings(intake, table):
        row, given = reading.row, reading.row.get("start_date", PartialDate)
        start = given.full if given else None
        if reading.patient_id in intake.patients:
            reading.refuse("patient_id", "DUPLICATE_PATIENT", "a patient who stands in an earlier row")
        elif start is None:
            reading.refuse(
                "start_date", "START_DATE_PARTIAL", "a date with a part missing", expected="a whole date"
            )
        else:
            known = KnownDates(treatment_start=start)
            therapy, late = DateKind.THERAPY_START, False
            intake.patients[reading.patient_id] = Patient(
                reading.patient_id,
                start,
                immunotherapy=row.get("immunotherapy", Answer) or Answer.UNKNOWN,
                immunotherapy_start=reading.imputed("immunotherapy_start", therapy, known, refuse=late),
                new_therapy_date=reading.imputed("new_therapy_date", therapy, known, refuse=late),
            )


def add_visits(intake: Intake, table: Table) -> None:
    """Visits; an id may have several dates, an id and a date stand once."""
    for reading in readings(intake, table):
        if not reading.knows_patient():
            continue
        date = _stated_date(reading) or reading.imputed("date", DateKind.SCAN)
        if date is None:
            continue
        same = intake.visits_of(reading.patient_id, reading.visit_id)
        if any(visit.date == date for visit in same):
            reading.refuse("visit_id", "DUPLICATE_VISIT", "a visit that stands in an earlier row")
            continue
        if same:
            reading.warn(
                "VISIT_SPLIT", "one visit id has several dates, and is as many visits", column="date"
            )
        row, number = reading.row, reading.row.get("number", Decimal)
        baseline = row.get("is_baseline", Answer)
        intake.visits[reading.patient_id].append(
            Visit(
                reading.patient_id,
                reading.visit_id,
                date,
                label=row.text("label"),
                number=None if number is None else float(number),
                is_baseline=None if baseline in (None, Answer.UNKNOWN) else baseline is Answer.YES,
                scheduled=row.get("scheduled", Answer) is not Answer.NO,
                brain_scan_date=reading.imputed("brain_scan_date", DateKind.SCAN, refuse=False),
                spine_scan_date=reading.imputed("spine_scan_date", DateKind.SCAN, refuse=False),
                body_scan_date=reading.imputed("body_scan_date", DateKind.SCAN, refuse=False),
                brain_assessable=_assessable(reading, "brain_assessable"),
                lm_assessable=_assessable(reading, "lm_assessable"),
                body_assessable=_assessable(reading, "body_assessable"),
                nonenhancing_pd=row.get("nonenhancing_pd", Answer) or Answer.UNKNOWN,
            )
        )
    _note_visits_before_baseline(intake, table)


def _stated_date(reading: RowReading) -> dt.date | None:
    """The last whole date of the same visit in another table that agrees with a partial date here."""
    partial = reading.row.get("date", PartialDate)
    stated = reading.intake.stated_dates.get((reading.patient_id, reading.visit_id), set())
    return max((date for date in stated if partial is not None and partial.agrees(date)), default=None)


def _assessable(reading: RowReading, column: str) -> Assessable:
    """How much could be judged; "not done" is nothing of it."""
    nothing = reading.is_not_done(column)
    return reading.row.get(column, Assessable) or (Assessable.NONE if nothing else Assessable.ALL)


def _note_visits_before_baseline(intake: Intake, table: Table) -> None:
    for reading in readings(intake, table):
        visits = intake.visits.get(reading.patient_id, [])
        baselines = [visit.date for visit in visits if visit.is_baseline]
        for visit in intake.visits_of(reading.patient_id, reading.visit_id):
            given = reading.row.get("date", PartialDate)
            if baselines and visit.date < min(baselines) and given is not None and given.agrees(visit.date):
                reading.warn("VISIT_BEFORE_BASELINE", "a visit before the baseline visit", column="date")


def add_lesions(intake: Intake, table: Table) -> None:
    """Lesions, once for each evaluator."""
    seen = set()
    for reading in readings(intake, table):
        row = reading.row
        if not reading.knows_patient():
            continue
        key = (reading.patient_id, reading.lesion_id, reading.evaluator)
        if key in seen:
            reading.refuse("lesion_id", "DUPLICATE_LESION", "a lesion that stands in an earlier row")
            continue
        seen.add(key)
        compartment = row.get("compartment", LesionCompartment)
        assert compartment is not None
        intake.lesions[reading.patient_id].append(
            Lesion(
                reading.patient_id,
                reading.lesion_id,
                compartment,
                role=row.get("role", LesionRole),
                evaluator=reading.evaluator,
                organ=row.text("organ"),
                site=row.text("site"),
                is_node=row.get("is_node", Answer) is Answer.YES,
                cystic_only=row.get("cystic_only", Answer) or Answer.UNKNOWN,
                borders_measurable=row.get("borders_measurable", Answer) or Answer.UNKNOWN,
                prior_local_therapy=row.get("prior_local_therapy", LocalTherapy) or LocalTherapy.UNKNOWN,
                progressed_since_therapy=row.get("progressed_since_therapy", Answer) or Answer.UNKNOWN,
                parent_ids=tuple(part.strip() for part in row.text("parent_ids").split(";") if part.strip()),
            )
        )


def add_new_lesions(intake: Intake, table: Table) -> None:
    """What was seen of lesions that were not there at baseline."""
    for reading in readings(intake, table):
        if not reading.knows_patient():
            continue
        visit = reading.visit()
        date = reading.date_at(visit) if visit else None
        if date is None:
            continue
        certainty = reading.row.get("certainty", Certainty)
        compartment = reading.row.get("compartment", LesionCompartment)
        assert certainty is not None
        assert compartment is not None
        intake.new_lesions[reading.patient_id].append(
            NewLesion(
                reading.patient_id,
                reading.lesion_id,
                reading.visit_id,
                date,
                certainty,
                compartment,
                evaluator=reading.evaluator,
                projections=reading.row.get("projections", int),
            )
        )


def add_measurements(intake: Intake, table: Table) -> None:
    """Sizes and states; a refused row leaves its lesion not assessed at that visit, with the reason."""
    for reading in readings(intake, table):
        if not reading.knows_patient():
            continue
        visit = reading.visit()
        if visit is None:
            continue
        if not intake.knows_lesion(reading.patient_id, reading.lesion_id):
            reading.refuse("lesion_id", "UNKNOWN_LESION", "a lesion that no evaluator has listed")
            continue
        date = reading.date_at(visit)
        if date is not None and _sizes_fit_status(reading):
            intake.measurements[reading.patient_id].append(_measurement(reading, visit, date))


def _measurement(reading: RowReading, visit: Visit, date: dt.date) -> Measurement:
    row, volume = reading.row, reading.size("volume_mm3")
    return Measurement(
        reading.patient_id,
        reading.lesion_id,
        visit.visit_id,
        date,
        status=row.get("status", SizeStatus),
        evaluator=reading.evaluator,
        ld=reading.size("ld_mm"),
        perp=reading.size("perp_mm"),
        short_axis=reading.size("short_axis_mm"),
        volume=None if volume is None else CubicMm(volume),
        n_slices=row.get("n_slices", int),
        slice_mm=reading.size("slice_mm"),
        method=row.text("method"),
        merged_into=row.text("merged_into"),
        state=row.get("state", LesionState),
        change=row.get("change", LesionChange),
        reason=row.text("reason"),
    )


def _sizes_fit_status(reading: RowReading) -> bool:
    """True when status and sizes can be true together; refuses the row otherwise."""
    row = reading.row
    status, sized = row.get("status", SizeStatus), [name for name in _SIZES if name in row.values]
    if status is None and (sized or row.get("state", LesionState) is None):
        reading.refuse("status", "STATUS_MISSING", "nothing", expected="a status, or a state alone")
        return False
    if status is SizeStatus.MEASURED and not sized:
        reading.refuse("ld_mm", "SIZE_MISSING", "no size with status MEASURED", expected="a size")
        return False
    if status in _UNSEEN and sized:
        reading.refuse(
            sized[0], "SIZE_WITHOUT_SCAN", f"a size with status {status}", expected="no size, or MEASURED"
        )
        return False
    return True


def add_clinical(intake: Intake, table: Table) -> None:
    """Clinical state and steroids, once a visit."""
    seen = set()
    for reading in readings(intake, table):
        if not reading.knows_patient():
            continue
        visit = reading.visit()
        date = reading.date_at(visit) if visit else None
        if date is None:
            continue
        key = (reading.patient_id, reading.visit_id, date)
        if key in seen:
            reading.refuse("visit_id", "DUPLICATE_CLINICAL", "a visit that stands in an earlier row")
            continue
        seen.add(key)
        row, dose = reading.row, reading.row.get("dex_mg_per_day", Decimal)
        intake.clinical[reading.patient_id].append(
            Clinical(
                reading.patient_id,
                reading.visit_id,
                date,
                status=row.get("status", ClinicalStatus) or ClinicalStatus.UNKNOWN,
                kps=row.get("kps", int),
                ecog=row.get("ecog", int),
                attributable=row.get("attributable", Attribution) or Attribution.UNKNOWN,
                persisted_days=row.get("persisted_days", int),
                dex_mg_per_day=None if dose is None else float(dose),
                steroid_trend=row.get("steroid_trend", SteroidTrend) or SteroidTrend.UNKNOWN,
                physiological=row.get("physiological", Answer) or Answer.UNKNOWN,
                antiangiogenic=row.get("antiangiogenic", Answer) or Answer.UNKNOWN,
            )
        )


def add_adjudications(intake: Intake, table: Table) -> None:
    """Decisions taken later; an event id stands once."""
    seen = set()
    for reading in readings(intake, table):
        row, event_id = reading.row, reading.row.text("event_id")
        decided = row.get("decided_on", PartialDate)
        if not reading.knows_patient():
            continue
        if event_id in seen:
            reading.refuse("event_id", "DUPLICATE_EVENT", "an event that stands in an earlier row")
        elif decided is None or decided.full is None:
            reading.refuse(
                "decided_on", "DATE_UNDATED", "a date with a part missing", expected="a whole date"
            )
        elif row.text("visit_id") and not intake.visits_of(reading.patient_id, row.text("visit_id")):
            reading.refuse("visit_id", "UNKNOWN_VISIT", "a visit that this patient has not")
        else:
            seen.add(event_id)
            _add_adjudication(reading, decided.full)


def _add_adjudication(reading: RowReading, decided_on: dt.date) -> None:
    """One decision; refused where its value is not what its kind asks for."""
    row, kind = reading.row, reading.row.get("kind", AdjudicationKind)
    assert kind is not None
    try:
        decision = Adjudication(
            row.text("event_id"),
            reading.patient_id,
            kind,
            decided_on,
            visit_id=row.text("visit_id"),
            lesion_id=row.text("lesion_id"),
            evaluator=row.text("evaluator"),
            basis=row.text("basis"),
            decided_by_role=row.text("decided_by_role"),
            comment=row.text("comment"),
            value=row.text("value"),
            supersedes=row.text("supersedes"),
        )
    except ModelError as error:
        reading.refuse("value", "VALUE_UNFIT", error.problem, expected=error.expected or "")
        return
    reading.intake.adjudications[reading.patient_id].append(decision)
