"""The server's part of a job: runs the coordinator in NVFlare's process for it, and ends as that ended."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nvflare.apis.event_type import EventType  # type: ignore[import-untyped]
from nvflare.apis.fl_constant import FLContextKey  # type: ignore[import-untyped]
from nvflare.apis.impl.controller import Controller  # type: ignore[import-untyped]

from cimara.federation.centre.coordinator import Coordinator
from cimara.federation.centre.job_folder import plain_name, read_json
from cimara.federation.centre.job_result import JobResult
from cimara.federation.centre.status import STATUS, JobState
from cimara.federation.errors import Code, FederationError
from cimara.federation.messages.kinds import Order, read
from cimara.federation.reports.chart_study import put_report
from cimara.federation.transport.nvflare.carriage import TOPIC
from cimara.federation.transport.nvflare.filters import kit_of
from cimara.federation.transport.nvflare.house import House
from cimara.federation.transport.nvflare.released import RESULTS, hand_out
from cimara.federation.transport.nvflare.server_transport import NVFlareTransport

STEWARD = 5.0
"""Seconds between two questions whether a steward has released an answer."""
FINISHED = {JobState.DONE, JobState.RELEASED}


class StudyController(Controller):  # type: ignore[misc]
    """Runs all analyses of one order in one job.

    Parameters
    ----------
    order
        The researcher's signed order, hexadecimal.
    """

    def __init__(self, order: str) -> None:
        super().__init__(task_check_period=0.02)
        self._order = bytes.fromhex(order)
        self._transport: NVFlareTransport | None = None
        self._folder: Path | None = None

    def start_controller(self, fl_ctx: Any) -> None:
        """Called by NVFlare before the work: answer questions about progress from now on."""
        self._engine.register_app_command(TOPIC, self._status)

    def stop_controller(self, fl_ctx: Any) -> None:
        """Called by NVFlare after the work."""

    def process_result_of_unknown_task(
        self, client: Any, task_name: str, client_task_id: str, result: Any, fl_ctx: Any
    ) -> None:
        """Called by NVFlare for a result that nobody waits for any more; it is dropped."""

    def handle_event(self, event_type: str, fl_ctx: Any) -> None:
        """Called by NVFlare for each event; losing a site and having it back matter here."""
        if self._transport is None:
            return
        if event_type == EventType.CLIENT_DISCONNECTED:
            self._transport.lost(str(fl_ctx.get_prop(FLContextKey.DISCONNECTED_CLIENT_NAME)))
        elif event_type == EventType.CLIENT_RECONNECTED:
            self._transport.back(str(fl_ctx.get_prop(FLContextKey.RECONNECTED_CLIENT_NAME)))

    def control_flow(self, abort_signal: Any, fl_ctx: Any) -> None:
        """Called by NVFlare: all rounds of all analyses. What is not complete ends the job as failed."""
        try:
            result = self._run(abort_signal, fl_ctx)
        except FederationError as error:
            self.system_panic(str(error), fl_ctx)
            return
        finally:
            self._hand_out(fl_ctx)
        if result.state not in FINISHED:
            self.system_panic(_told(result), fl_ctx)

    def _run(self, abort: Any, fl_ctx: Any) -> JobResult:
        house = House(kit_of(fl_ctx))
        order = read(self._order, Order, house.coordinators())
        self._transport = NVFlareTransport(self, fl_ctx, abort, order.roster)
        self._folder = house.kept / "jobs" / plain_name(order.job, "a job")
        study = house.study(order.study_hash)
        coordinator = Coordinator(
            study=study,
            transport=self._transport,
            folder=self._folder,
            key=house.key("server"),
            now=_utc_now,
        )
        if (self._folder / STATUS).is_file():
            result = coordinator.resume()
        else:
            result = coordinator.run(order.analyses, order=self._order)
        result = _after_steward(result, coordinator.resume, lambda: bool(abort.triggered))
        put_report(study, result, _utc_now)
        return result

    def _hand_out(self, fl_ctx: Any) -> None:
        """Copy what may be seen, and nothing else, to where NVFlare keeps a job's results."""
        if self._folder is None:
            return
        root = Path(fl_ctx.get_workspace().get_result_root(fl_ctx.get_job_id()))
        hand_out(self._folder, root / RESULTS)

    def _status(self, topic: str, data: Any, fl_ctx: Any) -> dict[str, Any]:
        told = read_json(self._folder / STATUS) if self._folder is not None else None
        return dict(told) if told is not None else {"state": str(JobState.WAITING_SITES)}


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _told(result: JobResult) -> str:
    return (
        f"{result.state}: {result.reason.code} {result.reason.words}" if result.reason else str(result.state)
    )


def _after_steward(
    result: JobResult, resume: Callable[[], JobResult], stopped: Callable[[], bool]
) -> JobResult:
    """Go on as soon as a steward has released the answer that the job waits for."""
    while _waits(result) and not stopped():
        time.sleep(STEWARD)
        result = resume()
    return result


def _waits(result: JobResult) -> bool:
    reason = result.reason
    return result.state is JobState.PAUSED and reason is not None and reason.code == Code.WAITS_FOR_STEWARD
