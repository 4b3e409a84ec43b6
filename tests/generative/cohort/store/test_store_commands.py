"""`cimara cohort submit`, `history`, `diff`, `restore`, `withdraw`, `purge`, as a coordinator sees them."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_IDENTIFIERS, EXIT_OK, main
from cimara.cohort.dataset import Dataset
from cimara.cohort.reading import write_tables
from cimara.cohort.store.store import Store
from cimara.cohort.study.keys import new_key, public_half, write_key
from cimara.cohort.synth.consortium import synth_consortium
from cimara.cohort.synth.options import SynthOptions

STUDY = "rn-bev-1"


@pytest.fixture(scope="module")
def site() -> tuple[str, Dataset]:
    made = synth_consortium(SynthOptions(seed=1, patients=24, sites=1))
    return next(iter(made.datasets.items()))


@pytest.fixture
def desk(site: tuple[str, Dataset], tmp_path: Path) -> Desk:
    return Desk(tmp_path, *site)


class Desk:
    """A coordinator with one site's data and a store."""

    def __init__(self, folder: Path, site: str, dataset: Dataset) -> None:
        self.folder, self.site, self.dataset = folder, site, dataset
        self.store = Store(str(folder / "store"))
        self.place = ["--store", str(folder / "store"), "--study", STUDY]

    def written(self, count: int = 24, **columns: pl.Expr) -> Path:
        """The first patients' tables as files, columns of `Patient` replaced."""
        ids = self.dataset.frame("Patient")["patient_id"].head(count)
        held = self.dataset.of_patients(ids)
        tables = {**held.tables, "Patient": held.frame("Patient").with_columns(**columns)}
        path = self.folder / f"export-{len(list(self.folder.iterdir()))}"
        write_tables(Dataset(tables), path)
        return path

    def hold(self, *counts: int) -> None:
        """Put versions with the first patients into the store, past the checks."""
        ids = self.dataset.frame("Patient")["patient_id"]
        for count in counts:
            held = self.dataset.of_patients(ids.head(count))
            self.store.submit(
                Dataset({name: held.frame(name) for name in ("Site", "Patient", "Death")}),
                {"errors": 0, "warnings": 1},
                b"{}",
                study=STUDY,
                site=self.site,
                author="curator-3",
                now=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
            )

    def submit(self, path: Path, *more: str) -> int:
        words = ["submit", str(path), *self.place, "--site", self.site, "--author", "curator-3", *more]
        return main(["cohort", *words])

    def act(self, verb: str, *words: str, reason: str = "a reason") -> int:
        who = ["--site", self.site, "--author", "lead", "--reason", reason]
        return main(["cohort", verb, *words, *self.place, *who])

    def history(self, *more: str) -> int:
        return main(["cohort", "history", *self.place, *more])

    def diff(self, *words: str) -> int:
        return main(["cohort", "diff", *words, *self.place, "--site", self.site])

    @property
    def current(self) -> int:
        return self.store.current(STUDY)[self.site].number


