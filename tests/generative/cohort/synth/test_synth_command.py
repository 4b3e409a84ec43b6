"""`cimara cohort synth` writes a consortium and says how to go on."""

import json
from pathlib import Path

import pytest

from cimara.cli import main

SMALL = ["cohort", "synth", "--patients", "60", "--sites", "3"]


def test_it_names_each_site_and_the_command_that_checks_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*SMALL, "--defects", "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr()
    assert (
        "cimara cohort validate exports/DC03_synthetic --mapping mappings/DC03_synthetic_mapping.csv"
        in said.out
    )
    assert "60 invented patients of 3 invented sites" in said.out
    assert "3 of 3" in said.err
    assert {one.name for one in (tmp_path / "out").iterdir()} == {
        "README.txt",
        "exports",
        "mappings",
        "mended",
        "planted.csv",
        "truth.json",
    }


def test_without_errors_there_is_nothing_to_mend(tmp_path: Path) -> None:
    assert main([*SMALL, "--out", str(tmp_path / "out")]) == 0
    assert not (tmp_path / "out" / "mended").exists()
    assert not (tmp_path / "out" / "planted.csv").exists()


def test_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SMALL, "--format", "redcap", "--json", "--out", str(tmp_path / "out")]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [one["kind"] for one in told] == ["redcap"] * 3
    assert sum(one["patients"] for one in told) == 60


def test_a_folder_in_use_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main([*SMALL, "--out", str(tmp_path)]) == 2
    assert "not empty" in capsys.readouterr().err


def test_too_few_patients_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cohort", "synth", "--patients", "20", "--out", str(tmp_path / "out")]) == 2
    assert "85 or more" in capsys.readouterr().err
