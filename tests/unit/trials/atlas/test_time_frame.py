"""Time frames and landmarks in days: a month is 30.4375 days, a year 365.25."""

from __future__ import annotations

import pytest

from cimara.trials.atlas.time_frame import landmark, read_time_frame


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("24 months", 730.5),
        ("Up to approximately 161 weeks", 1127),
        ("Day 28", 28),
        ("1 to 24 months post procedure", 730.5),
        ("1 year", 365.25),
        ("Two years of observation after enrollment", 730.5),
        ("Month 6, Month 12", 365.25),
        ("3/5 years", 1826.25),
        ("from time 0 to day 7", 7),
        ("on the 30th day after surgery", 30),
        ("72 hours", 3),
        ("Up to 2 years, or 48 months", 1461),
        ("Tumor assessment at 4 weeks and 12 weeks, and then every 12 weeks, up to 24 months", 730.5),
    ],
)
def test_the_longest_time_counts(text: str, days: float) -> None:
    assert read_time_frame(text).days == pytest.approx(days)


@pytest.mark.parametrize(
    "text", ["From randomization till the date of progression in the brain", "At baseline", "", None]
)
def test_a_time_frame_without_a_time_gives_none(text: str | None) -> None:
    assert read_time_frame(text).days is None


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Every 8 weeks until progression, assessed up to 12 months", 365.25),
        ("Day 1 of Cycle 3 (each cycle is 21 days), up to 6 months", 182.625),
    ],
)
def test_repeats_and_cycle_lengths_are_no_follow_up(text: str, days: float) -> None:
    assert read_time_frame(text).days == pytest.approx(days)


def test_the_day_of_a_cycle_counts_only_when_nothing_else_is_said() -> None:
    assert read_time_frame("Cycle 2 Day 8").days == 8


def test_a_time_frame_without_a_digit_is_told_apart() -> None:
    assert not read_time_frame("Until death").has_digit
    assert read_time_frame("Day 28").has_digit


@pytest.mark.parametrize(
    ("words", "days"),
    [
        ("pfs rate at 6 months", 182.625),
        ("6-month pfs", 182.625),
        ("one-year survival rate", 365.25),
        ("intracranial disease control at 12 weeks", 84),
        ("dcr at week 12", 84),
        ("pfs rates at 6 and 12 months", 182.625),
    ],
)
def test_the_first_landmark_counts(words: str, days: float) -> None:
    assert landmark(words) == pytest.approx(days)


@pytest.mark.parametrize("words", ["progression-free survival", "orr per recist 1.1", "pfs2"])
def test_a_measure_without_a_moment_has_no_landmark(words: str) -> None:
    assert landmark(words) is None
