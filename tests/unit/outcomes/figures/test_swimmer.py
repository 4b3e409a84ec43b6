from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from cimara.outcomes.endpoints.facts import Fact, Facts
from cimara.outcomes.endpoints.words import FactWord
from cimara.outcomes.figures.figure_data import FigureError
from cimara.outcomes.figures.swimmer import plot_swimmer
from cimara.outcomes.figures.swimmer_facts import swimmer_lanes
from cimara.outcomes.figures.swimmer_lanes import SwimmerEvent, SwimmerLanes

START = dt.date(2024, 1, 1)


def day(after: int) -> dt.date:
    return START + dt.timedelta(days=after)


def facts() -> Facts:
    return Facts.of(
        [
            Fact("P1", FactWord.TREATMENT_START, START),
            Fact("P1", FactWord.TREATMENT_END, day(60)),
            Fact("P1", FactWord.SYSTEMIC_THERAPY, START),
            Fact("P1", FactWord.SYSTEMIC_THERAPY, day(70)),
            Fact("P1", FactWord.CNS_THERAPY, day(-10), lesion_id="B1", fields="modality=SRS"),
            Fact("P1", FactWord.PD, day(50), compartment="CNS"),
            Fact("P1", FactWord.PD, day(90), compartment="CNS"),
            Fact("P1", FactWord.PD, day(80), compartment="SYS"),
            Fact("P1", FactWord.RN, day(40), lesion_id="B1"),
            Fact("P1", FactWord.RN, day(45), lesion_id="B2"),
            Fact("P1", FactWord.DEATH, day(100), fields="cause=neurologic"),
            Fact("P2", FactWord.TREATMENT_START, day(5)),
            Fact("P2", FactWord.LMD, day(25)),
            Fact("P2", FactWord.LAST_ALIVE, day(205)),
            Fact("P2", FactWord.DATA_CUT, day(400)),
            Fact("P3", FactWord.TREATMENT_START, START),
            Fact("P3", FactWord.WITHDRAWAL, day(30)),
            Fact("P4", FactWord.LAST_ALIVE, day(30)),
        ]
    )


def test_lanes_end_at_death_or_last_alive_and_go_on_unless_ended():
    lanes = swimmer_lanes(facts(), unit="days")
    assert lanes.patients.select("patient_id", "end", "ongoing").rows() == [
        ("P1", 100.0, False),
        ("P2", 200.0, True),
        ("P3", 30.0, False),
    ]


def test_of_progression_the_first_of_each_compartment_counts_and_necrosis_of_every_lesion():
    events = swimmer_lanes(facts(), unit="days").events
    assert set(events.rows()) == {
        ("P1", SwimmerEvent.CNS_PROGRESSION, 50.0),
        ("P1", SwimmerEvent.SYSTEMIC_PROGRESSION, 80.0),
        ("P1", SwimmerEvent.NECROSIS, 40.0),
        ("P1", SwimmerEvent.NECROSIS, 45.0),
        ("P1", SwimmerEvent.DEATH_NEUROLOGIC, 100.0),
        ("P2", SwimmerEvent.LMD, 20.0),
    }


def test_therapies_have_their_spans_and_a_later_systemic_one_its_beginning():
    therapies = swimmer_lanes(facts(), unit="days").therapies
    assert ("P1", "study treatment", 0.0, 60.0) in therapies.rows()
    assert ("P1", "SRS", -10.0, -10.0) in therapies.rows()
    assert ("P1", "start of systemic therapy", 70.0, 70.0) in therapies.rows()
    assert therapies.filter(pl.col("therapy") == "start of systemic therapy").height == 1
    assert ("P2", "study treatment", 0.0, 200.0) in therapies.rows()


