"""Writers in processes of their own that end themselves (SIGKILL) at a chosen moment.

Run as a module it reads orders, one JSON object a line, and forks a child for each; it never computes with
polars itself, whose threads a fork would not take along. An order's `event` is the call to the system at
which the child dies: before it, or half way through it where `half` is set, or `delay` seconds after it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cimara.cohort.store import folder
from cimara.cohort.store.store import Store
from tests.unit.cohort.store.small import CLEAN, NOW, REPORT, SITE, STUDY, WHO, patients

ROOT = Path(__file__).parents[4]
CALLS = ("open", "write", "fsync", "replace", "ftruncate")
ORDER: dict[str, Any] = {"author": "curator-3", "now": NOW, "reason": "consent was taken back"}
ACTS: dict[str, Callable[[Store], object]] = {
    "submit": lambda store: store.submit(patients(60), CLEAN, REPORT, **WHO),
    "restore": lambda store: store.restore(STUDY, SITE, 1, **ORDER),
    "withdraw": lambda store: store.withdraw(STUDY, SITE, f"{SITE}-P0001", **ORDER),
}


@dataclass(frozen=True)
class Outcome:
    """How a child ended: `killed`, and the calls that it made when it was not."""

    killed: bool
    events: int


@dataclass
class Workshop:
    """The process that takes orders."""

    orders: IO[str]
    answers: IO[str]

    def act(self, name: str, url: Path, *, event: int = 0, half: bool = False, delay: float = 0.0) -> Outcome:
        """An act on a store, killed at an event; 0 never kills."""
        order = {"act": name, "url": str(url), "event": event, "half": half, "delay": delay}
        print(json.dumps(order), file=self.orders, flush=True)
        answer = json.loads(self.answers.readline())
        assert answer["code"] in (0, -signal.SIGKILL), answer
        return Outcome(killed=answer["code"] != 0, events=answer["events"])


@contextmanager
def workshop() -> Iterator[Workshop]:
    """A process ready to take orders."""
    command = [sys.executable, "-m", "tests.generative.cohort.store.killed_writers"]
    process = subprocess.Popen(  # noqa: S603  (our own command)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    assert process.stdin
    assert process.stdout
    try:
        yield Workshop(process.stdin, process.stdout)
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()


class WatchedSystem:
    """The `os` of the store: counts the calls that write, and ends the process at one of them."""

    def __init__(self, event: int, half: bool, delay: float) -> None:
        self.event, self.half, self.delay, self.seen = event, half, delay, 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        return self._watched(name, real) if name in CALLS else real

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.seen += 1
            if self.seen == self.event:
                if name == "write" and self.half and not self.delay:
                    real(args[0], args[1][: len(args[1]) // 2])
                self._end()
            return real(*args, **kwargs)

        return call

    def _end(self) -> None:
        if self.delay:
            threading.Thread(target=lambda: (time.sleep(self.delay), _kill()), daemon=True).start()
        else:
            _kill()


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """Fork, act, and tell how it ended."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            system = WatchedSystem(order["event"], order["half"], order["delay"])
            folder.os = system  # type: ignore[attr-defined]
            ACTS[order["act"]](Store(order["url"]))
            os.write(writing, str(system.seen).encode())
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as told:
        events = told.read()
    return {"code": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), "events": int(events or 0)}


if __name__ == "__main__":
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)
