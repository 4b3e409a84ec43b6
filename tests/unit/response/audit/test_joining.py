"""Which report belongs to which visit."""

from __future__ import annotations

import datetime as dt

import pytest

from cimara.response.audit.joining import Timepoint, join
from cimara.response.reading.reported import ReportedCall
from cimara.response.rows import TimepointRow


def timepoint(place: int, number: str, *dates: str) -> Timepoint:
    known = frozenset(map(dt.date.fromisoformat, dates))
    row = TimepointRow("P1", number, min(known), "INV", "recist11", "ANY", "SD", "R11-O7")
    return Timepoint(row, place, number, min(known), known)


def call(number: str, date: str) -> ReportedCall:
    whole = dt.date.fromisoformat(date) if len(date) == 10 else None
    return ReportedCall("P1", "INV", number, whole, date, overall="SD")


VISITS = (
    timepoint(0, "7", "2024-02-10"),
    timepoint(1, "9.2", "2024-03-01"),
    timepoint(2, "9.2", "2024-03-20"),
    timepoint(3, "12", "2024-05-01", "2024-05-03"),
)


def joined(*calls: ReportedCall) -> dict[int, str]:
    """Place of a visit to the date of what was reported of it."""
    return {
        item.timepoint.place: item.call.date_text
        for item in join(VISITS, list(calls))
        if item.timepoint is not None and item.call is not None
    }


@pytest.mark.parametrize(
    ("reported", "expected"),
    [
        (call("7", "2024-02-10"), {0: "2024-02-10"}),
        (call("9.2", "2024-03-20"), {2: "2024-03-20"}),
        (call("", "2024-05-03"), {3: "2024-05-03"}),
        (call("12", "2024-05"), {3: "2024-05"}),
        (call("7", "2024-02"), {0: "2024-02"}),
        (call("12", "2024-06-30"), {3: "2024-06-30"}),
        (call("40", "2024-06-30"), {}),
        (call("7", ""), {0: ""}),
    ],
    ids=[
        "date",
        "one number, two dates",
        "other scan",
        "month",
        "month and number",
        "number",
        "none",
        "no date",
    ],
)
def test_a_report_finds_its_visit(reported: ReportedCall, expected: dict[int, str]) -> None:
    assert joined(reported) == expected


def test_the_date_goes_before_the_number() -> None:
    """A report with the number of one visit and the date of another is of the date's."""
    assert joined(call("7", "2024-05-01")) == {3: "2024-05-01"}


def test_two_reports_of_one_day_are_told_apart_by_number() -> None:
    found = joined(call("12", "2024-02-10"), call("7", "2024-02-10"))
    assert found == {0: "2024-02-10", 3: "2024-02-10"}


def test_nothing_is_lost() -> None:
    calls = [call("7", "2024-02-10"), call("7", "2024-02-10"), call("40", "2024-09-01")]
    items = list(join(VISITS, calls))
    assert sum(item.call is not None for item in items) == 3
    assert sum(item.timepoint is not None for item in items) == 4


@pytest.mark.parametrize(("date", "same"), [("2024-02-10", True), ("2024-02", True), ("2024-02-11", False)])
def test_a_date_that_is_not_the_visits_is_told(date: str, same: bool) -> None:
    (item, *_) = join(VISITS, [call("7", date)])
    assert item.is_same_date is same
