"""`cimara cohort indices`: one row a patient, and why some have no value."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from cimara.cli import main
from cimara.cohort.reading import write_tables
from tests.unit.cohort.indices.chart import PATIENT, Row, chart

OTHER = "UT01-P0002"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A patient with every item, and one with an ECOG status alone."""
    primaries: list[Row] = [
        {
            "patient_id": who,
            "primary_no": 1,
            "group": "gi_lower",
            "dx_day": -900,
            "controlled_at_anchor": "yes",
        }
        for who in (PATIENT, OTHER)
    ]
    dataset = chart(
        Patient=[{"patient_id": who, "age_at_anchor": 59, "n_brm_at_anchor": 1} for who in (PATIENT, OTHER)],
        PrimaryTumour=primaries,
        PerformanceStatus=[
            {"scale": "KPS", "value": 90, "day": 0},
            {"patient_id": OTHER, "scale": "ECOG", "value": 0, "day": 0},
        ],
        ExtracranialStatus=[{"patient_id": who, "day": 0, "status": "absent"} for who in (PATIENT, OTHER)],
    )
    write_tables(dataset, tmp_path / "tables")
    return tmp_path / "tables"


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    code = main(["cohort", "indices", *map(str, words)])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_one_row_a_patient(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, folder)
    rows = list(csv.DictReader(io.StringIO(out)))
    assert code == 0
    assert [(row["patient_id"], row["gpa_value"], row["gpa_missing"], row["rpa_band"]) for row in rows] == [
        (PATIENT, "4.0", "", "I"),
        (OTHER, "", "kps", ""),
    ]
    assert "gpa: 1 of 2 patients (missing kps: 1). 1 have an ECOG status" in err
    assert "no radiosurgery: 2" in err


def test_ecog_limits_the_kps_where_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, folder, "--index", "gpa", "--ecog", "bounds", "--json")
    rows = json.loads(out)
    assert [(row["gpa_value"], row["gpa_assumed"]) for row in rows] == [(4.0, None), (4.0, "kps")]
    assert not any(name.startswith("rpa") for name in rows[0])


def test_the_rows_go_to_a_file(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "indices.csv"
    assert run(capsys, folder, "--out", path)[:2] == (0, f"written to {path}\n")
    assert len(path.read_text().splitlines()) == 3


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--index", "lung-gpa-2022"], "2022;114:60-74"),
        (["--index", "gpaa"], "gpa, rpa, bmv, ibmv"),
        (["--window", "14", "-45"], "--window"),
        (["--out", "no/such/folder/x.csv"], "cannot be written"),
    ],
)
def test_what_cannot_be_used_is_told_with_exit_2(
    folder: Path, words: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(capsys, folder, *words)
    assert (code, out) == (2, "")
    assert told in err


def test_cells_that_cannot_be_read_give_exit_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "patient.csv"
    path.write_text(path.read_text().replace(",59,", ",fifty,", 1))
    code, out, err = run(capsys, folder, "--index", "gpa")
    assert code == 1
    assert "1 cells or rows could not be read" in err
    assert len(out.splitlines()) == 3


def test_which_primary_seeded_the_brain(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (folder / "primary_tumour.csv").open("a") as out:
        header = (folder / "primary_tumour.csv").read_text().splitlines()[0].split(",")
        row = {"patient_id": PATIENT, "primary_no": "2", "group": "prostate"}
        out.write(",".join(row.get(name, "") for name in header) + "\n")
    assert '"gpa_note":"two_primaries"' in run(capsys, folder, "--index", "gpa", "--json")[1]
    named = tmp_path / "seeded.csv"
    named.write_text(f"patient_id,primary_no\n{PATIENT},1\n")
    assert (
        json.loads(run(capsys, folder, "--index", "gpa", "--json", "--seeded-by", named)[1])[0]["gpa_value"]
        == 4.0
    )
    named.write_text("patient\nx\n")
    assert run(capsys, folder, "--seeded-by", named)[0] == 2
