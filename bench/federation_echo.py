"""The floor of a round over NVFlare: the same engine and the same bytes, and nothing done with them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from nvflare.apis.executor import Executor
from nvflare.apis.impl.controller import Controller

from cimara.federation.transport.nvflare.carriage import carried, frame_of
from cimara.federation.transport.nvflare.server_transport import NVFlareTransport

SECONDS = "echo_seconds.txt"


class EchoExecutor(Executor):
    """Gives back bytes of the length that is asked for."""

    def __init__(self, answer: int) -> None:
        super().__init__()
        self._answer = bytes(answer)

    def execute(self, task_name: str, shareable: Any, fl_ctx: Any, abort_signal: Any) -> Any:
        """Called by NVFlare for each round."""
        frame_of(shareable)
        return carried(self._answer)


class EchoController(Controller):
    """Asks for rounds and writes how long each took; the first waits for the sites' processes."""

    def __init__(self, sites: list[str], rounds: int, question: int, place: str) -> None:
        super().__init__(task_check_period=0.02)
        self._sites, self._rounds, self._question = tuple(sites), rounds, bytes(question)
        self._place = Path(place)

    def start_controller(self, fl_ctx: Any) -> None:
        """Called by NVFlare before the work."""

    def stop_controller(self, fl_ctx: Any) -> None:
        """Called by NVFlare after the work."""

    def process_result_of_unknown_task(
        self, client: Any, task_name: str, client_task_id: str, result: Any, fl_ctx: Any
    ) -> None:
        """Called by NVFlare for a late result."""

    def control_flow(self, abort_signal: Any, fl_ctx: Any) -> None:
        """Called by NVFlare: all rounds."""
        transport = NVFlareTransport(self, fl_ctx, abort_signal, self._sites)
        taken = []
        for _ in range(self._rounds + 1):
            began = time.perf_counter()
            transport.send(self._question, self._sites)
            taken.append(time.perf_counter() - began)
        self._place.write_text("\n".join(map(str, taken)))
