"""`cimara trials search`."""

from __future__ import annotations

import json

import pytest

from cimara.cli import main
from cimara.trials.snapshot import Snapshot


def run(snapshot: Snapshot, *words: str) -> int:
    return main(["trials", "search", *words, "--registry", str(snapshot.path)])


def test_hits_are_printed(trials: Snapshot, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(trials, "tucatinib", "--brm", "required", "--near", "Athens, GR", "--km", "50") == 0
    assert "NCT00000001" in capsys.readouterr().out


def test_json_holds_the_page(trials: Snapshot, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(trials, "melanoma", "--status", "any", "--limit", "3", "--json") == 0
    page = json.loads(capsys.readouterr().out)
    assert page["total"] == {"value": 7, "is_exact": True}
    assert len(page["hits"]) == 3


def test_the_cursor_leads_on(trials: Snapshot, capsys: pytest.CaptureFixture[str]) -> None:
    run(trials, "--limit", "5", "--json")
    first = json.loads(capsys.readouterr().out)
    run(trials, "--limit", "5", "--json", "--cursor", first["cursor"])
    second = json.loads(capsys.readouterr().out)
    assert not {hit["nct_id"] for hit in first["hits"]} & {hit["nct_id"] for hit in second["hits"]}


def test_nothing_found_is_a_finding(trials: Snapshot) -> None:
    assert run(trials, "qqqq") == 1


def test_a_wrong_word_is_bad_input(trials: Snapshot, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(trials, "--brm", "perhaps") == 2
    assert "stable_only" in capsys.readouterr().err


def test_why_not_tells_the_reason(trials: Snapshot, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(trials, "--why-not", "NCT00000012") == 0
    assert "status: asked RECRUITING; found COMPLETED" in capsys.readouterr().out
    assert run(trials, "--why-not", "NCT00000012", "--json") == 0
    assert json.loads(capsys.readouterr().out)["obstacles"][0]["field"] == "status"
