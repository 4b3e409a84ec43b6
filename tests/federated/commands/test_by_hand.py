"""A job that people carry as files, from its order to its result, and answers that wait for a steward."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest

from cimara.cli import main
from cimara.federation.tables.studies import read_table_study
from tests.federated.commands.conftest import SITES, Demo


class Carried:
    """The centre's kit, the sites' kits, and the folder that goes round."""

    def __init__(self, demo: Demo, monkeypatch: pytest.MonkeyPatch) -> None:
        self.demo, self.patch = demo, monkeypatch
        study_hash = read_table_study(demo.study).hash
        self.centre = demo.kit("researcher")
        self.sites = {name: demo.kit("site", name) for name in SITES}
        for kit in self.sites.values():
            demo.policy(kit, study_hash)
        self.drop = demo.folder / "drop"
        self.job = ""

    def submit(self) -> int:
        done = self.main(
            "submit", self.centre, "demo-brain-metastases", "--analyses", "A1", "--drop", self.drop
        )
        (self.job,) = (one.name for one in self.drop.iterdir() if one.is_dir())
        return done

    def respond(self, site: str, typed: str | None = None) -> int:
        self.patch.setattr("sys.stdin", io.StringIO(f"{self.job if typed is None else typed}\n"))
        return self.main("respond", self.sites[site], self.drop / self.job, "--by", "Demo Member 014")

    def all_respond(self) -> None:
        assert {self.respond(site) for site in SITES} == {0}

    def resume(self) -> int:
        return self.main("resume", self.centre, self.job, "--drop", self.drop)

    def status(self) -> dict[str, object]:
        path = self.centre / "house" / "kept" / "jobs" / self.job / "status.json"
        return json.loads(path.read_text())

    def main(self, *words: object) -> int:
        return main(["federation", *map(str, words)])


@pytest.fixture
def carried(demo: Demo, monkeypatch: pytest.MonkeyPatch) -> Carried:
    one = Carried(demo, monkeypatch)
    assert one.submit() == 0
    return one


def test_a_job_is_carried_from_its_order_to_its_result(carried: Carried) -> None:
    for _ in range(12):
        carried.all_respond()
        if carried.resume() == 0:
            break
    assert carried.status()["state"] == "done"


def test_the_steward_reads_in_words_what_would_leave(
    carried: Carried, capsys: pytest.CaptureFixture[str]
) -> None:
    carried.all_respond()
    carried.resume()
    capsys.readouterr()
    carried.respond("NL01")
    told = capsys.readouterr().out
    assert re.search(r"A1, round 0: \d+ numbers: counts over 120 patients", told)
    assert f"Type {carried.job} to release it" in told


@pytest.mark.parametrize("typed", ["", "yes", "20260101-000000-00000000"])
def test_nothing_leaves_unless_the_number_of_the_job_is_typed(
    carried: Carried, typed: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert carried.respond("NL01", typed) == 1
    assert "nothing left" in capsys.readouterr().err
    assert not list((carried.drop / carried.job).rglob("answer-*"))
    ledger = (carried.sites["NL01"] / "house/kept/ledger.jsonl").read_text()
    assert '"decision":"not released"' in ledger
    assert "Demo Member 014" in ledger


def test_the_job_waits_for_the_sites_that_have_not_answered(
    carried: Carried, capsys: pytest.CaptureFixture[str]
) -> None:
    carried.respond("NL01")
    assert carried.resume() == 1
    reason = next(one for one in capsys.readouterr().out.splitlines() if one.startswith("FED-505"))
    assert [site in reason.partition("Carry")[0] for site in SITES] == [False, True, True]


def test_a_folder_of_something_else_is_refused(carried: Carried, capsys: pytest.CaptureFixture[str]) -> None:
    elsewhere = carried.demo.folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "letter.txt").write_text("Dear colleagues")
    found = carried.main("respond", carried.sites["NL01"], elsewhere, "--by", "Demo Member 014")
    assert found == 2
    assert "FED-101" in capsys.readouterr().err


def test_a_job_that_this_kit_has_not_begun_is_refused(
    carried: Carried, capsys: pytest.CaptureFixture[str]
) -> None:
    for job in ("20260101-000000-00000000", "../../etc"):
        assert carried.main("resume", carried.centre, job, "--drop", carried.drop) == 2
        assert "FED-4" in capsys.readouterr().err


def test_nothing_waits_at_a_site_that_was_asked_nothing(
    carried: Carried, capsys: pytest.CaptureFixture[str]
) -> None:
    assert carried.main("release", carried.sites["NL01"], "--by", "Demo Member 014") == 0
    assert "nothing waits" in capsys.readouterr().err


def test_the_kit_of_the_centre_answers_for_no_site(
    carried: Carried, capsys: pytest.CaptureFixture[str]
) -> None:
    found = carried.main("respond", carried.centre, carried.drop / carried.job, "--by", "Demo Member 014")
    assert found == 2
    assert "no kit of a site" in capsys.readouterr().err


def release(carried: Carried, typed: str) -> int:
    carried.patch.setattr("sys.stdin", io.StringIO(f"{typed}\n"))
    return carried.main("release", carried.sites["NL01"], "--by", "Demo Member 014")


@pytest.fixture
def waiting(carried: Carried) -> Path:
    """The ledger of NL01, where the counts of the first round wait to be released."""
    carried.all_respond()
    carried.resume()
    carried.respond("NL01", "no")
    return carried.sites["NL01"] / "house/kept/ledger.jsonl"


def test_a_steward_releases_what_waits(
    carried: Carried, waiting: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert release(carried, carried.job) == 0
    assert "1 answer released" in capsys.readouterr().err
    last = json.loads(waiting.read_text().splitlines()[-1])
    assert (last["decision"], last["study"]) == ("released", "demo-brain-metastases")


def test_or_keeps_it(carried: Carried, waiting: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert release(carried, "no") == 2
    assert "FED-216" in capsys.readouterr().err
