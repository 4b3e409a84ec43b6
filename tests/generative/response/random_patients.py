"""Random patients with all kinds of mess: missing scans, partial visits, ties, new lesions, decisions."""

from __future__ import annotations

import datetime as dt

from hypothesis import strategies as st

from cimara.response.model import (
    Adjudication,
    Clinical,
    Lesion,
    Measurement,
    NewLesion,
    Patient,
    Tenths,
    Visit,
)
from cimara.terms.response import (
    AdjudicationKind,
    Answer,
    Attribution,
    Certainty,
    ClinicalStatus,
    LesionChange,
    LesionCompartment,
    LesionRole,
    LesionState,
    SizeStatus,
    SteroidTrend,
)

START = dt.date(2024, 1, 10)
SIZES = st.sampled_from((0, 30, 47, 97, 100, 120, 144, 145, 161, 200, 230, 240, 290, 348, 400))
GAPS = st.sampled_from((0, 14, 27, 28, 42, 56, 90))
STATUSES = st.sampled_from(
    (SizeStatus.MEASURED,) * 8
    + (SizeStatus.TOO_SMALL, SizeStatus.NOT_EVALUABLE, SizeStatus.NOT_DONE, SizeStatus.MERGED)
)
PLACES = st.sampled_from((LesionCompartment.BRAIN, LesionCompartment.BRAIN, LesionCompartment.EXTRACRANIAL))


@st.composite
def patients(draw: st.DrawFn, *, decided: bool = True, most_visits: int = 6) -> Patient:
    """One patient with up to four targets, two non-targets and two new lesions."""
    dates = [START]
    for gap in draw(st.lists(GAPS, min_size=1, max_size=most_visits)):
        dates.append(dates[-1] + dt.timedelta(days=gap))
    visits = tuple(
        Visit(
            "P1",
            f"V{place}",
            date,
            number=float(place),
            is_baseline=place == 0,
            nonenhancing_pd=draw(st.sampled_from((Answer.NO,) * 9 + (Answer.YES,))),
        )
        for place, date in enumerate(dates)
    )
    lesions = tuple(
        Lesion("P1", f"L{n}", draw(PLACES), LesionRole.TARGET, is_node=draw(st.integers(0, 4)) == 0)
        for n in range(draw(st.integers(0, 4)))
    ) + tuple(
        Lesion("P1", f"NT{n}", draw(PLACES), LesionRole.NON_TARGET) for n in range(draw(st.integers(0, 2)))
    )
    measurements = [
        item
        for visit in visits
        for lesion in lesions
        if (item := draw(_measurement(visit, lesion))) is not None
    ]
    new = draw(
        st.lists(_new_lesion(visits[1:]), max_size=3, unique_by=lambda item: (item.lesion_id, item.visit_id))
    )
    immunotherapy = draw(st.sampled_from((Answer.YES, Answer.NO)))
    return Patient(
        "P1",
        START,
        immunotherapy=immunotherapy,
        immunotherapy_start=START if immunotherapy is Answer.YES else None,
        new_therapy_date=draw(st.sampled_from((None, None, START + dt.timedelta(days=100)))),
        lesions=lesions,
        measurements=tuple(measurements),
        new_lesions=tuple(new),
        visits=visits,
        clinical=tuple(item for visit in visits if (item := draw(_clinical(visit))) is not None),
        adjudications=tuple(draw(st.lists(_decision(visits, lesions, new), max_size=2))) if decided else (),
    )


@st.composite
def _measurement(draw: st.DrawFn, visit: Visit, lesion: Lesion) -> Measurement | None:
    is_baseline = visit.is_baseline
    if not is_baseline and draw(st.integers(0, 11)) == 0:
        return None
    if lesion.role is LesionRole.NON_TARGET:
        states = (
            LesionState.PRESENT,
            LesionState.PRESENT,
            LesionState.ABSENT,
            LesionState.NE,
            LesionState.UNEQUIVOCAL_PD,
        )
        state = LesionState.PRESENT if is_baseline else draw(st.sampled_from(states))
        change = draw(st.sampled_from((None, *LesionChange)))
        return Measurement("P1", lesion.lesion_id, visit.visit_id, visit.date, state=state, change=change)
    status = SizeStatus.MEASURED if is_baseline else draw(STATUSES)
    size = max(draw(SIZES), 100 if is_baseline else 0)
    if status is SizeStatus.MEASURED and size == 0:
        status = SizeStatus.ABSENT
    measured = Tenths(size) if status is SizeStatus.MEASURED else None
    axis = {"short_axis": measured} if lesion.is_node else {"ld": measured}
    return Measurement("P1", lesion.lesion_id, visit.visit_id, visit.date, status, **axis)


@st.composite
def _new_lesion(draw: st.DrawFn, visits: tuple[Visit, ...]) -> NewLesion:
    visit = draw(st.sampled_from(visits))
    name = draw(st.sampled_from(("N1", "N2")))
    return NewLesion(
        "P1", name, visit.visit_id, visit.date, draw(st.sampled_from(Certainty)), LesionCompartment.BRAIN
    )


@st.composite
def _clinical(draw: st.DrawFn, visit: Visit) -> Clinical | None:
    if draw(st.integers(0, 9)) == 0:
        return None
    statuses = (ClinicalStatus.STABLE,) * 6 + tuple(ClinicalStatus)
    trends = (SteroidTrend.NONE,) * 4 + tuple(SteroidTrend)
    return Clinical(
        "P1",
        visit.visit_id,
        visit.date,
        status=draw(st.sampled_from(statuses)),
        attributable=draw(st.sampled_from(Attribution)),
        persisted_days=draw(st.sampled_from((None, 3, 7, 20))),
        kps=draw(st.sampled_from((None, 50, 70, 90))),
        steroid_trend=draw(st.sampled_from(trends)),
        dex_mg_per_day=draw(st.sampled_from((None, 0.0, 2.0, 4.0))),
    )


@st.composite
def _decision(
    draw: st.DrawFn, visits: tuple[Visit, ...], lesions: tuple[Lesion, ...], new: list[NewLesion]
) -> Adjudication:
    kind = draw(
        st.sampled_from([kind for kind in AdjudicationKind if kind is not AdjudicationKind.READER_DECISION])
    )
    names = [item.lesion_id for item in (*lesions, *new)] or [""]
    value = {
        AdjudicationKind.MEASUREMENT_CORRECTED: "12.5",
        AdjudicationKind.CLINICAL_REATTRIBUTED: "comorbidity",
    }.get(kind, "")
    return Adjudication(
        f"E{draw(st.integers(0, 10_000))}",
        "P1",
        kind,
        START + dt.timedelta(days=draw(st.integers(300, 302))),
        draw(st.sampled_from(visits)).visit_id,
        draw(st.sampled_from(names)),
        value=value,
    )
