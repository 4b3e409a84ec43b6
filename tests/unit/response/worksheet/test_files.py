"""Files out and back in: the zip loses nothing, the one table names each row that it can't use."""

from __future__ import annotations

import csv
import io
import zipfile

import pytest

from cimara.response import Policy, derive, explain
from cimara.response.worksheet.demo import demo_sheet
from cimara.response.worksheet.files import read_upload, results_csv, tidy_zip
from cimara.response.worksheet.one_table import demo_csv, template_csv
from cimara.response.worksheet.reading import read_sheet
from cimara.terms.table_files import TableError

POLICY = Policy.preset("rano_bm")
ROW = {
    "patient_id": "A",
    "start_date": "2026-01-12",
    "visit_id": "BL",
    "visit_date": "2026-01-05",
    "lesion_id": "L1",
    "compartment": "BRAIN",
    "role": "TARGET",
    "status": "MEASURED",
    "ld_mm": "20",
}
LATER = {
    **ROW,
    "visit_id": "W8",
    "visit_date": "2026-03-02",
    "clinical_status": "STABLE",
    "steroid_trend": "NONE",
}


def demo():  # type: ignore[no-untyped-def]
    patient = read_sheet(demo_sheet()).patient
    assert patient is not None
    return patient


def zipped(**files: str | bytes) -> bytes:
    """A zip of the given files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"some folder/{name}.csv", content)
    return out.getvalue()


def test_the_zip_gives_back_the_same_patient() -> None:
    study = read_upload(tidy_zip(demo()))
    assert study.patients == (demo(),)
    assert study.findings == ()


def test_equal_visits_give_equal_bytes() -> None:
    assert tidy_zip(demo()) == tidy_zip(demo())


def test_the_template_derives_as_the_grid_does() -> None:
    study = read_upload(demo_csv().encode("utf-8-sig"))
    assert study.findings == ()
    rows = [derive(one, POLICY).rows for one in (study.patients[0], demo())]
    assert [one.response for one in rows[0]] == [one.response for one in rows[1]]


def test_the_result_says_why_in_words() -> None:
    result = derive(demo(), POLICY)
    lines = list(csv.DictReader(io.StringIO(results_csv([(POLICY, result)]))))
    assert [one["response"] for one in lines] == [row.response for row in result.rows]
    assert lines[-1]["explanation"] == explain(result.rows[-1], POLICY)


def test_a_bad_cell_is_named_and_other_patients_are_derived() -> None:
    table = template_csv(
        [ROW, {**LATER, "ld_mm": "Testperson"}, {**ROW, "patient_id": "B"}, {**LATER, "patient_id": "B"}]
    )
    study = read_upload(table.encode())
    (finding,) = study.findings
    assert (finding.row, finding.column) == (2, "ld_mm")
    assert "lesions-by-visit.csv row 2 column ld_mm: expected millimetres" in finding.text
    assert "Testperson" not in finding.text
    calls = {one.patient_id: derive(one, POLICY).rows[0].response for one in study.patients}
    assert calls == {"A": "NE", "B": "SD"}


@pytest.mark.parametrize(
    ("changed", "column"),
    [
        ({"role": "NON_TARGET"}, "role"),
        ({"start_date": "2026-01-13"}, "start_date"),
        ({"visit_id": "BL"}, "visit_date"),
    ],
)
def test_a_row_that_contradicts_an_earlier_one_is_refused(changed: dict[str, str], column: str) -> None:
    study = read_upload(template_csv([ROW, {**LATER, **changed}]).encode())
    assert [(one.code, one.row, one.column) for one in study.findings] == [("ROW_CONFLICT", 2, column)]


def test_a_visit_may_stand_without_a_lesion() -> None:
    bare = {name: LATER[name] for name in ("patient_id", "start_date", "visit_id", "visit_date")}
    study = read_upload(template_csv([ROW, bare]).encode())
    assert study.findings == ()
    assert derive(study.patients[0], POLICY).rows[0].response == "NE"


def test_a_row_of_another_length_is_refused() -> None:
    study = read_upload((template_csv([ROW]) + "A,B\n").encode())
    assert [(one.code, one.row) for one in study.findings] == [("ROW_LENGTH", 2)]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "required columns are missing"),
        (b"a,b\n1,2\n", "Start from the template"),
        (b"\x00\x01", "binary"),
        (b"PK\x03\x04 broken", "damaged"),
        (zipped(), "table patients is missing"),
        (zipped(patients="nothing\n1\n", visits="patient_id\n"), "required columns are missing"),
        (template_csv([{**ROW, "organ": "cráneo"}]).encode("latin-1"), "UTF-8"),
    ],
    ids=["empty", "another table", "binary", "broken zip", "empty zip", "other columns", "latin-1"],
)
def test_a_file_that_is_no_table_is_refused_as_a_whole(raw: bytes, said: str) -> None:
    with pytest.raises(TableError, match=said):
        read_upload(raw)


def test_a_zip_that_unpacks_to_too_much_is_not_unpacked() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("patients.csv", b"0" * 41 * 1024 * 1024)
    with pytest.raises(TableError, match="too large"):
        read_upload(out.getvalue())
