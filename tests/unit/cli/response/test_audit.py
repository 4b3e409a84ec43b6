"""`cimara response audit`: exit codes and files, over SDTM written from our own study."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl
import pytest

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_OK
from cimara.response import Policy, Study, derive
from cimara.response.audit import rs_frame
from cimara.response.reading.write_sdtm import write_sdtm
from tests.spec.response.visit_tables import read_patient
from tests.unit.cli.response.tidy_folder import response, rows_of

LITERAL = Policy.preset("recist11_literal")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """TU, TR, ADSL and RS of one patient, RS as derived."""
    study = Study.from_objects([read_patient("visit | L1\nBL | 60\nW8 | 40\nW16 | 48")])
    write_sdtm(study, tmp_path, study_id="S", created=dt.datetime(2024, 1, 1, tzinfo=dt.UTC))
    rows = [row for patient in study.patients for row in derive(patient, LITERAL).rows]
    rs_frame(study, rows, study_id="S", category="RECIST 1.1").write_csv(tmp_path / "rs.csv")
    return tmp_path


def audit(package: Path, *words: str, rs: str = "rs.csv") -> int:
    files = [word for name in ("tu", "tr", "adsl", "xv") for word in (f"--{name}", package / f"{name}.csv")]
    return response("audit", *files, "--rs", package / rs, "--out", package / "out", *words)


def say(package: Path, change: pl.Expr) -> None:
    pl.read_csv(package / "rs.csv").with_columns(change).write_csv(package / "rs.csv")


def test_all_agree_is_exit_0(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit(package) == EXIT_OK
    assert "2 time points by RECIST 1.1, literal: 0 differ" in capsys.readouterr().out
    assert {path.name for path in (package / "out").iterdir()} == {
        "audit.csv",
        "subjects.csv",
        "summary.json",
        "summary.md",
    }


def test_a_difference_is_exit_1_with_its_reason(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    say(
        package,
        pl.when(pl.col("RSSTRESC") == "PD").then(pl.lit("SD")).otherwise("RSSTRESC").alias("RSSTRESC"),
    )
    assert audit(package) == EXIT_FINDINGS
    assert "PD_FROM_BASELINE" in capsys.readouterr().out
    found = {row["visit_id"]: row for row in rows_of(package / "out" / "audit.csv")}
    assert (found["W16"]["reported_overall"], found["W16"]["derived_overall"]) == ("SD", "PD")
    assert (found["W16"]["agree"], found["W8"]["agree"]) == ("no", "yes")
    assert found["W16"]["alternatives"] == "STRICT_THRESHOLD"


def test_the_summary_as_json(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit(package, "--json") == EXIT_OK
    summary = json.loads(capsys.readouterr().out)
    assert summary == json.loads((package / "out" / "summary.json").read_text())
    assert set(summary["source"]) >= {"tu.csv", "tr.csv", "rs.csv"}


@pytest.mark.parametrize("text", ["", "RSTESTCD\nOVRLRESP\n", "no table at all"])
def test_an_rs_that_can_not_be_read_is_exit_2(
    package: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    (package / "bad.csv").write_text(text)
    assert audit(package, rs="bad.csv") == EXIT_BAD_INPUT
    assert capsys.readouterr().err.startswith("cimara: ")


def test_without_rs_there_is_nothing_to_audit(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--tu", package / "tu.csv", "--tr", package / "tr.csv", "--out", package / "out")
    assert response("audit", *words) == EXIT_BAD_INPUT
    assert "there is nothing to audit; expected reported responses in RS" in capsys.readouterr().err


def test_a_rejected_row_is_exit_1_and_kept(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd = pl.read_csv(package / "rs.csv").with_columns(pl.lit("2024-99-99").alias("RSDTC"))
    pl.concat([pl.read_csv(package / "rs.csv"), odd.head(1)]).write_csv(package / "rs.csv")
    assert audit(package) == EXIT_FINDINGS
    assert "1 rows were rejected" in capsys.readouterr().err
    assert len(rows_of(package / "out" / "rejected.csv")) == 1
