"""Which patients the columnar engine derives itself, and which it leaves to the reference engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest

from cimara.response.columnar import route
from cimara.response.columnar.from_study import study_records
from cimara.response.model import (
    Adjudication,
    Clinical,
    Lesion,
    Measurement,
    NewLesion,
    Patient,
    Study,
    Tenths,
    Visit,
)
from cimara.response.policy import Policy
from cimara.terms.response import (
    AdjudicationKind,
    Certainty,
    LesionCompartment,
    LesionRole,
    SizeStatus,
)

START = dt.date(2024, 1, 8)
LATER = dt.date(2024, 3, 4)
RANO = Policy.preset("rano_bm")


def measured(lesion_id: str, visit_id: str, size: int, evaluator: str = "INV") -> Measurement:
    return Measurement(
        "P1",
        lesion_id,
        visit_id,
        START,
        SizeStatus.MEASURED,
        evaluator=evaluator,
        ld=Tenths(size),
        perp=Tenths(90),
    )


PLAIN = Patient(
    "P1",
    START,
    lesions=(Lesion("P1", "A", LesionCompartment.BRAIN, LesionRole.TARGET),),
    measurements=(measured("A", "BL", 200), measured("A", "W8", 90)),
    visits=(Visit("P1", "BL", START, is_baseline=True), Visit("P1", "W8", LATER)),
    clinical=(Clinical("P1", "W8", LATER),),
)

RARE: dict[str, Callable[[Patient], Patient]] = {
    "a decision": lambda p: replace(
        p, adjudications=(Adjudication("E1", "P1", AdjudicationKind.PSEUDOPROGRESSION, LATER, visit_id="W8"),)
    ),
    "a lesion that split": lambda p: replace(
        p, lesions=(*p.lesions, Lesion("P1", "B", LesionCompartment.BRAIN, parent_ids=("A",)))
    ),
    "no visit": lambda p: replace(p, visits=(), measurements=(), clinical=()),
    "no baseline": lambda p: replace(
        p, start_date=START - dt.timedelta(9), visits=tuple(map(unmarked, p.visits))
    ),
    "one visit id on two dates": lambda p: replace(
        p, visits=(*p.visits, Visit("P1", "W8", dt.date(2024, 3, 9)))
    ),
    "two sizes of one lesion": lambda p: replace(p, measurements=(*p.measurements, measured("A", "W8", 95))),
    "two clinical records of one visit": lambda p: replace(
        p, clinical=(*p.clinical, Clinical("P1", "W8", START))
    ),
    "two rows of one lesion": lambda p: replace(p, lesions=(*p.lesions, replace(p.lesions[0], site="left"))),
    "a record of an unknown visit": lambda p: replace(p, measurements=(measured("A", "W9", 95),)),
    "a measurement of an unknown lesion": lambda p: replace(p, measurements=(measured("X", "BL", 95),)),
    "a lesion listed as new, measured, never recorded": lambda p: replace(
        p,
        lesions=(*p.lesions, Lesion("P1", "N", LesionCompartment.BRAIN, LesionRole.NEW)),
        measurements=(*p.measurements, measured("N", "W8", 60)),
    ),
    "a size beyond all measure": lambda p: replace(p, measurements=(measured("A", "BL", 2 * 10**9),)),
}


def unmarked(visit: Visit) -> Visit:
    return replace(visit, is_baseline=None)


def on_arrays(patient: Patient, policy: Policy = RANO) -> bool:
    return bool(route(study_records(Study((patient,))), policy).on_arrays[0])


def test_a_plain_patient_runs_on_arrays() -> None:
    assert on_arrays(PLAIN)


@pytest.mark.parametrize("feature", RARE)
def test_rare_features_go_to_the_reference_engine(feature: str) -> None:
    assert not on_arrays(RARE[feature](PLAIN))


@pytest.mark.parametrize("preset", ["irecist", "irano", "rano_lm_2019", "rano_lm_2017"])
def test_criteria_with_memory_go_to_the_reference_engine(preset: str) -> None:
    assert not on_arrays(PLAIN, Policy.preset(preset))


@pytest.mark.parametrize("source", ["select", "check"])
def test_targets_by_the_rules_go_to_the_reference_engine(source: str) -> None:
    assert not on_arrays(PLAIN, RANO.replace(target_source=source))


def test_a_target_that_the_policy_refuses_goes_to_the_reference_engine() -> None:
    small = replace(PLAIN, measurements=(measured("A", "BL", 80),))
    assert on_arrays(small)
    assert not on_arrays(small, RANO.replace(measurability="refuse"))


def test_several_readers_and_new_lesions_run_on_arrays() -> None:
    new = NewLesion("P1", "N", "W8", LATER, Certainty.UNEQUIVOCAL, LesionCompartment.BRAIN)
    assert on_arrays(
        replace(PLAIN, measurements=(*PLAIN.measurements, measured("A", "W8", 80, "R1")), new_lesions=(new,))
    )


def test_one_rare_patient_does_not_move_the_others() -> None:
    rare = replace(RARE["a decision"](PLAIN), patient_id="P2")
    routing = route(study_records(Study((PLAIN, rare, replace(PLAIN, patient_id="P3")))), RANO)
    assert routing.on_arrays.tolist() == [True, False, True]
    assert routing.n_reference == 1