def test_a_lesion_treated_again_has_two_courses_and_an_end_belongs_to_the_one_before_it():
    facts = Facts.of(
        [
            Fact("P1", FactWord.TREATMENT_START, START),
            Fact("P1", FactWord.CNS_THERAPY, day(10), lesion_id="B1", fields="modality=SRS"),
            Fact("P1", FactWord.CNS_THERAPY, day(40), lesion_id="B1", fields="modality=SRS"),
            Fact("P1", FactWord.CNS_THERAPY_END, day(44), lesion_id="B1", fields="modality=SRS"),
            Fact("P1", FactWord.LAST_ALIVE, day(90)),
        ]
    )
    therapies = swimmer_lanes(facts, unit="days").therapies
    srs = therapies.filter(pl.col("therapy") == "SRS").select("start", "end")
    assert srs.rows() == [(10.0, 10.0), (40.0, 44.0)]


def lanes() -> SwimmerLanes:
    patients = pl.DataFrame(
        {"patient_id": ["a", "b", "c"], "end": [3.0, 9.0, 6.0], "ongoing": [True, False, False]}
    )
    events = pl.DataFrame({"patient_id": ["c"], "event": ["progression"], "time": [2.0]})
    return SwimmerLanes.of(patients, None, events)


@pytest.mark.parametrize(
    ("order", "first"), [("longest", "bca"), ("shortest", "acb"), ("first_event", "cab"), ("given", "abc")]
)
def test_lanes_are_sorted_as_asked(order, first):
    _, data = plot_swimmer(lanes(), order=order)
    assert "".join(data.frames["patients"]["patient_id"]) == first


def test_groups_stay_together_under_their_names():
    grouped = lanes().patients.with_columns(group=pl.Series(["x", "y", "x"]))
    figure, data = plot_swimmer(SwimmerLanes.of(grouped))
    assert "".join(data.frames["patients"]["patient_id"]) == "cab"
    assert {"x", "y"} <= {one.get_text() for one in figure.axes[1].texts}


def test_an_arrow_stands_where_follow_up_goes_on():
    figure, _ = plot_swimmer(lanes())
    arrows = [one for one in figure.axes[1].lines if one.get_marker() == ">"]
    assert [list(one.get_xdata()) for one in arrows] == [[3.0]]


def test_signs_of_one_day_lie_above_each_other_never_beside():
    events = pl.DataFrame(
        {"patient_id": ["a", "a"], "event": ["CNS progression", "radiation necrosis"], "time": [2.0, 2.0]}
    )
    figure, _ = plot_swimmer(SwimmerLanes.of(lanes().patients, None, events))
    signs = [one for one in figure.axes[1].lines if one.get_marker() in ("D", "^")]
    assert [list(one.get_xdata()) for one in signs] == [[2.0], [2.0]]
    assert signs[0].get_ydata()[0] != signs[1].get_ydata()[0]


def test_hundreds_of_patients_lose_their_names_not_their_lanes():
    ids = [f"P{one:03d}" for one in range(150)]
    patients = pl.DataFrame({"patient_id": ids, "end": [1.0 + one for one in range(150)]})
    figure, _ = plot_swimmer(SwimmerLanes.of(patients))
    assert figure.get_figheight() < 10
    assert not any(one.get_text() for one in figure.axes[1].get_yticklabels())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"therapies": {"patient_id": ["z"], "therapy": ["x"], "start": [0.0]}}, r"therapies\.patient_id"),
        ({"therapies": {"patient_id": ["a"], "therapy": ["x"], "start": [2.0], "end": [1.0]}}, "ends before"),
        ({"events": {"patient_id": ["a"], "event": ["relapse"], "time": [1.0]}}, "an event that has no sign"),
        ({"events": {"patient_id": ["a"], "event": ["progression"]}}, r"events\.time: a column is missing"),
        ({"events": {"patient_id": ["a"], "event": ["progression"], "time": [None]}}, "an empty cell"),
    ],
)
def test_a_wrong_table_is_named(change, message):
    tables = {name: pl.DataFrame(columns) for name, columns in change.items()}
    with pytest.raises(FigureError, match=message):
        SwimmerLanes.of(lanes().patients, **tables)


def test_no_patient_and_a_patient_twice_are_refused():
    with pytest.raises(FigureError, match="no patient"):
        SwimmerLanes.of(lanes().patients.clear())
    with pytest.raises(FigureError, match="two rows"):
        SwimmerLanes.of(pl.concat([lanes().patients, lanes().patients]))
