"""One round over NVFlare: a task with a signed frame for every site, and the frames that come back."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any

from nvflare.apis.controller_spec import Task  # type: ignore[import-untyped]
from nvflare.apis.fl_constant import ReturnCode  # type: ignore[import-untyped]

from cimara.federation.errors import Code, FederationError
from cimara.federation.transport.nvflare.carriage import TASK, carried, frame_of

ANSWER_WITHIN = 900
"""Seconds after which a site that is there, and does not answer, is given up."""
PATIENCE = 0.25
"""Seconds between two looks whether NVFlare wants the job to end."""
BLOCKED: Mapping[str, tuple[Code, str]] = {
    ReturnCode.TASK_RESULT_FILTER_ERROR: (
        Code.WRONG_SHAPE, "the site's filter kept its answer in: it was not one signed message",
    ),
    ReturnCode.TASK_DATA_FILTER_ERROR: (
        Code.UNKNOWN_SENDER, "the site's filter did not let the question in: nobody it knows signed it",
    ),
    ReturnCode.UNSAFE_JOB: (Code.FOREIGN_CODE, "the site holds the job for unsafe"),
}  # fmt: skip


class NVFlareTransport:
    """Takes frames to sites as tasks of a controller. Lives in the server's process of one job.

    Parameters
    ----------
    controller
        NVFlare's controller, whose tasks these are.
    context, abort
        Of its run.
    sites
        Ids of the sites that the job was deployed to.
    """

    def __init__(self, controller: Any, context: Any, abort: Any, sites: tuple[str, ...]) -> None:
        self._controller, self._context, self._abort = controller, context, abort
        self._sites = sites
        self._changed = threading.Condition()
        self._lost: set[str] = set()
        self._answers: dict[str, Any] = {}

    @property
    def sites(self) -> tuple[str, ...]:
        """The sites that the job runs at."""
        return self._sites

    def send(self, frame: bytes, sites: tuple[str, ...]) -> Mapping[str, bytes]:
        """One frame to each site, and their answers.

        Raises
        ------
        FederationError
            SITE_LOST: its heartbeat stopped; NO_ANSWER: nothing in 15 minutes; SERVER_LOST: the server is
            told to end; what `BLOCKED` says where a site's filter blocked; PROGRAM for other faults there.
        """
        with self._changed:
            self._answers = {}
        task = Task(name=TASK, data=carried(frame), timeout=ANSWER_WITHIN, result_received_cb=self._received)
        self._controller.broadcast(
            task=task, fl_ctx=self._context, targets=list(sites), min_responses=len(sites)
        )
        try:
            found = self._wait(task, sites)
        except FederationError:
            self._controller.cancel_task(task, fl_ctx=self._context)
            raise
        return {site: _frame(site, found[site]) for site in sites}

    def lost(self, site: str) -> None:
        """Note that a site is gone. Called from another thread."""
        with self._changed:
            self._lost.add(site)
            self._changed.notify_all()

    def back(self, site: str) -> None:
        """Note that a lost site is there again."""
        with self._changed:
            self._lost.discard(site)

    def _received(self, client_task: Any, fl_ctx: Any) -> None:
        """Called by NVFlare in a thread of its own for each result."""
        with self._changed:
            self._answers[str(client_task.client.name)] = client_task.result
            self._changed.notify_all()

    def _wait(self, task: Any, sites: tuple[str, ...]) -> dict[str, Any]:
        with self._changed:
            while not self._complete(sites):
                for site in sites:
                    _fault(site, self._answers.get(site))
                gone = [site for site in sites if site in self._lost and site not in self._answers]
                if gone:
                    raise FederationError(
                        Code.SITE_LOST, "its process or its connection is gone; nothing was released",
                        where=gone[0],
                        hint="The site starts its kit again; then resume the job.",
                    )  # fmt: skip
                if self._abort.triggered:
                    raise FederationError(Code.SERVER_LOST, "the job was stopped at the server")
                if task.completion_status is not None:
                    missing = next(site for site in sites if site not in self._answers)
                    raise FederationError(
                        Code.NO_ANSWER, f"gave no answer in {ANSWER_WITHIN} seconds", where=missing
                    )
                self._changed.wait(PATIENCE)
            return dict(self._answers)

    def _complete(self, sites: tuple[str, ...]) -> bool:
        return all(site in self._answers for site in sites)


def _frame(site: str, result: Any) -> bytes:
    _fault(site, result)
    try:
        return frame_of(result)
    except FederationError as error:
        raise FederationError(error.code, error.problem, where=site, expected=error.expected) from error


def _fault(site: str, result: Any) -> None:
    """Raise what a result means that is no answer; NVFlare itself would let such a job end as completed."""
    code = result.get_return_code() if result is not None else ReturnCode.OK
    if code == ReturnCode.OK:
        return
    known = BLOCKED.get(code)
    if known is not None:
        raise FederationError(known[0], known[1], where=site, hint="The site's ledger says more.")
    raise FederationError(
        Code.PROGRAM, f"the site's process failed ({code})", where=site, hint="Its own log says more."
    )
