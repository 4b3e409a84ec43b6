"""Random studies for readers and writers: every field of the model, as the tidy tables can hold it."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from cimara.response.model import (
    Adjudication,
    Clinical,
    CubicMm,
    Lesion,
    LmForm,
    LmItem,
    Measurement,
    NewLesion,
    Patient,
    Study,
    Tenths,
    Visit,
)
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

DATES = st.dates(dt.date(2020, 1, 1), dt.date(2026, 12, 31))
TEXTS = st.text(st.sampled_from("abcXYZ 019-_/,\"'()=+."), max_size=12).map(str.strip)
TENTHS = st.integers(0, 3000).map(Tenths)
PLACES = st.sampled_from(["", "BRAIN", "FRONTAL LOBE", "LYMPH NODE", "LIVER", "Liver", "somewhere"])
EVALUATORS = st.sampled_from(["INV", "RADIOLOGIST 1", "READER A"])
DECIDED = {
    AdjudicationKind.CLINICAL_REATTRIBUTED: st.sampled_from([cause.value for cause in Attribution]),
    AdjudicationKind.MEASUREMENT_CORRECTED: st.sampled_from(["12.5", "0", "7"]),
    AdjudicationKind.READER_DECISION: EVALUATORS,
}
"""What the value of a decision must be, by its kind."""
UNSEEN = (SizeStatus.NOT_DONE, SizeStatus.NOT_EVALUABLE)


def maybe(strategy: st.SearchStrategy) -> st.SearchStrategy:
    return st.none() | strategy


@st.composite
def measurements(draw: st.DrawFn, patient_id: str, lesion_id: str, visit: Visit) -> Measurement:
    status = draw(maybe(st.sampled_from(SizeStatus)))
    sized = status is not None and status not in UNSEEN
    sizes = [draw(maybe(TENTHS)) if sized else None for _ in range(3)]
    volume = draw(maybe(st.integers(0, 100_000).map(CubicMm))) if sized else None
    if status is SizeStatus.MEASURED and not any(size is not None for size in (*sizes, volume)):
        sizes[0] = draw(TENTHS)
    state = (
        draw(st.sampled_from(LesionState)) if status is None else draw(maybe(st.sampled_from(LesionState)))
    )
    return Measurement(
        patient_id,
        lesion_id,
        visit.visit_id,
        draw(st.just(visit.date) | DATES),
        status=status,
        evaluator=draw(EVALUATORS),
        ld=sizes[0],
        perp=sizes[1],
        short_axis=sizes[2],
        volume=volume,
        n_slices=draw(maybe(st.integers(0, 40))),
        slice_mm=draw(maybe(TENTHS)),
        method=draw(TEXTS),
        merged_into=draw(st.sampled_from(["", "L9"])),
        state=state,
        change=draw(maybe(st.sampled_from(LesionChange))),
        reason=draw(TEXTS),
    )


@st.composite
def lesions(draw: st.DrawFn, patient_id: str, lesion_id: str, evaluator: str) -> Lesion:
    return Lesion(
        patient_id,
        lesion_id,
        draw(st.sampled_from(LesionCompartment)),
        role=draw(maybe(st.sampled_from(LesionRole))),
        evaluator=evaluator,
        organ=draw(PLACES),
        site=draw(PLACES),
        is_node=draw(st.booleans()),
        cystic_only=draw(st.sampled_from(Answer)),
        borders_measurable=draw(st.sampled_from(Answer)),
        prior_local_therapy=draw(st.sampled_from(LocalTherapy)),
        progressed_since_therapy=draw(st.sampled_from(Answer)),
        parent_ids=tuple(draw(st.lists(st.sampled_from(["L1", "L2", "T 3"]), max_size=2, unique=True))),
    )


@st.composite
def visits(draw: st.DrawFn, patient_id: str, number: int) -> Visit:
    return Visit(
        patient_id,
        f"V{number}",
        draw(DATES),
        label=draw(TEXTS),
        number=draw(maybe(st.sampled_from([1.0, 3.0, 9.2]))),
        is_baseline=draw(maybe(st.booleans())),
        scheduled=draw(st.booleans()),
        brain_scan_date=draw(maybe(DATES)),
        spine_scan_date=draw(maybe(DATES)),
        body_scan_date=draw(maybe(DATES)),
        brain_assessable=draw(st.sampled_from(Assessable)),
        lm_assessable=draw(st.sampled_from(Assessable)),
        body_assessable=draw(st.sampled_from(Assessable)),
        nonenhancing_pd=draw(st.sampled_from(Answer)),
    )


@st.composite
def clinical(draw: st.DrawFn, visit: Visit) -> Clinical:
    return Clinical(
        visit.patient_id,
        visit.visit_id,
        draw(st.just(visit.date) | DATES),
        status=draw(st.sampled_from(ClinicalStatus)),
        kps=draw(maybe(st.integers(0, 10).map(lambda tens: 10 * tens))),
        ecog=draw(maybe(st.integers(0, 5))),
        attributable=draw(st.sampled_from(Attribution)),
        persisted_days=draw(maybe(st.integers(0, 60))),
        dex_mg_per_day=draw(maybe(st.integers(0, 4000).map(lambda cents: cents / 100))),
        steroid_trend=draw(st.sampled_from(SteroidTrend)),
        physiological=draw(st.sampled_from(Answer)),
        antiangiogenic=draw(st.sampled_from(Answer)),
    )


@st.composite
def lm_forms(draw: st.DrawFn, visit: Visit, reference: Visit) -> LmForm:
    names = draw(st.lists(st.sampled_from(["nodules", "linear", "hydrocephalus"]), min_size=1, unique=True))
    items = tuple(
        LmItem(
            draw(st.sampled_from(["brain", "spine"])),
            name,
            reference=draw(st.sampled_from(["1", "0", "NE", ""])),
            followup=draw(st.sampled_from(["1", "0", "NE", ""])),
            change=draw(st.sampled_from(["improved", "no change", "worse", "NE", ""])),
            sizes=tuple(draw(st.lists(st.tuples(TENTHS, TENTHS), max_size=3))),
            fewer_than_three=draw(st.booleans()),
        )
        for name in names
    )
    return LmForm(
        visit.patient_id,
        visit.visit_id,
        reference.visit_id,
        draw(st.just(visit.date) | DATES),
        evaluator=draw(EVALUATORS),
        items=items,
        csf=draw(st.sampled_from(["", "NEGATIVE", "EQUIVOCAL", "POSITIVE", "NOT_DONE"])),
        exam_change=draw(TEXTS),
        overall_human=draw(TEXTS),
        overall_reason=draw(TEXTS),
        reference_scan_date=draw(maybe(DATES)),
        last_lumbar_puncture=draw(st.sampled_from(["", "none", "2024-02-03"])),
        treatment_since_reference=draw(TEXTS),
    )


@st.composite
def patients(draw: st.DrawFn, patient_id: str) -> Patient:
    seen = tuple(draw(visits(patient_id, number)) for number in range(draw(st.integers(1, 3))))
    named = draw(
        st.lists(st.tuples(st.sampled_from(["L1", "L2", "T 3"]), EVALUATORS), max_size=3, unique=True)
    )
    measured = [
        draw(measurements(patient_id, lesion_id, visit))
        for lesion_id in sorted({lesion_id for lesion_id, _ in named})
        for visit in seen
        if draw(st.booleans())
    ]
    new = [
        NewLesion(
            patient_id,
            f"N{number}",
            (visit := draw(st.sampled_from(seen))).visit_id,
            draw(st.just(visit.date) | DATES),
            draw(st.sampled_from(Certainty)),
            draw(st.sampled_from(LesionCompartment)),
            evaluator=draw(EVALUATORS),
            projections=draw(maybe(st.integers(0, 3))),
        )
        for number in range(draw(st.integers(0, 2)))
    ]
    decision = Adjudication(
        f"E-{patient_id}",
        patient_id,
        (kind := draw(st.sampled_from(AdjudicationKind))),
        draw(DATES),
        visit_id=draw(st.sampled_from(["", seen[0].visit_id])),
        lesion_id=draw(st.sampled_from(["", "L1"])),
        evaluator=draw(st.sampled_from(["", "INV"])),
        basis=draw(TEXTS),
        decided_by_role=draw(TEXTS),
        comment=draw(TEXTS),
        value=draw(DECIDED.get(kind, TEXTS)),
        supersedes=draw(st.sampled_from(["", "E-0"])),
    )
    return Patient(
        patient_id,
        draw(DATES),
        immunotherapy=draw(st.sampled_from(Answer)),
        immunotherapy_start=draw(maybe(DATES)),
        new_therapy_date=draw(maybe(DATES)),
        lesions=tuple(draw(lesions(patient_id, lesion_id, evaluator)) for lesion_id, evaluator in named),
        measurements=tuple(measured),
        new_lesions=tuple(new),
        visits=seen,
        clinical=tuple(draw(clinical(visit)) for visit in seen if draw(st.booleans())),
        lm_forms=tuple(draw(lm_forms(visit, seen[0])) for visit in seen if draw(st.booleans())),
        adjudications=(decision,) if draw(st.booleans()) else (),
    )


@st.composite
def studies(draw: st.DrawFn) -> Study:
    count = draw(st.integers(0, 3))
    return Study(tuple(draw(patients(f"P-{number:02d}")) for number in range(count)))
