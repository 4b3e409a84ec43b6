"""Records in order: visits, duplicates, and what can't be used."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from cimara.response import Policy, derive
from cimara.response.model import (
    Adjudication,
    Clinical,
    Lesion,
    Measurement,
    ModelError,
    NewLesion,
    Patient,
    Tenths,
    Visit,
)
from cimara.response.records import collect, evaluators, ordered_visits
from cimara.terms.response import (
    AdjudicationKind,
    Certainty,
    LesionCompartment,
    LesionRole,
    SizeStatus,
)

DAY = dt.date(2024, 1, 10)


def visit(name: str, days: int, number: float | None = None) -> Visit:
    return Visit("P1", name, DAY + dt.timedelta(days=days), number=number, is_baseline=days == 0)


def size(lesion: str, at: Visit, ld: int, **more) -> Measurement:
    return Measurement(
        "P1", lesion, at.visit_id, more.pop("date", at.date), SizeStatus.MEASURED, ld=Tenths(ld), **more
    )


BASE, LATER = visit("BL", 0), visit("W8", 56)
LESION = Lesion("P1", "L1", LesionCompartment.BRAIN, LesionRole.TARGET)


def patient(*measurements: Measurement, visits: tuple[Visit, ...] = (BASE, LATER), **more) -> Patient:
    return Patient("P1", DAY, lesions=(LESION,), measurements=measurements, visits=visits, **more)


def codes(made: Patient) -> set[str]:
    return {item.code for item in derive(made, Policy.preset("recist11")).findings}


def test_visits_go_by_date_then_number():
    late, first, second = visit("C", 9, 1), visit("B", 3, 1), visit("A", 3, 2)
    ordered, _ = ordered_visits(patient(visits=(late, second, first)))
    assert ordered == (first, second, late)


def test_one_visit_number_with_two_dates_is_two_visits():
    again = visit("W8", 63)
    made = patient(
        size("L1", BASE, 300), size("L1", LATER, 310), size("L1", again, 400), visits=(BASE, LATER, again)
    )
    rows = derive(made, Policy.preset("recist11")).rows
    assert [(row.visit_id, row.sum, row.response) for row in rows] == [("W8", 310, "SD"), ("W8", 400, "PD")]


def test_two_values_of_one_lesion_are_none():
    made = patient(
        size("L1", BASE, 300), size("L1", LATER, 310), size("L1", LATER, 500), size("L1", LATER, 310)
    )
    assert "DUPLICATE_MEASUREMENT" in codes(made)
    assert derive(made, Policy.preset("recist11")).row("W8").response == "NE"


def test_one_value_twice_is_one_value():
    made = patient(size("L1", BASE, 300), size("L1", LATER, 310), size("L1", LATER, 310))
    assert codes(made) == set()


def test_a_record_of_an_unlisted_visit_or_lesion_is_named():
    made = patient(size("L1", BASE, 300), size("L9", LATER, 310), size("L1", visit("W99", 99), 300))
    assert {"UNKNOWN_LESION", "UNKNOWN_VISIT"} <= codes(made)


def test_two_visit_rows_of_one_day_that_differ_are_named():
    assert "DUPLICATE_VISIT" in codes(patient(visits=(BASE, LATER, replace(LATER, label="again"))))


def test_a_new_lesion_without_a_record_of_its_certainty_is_equivocal():
    made = replace(
        patient(size("L1", BASE, 300), size("L1", LATER, 300), size("N1", LATER, 100)),
        lesions=(LESION, replace(LESION, lesion_id="N1", role=LesionRole.NEW)),
    )
    row = derive(made, Policy.preset("recist11")).row("W8")
    assert (row.response, row.new_lesion) == ("SD", "EQUIVOCAL")
    assert "NEW_WITHOUT_CERTAINTY" in codes(made)


def test_two_records_of_one_new_lesion_take_the_less_certain():
    records = [
        NewLesion("P1", "N1", "W8", LATER.date, certainty, LesionCompartment.BRAIN) for certainty in Certainty
    ]
    made = patient(size("L1", BASE, 300), size("L1", LATER, 300), new_lesions=tuple(records))
    assert derive(made, Policy.preset("recist11")).row("W8").new_lesion == "EQUIVOCAL"


def test_two_clinical_records_of_one_day_that_differ_are_none():
    items = tuple(Clinical("P1", "W8", LATER.date, kps=kps) for kps in (90, 50))
    assert collect(patient(clinical=items), "INV").clinical[1] is None


def test_the_later_of_two_clinical_records_counts():
    items = tuple(
        Clinical("P1", "W8", LATER.date + dt.timedelta(days=kps // 50), kps=kps) for kps in (90, 100)
    )
    found = collect(patient(clinical=items), "INV").clinical[1]
    assert found is not None
    assert found.kps == 100


def test_everyone_who_recorded_something_is_an_evaluator():
    made = patient(size("L1", BASE, 300, evaluator="R2"), size("L1", BASE, 300, evaluator="R1"))
    assert evaluators(made) == ("R1", "R2")
    assert evaluators(patient()) == ("INV",)
    rows = derive(made, Policy.preset("recist11")).rows
    assert {(row.evaluator, row.n_targets) for row in rows} == {("R1", 1), ("R2", 1)}


def test_the_last_scan_before_the_start_is_baseline():
    early = Visit("P1", "S1", DAY - dt.timedelta(days=9))
    clinic = Visit("P1", "C1", DAY)
    made = patient(
        size("L1", early, 200),
        size("L1", LATER, 300),
        visits=(early, clinic, replace(LATER, is_baseline=None)),
    )
    rows = derive(made, Policy.preset("recist11")).rows
    assert [(row.visit_id, row.base_sum, row.response) for row in rows] == [
        ("C1", 200, "NE"),
        ("W8", 200, "PD"),
    ]


@pytest.mark.parametrize(
    "make",
    [
        lambda: Lesion("", "L1", LesionCompartment.BRAIN),
        lambda: Lesion("P1", "L;1", LesionCompartment.BRAIN),
        lambda: Lesion("P1", "L1", "BRAIN"),
        lambda: Measurement("P1", "L1", "V1", DAY, ld=-1),
        lambda: Measurement("P1", "L1", "V1", DAY, ld=float("nan")),
        lambda: Measurement("P1", "L1", "V1", DAY, ld=9.8),
        lambda: Measurement("P1", "L1", "V1", DAY, status="MEASURED"),
        lambda: Clinical("P1", "V1", DAY, dex_mg_per_day=float("nan")),
        lambda: Clinical("P1", "V1", DAY, kps=-10),
        lambda: Adjudication(
            "E1", "P1", AdjudicationKind.MEASUREMENT_CORRECTED, DAY, "V1", "L1", value="big"
        ),
        lambda: Adjudication("E1", "P1", AdjudicationKind.CLINICAL_REATTRIBUTED, DAY, "V1", value="luck"),
        lambda: Adjudication("E1", "P1", AdjudicationKind.READER_DECISION, DAY),
    ],
)
def test_a_record_that_can_t_be_is_refused(make):
    with pytest.raises(ModelError):
        make()
