"""The verbs of a federation take a study of charts as they take one over tables."""

from __future__ import annotations

import dataclasses
import io
import json
import shutil
from pathlib import Path

import pytest

from cimara.cli import main
from cimara.cohort.store.store import Store
from tests.federated.charts.chart_kits import NOW, STUDY, ChartKits, chart_kits, submissions


def federation(*words: object) -> int:
    return main(["federation", *map(str, words)])


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> ChartKits:
    return chart_kits(tmp_path_factory.mktemp("kits"))


@pytest.fixture
def kits(shared: ChartKits, tmp_path: Path) -> ChartKits:
    """Kits of the test's own."""
    shutil.copytree(shared.folder, tmp_path / "kits")
    return dataclasses.replace(shared, folder=tmp_path / "kits")


class TestPlan:
    def test_it_tells_every_round_of_every_analysis(
        self, shared: ChartKits, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert federation("plan", shared.checked.path, "--json") == 0
        told = json.loads(capsys.readouterr().out)
        assert told["hash"] == shared.checked.hash
        assert told["sites"] == list(shared.sites)
        rounds = {one["id"]: len(one["rounds"]) for one in told["analyses"]}
        assert list(rounds) == ["A1", "A2", "A3", "A4", "A5", "description"]
        assert min(rounds.values()) > 1
        assert not any(one["ends"] for one in told["analyses"])

    def test_it_says_what_each_number_is(self, shared: ChartKits, capsys: pytest.CaptureFixture[str]) -> None:
        assert federation("plan", shared.checked.path, "--analyses", "A1") == 0
        told = capsys.readouterr().out
        assert "A1 report_model: counts, log-likelihoods" in told
        assert "patients that the analysis uses" in told

    def test_a_sites_own_folder_is_looked_through(
        self, shared: ChartKits, capsys: pytest.CaptureFixture[str]
    ) -> None:
        data = shared.data(shared.sites[0])
        assert federation("plan", shared.checked.path, "--check", data, "--analyses", "A1", "A4") == 0
        assert capsys.readouterr().out == "A1: nothing is wrong\nA4: nothing is wrong\n"

    def test_what_an_analysis_cannot_use_is_told_by_analysis(
        self, kits: ChartKits, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (kits.data(kits.sites[0]) / "death.parquet").unlink()
        assert federation("plan", kits.checked.path, "--check", kits.data(kits.sites[0])) == 1
        assert "A1: " in capsys.readouterr().out

    def test_a_folder_of_another_study_is_refused(
        self, kits: ChartKits, capsys: pytest.CaptureFixture[str]
    ) -> None:
        kits.provenance(kits.sites[0], study="another")
        assert federation("plan", kits.checked.path, "--check", kits.data(kits.sites[0])) == 2
        assert "FED-601" in capsys.readouterr().err

    def test_a_folder_in_another_data_model_is_refused(
        self, kits: ChartKits, capsys: pytest.CaptureFixture[str]
    ) -> None:
        kits.provenance(kits.sites[0], schema_version="0.9")
        assert federation("plan", kits.checked.path, "--check", kits.data(kits.sites[0])) == 2
        assert "FED-213" in capsys.readouterr().err


class TestByHand:
    def test_a_job_is_carried_to_its_report(
        self, kits: ChartKits, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        drop, centre = kits.folder / "drop", kits.researcher
        assert federation("submit", centre, STUDY, "--analyses", "description", "--drop", drop) == 0
        (job,) = (one.name for one in drop.iterdir() if one.is_dir())
        for _ in range(6):
            for site in kits.sites:
                monkeypatch.setattr("sys.stdin", io.StringIO(f"{job}\n"))
                assert federation("respond", kits.site(site), drop / job, "--by", "Demo Member 014") == 0
            capsys.readouterr()
            if federation("resume", centre, job, "--drop", drop) == 0:
                break
        told = capsys.readouterr().out.splitlines()[-1]
        assert told == f"report: {centre / 'house/kept/jobs' / job / 'report/report.html'}"

    def test_all_analyses_are_asked_for_where_none_is_named(self, kits: ChartKits) -> None:
        drop = kits.folder / "drop"
        assert federation("submit", kits.researcher, STUDY, "--drop", drop) == 0
        (status,) = (kits.researcher / "house/kept/jobs").glob("*/status.json")
        asked = [one["id"] for one in json.loads(status.read_text())["analyses"]]
        assert asked == ["A1", "A2", "A3", "A4", "A5", "description"]


class TestBuildAtSite:
    def build(self, kits: ChartKits, *more: str) -> int:
        store = Store(str(kits.folder / "store"))
        for one in submissions()[:2]:
            store.submit(
                one.dataset, {}, b"{}", study=STUDY, site=one.site_id, author="Demo Member 014", now=NOW,
                study_hash=kits.checked.hash,
            )  # fmt: skip
        out = str(kits.folder / "built")
        where = ["--store", str(kits.folder / "store"), "--out", out]
        return main(["study", "build", str(kits.checked.path), *where, *more])

    def test_a_site_builds_its_own_folder_alone(self, kits: ChartKits) -> None:
        assert self.build(kits, "--at-site", "--sites", kits.sites[0]) == 0
        data = kits.folder / "built"
        assert federation("plan", kits.checked.path, "--check", data, "--analyses", "A1") == 0

    def test_the_folder_of_two_sites_is_none_of_a_site(
        self, kits: ChartKits, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.build(kits, "--at-site") == 2
        assert "expected those of one site" in capsys.readouterr().err


class TestDoctor:
    def told(self, kits: ChartKits, capsys: pytest.CaptureFixture[str]) -> list[str]:
        """What it says of a site's study and data; the kits have no certificates."""
        assert federation("doctor", kits.site(kits.sites[0])) == 1
        lines = capsys.readouterr().out.splitlines()
        return [one for one in lines if one.partition(": ")[2].startswith(("studies", "data"))]

    def test_it_finds_the_folder_of_the_study(
        self, kits: ChartKits, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert self.told(kits, capsys) == [
            "good: data: what cimara_site.toml names is there",
            "good: data: demo-rn-bev: the data folder is of the study as it is signed",
        ]

    def test_it_says_that_a_folder_is_in_another_data_model_and_what_to_do(
        self, kits: ChartKits, capsys: pytest.CaptureFixture[str]
    ) -> None:
        kits.provenance(kits.sites[0], schema_version="0.9")
        last = self.told(kits, capsys)[-1]
        assert last.startswith("bad: data: demo-rn-bev: the data folder was built with another version")
        assert "cimara study build STUDY --at-site" in last

    def test_it_says_why_a_study_cannot_be_used(
        self, kits: ChartKits, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (kits.site(kits.sites[0]) / "house/studies" / STUDY / "rn_recurrence.toml").unlink()
        first = self.told(kits, capsys)[0]
        assert first.startswith("bad: studies: house/studies/demo-rn-bev cannot be used")
        assert "no file 'rn_recurrence.toml'" in first
