"""`cimara federation hand-out` releases the results of a job in somebody's name."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cimara.cli import main
from cimara.federation.site.ledger import Ledger
from tests.federated.commands.conftest import Demo

CHECKED = ("--checked-by", "Demo Member 015")


@pytest.fixture
def job(demo: Demo) -> Path:
    """A job that is done, as `run` leaves it."""
    out = demo.folder / "out"
    assert main(["federation", "run", str(demo.study), "--tables", str(demo.tables), "--out", str(out)]) == 0
    return out / "job"


def hand_out(job: Path, *words: str, by: str = "Demo Member 014") -> int:
    return main(["federation", "hand-out", str(job), "--by", by, *words])


def test_a_job_that_is_done_is_released_by_a_named_person(
    job: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert hand_out(job, *CHECKED, "--to", str(job.parent / "portal")) == 0
    assert "A1 handed out by Demo Member 014" in capsys.readouterr().out
    assert json.loads((job / "status.json").read_text())["state"] == "released"
    (line,) = Ledger(job.parent / "releases.jsonl").entries()
    assert (line["by"], line["checked_by"]) == ("Demo Member 014", "Demo Member 015")
    (shown,) = (job.parent / "portal").glob("*/status.json")
    assert json.loads(shown.read_text())["state"] == "released"


def test_one_person_is_not_two(job: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert hand_out(job, *CHECKED, by="Demo Member 015") == 2
    assert "two people" in capsys.readouterr().err
    assert json.loads((job / "status.json").read_text())["state"] == "done"
    assert not (job.parent / "releases.jsonl").exists()


def test_a_folder_without_a_job_has_nothing_to_hand_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert hand_out(tmp_path) == 2
    assert "the job has no results to hand out" in capsys.readouterr().err
