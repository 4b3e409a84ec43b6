"""Reads how far federated jobs are from their `status.json`, as files that anybody may have written.

A job belongs to a study by the hash of the study file in it. Nothing in a file names another file, what is
too large or of another shape is left out, and no text is shown that a terminal or a page could act on.
"""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec

from cimara.federation.centre.status import STATUS, JobState
from cimara.federation.errors import Code
from cimara_web.logs import event

log = logging.getLogger(__name__)
MOST_SHOWN = 300
"""Characters of a text."""
MOST_BYTES = 64 * 1024
"""Of one file; that of 17 sites and 20 analyses has 5 KB."""
MOST_FOLDERS = 200
MOST_JOBS = 20
"""Shown of one study, the newest first."""
DIGITS = 64

Name = Annotated[str, msgspec.Meta(max_length=80)]
Words = Annotated[str, msgspec.Meta(max_length=4000)]
Count = Annotated[int, msgspec.Meta(ge=-1, le=1_000_000)]
Bytes = Annotated[int, msgspec.Meta(ge=0, le=1 << 50)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=1e9)]


class JobAnalysis(msgspec.Struct, frozen=True, kw_only=True):
    """An analysis of a job; `step` counts the rounds that are complete."""

    id: Name
    state: JobState
    step: Count = 0
    code: Name = ""
    words: Words = ""


class JobSite(msgspec.Struct, frozen=True, kw_only=True):
    """What the coordinating centre last heard of a site."""

    id: Name
    last_seen: Name = ""
    step: Count = -1
    waiting: Words = ""
    seconds: Seconds = 0.0
    bytes: Bytes = 0

    @property
    def seen(self) -> datetime | None:
        """When it was last heard of; None for never, and for what is no moment."""
        try:
            return datetime.fromisoformat(self.last_seen).astimezone(UTC)
        except (ValueError, OverflowError):
            return None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job, as the coordinating centre told it last. Unknown fields of later versions are passed over."""

    job: Name
    study: Name
    study_hash: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
    state: JobState
    analyses: Annotated[tuple[JobAnalysis, ...], msgspec.Meta(max_length=200)]
    sites: Annotated[tuple[JobSite, ...], msgspec.Meta(max_length=500)]
    code: Name = ""
    words: Words = ""
    done: Count = 0
    planned: Count = 0
    started: Name = ""

    @property
    def moment(self) -> datetime | None:
        """When it began."""
        return JobSite(id="", last_seen=self.started).seen


_JOB = msgspec.json.Decoder(Job)


def jobs_of(study_hash: str, folder: Path) -> tuple[Job, ...]:
    """The jobs of a study in a folder of job folders, the newest first; none without a hash."""
    if len(study_hash) != DIGITS:
        return ()
    found = [one for one in _read_all(folder) if one.study_hash == study_hash]
    return tuple(sorted(found, key=lambda one: (one.started, one.job), reverse=True)[:MOST_JOBS])


def known_code(text: str) -> Code | None:
    """A code of a refusal or fault, if it is one."""
    return Code(text) if text in set(Code) else None


def plain(text: str) -> str:
    """The beginning of a text of a file, without characters that turn or hide what is beside them."""
    return "".join(one for one in text if one.isprintable())[:MOST_SHOWN]


def _read_all(folder: Path) -> Iterator[Job]:
    unreadable = 0
    for path in _folders(folder):
        try:
            yield _JOB.decode(_content(path / STATUS))
        except FileNotFoundError:
            continue
        except (OSError, ValueError, RecursionError):  # msgspec's errors are ValueErrors
            unreadable += 1
    if unreadable:
        event(log, "federation.jobs_unreadable", level=logging.WARNING, count=unreadable)


def _folders(folder: Path) -> list[Path]:
    """The folders in it that are no links, those that changed last first, and no more than so many."""
    try:
        with os.scandir(folder) as entries:
            found = [one for one in entries if one.is_dir(follow_symlinks=False)]
            found.sort(key=lambda one: one.stat(follow_symlinks=False).st_mtime, reverse=True)
    except OSError:
        return []
    return [Path(one.path) for one in found[:MOST_FOLDERS]]


def _content(path: Path) -> bytes:
    """The bytes of a plain file; a link, a pipe, a device or too much of it is a ValueError or OSError."""
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(number, "rb") as stream:
        if not stat.S_ISREG(os.fstat(number).st_mode):
            raise ValueError("not a file")
        content = stream.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ValueError("too large")
    return content
