"""The verbs of the registry: build, show, export, doctor, sync; and which registry they read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_OK, main
from cimara.cli.trials.registry import default_registry
from cimara.trials.snapshot import Snapshot
from tests.unit.trials.registry.records import built, raw, record, write_lines


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    snapshot = built(tmp_path, [record(), record("NCT00000002", design__phases=[])])
    snapshot.close()
    return snapshot.path


def run(*words: str | Path) -> int:
    return main(["trials", *map(str, words)])


def test_build_writes_a_snapshot_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write_lines(tmp_path / "a.jsonl", [record()])
    assert run("build", source, "--out", tmp_path / "a.sqlite3") == EXIT_OK
    told = capsys.readouterr().out
    assert "stored        1" in told
    assert "data of       2026-02-10 (version_holder)" in told
    with Snapshot.open(tmp_path / "a.sqlite3") as snapshot:
        assert len(snapshot) == 1


def test_build_into_a_folder_publishes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write_lines(tmp_path / "a.jsonl", [record()])
    folder = tmp_path / "folder"
    folder.mkdir()
    assert run("build", source, "--out", folder, "--json") == EXIT_OK
    report = json.loads(capsys.readouterr().out)
    assert (report["read"], report["stored"], report["rejected"]) == (1, 1, 0)
    with Snapshot.open(folder) as snapshot:
        assert str(snapshot.path) == report["path"]


def test_build_names_rejects_and_exits_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write_lines(tmp_path / "a.jsonl", [record(), {"no": "study"}])
    assert run("build", source, "--out", tmp_path / "a.sqlite3") == EXIT_FINDINGS
    assert "IMPORT a.jsonl line 2: no valid registry number" in capsys.readouterr().err


def test_a_strict_build_exits_2_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_lines(tmp_path / "a.jsonl", [record(), {"no": "study"}])
    assert run("build", source, "--strict", "--out", tmp_path / "a.sqlite3") == EXIT_BAD_INPUT
    assert "--strict" in capsys.readouterr().err
    assert not (tmp_path / "a.sqlite3").exists()


def test_show_prints_policy_and_words(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "nct00000001", "--registry", registry) == EXIT_OK
    told = capsys.readouterr().out
    assert "NCT00000001  Brain radiotherapy with drug A" in told
    assert "Brain metastases: stable_only" in told


def test_show_as_json_holds_what_was_read(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "NCT00000002", "--json", "--registry", registry) == EXIT_OK
    found = json.loads(capsys.readouterr().out)
    assert found["eligibility"]["brm_policy"] == "stable_only"
    assert [issue["code"] for issue in found["issues"]] == ["EMPTY_PHASES"]


def test_show_raw_is_the_record(registry: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run("show", "NCT00000001", "--raw", "--registry", registry) == EXIT_OK
    assert capfdbinary.readouterr().out == raw(record()) + b"\n"


def test_an_unknown_number_exits_2(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("show", "NCT99999999", "--registry", registry) == EXIT_BAD_INPUT
    assert "isn't in this snapshot" in capsys.readouterr().err


def test_export_writes_to_stdout_or_a_file(
    registry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("export", "--registry", registry) == EXIT_OK
    assert len(capsys.readouterr().out.splitlines()) == 2
    out = tmp_path / "out.csv"
    assert run("export", "NCT00000001", "--format", "csv", "--out", out, "--registry", registry) == EXIT_OK
    assert len(out.read_text().splitlines()) == 2
    assert "1 studies" in capsys.readouterr().err


def test_doctor_exits_1_on_findings(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("doctor", "--registry", registry, "--json") == EXIT_FINDINGS
    codes = {finding["code"] for finding in json.loads(capsys.readouterr().out)["findings"]}
    assert "reader_differs" in codes


def test_sync_without_a_folder_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CIMARA_SNAPSHOT", raising=False)
    assert run("sync") == EXIT_BAD_INPUT
    assert "no registry folder" in capsys.readouterr().err


def test_the_environment_names_the_registry(
    registry: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CIMARA_SNAPSHOT", str(registry))
    assert default_registry() == registry
    assert run("show", "NCT00000001") == EXIT_OK


def test_the_argument_wins_over_the_environment(
    registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CIMARA_SNAPSHOT", str(tmp_path / "absent.sqlite3"))
    assert run("show", "NCT00000001", "--registry", registry) == EXIT_OK


def test_else_the_starter_registry_is_built_once_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CIMARA_SNAPSHOT", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = default_registry()
    assert "starter" in capsys.readouterr().err
    written = path.stat().st_mtime_ns
    assert default_registry() == path
    assert path.stat().st_mtime_ns == written
    with Snapshot.open(path) as snapshot:
        assert snapshot.meta.starter
        assert all(study.starter for study in snapshot.studies())
        assert snapshot.connection.execute("SELECT count(*) FROM rejected").fetchone() == (0,)
