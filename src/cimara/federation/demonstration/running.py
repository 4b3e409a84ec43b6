"""Processes of a federation on one machine: started, awaited by what they say, ended by their ids."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from cimara.federation.demonstration.houses import Houses
from cimara.federation.errors import Code, FederationError

START_WITHIN = 60.0
STOP_WITHIN = 3.0
LOOK = 0.1
REGISTERED = "Successfully registered client"
LISTENING = "Server started"


@dataclass(slots=True)
class Running:
    """The processes that were started here, by "server" or the id of a site; each leads its own group."""

    houses: Houses
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start_server(self) -> None:
        """Start the server."""
        from cimara.federation.transport.nvflare.processes import server_start, started

        self.processes["server"] = started(server_start(self.houses.server))

    def start_site(self, name: str) -> None:
        """Start a site."""
        from cimara.federation.transport.nvflare.processes import site_start, started

        self.processes[name] = started(site_start(self.houses.site(name)))

    def wait_for(self, names: Iterable[str]) -> None:
        """Wait until these sites are registered at the server. Raises FederationError (SITE_LOST)."""
        for name in names:
            self.wait_until(partial(self._says, name, REGISTERED), name, "did not reach the server")

    def wait_until(self, ready: Callable[[], bool], name: str, problem: str) -> None:
        """Look again and again. Raises FederationError (SITE_LOST) after a minute or at its end."""
        until = time.monotonic() + START_WITHIN
        while not ready():
            if time.monotonic() > until or self.processes[name].poll() is not None:
                raise FederationError(
                    Code.SITE_LOST, problem, where=name, hint="process.log of its kit says more."
                )
            time.sleep(LOOK)

    def _says(self, name: str, words: str) -> bool:
        return words in self.log(name)

    def log(self, name: str) -> str:
        """What a process has written."""
        kit = self.houses.server if name == "server" else self.houses.site(name)
        path = kit / "process.log"
        return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""

    def group(self, name: str) -> tuple[int, ...]:
        """Ids of all living processes of a house: its own and those of its jobs."""
        leader = self.processes[name].pid
        return tuple(sorted(_group(leader)))

    def kill(self, name: str) -> None:
        """Kill a house at once, as a power cut would (signal 9)."""
        self._signal(name, signal.SIGKILL)
        self.processes.pop(name).wait()

    def stop(self) -> None:
        """End everything that was started here, the server last; who does not end in 3 seconds is killed."""
        names = sorted(self.processes, key=lambda one: one == "server")
        for name in names:
            self._signal(name, signal.SIGTERM)
        until = time.monotonic() + STOP_WITHIN
        while any(_group(self.processes[name].pid) for name in names) and time.monotonic() < until:
            for name in names:
                self.processes[name].poll()
            time.sleep(LOOK)
        for name in names:
            self._signal(name, signal.SIGKILL)
            self.processes.pop(name).wait()

    def _signal(self, name: str, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.processes[name].pid, number)


@contextmanager
def running(houses: Houses, sites: tuple[str, ...]) -> Iterator[Running]:
    """Server and sites as processes of their own, all registered; ended when the block is left."""
    one = Running(houses)
    try:
        one.start_server()
        for name in sites:
            one.start_site(name)
        one.wait_for(sites)
        yield one
    finally:
        one.stop()


def _group(leader: int) -> set[int]:
    """Living processes of a process group (Linux)."""
    found = set()
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            state, _, group = place.joinpath("stat").read_text().rpartition(")")[2].split()[:3]
            if int(group) == leader and state != "Z":
                found.add(int(place.name))
    return found
