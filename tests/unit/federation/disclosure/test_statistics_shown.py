"""Means, quantiles, amounts and the panel of sites as people see them."""

from __future__ import annotations

import polars as pl
import pytest

from cimara.federation.disclosure import dominance, panel_released, redacted_statistics

TABLE = pl.DataFrame(
    {
        "group": ["a", "b", "c"],
        "n": [9, 12, 50],
        "mean": [61.5, 62.0, 63.0],
        "q1": [50.0, 51.0, 52.0],
        "median": [60.0, 61.0, 62.0],
        "min": [31.0, 30.0, 29.0],
    }
)


def test_a_mean_of_fewer_than_ten_is_not_shown() -> None:
    assert redacted_statistics(TABLE)["mean"].to_list() == [None, 62.0, 63.0]


def test_a_quantile_needs_ten_on_either_side() -> None:
    shown = redacted_statistics(TABLE, quantiles={"q1": 0.25, "median": 0.5})
    assert shown["q1"].to_list() == [None, None, 52.0]
    assert shown["median"].to_list() == [None, 61.0, 62.0]


def test_the_value_of_the_smallest_patient_is_never_shown() -> None:
    assert "min" not in redacted_statistics(TABLE).columns


@pytest.mark.parametrize(
    ("amounts", "by_few", "by_one"),
    [
        ([1.0] * 20, False, False),
        ([50.0, 45.0, 1.0, 1.0, 1.0], True, True),
        ([60.0, 30.0, 3.0, 3.0, 4.0], False, False),
        ([100.0, 1.0, 4.0, 4.0], True, True),
        ([0.0, 0.0], False, False),
    ],
)
def test_an_amount_of_a_few_is_dominated(amounts: list[float], by_few: bool, by_one: bool) -> None:
    found = dominance(amounts)
    assert (found.by_few, found.by_one, found.shown) == (by_few, by_one, not (by_few or by_one))


def test_rules_of_dominance_are_for_amounts() -> None:
    with pytest.raises(ValueError, match="below 0"):
        dominance([3.0, -1.0])


PANEL = pl.DataFrame(
    {
        "site": ["NL01", "UT02", "DE03", "FR04"],
        "n": [104, 61, 44, 9],
        "events": [61, 33, 12, 4],
        "coef": [0.2, 0.1, 0.4, 2.0],
    }
)


def test_small_sites_are_named_and_not_shown() -> None:
    shown = panel_released(PANEL, parameters=4)
    assert shown["status"].to_list() == ["shown", "shown", "not shown", "not shown"]
    assert shown["n"].to_list() == [105, 60, None, None]
    assert shown["coef"].to_list() == [0.2, 0.1, None, None]


def test_a_single_small_site_would_follow_from_the_sum_so_another_is_not_shown_either() -> None:
    shown = panel_released(PANEL, parameters=2)
    assert shown.filter(pl.col("status") == "not shown")["site"].to_list() == ["DE03", "FR04"]