def test_a_submission_says_what_is_current_and_how_to_cite_it(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert desk.submit(desk.written()) == EXIT_OK
    told = capsys.readouterr()
    version = desk.store.version(STUDY, desk.site)
    assert f"{desk.site} version 1 of {STUDY} is stored, and current" in told.out
    assert version.content_hash in told.out
    assert f"cite as  {version.release_id}" in told.out
    assert "has no version in this store yet" in told.err


def test_the_same_data_again_adds_nothing(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.submit(desk.written())
    assert desk.submit(desk.written()) == EXIT_OK
    assert "has this content already; nothing was added" in capsys.readouterr().out
    assert len(desk.store.history(STUDY)) == 1


def test_a_submission_as_json(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    assert desk.submit(desk.written(), "--json") == EXIT_OK
    told = json.loads(capsys.readouterr().out)
    assert told["version"] == 1
    assert told["rows"]["Patient"] == 24
    assert told["content_hash"] == desk.store.version(STUDY, desk.site).content_hash


def test_data_with_errors_are_rejected_with_the_first_of_them(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.hold(24)
    capsys.readouterr()
    assert desk.submit(desk.written(9, n_brm_at_anchor=pl.lit(999))) == EXIT_FINDINGS
    told = capsys.readouterr().out
    assert "rejected" in told
    assert "n_brm_at_anchor" in told
    assert "cimara cohort validate" in told
    assert desk.current == 1
    seq = desk.store.history(STUDY)[-1].line.seq
    assert json.loads(desk.store.report(STUDY, seq))["counts"]["errors"] >= 9


def test_identifiers_are_refused_and_leave_no_trace(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    path = desk.written(curator=pl.lit("jane.doe@example.org"))
    assert desk.submit(path) == EXIT_IDENTIFIERS
    told = capsys.readouterr().out
    assert "identifiers" in told
    assert "jane" not in told
    assert not (desk.folder / "store").exists()


def test_soft_hits_need_a_reason_which_is_kept(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    path = desk.written(anchor_year=2005 + pl.int_range(pl.len()))  # ids in the order of the years
    assert desk.submit(path) == EXIT_FINDINGS
    assert "--accept REASON" in capsys.readouterr().out
    assert not (desk.folder / "store").exists()
    assert desk.submit(path, "--accept", "patients were numbered by chance") == EXIT_OK
    assert desk.store.history(STUDY)[0].line.soft_hit_reason == "patients were numbered by chance"


def test_history_shows_every_version_and_who(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.hold(5, 6)
    desk.act("restore", "1", reason="the wrong export was sent")
    capsys.readouterr()
    assert desk.history("--check") == EXIT_OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[:4] == ["line", "site", "version", "state"]
    assert [line.split()[3] for line in lines[2:5]] == ["earlier", "earlier", "current"]
    assert "curator-3" in lines[2]
    assert "restored version 1" in lines[4]
    assert "the wrong export was sent" in lines[4]
    assert lines[5].endswith(": clean")


def test_history_as_json_has_whole_hashes(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.hold(24)
    capsys.readouterr()
    assert desk.history("--check", "--json") == EXIT_OK
    told = json.loads(capsys.readouterr().out)
    assert told["check"]["clean"] is True
    assert told["lines"][0]["state"] == "current"
    assert len(told["lines"][0]["tables"]["Patient"]["content_hash"]) == 64


def test_damage_is_named_and_gives_exit_1(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.hold(24)
    manifest = desk.folder / "store" / STUDY / "manifest.jsonl"
    manifest.write_text(manifest.read_text().replace("curator-3", "curator-4"))
    capsys.readouterr()
    assert desk.history("--check") == EXIT_FINDINGS
    assert "DAMAGED manifest line 1: it was changed after it was written" in capsys.readouterr().out
    assert desk.history() == EXIT_BAD_INPUT


def test_a_line_is_signed_with_a_key_and_checked_with_its_public_half(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    key = new_key()
    write_key(key, desk.folder / "key.pem")
    desk.hold(24)
    desk.act(
        "withdraw", desk.dataset.frame("Patient")["patient_id"][0], "--key", str(desk.folder / "key.pem")
    )
    capsys.readouterr()
    assert desk.history("--check", "--trust", public_half(key).text) == EXIT_FINDINGS
    assert capsys.readouterr().out.count("not signed by a trusted key") == 1
    assert desk.history("--check", "--trust", public_half(new_key()).text) == EXIT_FINDINGS
    assert capsys.readouterr().out.count("not signed by a trusted key") == 2


def test_a_noted_line_is_looked_for(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.hold(24)
    noted = desk.store.check(STUDY).last_line
    assert desk.history("--check", "--noted", noted) == EXIT_OK
    assert desk.history("--check", "--noted", "0" * 64) == EXIT_FINDINGS


def test_diff_shows_cells_before_and_after(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.hold(23)
    desk.dataset = Dataset(
        {
            **desk.dataset.tables,
            "Patient": desk.dataset.frame("Patient").with_columns(brm_synchronous=pl.lit("unknown")),
        }
    )
    desk.hold(24)
    capsys.readouterr()
    assert desk.diff("1") == EXIT_OK
    told = capsys.readouterr().out
    assert "version 1 to version 2" in told
    assert "patients added 1, removed 0" in told
    assert "brm_synchronous" in told
    assert "unknown" in told
    assert desk.diff("1", "1") == EXIT_OK
    assert "no difference" in capsys.readouterr().out


def test_diff_as_json_is_whole(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.hold(2, 24)
    capsys.readouterr()
    assert desk.diff("1", "2", "--json") == EXIT_OK
    told = json.loads(capsys.readouterr().out)
    added: list[dict[str, Any]] = told["added"]
    assert sum(one["table"] == "Patient" for one in added) == 22


def test_a_withdrawn_patient_stays_out_of_the_next_upload(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.hold(24)
    patient = desk.dataset.frame("Patient")["patient_id"][0]
    assert desk.act("withdraw", patient, reason="consent was taken back") == EXIT_OK
    assert "is current, without the patient" in capsys.readouterr().out
    assert desk.submit(desk.written()) == EXIT_OK
    assert "left out 1 patient withdrawn earlier" in capsys.readouterr().out


def test_a_withdrawal_can_be_undone(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.hold(24)
    patient = desk.dataset.frame("Patient")["patient_id"][0]
    desk.act("withdraw", patient)
    assert desk.act("withdraw", patient, "--undo", reason="the wrong patient was named") == EXIT_OK
    assert "the withdrawal is undone" in capsys.readouterr().out
    desk.act("restore", "1")
    assert desk.store.read(STUDY, desk.site).frame("Patient").height == 24


def test_a_purge_says_which_versions_are_gone(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.hold(24)
    patient = desk.dataset.frame("Patient")["patient_id"][0]
    assert desk.act("purge", "--patient", patient, "--approved-by", "pi-1", "dpo-1") == EXIT_OK
    told = capsys.readouterr().out
    assert "versions that can no longer be read: 1" in told
    assert desk.current == 2
    assert desk.history("--check") == EXIT_OK


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("restore", "7"), "no version 7"),
        (("withdraw", "UT01-P9999"), "no row of that patient"),
        (("purge", "--version", "1", "--approved-by", "pi-1", "pi-1"), "two different people"),
    ],
)
def test_what_cannot_be_done_says_why(
    desk: Desk, words: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.hold(24)
    assert desk.act(*words) == EXIT_BAD_INPUT
    assert said in capsys.readouterr().err
    assert len(desk.store.history(STUDY)) == 1
