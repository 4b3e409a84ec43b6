"""A cell of the grid: sizes in mm, words, and what is no cell; and the way back to text."""

from __future__ import annotations

import datetime as dt

import pytest

from cimara.response.model import Measurement
from cimara.response.worksheet.cells import CellError, CellFault, cell_text, read_cell
from cimara.response.worksheet.sheet import SheetRole
from cimara.terms.response import Certainty, LesionState, SizeStatus

TARGET, NON_TARGET, NEW = SheetRole.TARGET, SheetRole.NON_TARGET, SheetRole.NEW


@pytest.mark.parametrize(
    ("typed", "ld", "perp"),
    [
        ("14.5", 145, None),
        ("14,5", 145, None),
        ("14.5 x 9", 145, 90),
        ("14.5x9", 145, 90),
        ("14.5 × 9 mm", 145, 90),
        (" 7 ", 70, None),
        ("23.0", 230, None),
    ],
)
def test_a_size_is_read_to_the_tenth(typed: str, ld: int, perp: int | None) -> None:
    seen = read_cell(typed, TARGET)
    assert seen is not None
    assert (seen.status, seen.ld, seen.perp) == (SizeStatus.MEASURED, ld, perp)


@pytest.mark.parametrize(("typed", "ld", "short"), [("12", None, 120), ("20 x 12", 200, 120)])
def test_of_a_node_the_short_axis_is_taken(typed: str, ld: int | None, short: int) -> None:
    seen = read_cell(typed, TARGET, is_node=True)
    assert seen is not None
    assert (seen.ld, seen.perp, seen.short_axis) == (ld, None, short)


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("too small", SizeStatus.TOO_SMALL),
        ("TS", SizeStatus.TOO_SMALL),
        ("Absent", SizeStatus.ABSENT),
        ("ausente", SizeStatus.ABSENT),
        ("0", SizeStatus.ABSENT),
        ("NE", SizeStatus.NOT_EVALUABLE),
        ("not done", SizeStatus.NOT_DONE),
    ],
)
def test_words_for_a_target(typed: str, status: SizeStatus) -> None:
    seen = read_cell(typed, TARGET)
    assert seen is not None
    assert (seen.status, seen.ld) == (status, None)


@pytest.mark.parametrize(
    ("typed", "state"),
    [
        ("present", LesionState.PRESENT),
        ("PD", LesionState.UNEQUIVOCAL_PD),
        ("ABSENT", LesionState.ABSENT),
        ("ne", LesionState.NE),
        ("8 x 5", LesionState.PRESENT),
    ],
)
def test_words_for_a_lesion_judged_in_words(typed: str, state: LesionState) -> None:
    seen = read_cell(typed, NON_TARGET)
    assert seen is not None
    assert seen.state is state


def test_a_new_lesion_has_a_certainty_and_may_have_a_size() -> None:
    seen = read_cell("Unequivocal 8 x 5", NEW)
    assert seen is not None
    assert (seen.certainty, seen.ld, seen.perp) == (Certainty.UNEQUIVOCAL, 80, 50)
    doubtful = read_cell("dudosa", NEW)
    assert doubtful is not None
    assert doubtful.certainty is Certainty.EQUIVOCAL


def test_an_empty_cell_says_nothing() -> None:
    assert read_cell("  ", TARGET) is None


@pytest.mark.parametrize(
    ("typed", "role", "fault"),
    [
        ("twelve", TARGET, CellFault.UNREADABLE_SIZE),
        ("-4", TARGET, CellFault.UNREADABLE_SIZE),
        ("1.2.3", TARGET, CellFault.UNREADABLE_SIZE),
        ("PRESENT", TARGET, CellFault.UNREADABLE_SIZE),
        ("1e3", TARGET, CellFault.UNREADABLE_SIZE),
        ("nan", TARGET, CellFault.UNREADABLE_SIZE),
        ("9 x 14", TARGET, CellFault.SECOND_LONGER),
        ("301", TARGET, CellFault.TOO_LARGE),
        ("too small", NON_TARGET, CellFault.UNREADABLE_STATE),
        ("8", NEW, CellFault.UNREADABLE_NEW),
        ("EQUIVOCAL big", NEW, CellFault.UNREADABLE_NEW),
    ],
)
def test_what_is_no_cell_is_named_without_its_text(typed: str, role: SheetRole, fault: CellFault) -> None:
    with pytest.raises(CellError) as raised:
        read_cell(typed, role)
    assert raised.value.fault is fault
    assert typed not in str(raised.value)


@pytest.mark.parametrize(
    ("typed", "role"),
    [
        ("14.5 x 9.0", TARGET),
        ("TOO SMALL", TARGET),
        ("ABSENT", TARGET),
        ("NE", TARGET),
        ("NOT DONE", TARGET),
        ("PRESENT", NON_TARGET),
        ("PD", NON_TARGET),
        ("ABSENT", NON_TARGET),
        ("NE", NON_TARGET),
        ("8.0 x 5.0", NON_TARGET),
        ("EQUIVOCAL", NEW),
        ("UNEQUIVOCAL 8.0 x 5.0", NEW),
        ("ABSENT", NEW),
    ],
)
def test_text_goes_to_a_record_and_back(typed: str, role: SheetRole) -> None:
    seen = read_cell(typed, role)
    assert seen is not None
    item = Measurement(
        "P", "L", "V", dt.date(2026, 1, 1), status=seen.status, state=seen.state, ld=seen.ld, perp=seen.perp
    )
    assert cell_text(item, seen.certainty, role) == typed
