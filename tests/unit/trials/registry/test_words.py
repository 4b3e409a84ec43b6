"""The registry's words: dates, ages, phases, statuses."""

from __future__ import annotations

import pytest

from cimara.terms.registry import OverallStatus, Phase, StudyType
from cimara.trials.importers.issue_log import IssueLog
from cimara.trials.importers.words import read_age, read_date, read_phases, read_status, read_word
from cimara.trials.issue import IssueCode


def codes(log: IssueLog) -> list[IssueCode]:
    return [issue.code for issue in log.issues()]


@pytest.mark.parametrize(
    ("text", "kept", "found"),
    [
        ("2024-03-05", "2024-03-05", []),
        ("2024-03", "2024-03", [IssueCode.PARTIAL_DATE]),
        ("2024", "2024", [IssueCode.PARTIAL_DATE]),
        ("2024-02-30", None, [IssueCode.BAD_DATE]),
        ("2024-13", None, [IssueCode.BAD_DATE]),
        ("March 2024", None, [IssueCode.BAD_DATE]),
        ("", None, [IssueCode.BAD_DATE]),
        (None, None, []),
    ],
)
def test_a_date_is_kept_as_exact_as_it_is_given(
    text: str | None, kept: str | None, found: list[IssueCode]
) -> None:
    log = IssueLog()
    assert read_date(text, "start", log) == kept
    assert codes(log) == found


@pytest.mark.parametrize(
    ("text", "days", "found"),
    [
        ("18 Years", 6574, []),
        ("1 Year", 365, []),
        ("6 Months", 182, [IssueCode.AGE_UNIT]),
        ("2 Weeks", 14, [IssueCode.AGE_UNIT]),
        ("30 Days", 30, [IssueCode.AGE_UNIT]),
        ("36 Hours", 1, [IssueCode.AGE_UNIT]),
        ("N/A", None, []),
        (None, None, []),
        ("adult", None, [IssueCode.BAD_AGE]),
        ("18", None, [IssueCode.BAD_AGE]),
        ("18 Years or older", None, [IssueCode.BAD_AGE]),
    ],
)
def test_an_age_bound_is_whole_days(text: str | None, days: int | None, found: list[IssueCode]) -> None:
    log = IssueLog()
    assert read_age(text, "minimumAge", log) == days
    assert codes(log) == found


@pytest.mark.parametrize(
    ("words", "phases", "found"),
    [
        (["PHASE1"], (Phase.PHASE1,), []),
        (["NA"], (Phase.NA,), []),
        (["Not Applicable"], (Phase.NA,), [IssueCode.UNKNOWN_WORD]),
        ([], (), [IssueCode.EMPTY_PHASES]),
        (None, (), []),
        (["PHASE3", "PHASE2"], (Phase.PHASE2, Phase.PHASE3), [IssueCode.TWO_PHASES]),
        (["PHASE9"], (), [IssueCode.UNKNOWN_WORD]),
        (["PHASE1", None], (Phase.PHASE1,), []),
    ],
)
def test_phases_are_read_in_order_whatever_their_spelling(
    words: list[str | None] | None, phases: tuple[Phase, ...], found: list[IssueCode]
) -> None:
    log = IssueLog()
    assert read_phases(words, "phases", log) == phases
    assert codes(log) == found


def test_a_status_that_is_no_word_of_the_registry_is_unknown_and_noted() -> None:
    log = IssueLog()
    assert read_status("OPEN", "overallStatus", log) is OverallStatus.UNKNOWN
    assert codes(log) == [IssueCode.UNKNOWN_WORD]


def test_a_missing_status_is_unknown_and_noted() -> None:
    log = IssueLog()
    assert read_status(None, "overallStatus", log) is OverallStatus.UNKNOWN
    assert codes(log) == [IssueCode.UNKNOWN_WORD]


def test_a_word_of_another_list_is_no_word_of_this_one() -> None:
    log = IssueLog()
    assert read_word(StudyType, "RECRUITING", "studyType", log) is None
    assert codes(log) == [IssueCode.UNKNOWN_WORD]
