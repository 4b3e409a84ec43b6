"""The coordinating centre: orders a job, checks what it is ordered to run, and takes a job up again."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Generic, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from cimara.cohort.study.keys import public_half
from cimara.federation.centre.checkpoint import Checkpoint
from cimara.federation.centre.job import Job
from cimara.federation.centre.job_folder import held_alone, put
from cimara.federation.centre.job_result import JobResult
from cimara.federation.centre.status import Status
from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.kinds import Order, read, signed
from cimara.federation.study import FederatedStudy
from cimara.federation.transport import Transport

D = TypeVar("D")
ORDER = "order.msg"


class Coordinator(Generic[D]):
    """Runs one job over a transport; its folder is the job's, and holds all that `resume` needs.

    Parameters
    ----------
    key
        A key that the study has registered among its coordinators.
    now
        The time, with its zone.
    progress
        Called with the job's status whenever it changes.
    lasts
        How long sites may answer to the order.
    """

    def __init__(
        self,
        *,
        study: FederatedStudy[D],
        transport: Transport,
        folder: Path,
        key: Ed25519PrivateKey,
        now: Callable[[], datetime],
        progress: Callable[[Status], None] | None = None,
        lasts: timedelta = timedelta(days=30),
    ) -> None:
        self._study, self._transport, self._folder = study, transport, folder
        self._key, self._now, self._progress, self._lasts = key, now, progress, lasts
        self._checkpoint = Checkpoint()

    def run(self, analyses: Iterable[str], *, order: bytes | None = None) -> JobResult:
        """Carry out analyses of the study.

        Parameters
        ----------
        order
            An order that a registered coordinator has signed elsewhere; its analyses and roster count.

        Returns
        -------
        result
            Also where the job paused or failed: its `state` and `reason` say so.

        Raises
        ------
        FederationError
            Before anything is sent: UNKNOWN_ANALYSIS, UNKNOWN_SENDER, TOO_FEW_SITES, NO_ANSWER (a site that
            the transport does not reach), OLD_ROUND (the folder holds a job already), OTHER_COORDINATOR
            (another process runs the job).
        """
        with held_alone(self._folder):
            return self._run(tuple(analyses), order)

    def _run(self, analyses: tuple[str, ...], order: bytes | None) -> JobResult:
        if (self._folder / ORDER).is_file():
            raise FederationError(
                Code.OLD_ROUND, "the folder holds a job already", where=self._folder.name,
                hint="Resume it, or name another folder.",
            )  # fmt: skip
        frame = order if order is not None else signed(self._new_order(analyses), self._key)
        read_order = self._checked(frame)
        put(self._folder / ORDER, frame)
        self._checkpoint.write(self._folder)
        return self._go(read_order, frame)

    def resume(self) -> JobResult:
        """Go on from the last complete round, with a new attempt at the next one.

        Where the job only waits for a steward the same attempt goes on, so that what was released meanwhile
        counts. A job that is over gives its result again. Raises FederationError: OLD_ROUND where the folder
        holds no job, OTHER_COORDINATOR where another process runs it.
        """
        if not (self._folder / ORDER).is_file():
            raise FederationError(Code.OLD_ROUND, "the folder holds no job", where=self._folder.name)
        with held_alone(self._folder):
            return self._resume(self._folder / ORDER)

    def _resume(self, path: Path) -> JobResult:
        frame = path.read_bytes()
        order = self._checked(frame)
        self._checkpoint = Checkpoint.read(self._folder)
        if self._checkpoint.waits_for != Code.WAITS_FOR_STEWARD:
            self._checkpoint.attempt += 1
        self._checkpoint.waits_for = ""
        self._checkpoint.write(self._folder)
        return self._go(order, frame)

    def _new_order(self, analyses: tuple[str, ...]) -> Order:
        now = self._now()
        return Order(
            job=f"{now:%Y%m%d-%H%M%S}-{secrets.token_hex(4)}",
            sender=self._name(),
            study=self._study.id,
            study_hash=self._study.hash,
            analyses=analyses,
            roster=tuple(sorted(self._study.sites)),
            masked=self._study.masked,
            issued=now.isoformat(timespec="seconds"),
            expires=(now + self._lasts).isoformat(timespec="seconds"),
        )

    def _name(self) -> str:
        own = public_half(self._key)
        for name, key in self._study.coordinators.items():
            if key == own:
                return name
        raise FederationError(
            Code.UNKNOWN_SENDER, "the key is not one of the study's coordinators",
            hint="The study file names whose orders its sites follow.",
        )  # fmt: skip

    def _checked(self, frame: bytes) -> Order:
        order = read(frame, Order, self._study.coordinators)
        if order.study_hash != self._study.hash:
            raise FederationError(Code.ALTERED_STUDY, "the order is for another version of the study")
        unknown = [one for one in order.analyses if one not in self._study.analyses]
        if unknown or not order.analyses:
            raise FederationError(
                Code.UNKNOWN_ANALYSIS, f"no such analysis: {', '.join(unknown) or 'none was named'}",
                where=self._study.id, expected=", ".join(self._study.analyses),
            )  # fmt: skip
        least = self._study.disclosure.min_sites
        if len(order.roster) < least:
            raise FederationError(
                Code.TOO_FEW_SITES, f"{len(order.roster)} sites", expected=f"{least} or more"
            )
        away = [one for one in order.roster if one not in self._transport.sites]
        if away:
            raise FederationError(Code.NO_ANSWER, "cannot be reached from here", where=", ".join(away))
        return order

    def _go(self, order: Order, frame: bytes) -> JobResult:
        return Job(
            study=self._study, folder=self._folder, order=order, frame=frame, key=self._key, now=self._now,
            checkpoint=self._checkpoint, transport=self._transport, progress=self._progress,
            sender=self._name(),
        ).go()  # fmt: skip
