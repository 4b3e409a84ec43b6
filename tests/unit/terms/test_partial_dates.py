"""What a date with a missing part is, and what may stand for it (endpoints.md §8)."""

from __future__ import annotations

import datetime as dt

import pytest

from cimara.terms.partial_dates import (
    IMPUTATION,
    DateFlag,
    DateFormError,
    DateKind,
    Imputed,
    KnownDates,
    PartialDate,
    impute,
)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("2024-03-17", (2024, 3, 17)),
        ("2024-03", (2024, 3, None)),
        ("2024", (2024, None, None)),
        ("2024---17", (2024, None, 17)),
        ("2024-03-17T10:30", (2024, 3, 17)),
        ("2024-03-17T10:30:00.5+02:00", (2024, 3, 17)),
    ],
)
def test_the_four_forms_are_read_and_the_time_of_day_is_dropped(
    text: str, parts: tuple[int, int | None, int | None]
) -> None:
    found = PartialDate.parse(text)
    assert (found.year, found.month, found.day) == parts
    assert str(found) == text.partition("T")[0]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "17.03.2024",
        "2024-3-17",
        "24-03-17",
        "2024-13",
        "2024-02-30",
        "2024-00",
        "2024-03-00",
        "0000",
        "--03-17",
        "2024-03-17x",
        "2024/03/17",
        "2024-03--",
        "２０２４",
    ],
)
def test_what_is_no_date_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(DateFormError) as caught:
        PartialDate.parse(text)
    assert not text or text not in str(caught.value).split("expected")[0]


def test_the_29th_of_february_needs_a_leap_year() -> None:
    assert PartialDate.parse("2024-02-29").full == day("2024-02-29")
    with pytest.raises(DateFormError):
        PartialDate.parse("2023-02-29")


def test_the_highest_missing_part_is_flagged() -> None:
    flags = [PartialDate.parse(text).missing for text in ("2024-03-17", "2024-03", "2024", "2024---17")]
    assert flags == [None, DateFlag.DAY, DateFlag.MONTH, DateFlag.MONTH]
    assert [flag.value for flag in DateFlag] == ["D", "M", "Y"]


def test_a_partial_date_agrees_with_every_date_that_has_its_parts() -> None:
    assert PartialDate.parse("2014-01").agrees(day("2014-01-02"))
    assert PartialDate.parse("2014---02").agrees(day("2014-05-02"))
    assert not PartialDate.parse("2014-01").agrees(day("2014-02-01"))
    assert not PartialDate.parse("2014---03").agrees(day("2014-05-02"))
    assert not PartialDate.parse("2013").agrees(day("2014-05-02"))


def test_a_complete_date_is_never_changed() -> None:
    known = KnownDates(death=day("2020-01-01"))
    for kind in DateKind:
        assert impute(PartialDate.parse("2024-03-17"), kind, known) == Imputed(day("2024-03-17"))


@pytest.mark.parametrize(
    ("text", "kind", "known", "expected"),
    [
        ("2014-01", DateKind.SCAN, KnownDates(), "2014-01-31"),
        ("2024-02", DateKind.SCAN, KnownDates(), "2024-02-29"),
        ("2024-03", DateKind.SCAN, KnownDates(death=day("2024-03-10")), "2024-03-10"),
        ("2024-03", DateKind.SCAN, KnownDates(cut=day("2024-03-05"), death=day("2024-03-10")), "2024-03-05"),
        ("2024-03", DateKind.SCAN, KnownDates(death=day("2024-04-10")), "2024-03-31"),
        ("2024-03", DateKind.DEATH, KnownDates(), "2024-03-01"),
        ("2024-03", DateKind.DEATH, KnownDates(last_alive=day("2024-03-18")), "2024-03-19"),
        ("2024-03", DateKind.DEATH, KnownDates(last_alive=day("2024-02-18")), "2024-03-01"),
        ("2024-03", DateKind.THERAPY_START, KnownDates(), "2024-03-01"),
        ("2024-03", DateKind.THERAPY_START, KnownDates(treatment_start=day("2024-03-09")), "2024-03-09"),
        ("2024-03", DateKind.THERAPY_START, KnownDates(treatment_start=day("2024-04-09")), "2024-03-01"),
        ("2024-03", DateKind.LAST_ALIVE, KnownDates(), "2024-03-01"),
    ],
)
def test_a_missing_day_is_filled_in_by_what_the_date_is_of(
    text: str, kind: DateKind, known: KnownDates, expected: str
) -> None:
    assert impute(PartialDate.parse(text), kind, known) == Imputed(day(expected), DateFlag.DAY)


@pytest.mark.parametrize(
    ("text", "kind", "known"),
    [
        ("2024-03", DateKind.SCAN, KnownDates(death=day("2024-02-28"))),
        ("2024-03", DateKind.SCAN, KnownDates(cut=day("2024-02-28"))),
        ("2024-03", DateKind.DEATH, KnownDates(last_alive=day("2024-03-31"))),
        ("2024-03", DateKind.DEATH, KnownDates(cut=day("2024-02-28"))),
    ],
)
def test_limits_that_cross_leave_the_date_open(text: str, kind: DateKind, known: KnownDates) -> None:
    assert impute(PartialDate.parse(text), kind, known) == Imputed(None, conflict=True)


@pytest.mark.parametrize("kind", [kind for kind in DateKind if kind is not DateKind.DEATH])
@pytest.mark.parametrize("text", ["2024", "2024---17"])
def test_a_missing_month_is_filled_in_for_a_death_alone(kind: DateKind, text: str) -> None:
    found = impute(PartialDate.parse(text), kind, highest=DateFlag.MONTH, impute_start=True)
    assert found == Imputed(None)


def test_a_death_without_a_month_needs_to_be_asked_for() -> None:
    death = PartialDate.parse("2024")
    assert impute(death, DateKind.DEATH) == Imputed(None)
    asked = impute(death, DateKind.DEATH, highest=DateFlag.MONTH)
    assert asked == Imputed(day("2024-01-01"), DateFlag.MONTH)
    alive = KnownDates(last_alive=day("2024-05-06"))
    assert impute(death, DateKind.DEATH, alive, highest=DateFlag.MONTH).date == day("2024-05-07")


def test_a_start_date_is_filled_in_only_when_asked_for() -> None:
    start = PartialDate.parse("2024-03")
    assert impute(start, DateKind.CLOCK_START) == Imputed(None)
    found = impute(start, DateKind.CLOCK_START, impute_start=True)
    assert found == Imputed(day("2024-03-01"), DateFlag.DAY)


def test_every_kind_has_a_rule_with_a_sentence_for_the_protocol() -> None:
    assert set(IMPUTATION) == set(DateKind)
    assert all(rule.kind is kind and rule.sentence.endswith(".") for kind, rule in IMPUTATION.items())
