"""Exports as files: encodings, delimiters, columns, JSON, and what is no export."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from cimara.cohort.errors import CohortError
from cimara.cohort.redcap.records import read_records
from tests.unit.cohort.redcap.clinic import clinic, read_json, read_text, rules, values


def test_line_breaks_and_commas_in_quotes_are_kept(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_text('study_no,note,sex\n1,"first, line\nsecond ""line""",1\n2,,2\n')
    records = read_records(tmp_path / "e.csv", clinic())
    assert values(records, "person", "note") == ['first, line\nsecond "line"', None]
    assert records["person"].rows.to_list() == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_unicode_is_read_with_and_without_a_mark(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "e.csv").write_bytes("study_no,note,sex\n1,Größe,1\n".encode(encoding))
    records = read_records(tmp_path / "e.csv", clinic())
    assert (values(records, "person", "note"), rules(records)) == (["Größe"], [])


def test_windows_1252_is_read_and_told(tmp_path: Path) -> None:
    (tmp_path / "e.csv").write_bytes("study_no,note,sex\n1,Größe,1\n".encode("cp1252"))
    records = read_records(tmp_path / "e.csv", clinic())
    assert (values(records, "person", "note"), rules(records)) == (["Größe"], [("warning", "ENCODING")])


@pytest.mark.parametrize("sign", [";", "\t", "|", "^"])
def test_every_delimiter_that_redcap_offers_is_read(tmp_path: Path, sign: str) -> None:
    (tmp_path / "e.csv").write_text("study_no,sex,born\n1,1,1950-01-01\n".replace(",", sign))
    assert values(read_records(tmp_path / "e.csv", clinic()), "person", "sex") == ["1"]


def test_survey_columns_are_no_unknown_columns(tmp_path: Path) -> None:
    head = "study_no|redcap_survey_identifier|person_timestamp|sex|person_complete|dose_timestamp"
    text = f"{head}\n1||2020-01-01 10:00|1|2|"
    records = read_text(tmp_path, text)
    assert (records.unused, rules(records)) == ((), [])


def test_the_record_id_may_stand_anywhere_and_columns_in_any_case(tmp_path: Path) -> None:
    assert values(read_text(tmp_path, "SEX|Study_No\n2|17"), "person", "study_no") == ["17"]


def test_an_unknown_column_is_named_with_what_it_may_be(tmp_path: Path) -> None:
    assert read_text(tmp_path, "study_no|sex|smoks\n1|1|1").unused == (
        "export.csv column smoks; did you mean smokes?",
    )


def test_a_field_that_ends_in_complete_is_no_status(tmp_path: Path) -> None:
    project = clinic()
    moca = replace(project.by_name["sex"], name="moca_complete")
    records = read_text(
        tmp_path, "study_no|moca_complete\n1|1\n2|2", replace(project, fields=(*project.fields, moca))
    )
    assert values(records, "person", "moca_complete") == ["1", "2"]


def test_codes_that_another_program_wrote_as_decimals_are_read_and_told(tmp_path: Path) -> None:
    text = "study_no|repeats|instance|sex|race___1|race___2|side\n1|||2.0|1.0|0.0|\n1|lesion|1.0||||1.0"
    records = read_text(tmp_path, text)
    assert values(records, "person", "sex") == ["2"]
    assert values(records, "person", "race") == ["1"]
    assert values(records, "lesion", "redcap_repeat_instance") == ["1"]
    assert rules(records) == [("warning", "CODE_DECIMALS")]


def test_a_code_that_is_not_in_the_list_is_kept_and_counted(tmp_path: Path) -> None:
    records = read_text(tmp_path, "study_no|sex\n1|1\n2|5\n3|6")
    assert values(records, "person", "sex") == ["1", "5", "6"]
    assert rules(records) == [("warning", "CODE")]
    assert "2 rows" in records.findings["message"][0]


def test_a_row_without_a_record_is_an_error(tmp_path: Path) -> None:
    assert rules(read_text(tmp_path, "study_no|sex\n1|1\n|2")) == [("error", "RECORD")]


def test_a_form_without_a_value_is_no_row_unless_it_is_marked(tmp_path: Path) -> None:
    records = read_text(tmp_path, "study_no|sex|two|person_complete\n1||2|0\n2||2|\n3||2|2")
    assert values(records, "person", "study_no") == ["3"]


def test_each_finding_is_in_one_of_the_tables(tmp_path: Path) -> None:
    records = read_text(
        tmp_path, "study_no|group|sex|person_complete|dose\n|north|1|0|\n2|south|9||20", group="North"
    )
    assert sum(one.findings.height for one in records.values()) == records.findings.height == 4


def test_no_text_of_a_patient_is_in_a_message(tmp_path: Path) -> None:
    text = "study_no|sex|born|note|race___1\n1|Jane Roe|Jane Roe|Jane Roe|Jane Roe\n2|1|1950-01-01|x|1"
    records = read_text(tmp_path, text)
    assert records.findings.height >= 3
    assert not any("Roe" in one for one in (*records.findings["message"], *records.findings["hint"]))


def test_flat_json_is_read_as_csv_is(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {
            "study_no": "1",
            "sex": 2,
            "race___1": "1",
            "race____9": "0",
            "smokes": None,
            "person_complete": "2",
        },
        {"study_no": "1", "redcap_repeat_instrument": "lesion", "redcap_repeat_instance": 1, "lesion": "L01"},
    ]
    records = read_json(tmp_path, rows)
    assert (values(records, "person", "sex"), values(records, "person", "race")) == (["2"], ["1"])
    assert values(records, "lesion", "lesion") == ["L01"]
    assert rules(records) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"error": "You do not have API rights"}', "error"),
        ('[{"record": "1", "field_name": "sex", "value": "1"}]', "EAV"),
        ('[{"study_no": "1", "sex": ["1"]}]', "lists"),
        ('[{"study_no": "1"', "cut off"),
        ("[]", "no record"),
        ("", "empty"),
        ('[{"sex": "1"}]', "study_no"),
    ],
)
def test_json_that_is_no_export_is_refused_in_words(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "e.json"
    path.write_text(text)
    with pytest.raises(CohortError, match=told):
        read_records(path, clinic())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("study_no,sex\n", "header and no rows"),
        ("sex,born\n1,1950-01-01\n", "study_no"),
        ("study_no,Sex,sex\n1,1,1\n", "twice"),
        ("record,field_name,value\n1,sex,2\n", "study_no|EAV"),
    ],
)
def test_csv_that_is_no_export_is_refused_in_words(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "e.csv"
    path.write_text(text)
    with pytest.raises(CohortError, match=told):
        read_records(path, clinic())
