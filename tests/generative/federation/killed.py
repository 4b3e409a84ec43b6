"""Processes of a federated job that kill themselves (SIGKILL) at a moment that a test names.

Children are forked from a server that has imported all this once, so that each costs a few hundredths of a
second. Keys and rows are the same in every process; what a job knows lies in its folder.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from cimara.cohort.study.keys import new_key, read_key, write_key
from cimara.federation.centre import job_folder
from cimara.federation.errors import Code, FederationError
from cimara.federation.masking import UsedRounds
from cimara.federation.messages.kinds import Query, read_any
from cimara.federation.site import job as site_job
from tests.federated.engine.small_job import SITES, House, study_of

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(["__main__", __name__])
LONGEST = 60.0
"""Seconds that a child may take."""


class Moment(StrEnum):
    """When a process dies in a round."""

    BEFORE_ASKING = "before the round is asked"
    ANSWERED = "with all answers and no sum"
    HALF_WRITTEN = "while the sum is written"
    RECEIVED = "when the query came"
    CLAIMED = "with the answer on disk and not sent"
    SENDING = "after the ledger, before the answer left"


@dataclass(frozen=True)
class Kill:
    """A moment in a round of the analysis."""

    moment: Moment
    step: int


def house_in(folder: Path) -> House:
    """The same house in every process: its keys lie in the folder."""
    keys = {}
    for name in (*SITES, "coordinator"):
        path = folder / "keys" / f"{name}.pem"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_key(new_key(), path)
        keys[name] = read_key(path)
    return House(folder, study=study_of(keys=keys))


def die() -> None:
    """No handler, no clean-up: what the disk has is all there is."""
    os.kill(os.getpid(), signal.SIGKILL)


def killed_coordinator(folder: Path, kill: Kill) -> int:
    """Run the job in a child whose coordinator (and sites, in the same process) dies; its exit code."""
    child = processes.Process(target=_coordinate, args=(folder, kill))
    child.start()
    child.join(LONGEST)
    return child.exitcode if child.exitcode is not None else 0


def _coordinate(folder: Path, kill: Kill) -> None:
    house = house_in(folder)
    if kill.moment is Moment.HALF_WRITTEN:
        _die_while_writing(f"{kill.step:04d}.total")
    house.coordinator(_DyingTransport(house, kill)).run(["A2"])


def _die_while_writing(name: str) -> None:
    """Die with the coordinator's file written aside and not yet in its place."""
    replace = os.replace

    def dying(source: Any, target: Any) -> None:
        if Path(target).name == name and "sites" not in Path(target).parts:
            die()
        replace(source, target)

    job_folder.os.replace = dying  # type: ignore[assignment]


class _DyingTransport:
    def __init__(self, house: House, kill: Kill) -> None:
        self._house, self._kill = house, kill

    @property
    def sites(self) -> tuple[str, ...]:
        return self._house.transport.sites

    def send(self, frame: bytes, sites: tuple[str, ...]) -> Mapping[str, bytes]:
        message = read_any(frame, self._house.known.coordinators)
        here = isinstance(message, Query) and message.step == self._kill.step
        if here and self._kill.moment is Moment.BEFORE_ASKING:
            die()
        answers = self._house.transport.send(frame, sites)
        if here and self._kill.moment is Moment.ANSWERED:
            die()
        return answers


class PipedSite:
    """A site in a process of its own, behind a pipe; it may be told to die."""

    def __init__(self, folder: Path, site: str, kill: Kill | None = None) -> None:
        self._near, far = processes.Pipe()
        self.process = processes.Process(target=_serve, args=(folder, site, far, kill))
        self.process.start()
        far.close()

    def answer(self, frame: bytes) -> bytes:
        """Raises FederationError (SITE_LOST) where the process is gone."""
        try:
            self._near.send_bytes(frame)
            return self._near.recv_bytes()
        except (EOFError, BrokenPipeError, ConnectionResetError) as error:
            raise FederationError(Code.SITE_LOST, "the process is gone", where="UT02") from error

    def stop(self) -> None:
        """End it, by its own id."""
        self._near.close()
        self.process.join(LONGEST)


def _serve(folder: Path, site: str, pipe: Connection, kill: Kill | None) -> None:
    house = house_in(folder)
    node = house.transport.nodes[site]
    if kill is not None and kill.moment is Moment.CLAIMED:
        _die_after_claim(kill.step)
    while True:
        try:
            frame = pipe.recv_bytes()
        except EOFError:
            return
        message = read_any(frame, house.known.coordinators)
        here = kill is not None and isinstance(message, Query) and message.step == kill.step
        if here and kill.moment is Moment.RECEIVED:
            die()
        answer = node.answer(frame)
        if here and kill.moment is Moment.SENDING:
            die()
        pipe.send_bytes(answer)


def _die_after_claim(at: int) -> None:
    class Dying(UsedRounds):
        def claim(self, analysis: str, step: int, attempt: int, payload: bytes) -> None:
            super().claim(analysis, step, attempt, payload)
            if step == at:
                die()

    site_job.UsedRounds = Dying  # type: ignore[misc]
