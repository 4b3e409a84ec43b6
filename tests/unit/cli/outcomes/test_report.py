"""`cimara outcomes report` and `cimara outcomes plan`."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_OK, main
from tests.unit.outcomes.report.made_up_study import HEAD, write_study

CURVE = '\n[[analysis]]\nid = "A1"\nkind = "kaplan_meier"\nendpoint = "os"\nby = "arm"\n'


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_study(tmp_path / "data", n=40)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    path = tmp_path / "plan.toml"
    path.write_text(HEAD + CURVE, encoding="utf-8")
    return path


def report(plan: Path, study: Path) -> int:
    return main(["outcomes", "report", str(plan), "--data", str(study), "--out", str(plan.parent / "out")])


def test_a_report_that_is_all_done(plan: Path, study: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert report(plan, study) == EXIT_OK
    told = capsys.readouterr()
    assert "A1 done: Overall Survival: control median" in told.out
    assert "A1: kaplan_meier" in told.err
    assert (plan.parent / "out" / "report.html").is_file()


def test_a_report_in_which_something_is_not_estimable(
    plan: Path, study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan.write_text(HEAD + CURVE.replace('"os"', '"progression"'), encoding="utf-8")
    assert report(plan, study) == EXIT_FINDINGS
    assert "A1 not_estimable: NOT_SUPPORTED" in capsys.readouterr().out
    assert (plan.parent / "out" / "report.html").is_file()


def test_a_plan_that_does_not_fit_its_data(
    plan: Path, study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan.write_text(HEAD.replace('"site"', '"sites"') + CURVE.replace('"arm"', '"arms"'), encoding="utf-8")
    assert report(plan, study) == EXIT_BAD_INPUT
    lines = capsys.readouterr().err.splitlines()
    text = plan.read_text(encoding="utf-8").splitlines()
    places = [1 + next(i for i, line in enumerate(text) if name in line) for name in ('"sites"', '"arms"')]
    assert [line.split(",")[0] for line in lines] == [f"plan.toml: line {place}" for place in places]
    assert not (plan.parent / "out").exists()


def test_a_report_for_the_public_is_refused(
    plan: Path, study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan.write_text(HEAD + CURVE + '\n[release]\naudience = "public"\n', encoding="utf-8")
    assert report(plan, study) == EXIT_BAD_INPUT
    assert "disclosure rules" in capsys.readouterr().err


def test_check_prints_the_hash_or_every_fault(plan: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outcomes", "plan", "check", str(plan)]) == EXIT_OK
    assert "1 analyses, SHA-256 " in capsys.readouterr().out
    plan.write_text(HEAD + CURVE.replace("by =", "bye =").replace('"os"', '"oss"'), encoding="utf-8")
    assert main(["outcomes", "plan", "check", str(plan)]) == EXIT_BAD_INPUT
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_check_with_data_looks_for_columns(
    plan: Path, study: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan.write_text(HEAD + CURVE.replace('"arm"', '"arms"'), encoding="utf-8")
    assert main(["outcomes", "plan", "check", str(plan), "--data", str(study)]) == EXIT_BAD_INPUT
    assert "did you mean arm?" in capsys.readouterr().err


def test_lock_writes_beside_the_plan_and_asks_why_it_changed(
    plan: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["outcomes", "plan", "lock", str(plan)]) == EXIT_OK
    assert plan.with_name("plan.toml.lock").is_file()
    plan.write_text(HEAD + CURVE.replace("A1", "A2"), encoding="utf-8")
    assert main(["outcomes", "plan", "lock", str(plan)]) == EXIT_BAD_INPUT
    assert "--reason" in capsys.readouterr().err
    assert main(["outcomes", "plan", "lock", str(plan), "--reason", "a slip of the pen"]) == EXIT_OK
