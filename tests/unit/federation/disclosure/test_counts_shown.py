"""Counts as people see them, and tables of them."""

from __future__ import annotations

import polars as pl
import pytest

from cimara.federation.disclosure import Rounding, behind, redacted_table, rounded_count, rounded_counts


def test_up_to_seven_is_not_shown_and_the_total_is_that_of_what_is_shown() -> None:
    shown = rounded_counts([3, 8, 12, 40])
    assert (shown.parts, shown.total) == ((None, 10, 10, 40), 60)


def test_midpoints_of_six() -> None:
    assert rounded_counts([3, 8, 12, 40], Rounding.MIDPOINT).parts == (3, 9, 9, 39)


@pytest.mark.parametrize("rule", list(Rounding))
def test_nobody_and_few_are_shown_alike(rule: Rounding) -> None:
    assert rounded_count(0, rule) == rounded_count(1, rule) == rounded_count(6, rule)


@pytest.mark.parametrize("rule", list(Rounding))
def test_what_stands_behind_a_shown_count_is_every_count_that_is_shown_so(rule: Rounding) -> None:
    for count in range(200):
        shown = rounded_count(count, rule)
        if shown is not None:
            least, most = behind(shown, rule)
            alike = [one for one in range(250) if rounded_count(one, rule) == shown]
            assert (least, most) == (alike[0], alike[-1])


def test_a_negative_count_is_a_fault() -> None:
    with pytest.raises(ValueError, match="below 0"):
        rounded_count(-1)


LEVELS = pl.DataFrame(
    {
        "variable": ["sex", "sex", "sex", "kps", "kps", "kps"],
        "level": ["women", "men", "all", "70-", "80+", "all"],
        "n": [61, 43, 104, 4, 100, 104],
        "percent": [58.7, 41.3, 100.0, 3.8, 96.2, 100.0],
    }
)


def test_columns_of_counts_are_known_by_their_heads_and_totals_made_anew() -> None:
    shown = redacted_table(LEVELS, within=["variable"], total=pl.col("level") == "all")
    assert shown["n"].to_list() == [60, 45, 105, None, 100, 100]


def test_shares_are_of_the_shown_counts() -> None:
    shown = redacted_table(
        LEVELS, within=["variable"], total=pl.col("level") == "all", shares={"percent": "n"}
    )
    assert shown["percent"].to_list()[:4] == pytest.approx([57.142857, 42.857143, 100.0, None])


def test_beside_a_known_whole_a_second_count_covers_the_small_one() -> None:
    levels = pl.DataFrame({"level": ["a", "b"], "n": [4, 100]})
    assert redacted_table(levels)["n"].to_list() == [None, 100]
    assert redacted_table(levels, whole=104)["n"].to_list() == [None, None]


def test_other_columns_stay_as_they_are() -> None:
    shown = redacted_table(LEVELS, within=["variable"])
    assert shown.drop("n").equals(LEVELS.drop("n"))
