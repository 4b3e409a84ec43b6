"""A real server of a place, and how it is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx

from tests.web.operations.places import CLI, ROOT, Place
from tests.web.operations.ports import free_port

START_SECONDS = 60


class Server:
    """`cimara web serve` in a process group of its own, on one port for its whole life."""

    def __init__(self, place: Place, *, workers: int = 1, verb: str = "serve") -> None:
        self._place, self._workers, self._verb = place, workers, verb
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = place.folder / "server.log"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> float:
        """Start it; gives the seconds until its first answer."""
        began = time.monotonic()
        words = ["web", self._verb, "--bind", f"127.0.0.1:{self.port}", "--workers", str(self._workers)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603 (our own words)
                [sys.executable, "-c", CLI, *words],
                cwd=ROOT,
                env=self._place.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        while time.monotonic() - began < START_SECONDS:
            if self.process.poll() is not None:
                break
            with suppress(httpx.TransportError):
                if httpx.get(f"{self.address}/health/").status_code == 200:
                    return time.monotonic() - began
            time.sleep(0.02)
        raise RuntimeError(f"the server did not start:\n{self.log.read_text()[-2000:]}")

    def kill(self) -> None:
        """As a power cut does: every process of it at once, without a last word."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def kill_a_worker(self) -> None:
        """As the kernel does when memory runs out: one of its workers."""
        os.kill(self.children()[-1], signal.SIGKILL)

    def children(self) -> list[int]:
        """Processes that it started."""
        assert self.process is not None
        folder = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(one) for one in folder.read_text().split()]

    def stop(self) -> None:
        """As an operator does."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()
