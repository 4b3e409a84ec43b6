"""`cimara trials atlas`: endpoints of a snapshot, of some trials, and two trials side by side."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cimara.cli import EXIT_BAD_INPUT, EXIT_OK, main
from cimara.trials.atlas import atlas, endpoint_uses
from cimara.trials.atlas.selection import SelectionError, select
from cimara.trials.search import Query
from cimara.trials.snapshot import Snapshot
from tests.unit.trials.registry.records import built, record

CNS_PFS = [{"measure": "CNS PFS by RANO-BM", "timeFrame": "24 months"}]


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    snapshot = built(tmp_path, [record(), record("NCT00000002", outcomes__primaryOutcomes=CNS_PFS)])
    snapshot.close()
    return snapshot.path


def run(*words: str | Path) -> int:
    return main(["trials", "atlas", *map(str, words)])


def test_endpoints_are_listed(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--registry", registry) == EXIT_OK
    told = capsys.readouterr().out
    assert "2 trials, 2 with outcomes, 2 measures" in told
    assert "NCT00000002 primary 1: CNS PFS" in told


def test_one_endpoint_is_asked_for(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--registry", registry, "--endpoint", "ICORR", "--json") == EXIT_OK
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["nct_id"], row["use"]["canonical"]) == ("NCT00000001", "ICORR")


def test_some_trials_are_asked_for(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--registry", registry, "--trials", "nct00000002", "--json") == EXIT_OK
    assert [row["nct_id"] for row in json.loads(capsys.readouterr().out)] == ["NCT00000002"]


def test_two_trials_stand_side_by_side(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--registry", registry, "--diff", "NCT00000001", "NCT00000002") == EXIT_OK
    told = capsys.readouterr().out
    assert "NCT00000001" in told
    assert "no such endpoint" in told


def test_files_are_written(registry: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    numbers = ("NCT00000001", "NCT00000002")
    assert run("--registry", registry, "--diff", *numbers, "--out", tmp_path / "out") == EXIT_OK
    assert str(tmp_path / "out" / "differences.csv") in capsys.readouterr().out.split()


def test_an_unknown_trial_is_bad_input(registry: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--registry", registry, "--trials", "NCT99999999") == EXIT_BAD_INPUT
    assert "NCT99999999 isn't in this snapshot" in capsys.readouterr().err


def test_the_snapshot_holds_what_the_atlas_reads(registry: Path) -> None:
    with Snapshot.open(registry) as snapshot:
        rows = snapshot.connection.execute("SELECT canonical FROM endpoint ORDER BY study_id, role, ord, use")
        stored = sorted(name for (name,) in rows)
        read = sorted(use.canonical for study in snapshot.studies() for use in endpoint_uses(study))
    assert stored == read


def test_a_search_is_a_population(registry: Path) -> None:
    with Snapshot.open(registry) as snapshot:
        found = atlas(snapshot, Query(text="NCT00000002"))
        everyone = atlas(snapshot, Query(status=frozenset()))
    assert (found.n_studies, everyone.n_studies) == (1, 2)
    assert found.population == "found by search; text NCT00000002; status RECRUITING"


def test_a_search_needs_a_snapshot() -> None:
    with pytest.raises(SelectionError, match="needs a snapshot"):
        select([], Query())
