from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from cimara.cohort.harmonise.dates import ReadDates, read_dates
from cimara.cohort.harmonise.plans import DateOrder
from tests.unit.cohort.harmonise.site_files import ANCHOR, PATIENTS, messages, site_data

YMD, DMY, MDY = DateOrder.YMD, DateOrder.DMY, DateOrder.MDY


def read(
    *cells: str | None, order: DateOrder = DMY, declared: bool = True, workbook: bool = False
) -> ReadDates:
    return read_dates(pl.Series("x", cells, dtype=pl.String), order, declared=declared, workbook=workbook)


@pytest.mark.parametrize(
    ("cell", "order"),
    [
        ("2021-03-04", YMD),
        ("2021/3/4", YMD),
        ("2021-03-04T10:15:00", YMD),
        ("04/03/2021", DMY),
        ("4.3.2021", DMY),
        ("04-03-2021 08:30", DMY),
        ("3/4/2021", MDY),
    ],
)
def test_a_date_is_read_in_the_order_declared(cell: str, order: DateOrder) -> None:
    assert read(cell, order=order).dates.to_list() == [dt.date(2021, 3, 4)]


def test_a_date_that_fits_another_order_alone_refuses_the_column() -> None:
    found = read("04/03/2021", "03/25/2021", None)
    assert "not all in the order DMY; others can be read 1 as MDY" in found.refusal
    assert found.dates.to_list() == [None, None, None]


def test_year_first_among_day_first_is_refused_in_a_text_file() -> None:
    assert "others can be read 1 as YMD" in read("04/03/2021", "2021-03-04").refusal


def test_a_date_cell_of_a_workbook_has_no_order() -> None:
    found = read("04/03/2021", "2021-03-04 00:00:00", workbook=True)
    assert found.dates.to_list() == [dt.date(2021, 3, 4)] * 2


def test_an_order_that_is_not_declared_is_not_guessed_even_where_it_could_be() -> None:
    found = read("25/03/2021", "04/03/2021", order=YMD, declared=False)
    assert found.refusal.startswith("the order of day and month is not declared")
    assert "1 of them can only be DMY" in found.hint


def test_where_every_date_can_be_read_both_ways_no_order_is_advised() -> None:
    found = read("04/03/2021", "05/06/2021", order=YMD, declared=False)
    assert found.refusal
    assert "can only be" not in found.hint


def test_orders_that_are_mixed_are_called_so() -> None:
    assert "mixed" in read("25/03/2021", "03/25/2021", order=YMD, declared=False).hint


@pytest.mark.parametrize("cell", ["31/02/2021", "4/3/21", "44256", "spring 2021", "0/1/2021"])
def test_what_is_no_date_is_a_fault_of_its_cell(cell: str) -> None:
    found = read("04/03/2021", cell)
    assert not found.refusal
    assert found.bad.to_list() == [False, True]
    assert found.dates.to_list() == [dt.date(2021, 3, 4), None]


@pytest.mark.parametrize("cell", ["2021", "2021-03", "03/2021"])
def test_a_date_without_a_day_is_partial(cell: str) -> None:
    found = read(cell)
    assert found.partial.to_list() == [True]
    assert found.bad.to_list() == [False]


DEATH = "Death,day,complete,date_to_day,,x"


def test_a_refused_column_is_told_once_with_file_and_hint(tmp_path: Path) -> None:
    found = site_data(
        tmp_path, PATIENTS, ANCHOR, DEATH, p="nr,brm,x\n1,2020-01-01,04/03/2021\n2,2020-01-01,05/03/2021"
    )
    (finding,) = found.findings.to_dicts()
    assert finding["rule"] == "DATE_ORDER"
    assert finding["file"] == "p.csv"
    assert finding["row"] == 1
    assert "@source, date_order" in finding["hint"]
    assert found.frame("Death")["day"].to_list() == [None, None]


def test_bad_and_partial_dates_are_told_by_row(tmp_path: Path) -> None:
    found = site_data(
        tmp_path, PATIENTS, ANCHOR, DEATH, p="nr,brm,x\n1,2020-01-01,2020-02-30\n2,2020-01-01,2021-03"
    )
    assert [one.split(":")[0] for one in messages(found, "DATE")] == ["p.csv row 1", "p.csv row 2"]


def test_a_partial_date_may_have_a_reason(tmp_path: Path) -> None:
    found = site_data(
        tmp_path, PATIENTS, ANCHOR, DEATH + ",,partial = @UNK", p="nr,brm,x\n1,2020-01-01,2021-03"
    )
    assert found.frame("Death")["day__why"].to_list() == ["UNK"]
    assert found.findings.is_empty()


def test_a_field_may_have_an_order_of_its_own(tmp_path: Path) -> None:
    found = site_data(
        tmp_path, PATIENTS, ANCHOR, DEATH + ",,order = MDY", p="nr,brm,x\n1,2020-01-01,01/31/2020"
    )
    assert found.frame("Death")["day"].to_list() == [30]
