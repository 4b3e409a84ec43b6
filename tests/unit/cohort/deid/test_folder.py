"""Files as they would leave the site: tables in any form, attachments, workbooks with notes."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from cimara.cohort.deid.acceptance import checked_reason
from cimara.cohort.deid.dictionary import identifier_fields
from cimara.cohort.deid.folder import scan_path
from cimara.cohort.errors import CohortError


def rules_of(path: Path) -> list[tuple[str, str, str]]:
    return [(str(hit.kind), hit.table, hit.rule) for hit in scan_path(path).hits]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_csv_parted_by_any_sign_is_looked_into(tmp_path: Path, delimiter: str) -> None:
    (tmp_path / "a.csv").write_text(
        delimiter.join(["x", "y"]) + "\n" + delimiter.join(["1961-03-05", "2"]) + "\n"
    )
    assert rules_of(tmp_path) == [("hard", "a.csv", "date")]


def test_folders_below_and_parquet_files_are_looked_into(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    pl.DataFrame({"x": ["1961-03-05"]}).write_parquet(tmp_path / "deep" / "a.parquet")
    assert rules_of(tmp_path) == [("hard", "deep/a.parquet", "date")]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("scan.pdf", b"%PDF-1.7 x"),
        ("photo.csv", b"\x89PNG\r\n\x1a\n"),
        ("slice", b"\0" * 128 + b"DICM"),
        ("all.zip", b"PK\x03\x04rest"),
    ],
)
def test_an_attachment_is_refused_by_its_content(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert rules_of(tmp_path) == [("hard", name, "attachment")]


def test_a_file_that_was_not_looked_into_is_told(tmp_path: Path) -> None:
    (tmp_path / "readme.md").write_text("hello")
    assert rules_of(tmp_path) == [("soft", "readme.md", "not_looked_into")]


def test_a_row_that_was_not_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n1,2,3\n4,5\n")
    assert rules_of(tmp_path) == [("soft", "a.csv", "not_looked_into")]


def test_sheets_comments_and_authors_of_a_workbook(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    book.set_properties({"author": "somebody"})
    sheet = book.add_worksheet("patient")
    sheet.write_row(0, 0, ["x", "y"])
    sheet.write_row(1, 0, ["left", "x@clinic.example"])
    sheet.write_comment("A2", "look")
    book.close()
    assert rules_of(tmp_path / "a.xlsx") == [
        ("hard", "a.xlsx sheet patient", "email"),
        ("soft", "a.xlsx", "workbook_notes"),
    ]


def test_the_reference_names_every_rule_of_the_scan(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("side\nleft\n")
    reference = Path(__file__).parents[4] / "docs" / "reference" / "cohort" / "identifiers.md"
    text = reference.read_text(encoding="utf-8")
    assert [one.id for one in scan_path(tmp_path).looked_for if f"`{one.id}`" not in text] == []


def test_a_folder_without_a_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match="empty"):
        scan_path(tmp_path)


def test_a_dictionary_says_which_variables_are_identifiers(tmp_path: Path) -> None:
    path = tmp_path / "dictionary.csv"
    path.write_text("Variable / Field Name,Identifier?\nrecord_id,\nsurname_x,y\ndob_x,Y\n")
    assert identifier_fields(path) == ("surname_x", "dob_x")
    path.write_text("a,b\n1,2\n")
    with pytest.raises(CohortError, match="no REDCap data dictionary"):
        identifier_fields(path)


def test_a_reason_must_say_something_and_hold_no_identifier() -> None:
    assert checked_reason(" center holds names of hospitals ") == "center holds names of hospitals"
    with pytest.raises(CohortError, match="too short"):
        checked_reason("ok")
    with pytest.raises(CohortError, match="identifier itself"):
        checked_reason("agreed with x@clinic.example by mail")
