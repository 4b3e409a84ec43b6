"""Checkboxes and missing data codes in exports."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara.cohort.redcap.records import read_records
from tests.unit.cohort.redcap.clinic import clinic, read_text, rules, values


@pytest.mark.parametrize("code", ["race___-9", "race____9", "RACE___-9", "Race____9"])
def test_a_checkbox_column_is_known_however_its_code_is_written(tmp_path: Path, code: str) -> None:
    records = read_text(tmp_path, f"study_no|race___1|{code}|race___abc|person_complete\n1|0|1|0|2")
    assert values(records, "person", "race") == ["-9"]
    assert values(records, "person", "race____9") == ["1"]


def test_upper_case_codes_are_in_lower_case_in_columns_and_as_they_were_in_values(tmp_path: Path) -> None:
    records = read_text(tmp_path, "study_no|race___1|race___abc|person_complete\n1|1|1|2")
    assert values(records, "person", "race") == ["1;ABC"]


def test_nothing_ticked_is_an_answer_only_in_a_complete_form(tmp_path: Path) -> None:
    records = read_text(
        tmp_path, "study_no|sex|race___1|race___2|person_complete\n1|1|0|0|2\n2|1|0|0|0\n3|1|0|0|1\n4|1|1|0|0"
    )
    assert values(records, "person", "race___1") == ["0", None, None, "1"]
    assert values(records, "person", "race") == [None, None, None, "1"]


def test_a_missing_code_of_a_checkbox_is_a_column_of_its_own(tmp_path: Path) -> None:
    records = read_text(
        tmp_path, "study_no|race___1|race___unk|race____99|person_complete\n1|0|1|0|2\n2|0|0|1|2\n3|1|0|0|2"
    )
    assert values(records, "person", "race") == ["UNK", "-99", "1"]
    assert values(records, "person", "race___1") == [None, None, "1"]


def test_a_choice_together_with_a_reason_why_it_is_missing_is_an_error(tmp_path: Path) -> None:
    records = read_text(tmp_path, "study_no|race___1|race___unk|person_complete\n1|1|1|2")
    assert rules(records) == [("error", "CHECKBOX")]


def test_a_ticked_choice_that_the_dictionary_lacks_is_told(tmp_path: Path) -> None:
    records = read_text(tmp_path, "study_no|race___1|race___77|person_complete\n1|1|1|2\n2|1|0|2")
    assert records.findings.select("severity", "rule", "field").rows() == [
        ("warning", "CHECKBOX_UNKNOWN", "race")
    ]
    assert "race___77" in records.unused[0]


def test_a_checkbox_cell_that_is_no_tick_is_an_error(tmp_path: Path) -> None:
    records = read_text(tmp_path, "study_no|race___1|race___2|person_complete\n1|7|1|2")
    assert rules(records) == [("error", "CODE")]


def test_a_checkbox_in_one_column_is_read_by_codes_or_labels(tmp_path: Path) -> None:
    text = 'study_no,race,person_complete\n1,"1, -9",2\n2,"White,Other",2\n3,"White,Green",2\n'
    (tmp_path / "e.csv").write_text(text)
    records = read_records(tmp_path / "e.csv", clinic())
    assert values(records, "person", "race") == ["1;-9", "1;ABC", None]
    assert rules(records) == [("error", "CHECKBOX")]


def test_a_missing_code_is_the_value_of_its_field(tmp_path: Path) -> None:
    records = read_text(tmp_path, "study_no|sex|born|note|person_complete\n1|UNK|UNK|-99|2")
    assert [values(records, "person", one) for one in ("sex", "born", "note")] == [["UNK"], ["UNK"], ["-99"]]
    assert rules(records) == []
