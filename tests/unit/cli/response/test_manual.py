"""`cimara response manual`: rules on request, every page into a folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from cimara.cli import EXIT_BAD_INPUT, EXIT_OK, main


def test_it_lists_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["response", "manual"]) == EXIT_OK
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("RBM-T1   V  PD: sum") for line in lines)
    assert any(line.startswith("RBM-O6   P  target: NE: NE") for line in lines)


def test_a_rule_is_shown_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["response", "manual", "RBM-T1"]) == EXIT_OK
    out = capsys.readouterr().out
    assert out.startswith("# RBM-T1\n")
    assert "The 5 mm rule applies to one lesion, not to the sum." in out


def test_an_unknown_rule_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["response", "manual", "RBM-T99"]) == EXIT_BAD_INPUT
    assert "unknown rule 'RBM-T99'" in capsys.readouterr().err


def test_every_page_is_written(tmp_path: Path) -> None:
    assert main(["response", "manual", "--out", str(tmp_path)]) == EXIT_OK
    written = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.md")}
    assert {"index.md", "rano-bm.md", "rano-lm-2019/scorecard.md", "unverified.md"} <= written
