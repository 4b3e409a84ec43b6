"""The `cimara outcomes` verbs."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_OK, main
from cimara.outcomes import catalogue


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    (tmp_path / "patients.csv").write_text(
        "patient_id,randomisation_date,last_alive\nP,2024-01-01,2024-03-18\n"
    )
    (tmp_path / "deaths.csv").write_text("patient_id,date,cause\nP,2024-03,neurologic\n")
    return tmp_path


def test_list_has_a_line_for_each_entry(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outcomes", "list"]) == EXIT_OK
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(catalogue)


def test_show_prints_a_definition_that_can_be_read_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["outcomes", "show", "bipfs"]) == EXIT_OK
    path = tmp_path / "bipfs.toml"
    path.write_text(capsys.readouterr().out)
    assert main(["outcomes", "check", str(path)]) == EXIT_OK
    assert catalogue["BIPFS"].fingerprint in capsys.readouterr().out


def test_check_prints_every_problem(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(catalogue["OS"].to_toml().replace("DEATH", "DETH").replace("patient", "person"))
    assert main(["outcomes", "check", str(path)]) == EXIT_BAD_INPUT
    told = capsys.readouterr().err
    assert "did you mean DEATH?" in told
    assert "did you mean patient?" in told or "one of lesion, patient" in told


@pytest.mark.parametrize("form", ["text", "html", "latex", "row", "plain"])
def test_text_in_each_form(form: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outcomes", "text", "CNSPFS", "--form", form]) == EXIT_OK
    assert capsys.readouterr().out.strip()


def test_derive_prints_the_report_and_writes_the_table(
    tables: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tables / "os.csv"
    assert main(["outcomes", "derive", "OS", "--facts", str(tables), "--out", str(out)]) == EXIT_OK
    assert "population 1 = analysed 1 + excluded 0" in capsys.readouterr().out
    assert pl.read_csv(out).select("aval", "code", "adt_flag").row(0) == (79, "DEATH", "D")


def test_derive_from_a_facts_file_with_a_finding(tables: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tables / "facts.csv"
    path.write_text("patient_id,fact,date\nP,RANDOMISATION,2024-01-01\nP,DEATH,2023-01-01\n")
    assert main(["outcomes", "derive", "OS", "--facts", str(path)]) == EXIT_FINDINGS
    assert "START_AFTER_DEATH" in capsys.readouterr().err


def test_derive_without_a_schedule_says_what_to_do(tables: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outcomes", "derive", "CNSPFS", "--facts", str(tables)]) == EXIT_BAD_INPUT
    assert "schedule" in capsys.readouterr().err
    assert main(["outcomes", "derive", "CNSPFS", "--facts", str(tables), "--every", "56"]) == EXIT_OK


def test_compare_says_what_differs_and_for_whom(tables: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outcomes", "compare", "OS", "OS"]) == EXIT_OK
    assert main(["outcomes", "compare", "OS", "NEURDTH", "--facts", str(tables)]) == EXIT_FINDINGS
    told = capsys.readouterr().out
    assert "event DEATH: only in the first" in told
    assert "P: DEATH on day 79" in told
