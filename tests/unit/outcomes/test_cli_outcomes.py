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


def sdtm_study(folder: Path) -> list[str]:
    """DM and DS of two subjects, one with a date that cannot be read; the arguments that name them."""
    (folder / "dm.csv").write_text(
        "USUBJID,RFSTDTC,RFPENDTC,DTHDTC,DTHFL\nP,2024-01-01,2024-03-18,2024-03,Y\nQ,2024-01-01,2024-05-01,,\n"
    )
    (folder / "ds.csv").write_text(
        "USUBJID,DSSEQ,DSDECOD,DSSTDTC\nP,1,RANDOMIZED,2024-01-01\nQ,1,RANDOMIZED,1 January\n"
    )
    return ["--dm", str(folder / "dm.csv"), "--ds", str(folder / "ds.csv")]


def test_derive_from_sdtm_tells_domain_row_and_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, findings = tmp_path / "os.csv", tmp_path / "findings.csv"
    files = ["--out", str(out), "--findings", str(findings)]
    assert main(["outcomes", "derive", "OS", *sdtm_study(tmp_path), *files]) == EXIT_FINDINGS
    assert "DS row 2 column DSSTDTC: no date" in capsys.readouterr().err
    assert pl.read_csv(out).select("patient_id", "aval", "adt_flag").rows() == [("P", 79, "D")]
    told = pl.read_csv(findings).filter(pl.col("code") == "DATE_UNREADABLE")
    assert told.select("file", "row", "column").rows() == [("DS", 2, "DSSTDTC")]


def test_derive_from_sdtm_with_words_of_the_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = sdtm_study(tmp_path)
    path = tmp_path / "ds.csv"
    path.write_text(path.read_text().replace("RANDOMIZED", "ALLOCATED").replace("1 January", "2024-01-02"))
    words = tmp_path / "words.csv"
    words.write_text("domain,variable,text,fact\nDS,DSDECOD,ALLOCATED,RANDOMISATION\n")
    more = ["--sdtm-words", str(words)]
    assert main(["outcomes", "derive", "OS", *arguments, *more]) == EXIT_OK
    assert "analysed 2 + excluded 0" in capsys.readouterr().out


def test_derive_without_facts_says_what_may_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outcomes", "derive", "OS"]) == EXIT_BAD_INPUT
    assert "--facts PATH, or SDTM" in capsys.readouterr().err


def test_a_facts_table_and_sdtm_together_are_refused(
    tables: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tables / "facts.csv"
    path.write_text("patient_id,fact,date\nP,RANDOMISATION,2024-01-01\n")
    arguments = ["--facts", str(path), *sdtm_study(tables)]
    assert main(["outcomes", "derive", "OS", *arguments]) == EXIT_BAD_INPUT
    assert "a facts table holds all facts" in capsys.readouterr().err


def decline_by_reliable_change(folder: Path) -> list[str]:
    """Arguments for NCOGDET by rule rci, of one patient who lost ten points."""
    definition = folder / "rci.toml"
    definition.write_text(catalogue["NCOGDET"].replace(option={"cognition_rule": "rci"}).to_toml())
    (folder / "patients.csv").write_text("patient_id,randomisation_date\nP,2024-01-01\n")
    (folder / "cognition.csv").write_text(
        "patient_id,date,test,score\nP,2024-01-01,COWA,40\nP,2024-03-01,COWA,30\n"
    )
    return ["outcomes", "derive", str(definition), "--facts", str(folder)]


def test_reliable_change_without_constants_says_how_to_give_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(decline_by_reliable_change(tmp_path)) == EXIT_BAD_INPUT
    told = capsys.readouterr().err
    assert "COWA: no constants of the reliable-change index" in told
    assert "--reliability FILE" in told


@pytest.mark.parametrize(("error", "expect"), [("5", "DECLINE"), ("7", "EVENT_FREE")])
def test_reliable_change_with_constants_of_the_study(
    error: str, expect: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    constants = tmp_path / "constants.csv"
    constants.write_text(f"test,practice,error,source,status\nCOWA,0,{error},made up,U\n")
    assert main([*decline_by_reliable_change(tmp_path), "--reliability", str(constants)]) == EXIT_OK
    assert expect in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "expect"),
    [
        ("COWA,0,none,x,U", "row 1 column error"),
        ("COWA,0,-1,x,U", "row 1 column error"),
        ("COWA,,5,x,U", "row 1 column practice"),
        ("COWAT,0,5,x,U", "did you mean COWA?"),
    ],
)
def test_a_constant_that_cannot_be_is_refused(
    line: str, expect: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    constants = tmp_path / "constants.csv"
    constants.write_text(f"test,practice,error,source,status\n{line}\n")
    arguments = [*decline_by_reliable_change(tmp_path), "--reliability", str(constants)]
    assert main(arguments) == EXIT_BAD_INPUT
    assert expect in capsys.readouterr().err
