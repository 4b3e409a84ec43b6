"""`cimara response check`: exit codes, counts, and no value of a patient in its output."""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from cimara.cli import main


def tidy(folder: Path, start: str = "2024-01-10") -> Path:
    (folder / "patients.csv").write_text(f"patient_id,start_date\nP1,{start}\n")
    (folder / "visits.csv").write_text("patient_id,visit_id,date\nP1,BL,2024-01-05\n")
    return folder


def test_nothing_amiss_is_exit_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["response", "check", "--tidy", str(tidy(tmp_path))]) == 0
    assert "nothing found amiss" in capsys.readouterr().out


def test_findings_are_exit_1_and_tell_no_value(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tidy(tmp_path, start="sometime")
    assert main(["response", "check", "--tidy", str(folder), "--out", str(tmp_path / "out")]) == 1
    told = capsys.readouterr().out
    assert "patients.csv row 1 column start_date: expected a date" in told
    assert "sometime" not in told
    findings = pl.read_csv(tmp_path / "out" / "findings.csv")
    assert findings["code"].to_list() == ["CELL_UNREADABLE", "UNKNOWN_PATIENT"]
    assert pl.read_csv(tmp_path / "out" / "rejected.csv")["table"].to_list() == ["patients", "visits"]


def test_the_report_as_json_counts_rows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["response", "check", "--tidy", str(tidy(tmp_path, "2024")), "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert [(table["read"], table["used"], table["rejected"]) for table in report["tables"]] == [
        (1, 0, 1),
        (1, 0, 1),
    ]
    assert report["findings"] == {"START_DATE_PARTIAL": 1, "UNKNOWN_PATIENT": 1}


@pytest.mark.parametrize(
    "arguments", [[], ["--tu", "tu.csv"], ["--tidy", "nowhere"], ["--tu", "no.csv", "--tr", "no.csv"]]
)
def test_a_study_that_cannot_be_read_is_exit_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["response", "check", *arguments]) == 2
    assert capsys.readouterr().err.startswith("cimara: ")


def test_tidy_and_sdtm_at_once_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["response", "check", "--tidy", str(tidy(tmp_path)), "--tu", "tu.csv"]) == 2
    assert "both tidy tables and SDTM" in capsys.readouterr().err
