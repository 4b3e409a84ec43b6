"""Messages that people carry as files: questions lie in the folder of a job, answers are put beside them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cimara.federation.centre.job_folder import plain_name
from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.kinds import SIGNED, Refused, read_any
from cimara.federation.messages.wire import unpack
from cimara.federation.study import FederatedStudy
from cimara.federation.transport.dropped import (
    README,
    Dropped,
    Finding,
    digest,
    looked_at,
    place,
)

QUERY = "query.msg"
_ROUND = re.compile(r"round-([0-9]{4,6})")


@dataclass(frozen=True, slots=True)
class _Given:
    """A file with an answer that fits its question, and whether it is a refusal."""

    path: Path
    site: str
    query: str
    refused: bool

    @property
    def frame(self) -> bytes:
        """What the site signed; whoever takes it checks the signature again."""
        return Dropped.of(self.path.read_bytes()).frame


class FileDropTransport:
    """A folder whose job folders are carried to the sites and back, by any means and in any order.

    A question is asked once, however often it is sent: its folder is `JOB/round-0003/` with `query.msg` for
    every site alike. Answers are known by what they hold and not by their names.

    Parameters
    ----------
    folder
        The coordinating centre's; the folders of jobs are made in it.
    """

    def __init__(self, folder: Path, study: FederatedStudy[Any]) -> None:
        self.folder, self._study = folder, study
        self._findings: tuple[Finding, ...] = ()
        self._looked: dict[str, tuple[_Given, ...]] = {}

    @property
    def sites(self) -> tuple[str, ...]:
        """All sites of the study: anybody can be brought a file."""
        return tuple(sorted(self._study.sites))

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Files of the job last asked about that do not count, each with what is wrong with it."""
        return self._findings

    def send(self, frame: bytes, sites: tuple[str, ...]) -> Mapping[str, bytes]:
        """The answers that lie in the job's folder, after the question was put there.

        Raises
        ------
        FederationError
            WAITS_FOR_STEWARD naming the sites whose answers are missing, and the files that are at fault;
            UNKNOWN_SENDER, BROKEN_SIGNATURE, BROKEN_MESSAGE for a frame that is no coordinator's.
        """
        message = read_any(frame, self._study.coordinators)
        folder, query = self.folder / plain_name(message.job, "a job"), digest(frame)
        is_new = self._ask(folder, frame)
        if not (self._is_known(message.job, query, sites) or (is_new and message.job in self._looked)):
            self._looked[message.job] = self._answers(folder, message.job)
        wanted = {one.site: one for one in self._looked[message.job] if one.query == query}
        missing = [site for site in sites if site not in wanted]
        if missing:
            raise self._waits(missing)
        return {site: wanted[site].frame for site in sites}

    def _is_known(self, job: str, query: str, sites: tuple[str, ...]) -> bool:
        """Whether the files that were looked at last have the answers of all these sites.

        A job has many questions: its files are looked at anew only for an answer that is missing, or for a
        refusal, which a site may take back.
        """
        own = {one.site for one in self._looked.get(job, ()) if one.query == query and not one.refused}
        return own >= set(sites)

    def _ask(self, folder: Path, frame: bytes) -> bool:
        """Put the question into the folder; False where it lies there."""
        rounds = _rounds(folder)
        if any((path / QUERY).is_file() and (path / QUERY).read_bytes() == frame for path in rounds.values()):
            return False
        place(folder / f"round-{max(rounds, default=0) + 1:04d}", QUERY, frame)
        place(folder, README, _readme(folder.name, self._study.id).encode())
        return True

    def _answers(self, folder: Path, job: str) -> tuple[_Given, ...]:
        """Answers to any question of the job, refusals first so that what a site says later counts."""
        asked = {
            digest((path / QUERY).read_bytes())
            for path in _rounds(folder).values()
            if (path / QUERY).is_file()
        }

        def read(path: Path, content: bytes) -> _Given | None:
            return None if digest(content) in asked else self._read(path, content, job, asked)

        given, findings = looked_at(folder, read)
        self._findings = tuple(findings)
        return tuple(sorted(given, key=lambda one: not one.refused))

    def _read(self, path: Path, content: bytes, job: str, asked: set[str]) -> _Given:
        if _is_question(content):
            raise FederationError(Code.OLD_ROUND, "is a question that this folder did not ask")
        told = Dropped.of(content)
        if told.study != self._study.hash:
            raise FederationError(Code.UNKNOWN_STUDY, "is an answer for another study, or another version")
        if told.job != job:
            raise FederationError(Code.OLD_ROUND, "is an answer for another job")
        if told.query not in asked:
            raise FederationError(
                Code.OLD_ROUND, "is an answer to another round",
                hint="The site answers the query.msg of this folder again.",
            )  # fmt: skip
        if told.site not in self._study.sites:
            raise FederationError(Code.NOT_A_MEMBER, "is an answer of a site that the study does not have")
        message = read_any(told.frame, {told.site: self._study.sites[told.site]})
        if message.job not in (job, ""):
            raise FederationError(Code.OLD_ROUND, "is an answer for another job")
        return _Given(path, told.site, told.query, isinstance(message, Refused))

    def _waits(self, missing: list[str]) -> FederationError:
        problem = "no answer yet"
        if self._findings:
            problem += f"; files that do not count: {'; '.join(map(str, self._findings))}"
        return FederationError(
            Code.WAITS_FOR_STEWARD, problem, where=", ".join(missing),
            hint="Carry the job's folder to these sites and back, then resume the job.",
        )  # fmt: skip


def _rounds(folder: Path) -> dict[int, Path]:
    if not folder.is_dir():
        return {}
    return {
        int(named[1]): path
        for path in sorted(folder.iterdir())
        if (named := _ROUND.fullmatch(path.name)) and path.is_dir() and not path.is_symlink()
    }


def _is_question(content: bytes) -> bool:
    try:
        unpack(content, (SIGNED,))
    except FederationError:
        return False
    return True


def _readme(job: str, study: str) -> str:
    return f"""Job {job} of the study {study}

At the coordinating centre: copy this folder to each site (disk, secure mail, a shared folder: by any means).
At a site: run   cimara federation respond KIT THIS-FOLDER   It shows in words what would leave, and writes
files named answer-... beside the questions, if you release them. Copy those files back to the centre.
At the centre: put all answers anywhere in this folder, under any name, and resume the job.
Nothing in this folder is secret to the sites of the study; it holds no row and no id of any patient.
"""
