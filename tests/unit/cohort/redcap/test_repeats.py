"""Rows of an export: base rows and repeats of forms, and what goes wrong with them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.cohort.redcap.clinic import clinic, read_text, rules, values

REPEATS = """
study_no | repeats | instance | sex | person_complete | lesion | side | lesion_complete
7        |         |          | 1   | 2               |        |      |
7        | lesion  | 1        |     |                 | L01    | 2    | 2
7        | lesion  | 3        |     |                 | L02    |      | 0
"""


def test_a_repeat_row_holds_one_form_and_the_base_row_the_others(tmp_path: Path) -> None:
    records = read_text(tmp_path, REPEATS)
    assert values(records, "person", "sex") == ["1"]
    assert values(records, "lesion", "lesion") == ["L01", "L02"]
    assert values(records, "lesion", "redcap_repeat_instance") == ["1", "3"]
    assert values(records, "lesion", "study_no") == ["7", "7"]
    assert records["lesion"].rows.to_list() == [2, 3]


def test_the_status_of_a_form_is_kept_and_data_in_an_incomplete_form_warned_of(tmp_path: Path) -> None:
    records = read_text(tmp_path, REPEATS)
    assert values(records, "lesion", "lesion_complete") == ["2", "0"]
    assert records.findings.select("rule", "row", "table", "instance").rows() == [("STATUS", 3, "lesion", 3)]


def test_an_export_without_the_repeat_columns_is_a_batch_without_repeats(tmp_path: Path) -> None:
    records = read_text(
        tmp_path, "study_no|sex|person_complete|lesion|side|lesion_complete\n1|1|2|||\n2|2|2|||"
    )
    assert values(records, "person", "sex") == ["1", "2"]
    assert records["lesion"].frame.height == 0
    assert rules(records) == []


def test_repeat_columns_may_be_there_and_empty(tmp_path: Path) -> None:
    head = "study_no|repeats|instance|sex|person_complete"
    assert rules(read_text(tmp_path, f"{head}\n1|||1|2")) == []


def test_values_of_another_form_on_a_repeat_row_are_an_error_and_not_read(tmp_path: Path) -> None:
    records = read_text(
        tmp_path,
        """
        study_no | repeats | instance | sex | lesion | dose
        1        |         |          | 1   |        | 20
        1        | lesion  | 1        | 2   | L01    | 18
        """,
    )
    assert records.findings.select("rule", "table", "row").rows() == [
        ("REPEAT_FOREIGN", "person", 2),
        ("REPEAT_FOREIGN", "dose", 2),
    ]
    assert values(records, "person", "sex") == ["1"]
    assert values(records, "dose", "dose") == ["20"]


def test_unticked_boxes_of_other_forms_on_a_repeat_row_are_no_values(tmp_path: Path) -> None:
    head = "study_no|repeats|instance|race___1|person_complete|lesion|two"
    assert rules(read_text(tmp_path, f"{head}\n1|lesion|1|0|0|L01|2")) == []


def test_a_form_that_repeats_in_our_set_up_and_not_there_is_told_with_what_to_tick(tmp_path: Path) -> None:
    records = read_text(tmp_path, "study_no|sex|lesion|side\n1|1|L01|1\n2|1|L01|2")
    assert rules(records) == [("error", "REPEAT_SET_UP")]
    assert "tick lesion" in records.findings["hint"][0]
    assert "2 rows" in records.findings["message"][0]
    assert values(records, "lesion", "lesion") == ["L01", "L01"]


def test_a_form_that_repeats_there_and_not_in_our_set_up_is_told_with_what_to_untick(tmp_path: Path) -> None:
    records = read_text(tmp_path, REPEATS, clinic(repeating={"dose"}))
    found = records.findings.filter(records.findings["rule"] == "REPEAT_SET_UP")
    assert "form lesion is set as repeating here but not in our set-up" in found["message"][0]
    assert "take the tick from lesion" in found["hint"][0]


def test_a_form_in_base_and_repeat_rows_is_an_error_where_the_set_up_is_unknown(tmp_path: Path) -> None:
    project = replace(clinic(), repeating=None)
    text = REPEATS + "8 | | | 1 | 2 | L01 | 1 | 2"
    assert ("error", "REPEAT_SET_UP") in rules(read_text(tmp_path, text, project))
    assert ("error", "REPEAT_SET_UP") not in rules(read_text(tmp_path, REPEATS, project))


def test_a_repeat_of_a_form_that_the_dictionary_lacks_is_an_error_that_names_the_nearest(
    tmp_path: Path,
) -> None:
    records = read_text(tmp_path, REPEATS.replace("| lesion  ", "| lesions "))
    assert ("error", "REPEAT_UNKNOWN") in rules(records)
    assert "Did you mean lesion?" in records.findings["hint"].to_list()


@pytest.mark.parametrize("instance", ["", "new", "1.5"])
def test_a_repeat_without_a_whole_number_as_instance_is_an_error(tmp_path: Path, instance: str) -> None:
    head = "study_no|repeats|instance|lesion"
    assert rules(read_text(tmp_path, f"{head}\n1|lesion|{instance}|L01")) == [("error", "REPEAT_INSTANCE")]


def test_the_same_instance_in_two_rows_is_an_error_on_the_later(tmp_path: Path) -> None:
    records = read_text(tmp_path, REPEATS + "7 | lesion | 1 | | | L09 | 1 | 2")
    found = records.findings.filter(records.findings["rule"] == "ROW_DOUBLE")
    assert found["row"].to_list() == [4]


def test_a_lesion_keeps_its_values_when_redcap_renumbers_instances(tmp_path: Path) -> None:
    first, last = "| lesion  | 1 ", "| lesion  | 3 "
    renumbered = REPEATS.replace(first, "| lesion  | 2 ").replace(last, first)
    before, after = read_text(tmp_path, REPEATS), read_text(tmp_path, renumbered)
    assert values(after, "lesion", "redcap_repeat_instance") == ["2", "1"]
    for field in ("lesion", "side"):
        assert values(before, "lesion", field) == values(after, "lesion", field)


def test_a_form_that_waits_to_be_verified_may_hold_data(tmp_path: Path) -> None:
    assert rules(read_text(tmp_path, "study_no|sex|person_complete\n1|1|1\n2|1|2\n3|1|")) == []
