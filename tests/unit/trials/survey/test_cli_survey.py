"""`cimara trials survey`: counts of a snapshot, files, and the difference of two snapshots."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_OK, main
from tests.unit.trials.registry.records import built, record


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    snapshot = built(tmp_path, [record(), record("NCT00000002", conditions__conditions=["Melanoma"])])
    snapshot.close()
    return snapshot.path


def run(*words: str | Path) -> int:
    return main(["trials", "survey", *map(str, words)])


def test_counts_are_printed_with_a_caption(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--registry", registry, "--by", "phase") == EXIT_OK
    told = capsys.readouterr().out
    assert "What trials say of brain metastases" in told
    assert "PHASE2" in told
    assert "snapshot " in told


def test_json_lists_the_trials_of_each_cell(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--registry", registry, "--json") == EXIT_OK
    found = json.loads(capsys.readouterr().out)
    assert found["total"]["trials"] == ["NCT00000001", "NCT00000002"]
    cells = found["total"]["cells"]["brm"]
    assert sum(len(cell["trials"]) for cell in cells) == 2


def test_a_tumour_is_selected(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--registry", registry, "--tumour", "melanoma", "--json") == EXIT_OK
    assert json.loads(capsys.readouterr().out)["total"]["trials"] == ["NCT00000002"]


def test_files_are_written(registry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--registry", registry, "--schema", "mccoach2016", "--out", tmp_path / "out") == EXIT_OK
    listed = capsys.readouterr().out.split()
    assert str(tmp_path / "out" / "survey.csv") in listed
    assert (tmp_path / "out" / "survey-brm.svg").read_text().startswith("<?xml")


def test_a_confusion_matrix_re_weighs(
    registry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    matrix = tmp_path / "confusion.csv"
    matrix.write_text("truth,read,n\nexcluded,excluded,9\nstable_only,excluded,1\n", encoding="utf-8")
    assert run("--registry", registry, "--confusion", matrix) == EXIT_OK
    assert "on 10 labelled trials" in capsys.readouterr().out


def test_a_missing_matrix_is_bad_input(registry: Path, tmp_path: Path) -> None:
    assert run("--registry", registry, "--confusion", tmp_path / "none.csv") == EXIT_BAD_INPUT


def test_changed_policies_are_findings(
    registry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    changed = "Inclusion Criteria:\n\n* Adults"
    later = built(tmp_path, [record(eligibility__eligibilityCriteria=changed)], name="later")
    later.close()
    assert run("--diff", registry, later.path) == EXIT_FINDINGS
    told = capsys.readouterr().out
    assert "| brm_policy | stable_only -> not_mentioned | brain metastases | (the record is silent) |" in told
    assert "1 are gone" in told


def test_equal_snapshots_have_no_findings(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--diff", registry, registry, "--json") == EXIT_OK
    assert json.loads(capsys.readouterr().out)["changes"] == []
