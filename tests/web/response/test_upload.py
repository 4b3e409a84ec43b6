"""Uploaded visits: all patients derived, bad rows named, a patient opened in the grid; nothing kept."""

from __future__ import annotations

import csv
import html
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cimara.response import Policy, derive
from cimara.response.worksheet.demo import demo_sheet
from cimara.response.worksheet.files import tidy_zip
from cimara.response.worksheet.one_table import demo_csv, read_one_table
from cimara.response.worksheet.reading import read_sheet
from cimara_web.response.views import upload
from tests.web.conftest import Visitor
from tests.web.finder.test_path import text

PAGE, TEMPLATE = "/response/upload/", "/response/upload/template.csv"
TWO = demo_csv() + "".join(line.replace("DEMO", "SECOND", 1) + "\n" for line in demo_csv().splitlines()[1:])


def sent(visitor: Visitor, raw: bytes, **fields: str) -> Any:
    """The answer to a file."""
    return visitor.post(PAGE, file=SimpleUploadedFile("visits.bin", raw), **fields)


@pytest.mark.parametrize("form", ["zip", "csv"])
def test_one_patient_without_a_bad_row_opens_in_the_workbench(visitor: Visitor, form: str) -> None:
    patient = read_sheet(demo_sheet()).patient
    assert patient is not None
    raw = tidy_zip(patient) if form == "zip" else demo_csv().encode()
    said = text(sent(visitor, raw, criterion="recist11"))
    assert "Response by RECIST 1.1" in said
    assert "Best response PR Confirmed SD" in said


def test_several_patients_are_listed_each_with_a_way_into_the_grid(visitor: Visitor) -> None:
    response = sent(visitor, TWO.encode(), criterion="rano_bm")
    assert "2 patients read" in text(response)
    button = re.findall(r'name="sheet" value="([^"]*)"', response.content.decode())[1]
    opened = visitor.post("/response/workbench/", sheet=html.unescape(button), criterion="rano_bm")
    assert "SECOND · first day of treatment 12 January 2026" in text(opened)


def test_a_bad_row_is_named_and_the_other_patient_is_derived(visitor: Visitor) -> None:
    lines = TWO.splitlines()
    lines[3] = lines[3].replace("13.0", "Canary")
    said = text(sent(visitor, "\n".join(lines).encode()))
    assert "1 row could not be used. All others were." in said
    assert (
        "lesions-by-visit.csv row 3 column ld_mm: expected millimetres >= 0, found text (6 characters)"
        in said
    )
    assert "Canary" not in said
    assert "SECOND 5 PR PR 24 August 2026" in said


def test_a_table_of_a_zip_is_named_with_its_file(visitor: Visitor) -> None:
    import zipfile

    patient = read_sheet(demo_sheet()).patient
    assert patient is not None
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(tidy_zip(patient))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"22.0", b"-22.0"))
    assert "measurements.csv row 1 column ld_mm" in text(sent(visitor, out.getvalue()))


def test_the_csv_of_results_holds_every_patient(visitor: Visitor) -> None:
    response = sent(visitor, TWO.encode(), criterion="rano_bm", do="csv")
    lines = list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))
    rows = [
        row
        for one in read_one_table(TWO.encode()).patients
        for row in derive(one, Policy.preset("rano_bm")).rows
    ]
    assert [(one["patient_id"], one["response"]) for one in lines] == [
        (row.patient_id, row.response) for row in rows
    ]


def test_the_template_is_read_as_it_stands(visitor: Visitor) -> None:
    response = visitor.get(TEMPLATE)
    assert response["Content-Disposition"] == 'attachment; filename="cimara-lesions-by-visit.csv"'
    assert "Best response PR" in text(sent(visitor, response.content))


@pytest.mark.parametrize("raw", [b"", b"\x00\x01\x02", b"a,b\n", b"PK\x03\x04", "ñ".encode("latin-1")])
def test_a_file_that_is_no_table_is_refused_with_what_it_should_be(visitor: Visitor, raw: bytes) -> None:
    said = text(sent(visitor, raw))
    assert "This file can’t be read." in said or "Choose a file" in said


def test_no_file_at_all_is_asked_for(visitor: Visitor) -> None:
    assert "Choose a file: a zip of tables, or a CSV." in text(visitor.post(PAGE))


def test_a_file_over_5_mb_is_refused_whether_or_not_its_body_was_read(visitor: Visitor) -> None:
    just_over = sent(visitor, b"x" * (5 * 1024 * 1024 + 1))
    far_over = sent(visitor, b"x" * (6 * 1024 * 1024))
    assert (just_over.status_code, far_over.status_code) == (200, 413)
    for response in (just_over, far_over):
        assert "over 5 MB" in text(response)
        assert response["Cache-Control"] == "no-store"


def test_what_the_grid_cannot_hold_is_told_when_a_patient_is_opened(visitor: Visitor) -> None:
    fields = demo_sheet().fields()
    said = text(visitor.post("/response/workbench/", **fields, left_out="SCALES,nonsense"))
    assert "KPS, ECOG, steroid doses" in said
    assert "nonsense" not in said


def test_a_network_that_sends_too_many_files_is_told_to_wait(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        assert sent(visitor, demo_csv().encode()).status_code == 200
    derived: list[object] = []
    monkeypatch.setattr(upload, "derive", derived.append)
    refused = sent(visitor, demo_csv().encode(), criterion="recist11")
    assert (refused.status_code, refused["Retry-After"], refused["Cache-Control"]) == (429, "60", "no-store")
    said = text(refused)
    assert "Many files came from your network. Nothing is lost: wait a minute" in said
    assert "Best response" not in said
    assert derived == []


def test_one_who_only_looks_is_never_told_to_wait(visitor: Visitor) -> None:
    for _ in range(10):
        sent(visitor, demo_csv().encode())
    assert visitor.get(PAGE).status_code == 200
    assert visitor.get(TEMPLATE).status_code == 200


def test_another_network_is_not_held_up(visitor: Visitor) -> None:
    for _ in range(11):
        last = sent(visitor, demo_csv().encode())
    assert last.status_code == 429
    file = SimpleUploadedFile("visits.csv", demo_csv().encode())
    other = visitor.client.post(PAGE, {"file": file}, secure=True, REMOTE_ADDR="192.0.2.9")
    assert other.status_code == 200
