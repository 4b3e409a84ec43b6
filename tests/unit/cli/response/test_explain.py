"""`cimara response explain` and `compare`: reasons in sentences, and what another policy changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_OK
from tests.unit.cli.response.tidy_folder import response, rows_of, tidy_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tidy_folder(tmp_path / "in")


def test_a_patient_is_explained_in_sentences(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert response("explain", "--tidy", folder, "--policy", "rano_bm_imaging", "--patient", "P2") == EXIT_OK
    told = capsys.readouterr().out
    assert (
        "PD: sum 29.0 mm is +20.8 % over nadir 24.0 mm (visit W8) and lesion L1 grew 5.0 mm (>= 5.0). "
        "Rule RBM-T1, Lin 2015." in told
    )
    assert "P1" not in told


def test_one_visit_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--policy", "recist11", "--patient", "P1", "--visit", "W16", "--json")
    assert response("explain", "--tidy", folder, *words) == EXIT_OK
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["visit_id"], row["response"], row["reasons"]) == ("W16", "PR", ["PR_PERSISTS"])
    assert row["sentence"].startswith("PR: a partial response was reached before")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--patient", "P9"), "--patient: no such patient; expected one of the 2 patient ids"),
        (("--patient", "P1", "--visit", "W99"), "--visit: no such visit; expected W8 or W16"),
        (("--patient", "P1", "--evaluator", "R1"), "--evaluator: no such evaluator; expected INV"),
    ],
)
def test_what_the_study_has_not_is_exit_2(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    assert response("explain", "--tidy", folder, "--policy", "recist11", *words) == EXIT_BAD_INPUT
    assert told in capsys.readouterr().err


def test_two_policies_are_compared(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--policy", "recist11", "--policy", "recist11_literal", "--csv", tmp_path / "changes.csv")
    assert response("compare", "--tidy", folder, *words) == EXIT_FINDINGS
    told = capsys.readouterr().out
    assert "1 of 4 time points change" in told
    assert "pr_persistence: True -> False" in told
    assert "R11-O6: PR_PERSISTS" in told
    assert "R11-O7: SUM_STABLE" in told
    (row,) = rows_of(tmp_path / "changes.csv")
    assert (row["patient_id"], row["visit_id"], row["response_a"], row["response_b"]) == (
        "P1",
        "W16",
        "PR",
        "SD",
    )


def test_changes_as_json(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ("--policy", "recist11", "--policy", "recist11_literal", "--json")
    assert response("compare", "--tidy", folder, *words) == EXIT_FINDINGS
    found = json.loads(capsys.readouterr().out)
    assert found["fields"]["pr_persistence"] == [True, False]
    assert [change["reasons_b"] for change in found["changes"]] == ["SUM_STABLE"]


def test_the_same_policy_twice_changes_nothing(folder: Path) -> None:
    assert response("compare", "--tidy", folder, "--policy", "irecist", "--policy", "irecist") == EXIT_OK


def test_one_policy_is_not_enough(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert response("compare", "--tidy", folder, "--policy", "recist11") == EXIT_BAD_INPUT
    assert "expected --policy twice" in capsys.readouterr().err
