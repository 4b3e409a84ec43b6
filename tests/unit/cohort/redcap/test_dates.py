"""Dates in exports: YYYY-MM-DD, or an order that is declared, never a guess."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara.cohort.errors import CohortError
from cimara.cohort.redcap.dates import DateOrder
from tests.unit.cohort.redcap.clinic import read_text, rules, values


def test_dates_are_as_redcap_exports_them_whatever_the_field_shows(tmp_path: Path) -> None:
    records = read_text(tmp_path, "study_no|born|dose\n1|1950-02-03|1")
    assert (values(records, "person", "born"), rules(records)) == (["1950-02-03"], [])


def test_dates_that_can_be_read_both_ways_in_every_row_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="2 dates can be read as D/M/Y and as M/D/Y"):
        read_text(tmp_path, "study_no|born|dose\n1|03/02/1950|1\n2|12/12/1960|1")


@pytest.mark.parametrize(("order", "read"), [(DateOrder.DMY, "1950-02-03"), (DateOrder.MDY, "1950-03-02")])
def test_an_order_that_is_declared_is_followed(tmp_path: Path, order: DateOrder, read: str) -> None:
    records = read_text(tmp_path, "study_no|born|dose\n1|3/2/1950|1\n2|1960-12-31|1", date_order=order)
    assert (values(records, "person", "born"), rules(records)) == ([read, "1960-12-31"], [])


def test_dates_in_a_clear_order_that_is_not_declared_are_not_read(tmp_path: Path) -> None:
    records = read_text(tmp_path, "study_no|born|dose\n1|03/02/1950|1\n2|31/12/1960|1")
    assert rules(records) == [("error", "DATE_ORDER")]
    assert "(dmy)" in records.findings["hint"][0]
    assert values(records, "person", "born") == [None, None]


def test_a_file_that_mixes_orders_is_told(tmp_path: Path) -> None:
    records = read_text(tmp_path, "study_no|born|dose\n1|13/02/1950|1\n2|12/31/1960|1")
    assert "mixes both" in records.findings["message"][0]


def test_a_date_that_no_calendar_has_or_the_order_forbids_is_an_error(tmp_path: Path) -> None:
    text = "study_no|born|dose\n1|1950-02-30|1\n2|sometime|1"
    assert rules(read_text(tmp_path, text)) == [("error", "DATE")] * 2
    declared = read_text(tmp_path, "study_no|born|dose\n1|12/31/1950|1", date_order=DateOrder.DMY)
    assert rules(declared) == [("error", "DATE")]


def test_times_stay_with_their_dates(tmp_path: Path) -> None:
    head = "study_no|repeats|instance|lesion|found"
    records = read_text(
        tmp_path,
        f"{head}\n1|lesion|1|L01|13/02/2020 9:30\n1|lesion|2|L02|2020-02-03 10:00:59",
        date_order=DateOrder.DMY,
    )
    assert values(records, "lesion", "found") == ["2020-02-13 09:30", "2020-02-03 10:00:59"]
