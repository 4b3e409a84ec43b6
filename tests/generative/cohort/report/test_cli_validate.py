"""`cimara cohort validate` and `cimara cohort deid-scan`: exit codes, what is printed, what is written."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from cimara.cli import main
from cimara.cohort.dataset import Dataset
from cimara.cohort.reading import write_tables
from tests.unit.cohort.clean import clean_dataset


@pytest.fixture
def clean(tmp_path: Path) -> Path:
    write_tables(clean_dataset(), tmp_path / "clean")
    return tmp_path / "clean"


@pytest.fixture
def spoilt(tmp_path: Path) -> Path:
    whole = clean_dataset()
    patients = whole.frame("Patient").with_columns(sex=pl.lit("f"))
    write_tables(Dataset({**whole.tables, "Patient": patients}), tmp_path / "spoilt")
    return tmp_path / "spoilt"


def test_clean_data_are_ready_to_submit(
    clean: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cohort", "validate", str(clean), "--out", str(tmp_path / "out")]) == 0
    assert "0 errors" in capsys.readouterr().out
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == [
        "findings.csv",
        "report.html",
        "report.json",
    ]


def test_errors_are_summed_up_with_the_first_to_mend(
    clean: Path, spoilt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["cohort", "validate", str(spoilt), "--against", str(clean), "--out", str(tmp_path / "out")]
    assert main(arguments) == 1
    told = capsys.readouterr().out
    assert "1. error Patient.sex, 3 findings. patient.csv row 1:" in told
    assert told.rstrip().endswith("report.html")


def test_json_is_the_report_and_nothing_else(
    spoilt: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["cohort", "validate", str(spoilt), "--out", str(tmp_path / "out"), "--json"])
    told = capsys.readouterr().out
    assert json.loads(told) == json.loads((tmp_path / "out" / "report.json").read_text())


def test_identifiers_refuse_with_their_own_exit_code(clean: Path, tmp_path: Path) -> None:
    path = clean / "patient.csv"
    path.write_text(path.read_text().replace(",90,yes,", ",95,no,"))
    assert main(["cohort", "validate", str(clean), "--out", str(tmp_path / "out")]) == 3


def test_a_missing_folder_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cohort", "validate", str(tmp_path / "none"), "--out", str(tmp_path / "out")]) == 2
    assert "none" in capsys.readouterr().err


def test_a_scan_of_clean_tables_says_what_it_looked_for(
    clean: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cohort", "deid-scan", str(clean)]) == 0
    told = capsys.readouterr().out
    assert "no identifier was found" in told
    assert "  dicom_uid: " in told


def test_hard_hits_exit_with_3_and_cannot_be_accepted(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mrn,x\n1234567,1\n")
    assert main(["cohort", "deid-scan", str(path)]) == 3
    assert main(["cohort", "deid-scan", str(path), "--accept", "these are made-up numbers"]) == 3


def test_soft_hits_need_a_reason_which_is_recorded(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("center,x\nHoly Oak Clinic,1\nNova Clinic,2\n")
    assert main(["cohort", "deid-scan", str(path)]) == 1
    capsys.readouterr()
    reason = "center holds names of hospitals"
    assert main(["cohort", "deid-scan", str(path), "--accept", reason, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accepted"] == reason
    assert main(["cohort", "deid-scan", str(path), "--accept", "ok"]) == 2


def test_small_cells_are_told_on_demand(clean: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cohort", "deid-scan", str(clean), "--small-cells"]) == 0
    assert "classes have fewer than 5 patients" in capsys.readouterr().out
