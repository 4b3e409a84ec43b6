"""Exports of labels: in the cells, and in the header."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara.cohort.errors import CohortError
from cimara.cohort.redcap.records import read_records
from tests.unit.cohort.redcap.clinic import clinic, read_text, rules, values

LABELS = """
study_no | repeats | instance | sex              | race___2 | smokes | note          | side  | person_complete
1        |         |          | Female           | Checked   | Yes    | 1             |       | Complete
2        |         |          | Missing: unknown | Unchecked | No     | Missing: lost |       | Incomplete
2        | Lesion  | 1        |                  |           |        |               | Right |
"""


def test_an_export_of_labels_is_read_back_into_codes(tmp_path: Path) -> None:
    records = read_text(tmp_path, LABELS)
    assert records.labels
    assert values(records, "person", "sex") == ["1", "UNK"]
    assert values(records, "person", "race") == ["2", None]
    assert values(records, "person", "smokes") == ["1", "0"]
    assert values(records, "person", "note") == ["1", "-99"]
    assert values(records, "person", "person_complete") == ["2", "0"]
    assert values(records, "lesion", "side") == ["2"]


def test_a_label_of_two_codes_is_an_error_and_not_read(tmp_path: Path) -> None:
    records = read_text(tmp_path, "study_no|sex|side_2|smokes\n1|Male|Right|Yes\n2|Male|Left|Yes")
    assert records.findings.select("severity", "rule", "row", "field").rows() == [
        ("info", "LABELS", 1, ""),
        ("error", "LABEL_SEVERAL", 1, "side_2"),
    ]
    assert values(records, "dose", "side_2") == [None, "1"]


def test_half_of_the_columns_with_labels_is_no_export_of_labels(tmp_path: Path) -> None:
    records = read_text(tmp_path, "study_no|sex|smokes\n1|Male|1\n2|Male|0")
    assert not records.labels
    assert rules(records) == [("warning", "CODE")]


HEADER_LABELS = (
    "Study number,Repeat Instrument,Repeat Instance,Sex,Race (choice=White),Race (choice='Black'),Complete?,"
    "Lesion,Side,Complete?,Dose,Side,Complete?"
)


def test_labels_in_the_header_are_told_apart_by_the_order_of_the_forms(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text(
        f"{HEADER_LABELS}\n1,,,Male,Checked,Unchecked,Complete,,,,20,Left,Complete\n1,Lesion,1,,,,,L01,Right,Complete,,,\n"
    )
    records = read_records(path, clinic())
    assert values(records, "lesion", "side") == ["2"]
    assert values(records, "dose", "side_2") == ["1"]
    assert values(records, "person", "race") == ["1"]
    assert rules(records) == [("info", "LABELS")]


def test_a_label_in_the_header_that_may_be_of_two_fields_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_text("Study number,Sex,Complete?,Side,Complete?\n1,Male,Complete,Left,Complete\n")
    with pytest.raises(CohortError, match="'Side'"):
        read_records(path, clinic())
