"""`status.json` may come from anybody: what is broken, too large or a trap is passed over."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from cimara.federation.centre.status import AnalysisStatus, SiteStatus, Status
from cimara_web.studies.federation.job_files import MOST_BYTES, MOST_FOLDERS, MOST_JOBS, jobs_of
from tests.web.studies.workspace.federation_jobs import HASH, put_job, status

DEEP = b"[" * 30_000 + b"]" * 30_000


def names(folder: Path) -> list[str]:
    return [one.job for one in jobs_of(HASH, folder)]


def test_the_newest_job_comes_first(tmp_path: Path) -> None:
    put_job(tmp_path, "one", status(job="0041", started="2026-11-19T11:00:00+00:00"))
    put_job(tmp_path, "two", status(job="0042"))
    assert names(tmp_path) == ["0042", "0041"]


def test_what_the_coordinating_centre_writes_is_read(tmp_path: Path) -> None:
    made = Status(
        job="0042", study="demo-brm", study_hash=HASH, analyses=[AnalysisStatus(id="A1")],
        sites=[SiteStatus(id="NL01")],
    )  # fmt: skip
    made.write(tmp_path / "0042")
    (read,) = jobs_of(HASH, tmp_path)
    assert (read.job, read.analyses[0].id, read.sites[0].seen) == ("0042", "A1", None)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"\xff\xfe",
        DEEP,
        json.dumps(status(state="stolen")).encode(),
        json.dumps(status(study_hash="D" * 64)).encode(),
        json.dumps(status(done="many")).encode(),
        json.dumps(status(done=1 << 70)).encode(),
        json.dumps(status(words="x" * 4001)).encode(),
        json.dumps(status(sites=[{"id": "NL01", "bytes": -1}])).encode(),
        json.dumps(status()).encode() + b" " * MOST_BYTES,
    ],
    ids=lambda raw: raw[:24].decode(errors="replace"),
)
def test_a_broken_or_swollen_file_is_passed_over(tmp_path: Path, raw: bytes) -> None:
    put_job(tmp_path, "bad", raw)
    put_job(tmp_path, "good", status())
    assert names(tmp_path) == ["0042"]


def test_links_and_pipes_are_not_opened(tmp_path: Path) -> None:
    folder, outside = tmp_path / "jobs", tmp_path / "outside"
    put_job(outside, "0041", status(job="0041"))
    folder.mkdir()
    (folder / "linked").symlink_to(outside / "0041")
    (folder / "0040").mkdir()
    (folder / "0040" / "status.json").symlink_to(outside / "0041" / "status.json")
    (folder / "0039").mkdir()
    os.mkfifo(folder / "0039" / "status.json")
    assert names(folder) == []


def test_a_path_in_a_file_leads_nowhere(tmp_path: Path) -> None:
    outside = put_job(tmp_path / "outside", "0041", status(job="0041"))
    folder = tmp_path / "jobs"
    put_job(folder, "0042", status(job=f"../outside/{outside.name}"))
    assert names(folder) == ["../outside/0041"], "shown as a text, and no file is looked for by it"


@pytest.mark.parametrize("moment", ["", "yesterday", "9999-99-99", "0001-01-01T00:00:00+23:59"])
def test_what_is_no_moment_is_never(tmp_path: Path, moment: str) -> None:
    put_job(tmp_path, "0042", status(sites=[{"id": "NL01", "last_seen": moment}]))
    (job,) = jobs_of(HASH, tmp_path)
    assert job.sites[0].seen is None


def test_so_many_folders_are_looked_into_and_so_many_jobs_shown(tmp_path: Path) -> None:
    for number in range(MOST_FOLDERS + 1):
        of = {"study_hash": "e" * 64} if number >= MOST_JOBS + 1 else {}
        put_job(tmp_path, f"{number:04d}", status(job=f"{number:04d}", **of), age=number)
    oldest = tmp_path / f"{MOST_FOLDERS:04d}" / "status.json"
    oldest.write_text(json.dumps(status(job="9999", started="2027-01-01T00:00:00+00:00")))
    os.utime(oldest.parent, (1_700_000_000,) * 2)
    found = names(tmp_path)
    assert "9999" not in found
    assert len(found) == MOST_JOBS


@pytest.mark.parametrize("study_hash", ["", "d" * 63])
def test_a_study_without_a_hash_has_no_jobs(tmp_path: Path, study_hash: str) -> None:
    put_job(tmp_path, "0042", status())
    assert jobs_of(study_hash, tmp_path) == ()


def test_a_folder_that_is_not_there_holds_none(tmp_path: Path) -> None:
    assert jobs_of(HASH, tmp_path / "nowhere") == ()


def test_files_that_cannot_be_read_are_counted_in_the_log_and_not_named(tmp_path: Path, caplog: Any) -> None:
    put_job(tmp_path, "named-by-somebody", b"{")
    names(tmp_path)
    (record,) = caplog.records
    assert (record.msg, record.fields) == ("federation.jobs_unreadable", {"count": 1})
