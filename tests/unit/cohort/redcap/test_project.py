"""Anybody's data dictionary: read with findings, never with a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cimara.cohort.errors import CohortError
from cimara.cohort.redcap.choices import Choice
from cimara.cohort.redcap.columns import DICTIONARY
from cimara.cohort.redcap.project import read_project
from cimara.cohort.redcap.set_up import csv_text
from cimara.cohort.redcap.structure import FieldType, Project

RECORD = {"name": "record_id", "form": "visit", "type": "text", "label": "Record"}
PLACES = {
    "name": 0, "form": 1, "header": 2, "type": 3, "label": 4, "choices": 5, "note": 6, "validation": 7,
    "low": 8,
    "high": 9, "identifier": 10, "logic": 11, "required": 12, "matrix": 15, "annotation": 17,
}  # fmt: skip


def cells(**said: str) -> list[str]:
    row = [""] * 18
    for key, text in ({"form": "visit", "type": "text", "label": "A label"} | said).items():
        row[PLACES[key]] = text
    return row


def read(folder: Path, *rows: dict[str, str]) -> Project:
    path = folder / "dictionary.csv"
    path.write_text(csv_text([DICTIONARY, *(cells(**row) for row in (RECORD, *rows))]), encoding="utf-8")
    return read_project(path)


def rules(project: Project) -> list[tuple[str, str]]:
    return project.findings.select("severity", "rule").rows()


def test_a_plain_dictionary_has_no_finding(tmp_path: Path) -> None:
    project = read(tmp_path, {"name": "side", "type": "radio", "choices": "1, Left | 2, Right"})
    assert rules(project) == []
    assert project.by_name["side"].choices == (Choice("1", "Left"), Choice("2", "Right"))
    assert project.record_id.name == "record_id"
    assert [one.name for one in project.forms["visit"]] == ["side"]


def test_a_comma_in_a_label_is_of_the_label(tmp_path: Path) -> None:
    project = read(
        tmp_path, {"name": "how", "type": "dropdown", "choices": "1, Yes, fully|2,Yes, in part |0, No"}
    )
    assert [one.label for one in project.by_name["how"].choices] == ["Yes, fully", "Yes, in part", "No"]


def test_codes_may_be_negative_or_words(tmp_path: Path) -> None:
    project = read(
        tmp_path, {"name": "race", "type": "checkbox", "choices": "-9, Not known | ABC, Abc | 1.5, Half"}
    )
    assert [one.code for one in project.by_name["race"].choices] == ["-9", "ABC", "1.5"]
    assert rules(project) == []


def test_old_choices_without_codes_are_their_own_codes(tmp_path: Path) -> None:
    project = read(tmp_path, {"name": "title", "type": "dropdown", "choices": "Dr. | Prof. | Mx"})
    assert project.by_name["title"].choices[0] == Choice("Dr.", "Dr.")


def test_html_and_line_breaks_leave_labels(tmp_path: Path) -> None:
    label = '<div class="x">Dose\n<b>(Gy)</b> &amp; more</div>'
    project = read(tmp_path, {"name": "dose", "label": label}, {"name": "q", "label": 'says ""yes""'})
    assert project.by_name["dose"].label == "Dose (Gy) & more"


def test_yes_no_and_true_false_have_their_own_choices(tmp_path: Path) -> None:
    project = read(tmp_path, {"name": "a", "type": "yesno"}, {"name": "b", "type": "truefalse"})
    assert [one.label for one in project.by_name["a"].choices] == ["Yes", "No"]
    assert [one.label for one in project.by_name["b"].choices] == ["True", "False"]


def test_a_code_that_comes_twice_is_an_error(tmp_path: Path) -> None:
    project = read(tmp_path, {"name": "x", "type": "radio", "choices": "1, A | 1, B"})
    assert rules(project) == [("error", "DICT_CHOICES")]
    assert project.by_name["x"].choices == (Choice("1", "A"),)


def test_a_label_of_two_codes_is_a_warning(tmp_path: Path) -> None:
    assert rules(read(tmp_path, {"name": "x", "type": "radio", "choices": "1, A | 2, A"})) == [
        ("warning", "DICT_CHOICES")
    ]


def test_a_list_without_choices_is_an_error(tmp_path: Path) -> None:
    assert rules(read(tmp_path, {"name": "x", "type": "dropdown"})) == [("error", "DICT_CHOICES")]


def test_an_empty_choice_and_choices_on_lines_are_warnings(tmp_path: Path) -> None:
    project = read(
        tmp_path,
        {"name": "x", "type": "radio", "choices": "1, A || 2, B"},
        {"name": "y", "type": "radio", "choices": "1, A\n2, B"},
    )
    assert rules(project) == [("warning", "DICT_CHOICES")] * 2
    assert len(project.by_name["x"].choices) == len(project.by_name["y"].choices) == 2


def test_two_choices_of_a_checkbox_with_one_column_are_an_error(tmp_path: Path) -> None:
    project = read(tmp_path, {"name": "x", "type": "checkbox", "choices": "-1, A | _1, B | c, C | C, D"})
    assert rules(project) == [("error", "DICT_CHOICES")] * 2


def test_upper_case_names_are_read_in_lower_case(tmp_path: Path) -> None:
    project = read(tmp_path, {"name": "Age_At_Visit"})
    assert "age_at_visit" in project.by_name
    assert rules(project) == [("warning", "DICT_NAME")]


@pytest.mark.parametrize("name", ["2nd_visit", "dose (gy)", "größe", "_x"])
def test_a_name_that_redcap_refuses_is_an_error(tmp_path: Path, name: str) -> None:
    assert rules(read(tmp_path, {"name": name})) == [("error", "DICT_NAME")]


def test_a_name_over_26_signs_is_a_warning(tmp_path: Path) -> None:
    assert rules(read(tmp_path, {"name": "x" * 27})) == [("warning", "DICT_NAME")]


def test_a_row_without_a_name_is_left_out(tmp_path: Path) -> None:
    project = read(tmp_path, {"name": ""}, {"name": "kept"})
    assert rules(project) == [("error", "DICT_NAME")]
    assert list(project.by_name) == ["record_id", "kept"]


def test_a_field_that_comes_twice_is_read_once(tmp_path: Path) -> None:
    project = read(tmp_path, {"name": "a", "label": "first"}, {"name": "a", "label": "second"})
    assert rules(project) == [("error", "DICT_DOUBLE")]
    assert project.by_name["a"].label == "first"


def test_a_blank_form_is_the_form_of_the_row_before(tmp_path: Path) -> None:
    project = read(tmp_path, {"name": "a", "form": ""})
    assert project.by_name["a"].form == "visit"
    assert rules(project) == [("error", "DICT_FORM")]


def test_a_form_that_goes_on_after_another_is_an_error(tmp_path: Path) -> None:
    project = read(tmp_path, {"name": "a", "form": "labs"}, {"name": "b"})
    assert rules(project) == [("error", "DICT_FORM")]


def test_a_form_name_in_words_is_read_as_redcap_would_write_it(tmp_path: Path) -> None:
    assert "lab_results" in read(tmp_path, {"name": "a", "form": "Lab Results"}).forms


def test_an_unknown_type_is_read_as_text(tmp_path: Path) -> None:
    project = read(tmp_path, {"name": "a", "type": "wheel"})
    assert project.by_name["a"].type is FieldType.TEXT
    assert rules(project) == [("error", "DICT_TYPE")]


@pytest.mark.parametrize(
    ("said", "type_"),
    [("select", FieldType.DROPDOWN), ("Text", FieldType.TEXT), ("Yes/No", FieldType.YES_NO)],
)
def test_other_words_for_types_are_known(tmp_path: Path, said: str, type_: FieldType) -> None:
    assert read(tmp_path, {"name": "a", "type": said, "choices": "1, A"}).by_name["a"].type is type_


def test_queries_formulas_and_sliders_are_no_choices(tmp_path: Path) -> None:
    project = read(
        tmp_path,
        {"name": "w", "validation": "number"},
        {"name": "bmi", "type": "calc", "choices": "round([w] / 2, 1)"},
        {"name": "site", "type": "sql", "choices": "select value, value from t where a | b"},
        {"name": "pain", "type": "slider", "choices": "None | Some | Worst", "validation": "number"},
        {"name": "intro", "type": "descriptive", "label": "<h1>Hello</h1>"},
        {"name": "scan", "type": "file"},
    )
    assert not any(one.choices for one in project.fields)
    assert project.by_name["bmi"].calculation.startswith("round")
    assert rules(project) == []


def test_a_formula_with_an_unknown_field_is_a_warning_that_names_the_nearest(tmp_path: Path) -> None:
    project = read(
        tmp_path, {"name": "weight"}, {"name": "x", "logic": "[wieght] > 3 and [record-name] <> ''"}
    )
    assert rules(project) == [("warning", "DICT_FORMULA")]
    assert project.findings["hint"][0] == "Did you mean weight?"


def test_events_checkboxes_and_status_in_logic_are_no_unknown_fields(tmp_path: Path) -> None:
    logic = "[visit_1_arm_1][b(2)] = '1' and [visit_complete] = '2' and [user-name] = 'x'"
    project = read(
        tmp_path, {"name": "b", "type": "checkbox", "choices": "2, B"}, {"name": "c", "logic": logic}
    )
    assert rules(project) == []


def test_limits_that_are_no_numbers_or_cross_are_warnings(tmp_path: Path) -> None:
    project = read(
        tmp_path,
        {"name": "a", "validation": "integer", "low": "ten"},
        {"name": "b", "validation": "number", "low": "5", "high": "1"},
        {"name": "c", "validation": "number_1dp_comma_decimal", "low": "0,5", "high": "9,5"},
        {"name": "d", "validation": "number", "low": "[b]"},
        {"name": "e", "validation": "date_ymd", "low": "2020-01-01"},
    )
    assert rules(project) == [("warning", "DICT_LIMIT")] * 2


def test_fields_of_a_matrix_with_other_choices_are_a_warning(tmp_path: Path) -> None:
    one, two = ({"type": "radio", "matrix": "m", "choices": said} for said in ("1, A | 2, B", "1, A | 3, C"))
    assert rules(read(tmp_path, {"name": "a", **one}, {"name": "b", **two})) == [("warning", "DICT_MATRIX")]


def test_identifiers_are_listed_and_unmarked_ones_warned_of(tmp_path: Path) -> None:
    project = read(
        tmp_path,
        {"name": "surname", "identifier": "y"},
        {"name": "mail", "validation": "email"},
        {"name": "seen", "validation": "date_mdy", "annotation": "@HIDDEN @TODAY"},
    )
    assert [one.name for one in project.identifiers] == ["surname"]
    assert project.findings.select("rule", "field").rows() == [("DICT_IDENTIFIER", "mail")]
    assert project.by_name["seen"].is_date


def test_a_record_id_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(csv_text([DICTIONARY, cells(name="intro", type="descriptive"), cells(name="a")]))
    assert ("error", "DICT_RECORD") in rules(read_project(path))


def write_lines(folder: Path, *lines: str, encoding: str = "utf-8") -> Path:
    path = folder / "d.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def test_trailing_blank_rows_are_no_fields(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path, ",".join(f'"{one}"' for one in DICTIONARY), ",".join(cells(name="id")), "," * 17, "," * 17
    )
    assert [one.name for one in read_project(path).fields] == ["id"]


def test_a_dictionary_may_be_parted_by_semicolons(tmp_path: Path) -> None:
    rows = [DICTIONARY, cells(name="id"), cells(name="a", type="radio", choices="1, A | 2, B")]
    path = write_lines(tmp_path, *(";".join(row) for row in rows))
    assert len(read_project(path).by_name["a"].choices) == 2


def test_an_old_dictionary_has_fewer_columns(tmp_path: Path) -> None:
    old = [*DICTIONARY[:15]]
    old[5], old[7] = "Choices OR Calculations", "Text Validation Type"
    path = write_lines(
        tmp_path, csv_text([old, cells(name="id")[:15], cells(name="a", validation="integer")[:15]])
    )
    assert read_project(path).by_name["a"].validation == "integer"


def test_the_columns_of_the_api_are_known_and_na_of_r_is_blank(tmp_path: Path) -> None:
    head = (
        "field_name,form_name,field_type,field_label,select_choices_or_calculations,identifier,required_field"
    )
    path = write_lines(
        tmp_path,
        head,
        "id,visit,text,Id,NA,NA,NA",
        'sex,visit,radio,NA,"0, F | 1, M",NA,y',
        "m,visit,notes,M,NA,y,NA",
    )
    project = read_project(path)
    assert [one.code for one in project.by_name["sex"].choices] == ["0", "1"]
    assert (project.by_name["sex"].required, project.by_name["m"].identifier) == (True, True)
    assert rules(project) == []


def test_headers_may_be_spelled_otherwise(tmp_path: Path) -> None:
    head = "VARIABLE / FIELD NAME,form name,Field-Type,Field Lable,Choices or Calculations,Branching Logic"
    project = read_project(
        write_lines(tmp_path, head, "id,visit,text,Id,,", 'a,visit,radio,Side,"1, L | 2, R",')
    )
    assert project.by_name["a"].label == "Side"


def test_the_json_of_the_api_is_read(tmp_path: Path) -> None:
    path = tmp_path / "metadata.json"
    fields = [
        {"field_name": "id", "form_name": "v", "field_type": "text", "field_label": "Id", "identifier": ""},
        {"field_name": "ok", "form_name": "v", "field_type": "yesno", "field_label": "Ok", "identifier": ""},
    ]
    path.write_text(json.dumps(fields))
    assert read_project(tmp_path).by_name["ok"].coded
    assert rules(read_project(path)) == []


def test_a_file_that_is_no_utf_8_is_read_and_told(tmp_path: Path) -> None:
    path = write_lines(tmp_path, csv_text([DICTIONARY, cells(name="id", label="Größe")]), encoding="cp1252")
    project = read_project(path)
    assert project.record_id.label == "Größe"
    assert rules(project) == [("warning", "ENCODING")]


def test_a_row_of_another_length_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    path = write_lines(
        tmp_path,
        csv_text([DICTIONARY, cells(name="id")]) + "a,visit,text\n" + ",".join(cells(name="b")) + "\n",
    )
    project = read_project(path)
    assert list(project.by_name) == ["id", "b"]
    assert rules(project) == [("error", "ROW_LENGTH")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "empty"),
        ("a,b,c\n1,2,3\n", "no data dictionary"),
        (csv_text([DICTIONARY]), "no field"),
        ("\0\1\2binary", "binary"),
        ('{"error": "no rights"}', "no data dictionary"),
    ],
)
def test_a_file_that_is_no_dictionary_is_refused_in_words(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "d.csv"
    path.write_text(text)
    with pytest.raises(CohortError, match=told):
        read_project(path)


def test_a_quotation_mark_that_is_never_closed_is_no_traceback(tmp_path: Path) -> None:
    rows = csv_text([DICTIONARY, cells(name="id")]) + 'a,visit,text,"never closed\n' + "x,visit\n" * 30_000
    with pytest.raises(CohortError, match="quotation mark") as error:
        read_project(write_lines(tmp_path, rows))
    assert "d.csv" in str(error.value)


def test_a_folder_without_a_dictionary_says_what_it_should_have(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match=r"dictionary\.csv"):
        read_project(tmp_path)


def test_what_stands_beside_the_dictionary_is_read_with_it(tmp_path: Path) -> None:
    read(tmp_path, {"name": "a"})
    (tmp_path / "repeating.csv").write_text("form_name,custom_form_label\nvisit,[a]\n")
    (tmp_path / "form_events.csv").write_text("arm_num,unique_event_name,form\n1,first_arm_1,visit\n")
    (tmp_path / "events.csv").write_text("event_name,arm_num,unique_event_name\nFirst,1,first_arm_1\n")
    (tmp_path / "missing_codes.txt").write_text("UNK, Unknown\n-99, Not asked\n")
    project = read_project(tmp_path)
    assert project.repeating == frozenset({"visit"})
    assert project.events == {"visit": frozenset({"first_arm_1"})}
    assert project.event_labels == {"First": "first_arm_1"}
    assert [one.code for one in project.missing_codes] == ["UNK", "-99"]
