"""The grid as a patient: what is taken, what is left out, what is refused and where."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cimara.response import Policy, derive
from cimara.response.worksheet.cells import CellFault
from cimara.response.worksheet.demo import demo_sheet
from cimara.response.worksheet.filling import LeftOut, fill_sheet
from cimara.response.worksheet.reading import SheetFault, read_sheet
from cimara.response.worksheet.sheet import SheetLesion, SheetVisit, Worksheet

CRITERIA = ("recist11", "rano_bm", "rano_bm_imaging", "mrecist_cns5", "irano", "irecist")
TWO_VISITS = (SheetVisit("BL", "2026-01-05"), SheetVisit("W8", "2026-03-02", "STABLE", "NONE"))


def grid(*lesions: SheetLesion, visits: tuple[SheetVisit, ...] = TWO_VISITS) -> Worksheet:
    """A grid of a patient who began treatment on 12 January."""
    return Worksheet(start="2026-01-12", visits=visits, lesions=lesions)


def call(sheet: Worksheet, criterion: str = "rano_bm", visit: str = "W8") -> str:
    """What one criterion calls a visit of the grid."""
    patient = read_sheet(sheet).patient
    assert patient is not None
    return derive(patient, Policy.preset(criterion)).row(visit).response


def faults(sheet: Worksheet) -> dict[str, str]:
    """The fields that are refused, and why."""
    reading = read_sheet(sheet)
    assert reading.patient is None
    return {one.field: one.fault for one in reading.problems}


@pytest.mark.parametrize(
    ("sizes", "response"),
    [(("23.0", "16.1"), "PR"), (("29", "34.8"), "PD"), (("20", "ABSENT"), "CR"), (("20", "NE"), "NE")],
)
def test_a_call_is_exact_at_the_boundary(sizes: tuple[str, str], response: str) -> None:
    assert call(grid(SheetLesion("L1", "brain", "TARGET", sizes))) == response


def test_the_invented_patient_differs_between_recist_and_rano_bm_at_week_24() -> None:
    assert call(demo_sheet(), "recist11", "Week 24") == "PD"
    assert call(demo_sheet(), "rano_bm", "Week 24") == "PR"


def test_many_small_increases_are_progression_by_recist_alone() -> None:
    sizes = (("16", "19"), ("16", "19"), ("16", "19"), ("12", "15"))
    sheet = grid(*(SheetLesion(f"L{n}", "brain", "TARGET", one) for n, one in enumerate(sizes)))
    assert (call(sheet, "recist11"), call(sheet)) == ("PD", "SD")


def test_a_new_lesion_of_the_visit_row_counts_where_it_lies() -> None:
    visits = (TWO_VISITS[0], replace(TWO_VISITS[1], new="UNEQUIVOCAL"))
    sheet = grid(SheetLesion("L1", "brain", "TARGET", ("20", "20")), visits=visits)
    outside = replace(sheet, new_place="liver")
    assert (call(sheet), call(outside), call(outside, "recist11")) == ("PD", "SD", "PD")


def test_decline_from_another_illness_is_no_progression() -> None:
    lesion = SheetLesion("L1", "brain", "TARGET", ("20", "20"))
    worse = (TWO_VISITS[0], replace(TWO_VISITS[1], clinical="WORSE"))
    other = (TWO_VISITS[0], replace(TWO_VISITS[1], clinical="WORSE_COMORBIDITY"))
    assert call(grid(lesion, visits=worse)) == "PD"
    assert call(grid(lesion, visits=other)) == "SD"


def test_lines_and_columns_without_an_entry_are_left_out() -> None:
    blank = Worksheet.blank()
    sheet = replace(blank, start="2026-01-12", visits=(*TWO_VISITS, SheetVisit("Visit 3")))
    sheet = replace(sheet, lesions=(SheetLesion("L1", cells=("20", "20", "")), SheetLesion("L2")))
    patient = read_sheet(sheet).patient
    assert patient is not None
    assert [one.lesion_id for one in patient.lesions] == ["L1"]
    assert [one.visit_id for one in patient.visits] == ["BL", "W8"]


def test_every_problem_is_named_at_its_field() -> None:
    visits = (SheetVisit("BL", "5/1/2026"), SheetVisit("BL", "", "STABLE"))
    lesions = (SheetLesion("L1", cells=("twelve",)), SheetLesion("L1", cells=("9 x 14",)))
    sheet = replace(grid(*lesions, visits=visits), start="")
    assert faults(sheet) == {
        "start": SheetFault.START_MISSING,
        "visits.0.date": SheetFault.DATE_UNREADABLE,
        "visits.1.label": SheetFault.LABEL_TWICE,
        "visits.1.date": SheetFault.DATE_MISSING,
        "lesions.0.cells.0": CellFault.UNREADABLE_SIZE,
        "lesions.1.name": SheetFault.NAME_TWICE,
    }


def test_words_outside_their_lists_are_refused() -> None:
    visits = (TWO_VISITS[0], replace(TWO_VISITS[1], clinical="FINE", steroids="LOTS", new="MAYBE"))
    sheet = grid(SheetLesion("L1", "moon", "TARGET", ("20",)), visits=visits)
    wanted = ["visits.1.clinical", "visits.1.steroids", "visits.1.new", "lesions.0.place"]
    assert faults(sheet) == dict.fromkeys(wanted, SheetFault.NOT_IN_LIST)


def test_an_empty_grid_asks_for_a_visit_and_then_for_a_lesion() -> None:
    assert faults(Worksheet(start="2026-01-12")) == {"visits.0.date": SheetFault.NO_VISIT}
    assert faults(grid()) == {"lesions.0.cells.0": SheetFault.NO_LESION}


def test_a_new_lesion_that_was_never_seen_cannot_be_gone() -> None:
    visits = (TWO_VISITS[0], replace(TWO_VISITS[1], new="ABSENT"))
    lesions = (SheetLesion("L1", cells=("20", "20")), SheetLesion("N1", "brain", "NEW", ("", "ABSENT")))
    wanted = dict.fromkeys(("visits.1.new", "lesions.1.cells.1"), SheetFault.NEVER_SEEN)
    assert faults(grid(*lesions, visits=visits)) == wanted


def test_the_name_of_the_visit_rows_new_lesion_is_taken() -> None:
    visits = (TWO_VISITS[0], replace(TWO_VISITS[1], new="EQUIVOCAL"))
    sheet = grid(SheetLesion("NEW", cells=("20", "20")), visits=visits)
    assert faults(sheet) == {"lesions.0.name": SheetFault.NAME_TWICE}


@pytest.mark.parametrize("criterion", CRITERIA)
def test_a_patient_put_back_into_the_grid_keeps_every_call(criterion: str) -> None:
    patient = read_sheet(demo_sheet()).patient
    assert patient is not None
    filled = fill_sheet(patient)
    again = read_sheet(filled.sheet).patient
    assert filled.left_out == ()
    assert again is not None
    policy = Policy.preset(criterion)
    calls = [
        [(row.visit_id, row.sum, row.response) for row in derive(one, policy).rows]
        for one in (patient, again)
    ]
    assert calls[0] == calls[1]


def test_what_the_grid_has_no_place_for_is_told() -> None:
    patient = read_sheet(demo_sheet()).patient
    assert patient is not None
    scaled = replace(patient, clinical=(replace(patient.clinical[0], kps=90), *patient.clinical[1:]))
    sized = replace(
        scaled, measurements=(replace(patient.measurements[0], volume=400), *patient.measurements[1:])
    )
    assert fill_sheet(sized).left_out == (LeftOut.SCALES, LeftOut.LESION_DETAILS)


@given(
    st.dictionaries(
        st.one_of(
            st.sampled_from(sorted(demo_sheet().fields())),
            st.from_regex(r"(visits|lesions)\.[0-9]{1,2}\.(date|name|cells\.[0-9]{1,2})", fullmatch=True),
            st.text(max_size=12),
        ),
        st.text(max_size=30),
        max_size=20,
    )
)
def test_whatever_is_sent_makes_a_grid_that_comes_back_the_same(fields: dict[str, str]) -> None:
    sheet = Worksheet.from_fields(fields)
    assert Worksheet.from_fields(sheet.fields()) == sheet
    reading = read_sheet(sheet)
    assert (reading.patient is None) == bool(reading.problems)


def test_columns_and_lines_come_and_go_with_their_cells() -> None:
    sheet = demo_sheet()
    less = sheet.without_visit(1).without_lesion(0)
    assert [one.label for one in less.visits] == ["Baseline", "Week 16", "Week 24", "Week 32", "Week 40"]
    assert less.lesions[0].cells == ("18 x 14", "11 x 8", "14 x 9", "14", "15")
    assert len(sheet.with_visit().visits) == 7
    assert sheet.with_lesion().lesions[-1].name == "L1"


def test_the_grid_has_an_end() -> None:
    sheet = Worksheet.blank()
    for _ in range(50):
        sheet = sheet.with_visit().with_lesion()
    assert (len(sheet.visits), len(sheet.lesions)) == (24, 30)
    far = Worksheet.from_fields({"visits.99.date": "2026-01-01", "lesions.99.name": "L"})
    assert (len(far.visits), len(far.lesions)) == (24, 30)
