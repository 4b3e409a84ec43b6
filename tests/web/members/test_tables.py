"""Tables as files: nothing in a cell is run by a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest

from cimara_web.members.tables import cell, csv_file


@pytest.mark.parametrize("begun", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_text_that_looks_like_a_formula_gets_an_apostrophe(begun: str) -> None:
    assert cell(begun) == f"'{begun}"


def test_numbers_stay_numbers_and_nothing_is_empty() -> None:
    assert cell(-78.9) == -78.9
    assert cell(None) == ""


def test_a_file_is_named_after_its_day_and_marked_as_utf_8() -> None:
    response = csv_file("people", date(2025, 1, 31), ("Name",), [("José",), ('a "b", c',)])
    assert response["Content-Disposition"] == 'attachment; filename="cimara-people-2025-01-31.csv"'
    assert response.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
    assert rows == [["Name"], ["José"], ['a "b", c']]
