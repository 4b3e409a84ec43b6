"""`cimara federation status` tells how far a job is, and hands the portal what it may show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cimara.cli import main
from cimara.federation.centre.status import AnalysisStatus, JobState, SiteStatus, Status

JOB = "20261120-120000-0123abcd"


def put(folder: Path, **fields: object) -> Path:
    made = Status(
        job=JOB,
        study="demo-brm",
        study_hash="d" * 64,
        analyses=[AnalysisStatus(id="A1", state=JobState.ROUND, step=3)],
        sites=[
            SiteStatus(id="NL01", last_seen="2026-11-20T11:58:00+00:00", bytes=9000),
            SiteStatus(id="UT02"),
        ],
        **{"state": JobState.ROUND, "done": 3, "planned": 8, **fields},  # type: ignore[arg-type]
    )
    made.write(folder)
    return folder


def status(*words: object) -> int:
    return main(["federation", "status", *map(str, words)])


def test_a_running_job_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert status(put(tmp_path)) == 0
    told = capsys.readouterr().out
    assert f"job {JOB}: round, 3 of 8 rounds" in told
    assert "site NL01: last seen 2026-11-20T11:58:00+00:00, 9,000 bytes" in told
    assert "site UT02: not seen yet" in told


def test_a_paused_job_says_who_must_act(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lost = "site UT02 lost in round 3 of analysis A1; nothing released"
    assert status(put(tmp_path, state=JobState.PAUSED, code="FED-501", words=lost)) == 1
    told = capsys.readouterr().out
    assert f"FED-501 {lost}" in told
    assert "start `cimara federation site` again" in told


def test_advice_is_not_told_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status(put(tmp_path, state=JobState.PAUSED, code="FED-505", words="UT02: waits. Ask its steward."))
    assert "read what leaves and release it" not in capsys.readouterr().out


def test_for_programs_it_is_what_the_file_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status(put(tmp_path), "--json")
    assert json.loads(capsys.readouterr().out) == json.loads((tmp_path / "status.json").read_text())


def test_a_folder_of_a_portal_gets_it_and_nothing_else_of_the_job(tmp_path: Path) -> None:
    job = put(tmp_path / "job")
    (job / "totals").mkdir()
    assert status(job, "--to", tmp_path / "shown") == 0
    assert [one.name for one in (tmp_path / "shown" / JOB).iterdir()] == ["status.json"]
    assert (tmp_path / "shown" / JOB / "status.json").stat().st_mode & 0o777 == 0o644


def test_a_job_with_a_path_for_a_name_is_not_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    job = put(tmp_path / "job")
    told = json.loads((job / "status.json").read_text())
    (job / "status.json").write_text(json.dumps({**told, "job": "../elsewhere"}))
    assert status(job, "--to", tmp_path / "shown") == 2
    assert "FED-405" in capsys.readouterr().err
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("content", [None, "", "[]", "{"])
def test_a_folder_without_a_job_is_named(
    tmp_path: Path, content: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / "status.json").write_text(content)
    assert status(tmp_path) == 2
    assert "FED-408" in capsys.readouterr().err


def test_of_a_kit_the_job_must_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "startup").mkdir()
    assert status(tmp_path) == 2
    assert "no job was named" in capsys.readouterr().err
