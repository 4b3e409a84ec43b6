"""Made-up studies and policies for comparing engines; sizes are few, so that ties are common."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from random import Random
from typing import Any

from cimara.response.model import (
    Adjudication,
    Clinical,
    CubicMm,
    Lesion,
    Measurement,
    NewLesion,
    Patient,
    Study,
    Tenths,
    Visit,
)
from cimara.response.policy import Policy, policy_fields
from cimara.terms.response import (
    AdjudicationKind,
    Answer,
    Assessable,
    Attribution,
    Certainty,
    ClinicalStatus,
    LesionCompartment,
    LesionRole,
    LesionState,
    LocalTherapy,
    SizeStatus,
    SteroidTrend,
)

START = dt.date(2024, 1, 15)
PRESETS = ("recist11", "recist11_literal", "rano_bm", "rano_bm_imaging", "mrecist_cns5")
NUMBERS = {
    "confirm_max_ne": (0, 1, 2),
    "confirm_max_sd": (0, 1),
    "min_projections": (1, 2),
    "min_sd_days": (0, 42, 90),
}
FACTORS = (0.0, 0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.0, 1.1, 1.2, 1.3, 1.6)


def random_policy(rng: Random) -> Policy:
    """A preset with a third of the words of its fields drawn anew."""
    policy = Policy.preset(rng.choice(PRESETS))
    words = {
        name: rng.choice(field.allowed)
        for name, field in policy_fields().items()
        if field.type == "word"
        and rng.random() < 0.3
        and name not in ("criterion", "target_source", "measurability")
    }
    flips = {
        name: rng.random() < 0.5
        for name in (
            "pr_persistence",
            "new_therapy_cut",
            "physiological_steroid_is_none",
            "allow_unverified_tables",
        )
        if rng.random() < 0.3
    }
    numbers = {name: rng.choice(values) for name, values in NUMBERS.items() if rng.random() < 0.3}
    if rng.random() < 0.2:
        numbers["volumetric_abs_increase_mm3"] = 100
    measurability = rng.choice(("report", "report", "demote"))
    return policy.replace(**words, **flips, **numbers, measurability=measurability)


def random_study(rng: Random, patients: int = 6, *, rare: float = 0.1) -> Study:
    """A study; `rare` is the share of patients that the columnar engine leaves to the reference."""
    return Study(tuple(random_patient(rng, f"P{number:03d}", rare) for number in range(patients)))


def random_patient(rng: Random, patient_id: str, rare: float) -> Patient:
    readers = rng.choice((("INV",), ("INV",), ("R1", "R2"), ("INV", "R1")))
    visits = list(_visits(rng, patient_id))
    lesions = [
        lesion
        for reader in readers
        if reader == "INV" or rng.random() < 0.6
        for lesion in _lesions(rng, patient_id, reader)
    ]
    new = [item for reader in readers for item in _new(rng, patient_id, reader, visits)]
    listed = {(each.lesion_id, each.evaluator) for each in lesions}
    listed |= {(each.lesion_id, each.evaluator) for each in new}
    measured = [
        item
        for reader in readers
        for lesion_id in sorted({lesion_id for lesion_id, _ in listed})
        if listed & {(lesion_id, reader), (lesion_id, "INV")}
        for item in _measurements(rng, patient_id, lesion_id, reader, visits)
    ]
    patient = Patient(
        patient_id,
        START,
        immunotherapy=rng.choice(tuple(Answer)),
        immunotherapy_start=rng.choice((None, None, START, START + dt.timedelta(100))),
        new_therapy_date=rng.choice((None, None, START + dt.timedelta(rng.randrange(50, 400)))),
        lesions=tuple(lesions),
        measurements=tuple(measured),
        new_lesions=tuple(new),
        visits=tuple(visits),
        clinical=tuple(_clinical(rng, visit) for visit in visits if rng.random() < 0.85),
    )
    return _with_something_rare(rng, patient) if rng.random() < rare else patient


def _visits(rng: Random, patient_id: str) -> list[Visit]:
    date = START - dt.timedelta(rng.choice((40, 28, 10, 7, 0)))
    marked = rng.random() < 0.5
    found = []
    for number in range(rng.randrange(1, 9)):
        parts: dict[str, Any] = {
            f"{part}_assessable": rng.choice((Assessable.ALL,) * 6 + tuple(Assessable))
            for part in ("brain", "lm", "body")
        }
        scans: dict[str, Any] = {
            f"{part}_scan_date": rng.choice((None, date)) for part in ("brain", "spine", "body")
        }
        found.append(
            Visit(
                patient_id,
                f"V{number}",
                date,
                number=rng.choice((None, float(number))),
                is_baseline=(number == 0 or rng.random() < 0.05) if marked else None,
                nonenhancing_pd=rng.choice((Answer.NO,) * 8 + tuple(Answer)),
                **parts,
                **scans,
            )
        )
        date += dt.timedelta(rng.choice((0, 14, 27, 28, 42, 56)))
    return found


def _lesions(rng: Random, patient_id: str, reader: str) -> list[Lesion]:
    roles = (LesionRole.TARGET,) * 4 + (LesionRole.NON_TARGET, LesionRole.NON_TARGET, None, LesionRole.NEW)
    return [
        Lesion(
            patient_id,
            f"L{number}",
            rng.choice((LesionCompartment.BRAIN,) * 4 + tuple(LesionCompartment)),
            role=rng.choice(roles[:7] if number < 4 else roles),
            evaluator=reader,
            organ=rng.choice(("", "brain", "Bone", "liver", "liver ")),
            is_node=rng.random() < 0.25,
            cystic_only=rng.choice(tuple(Answer)),
            borders_measurable=rng.choice(tuple(Answer)),
            prior_local_therapy=rng.choice(tuple(LocalTherapy)),
            progressed_since_therapy=rng.choice(tuple(Answer)),
        )
        for number in range(rng.randrange(6))
    ]


def _measurements(
    rng: Random, patient_id: str, lesion_id: str, reader: str, visits: list[Visit]
) -> list[Measurement]:
    size = rng.choice((80, 100, 150, 200, 300))
    found = []
    for number, visit in enumerate(visits):
        if number:
            size = int(size * rng.choice(FACTORS)) or (rng.choice((0, 0, 50, 120)))
        status = (
            SizeStatus.MEASURED
            if number == 0
            else rng.choice((SizeStatus.MEASURED,) * 9 + (None, *SizeStatus))
        )
        state = rng.choice(
            (LesionState.PRESENT,) * 4 + (LesionState.ABSENT,) * 3 + (None, None, *LesionState)
        )
        if (status is None and state is None) or (number and rng.random() < 0.06):
            continue
        measured = status is SizeStatus.MEASURED
        found.append(
            Measurement(
                patient_id,
                lesion_id,
                visit.visit_id,
                visit.date + dt.timedelta(rng.choice((0, 0, 0, 1, 3))),
                status=status,
                evaluator=reader,
                ld=Tenths(size) if measured and rng.random() < 0.98 else None,
                perp=rng.choice((None, Tenths(40), Tenths(60))) if measured else None,
                short_axis=Tenths(size // 2 + rng.choice((0, 0, 10)))
                if measured and rng.random() < 0.9
                else None,
                volume=CubicMm(size * size // 100) if measured and rng.random() < 0.98 else None,
                n_slices=rng.choice((None, 1, 3)),
                slice_mm=rng.choice((None, Tenths(10), Tenths(70))),
                state=state,
            )
        )
    return found


def _new(rng: Random, patient_id: str, reader: str, visits: list[Visit]) -> list[NewLesion]:
    return [
        NewLesion(
            patient_id,
            lesion_id,
            visit.visit_id,
            visit.date + dt.timedelta(rng.choice((0, 0, 2))),
            rng.choice(tuple(Certainty)),
            rng.choice((LesionCompartment.BRAIN,) * 3 + tuple(LesionCompartment)),
            evaluator=reader,
            projections=rng.choice((None, 1, 2)),
        )
        for lesion_id in rng.sample(["L4", "L5", "N1", "N2"], rng.choice((0, 0, 1, 2)))
        for visit in visits
        if rng.random() < 0.3
    ]


def _clinical(rng: Random, visit: Visit) -> Clinical:
    states = (ClinicalStatus.STABLE,) * 8 + tuple(ClinicalStatus)
    return Clinical(
        visit.patient_id,
        visit.visit_id,
        visit.date + dt.timedelta(rng.choice((0, 0, 1))),
        status=rng.choice(states),
        kps=rng.choice((None, 100, 90, 80, 70, 60, 50)),
        ecog=rng.choice((None, 0, 1, 2, 3)),
        attributable=rng.choice(tuple(Attribution)),
        persisted_days=rng.choice((None, 3, 7, 10)),
        dex_mg_per_day=rng.choice((None, 0.0, 0.0, 2.0, 2.0, 4.1)),
        steroid_trend=rng.choice((SteroidTrend.STABLE, SteroidTrend.NONE, *SteroidTrend)),
        physiological=rng.choice((Answer.NO, Answer.NO, *Answer)),
        antiangiogenic=rng.choice((Answer.NO,) * 4 + tuple(Answer)),
    )


def _with_something_rare(rng: Random, patient: Patient) -> Patient:

    visit = rng.choice(patient.visits)
    kind = rng.randrange(8)
    if kind == 0 and patient.measurements:
        twin = replace(rng.choice(patient.measurements), ld=Tenths(77))
        return replace(patient, measurements=(*patient.measurements, twin))
    if kind == 1 and len(patient.lesions) > 1:
        part = replace(patient.lesions[-1], parent_ids=(patient.lesions[0].lesion_id,))
        return replace(patient, lesions=(*patient.lesions[:-1], part))
    if kind == 2:
        return replace(patient, visits=(*patient.visits, replace(visit, date=visit.date + dt.timedelta(5))))
    if kind == 3:
        return replace(patient, visits=())
    if kind == 4 and patient.clinical:
        return replace(patient, clinical=(*patient.clinical, replace(patient.clinical[0], kps=10)))
    if kind == 5 and patient.measurements:
        lost = replace(patient.measurements[0], visit_id="nowhere")
        return replace(patient, measurements=(lost, *patient.measurements[1:]))
    if kind == 6:
        return replace(patient, start_date=START - dt.timedelta(400))
    lesion_id = rng.choice(patient.lesions).lesion_id if patient.lesions else ""
    event = Adjudication(
        f"E-{patient.patient_id}",
        patient.patient_id,
        rng.choice((AdjudicationKind.RADIATION_NECROSIS, AdjudicationKind.NEW_LESION_CONFIRMED)),
        visit.date,
        visit_id=visit.visit_id,
        lesion_id=lesion_id,
    )
    return replace(patient, adjudications=(event,))
