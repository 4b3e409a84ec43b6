"""Dates become days from the anchor, or are shifted by secret whole weeks."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from cimara.cohort.deid.ages import top_coded
from cimara.cohort.deid.days import DateOrder, date_order, with_days
from cimara.cohort.deid.shift import shift_days, shifted
from cimara.cohort.errors import CohortError

SECRET = bytes(range(32))
ANCHORS = pl.DataFrame(
    {"patient_id": ["UT01-P0001", "UT01-P0002"], "anchor": [dt.date(2019, 7, 3), dt.date(2020, 2, 28)]}
)


def test_dates_become_days_and_no_date_is_left() -> None:
    rows = pl.DataFrame({"patient_id": ["UT01-P0002", "UT01-P0001", "UT01-P0001"],
                         "seen": ["01/03/2020", "02/07/2019 14:05", None]})  # fmt: skip
    told = with_days(rows, ANCHORS, {"seen": "seen_day"}, DateOrder.DAY_MONTH_YEAR)
    assert told["seen_day"].to_list() == [2, -1, None]
    assert told.columns == ["patient_id", "seen_day"]


def test_a_cell_that_is_no_date_stops_with_its_count_and_without_its_text() -> None:
    rows = pl.DataFrame({"patient_id": ["UT01-P0001"], "seen": ["31/02/2019"]})
    with pytest.raises(CohortError, match="1 cells are no date") as caught:
        with_days(rows, ANCHORS, {"seen": "seen_day"}, DateOrder.DAY_MONTH_YEAR)
    assert "31/02" not in str(caught.value)


def test_a_patient_without_an_anchor_stops() -> None:
    rows = pl.DataFrame({"patient_id": ["UT01-P0009"], "seen": ["01/03/2020"]})
    with pytest.raises(CohortError, match="without an anchor"):
        with_days(rows, ANCHORS, {"seen": "seen_day"}, DateOrder.DAY_MONTH_YEAR)


def test_the_order_of_day_and_month_is_proven_by_a_day_over_12() -> None:
    assert date_order([pl.Series(["01/02/2019", "13/02/2019"])]) is DateOrder.DAY_MONTH_YEAR
    assert date_order([pl.Series(["01/02/2019", "02/13/2019"])]) is DateOrder.MONTH_DAY_YEAR


def test_an_order_that_is_open_is_refused_and_not_guessed() -> None:
    with pytest.raises(CohortError, match="day/month and as month/day"):
        date_order([pl.Series(["01/02/2019", "03/04/2019"])])


def test_mixed_orders_are_refused() -> None:
    with pytest.raises(CohortError, match="no date in any one order"):
        date_order([pl.Series(["13/02/2019", "02/13/2019"])])


def test_shifts_are_whole_weeks_back_within_a_year_and_fixed_by_the_secret() -> None:
    ids = pl.Series([f"UT01-P{one:04d}" for one in range(500)])
    days = shift_days(ids, SECRET)
    assert days.is_between(-365, -1).all()
    assert (days % 7 == 0).all()
    assert days.n_unique() == 52
    assert shift_days(ids, SECRET).equals(days)
    assert not shift_days(ids, SECRET[::-1]).equals(days)


def test_shifting_keeps_the_interval_between_two_dates_of_a_patient() -> None:
    frame = pl.DataFrame(
        {"patient_id": ["UT01-P0001"], "a": [dt.date(2019, 1, 1)], "b": [dt.date(2019, 3, 1)]}
    )
    moved = shifted(frame, SECRET, ["a", "b"])
    assert moved["b"][0] - moved["a"][0] == dt.timedelta(days=59)
    assert moved["a"][0] < dt.date(2019, 1, 1)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(CohortError, match="5 bytes"):
        shift_days(pl.Series(["UT01-P0001"]), b"short")


def test_all_who_reach_90_in_the_follow_up_are_capped() -> None:
    ages, days = [89, 88, 88, 93, None], [366, 730, 731, 10, 10]
    patients = pl.DataFrame({"age_at_anchor": ages, "last_contact_day": days, "age_topcoded": ["no"] * 5})
    told = top_coded(patients)
    assert told["age_at_anchor"].to_list() == [90, 88, 90, 90, None]
    assert told["age_topcoded"].to_list() == ["yes", "no", "yes", "yes", None]
    exact = pl.DataFrame({"age_at_anchor": [86, 86], "last_contact_day": [1461, 1460]})
    assert top_coded(exact)["age_at_anchor"].to_list() == [90, 86]
    assert top_coded(told)["age_at_anchor"].equals(told["age_at_anchor"])
