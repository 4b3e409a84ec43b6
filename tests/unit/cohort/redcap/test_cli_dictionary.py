"""`cimara cohort dictionary`: what it writes, says and returns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_OK, main

BAD = "Variable / Field Name,Form Name,Field Type,Field Label\nid,visit,text,Id\nx,visit,radio,X\n"


def run(*words: str | Path) -> int:
    return main(["cohort", "dictionary", *(str(one) for one in words)])


def test_it_writes_the_project_and_says_what_comes_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--out", tmp_path / "project") == EXIT_OK
    said = capsys.readouterr().out
    assert "README.txt" in said
    assert "dictionary.csv" in said
    assert {one.name for one in (tmp_path / "project").iterdir()} == {
        "dictionary.csv", "repeating.csv", "missing_codes.txt", "README.txt",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["North Clinic\nSouth, Clinic\n\n", 'dag_name,country\nNorth Clinic,NL\n"South, Clinic",BE\n'],
)
def test_sites_may_be_lines_or_a_column(tmp_path: Path, text: str) -> None:
    (tmp_path / "sites.csv").write_text(text)
    assert (
        run("--out", tmp_path, "--sites", tmp_path / "sites.csv", "--longitudinal", "--date-entry") == EXIT_OK
    )
    assert (tmp_path / "dags.csv").read_text().splitlines()[1:] == ["North Clinic,", '"South, Clinic",']
    assert (tmp_path / "form_events.csv").is_file()


def test_our_own_project_passes_the_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("--out", tmp_path)
    assert run("--check", tmp_path) == EXIT_OK
    said = capsys.readouterr().out
    assert "brain_lesion" in said
    assert "problems: 0 errors, 0 warnings" in said


def test_a_dictionary_with_errors_is_told_and_returns_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "d.csv").write_text(BAD)
    assert run("--check", tmp_path / "d.csv") == EXIT_FINDINGS
    assert "error: d.csv row 2 (x): a radio without choices. Write them as" in capsys.readouterr().out


def test_json_holds_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "d.csv").write_text(BAD)
    assert run("--check", tmp_path / "d.csv", "--json") == EXIT_FINDINGS
    said = json.loads(capsys.readouterr().out)
    assert (said["errors"], said["forms"][0]["name"], said["forms"][0]["repeats"]) == (1, "visit", None)


def test_a_file_that_is_no_dictionary_returns_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--check", tmp_path / "nothing.csv") == EXIT_BAD_INPUT
    assert "no such file" in capsys.readouterr().err


def test_options_of_writing_do_not_go_with_a_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--check", tmp_path, "--date-entry") == EXIT_BAD_INPUT
    assert "--out" in capsys.readouterr().err
