"""Builds and syncs in processes of their own that kill themselves (SIGKILL) at a chosen moment.

Run as a module it reads orders, one JSON object a line, and forks a child for each, so that fifty kills
cost fifty forks and not fifty imports. An order's `event` is the report of progress at which the child
dies, after `delay` seconds in a thread, or at once when that is 0; `event` 0 never kills.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import cimara.trials.build
import cimara.trials.durable
from cimara.trials.build import build_snapshot
from cimara.trials.sync import SyncSettings, sync_registry
from tests.unit.trials.registry.records import BUILT_AT, build, quick_reader, record, write_lines

ROOT = Path(__file__).parents[3]
RECORDS_PER_CHUNK = 8
"""Small chunks tell of progress often."""


@dataclass(frozen=True)
class Outcome:
    """How a child ended: `killed`, and the reports of progress that it made when it wasn't."""

    killed: bool
    events: int


@dataclass
class Workshop:
    """The process that takes orders."""

    orders: IO[str]
    answers: IO[str]

    def build(self, source: Path, out: Path, event: int = 0, delay: float = 0.0) -> Outcome:
        """A build, killed at an event."""
        return self._order(kind="build", paths=[str(source), str(out)], event=event, delay=delay)

    def sync(self, folder: Path, address: str, event: int = 0, delay: float = 0.0) -> Outcome:
        """A sync, killed at an event."""
        return self._order(kind="sync", paths=[str(folder), address], event=event, delay=delay)

    def _order(self, **order: Any) -> Outcome:
        print(json.dumps(order), file=self.orders, flush=True)
        answer = json.loads(self.answers.readline())
        assert answer["code"] in (0, -signal.SIGKILL), answer
        return Outcome(killed=answer["code"] != 0, events=answer["events"])


@contextmanager
def workshop() -> Iterator[Workshop]:
    """A process ready to take orders."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.generative.registry.killed_work"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert process.stdin
    assert process.stdout
    try:
        yield Workshop(process.stdin, process.stdout)
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()


class Executioner:
    """Counts events and ends the process at one of them."""

    def __init__(self, event: int, delay: float) -> None:
        self.event, self.delay, self.seen = event, delay, 0

    def __call__(self, *told: Any) -> None:
        self.seen += 1
        if self.seen != self.event:
            return
        if self.delay:
            threading.Thread(target=self._later, daemon=True).start()
        else:
            os.kill(os.getpid(), signal.SIGKILL)

    def _later(self) -> None:
        time.sleep(self.delay)
        os.kill(os.getpid(), signal.SIGKILL)


def work(order: dict[str, Any]) -> int:
    """Do what an order says; the number of events."""
    watch = Executioner(order["event"], order["delay"])
    first, second = order["paths"]
    if order["kind"] == "build":
        build_snapshot([first], second, built_at=BUILT_AT, reader=quick_reader, progress=watch)
    else:
        sync_registry(
            Path(first),
            settings=SyncSettings(base_url=second, pace_seconds=0.0),
            reader=quick_reader,
            progress=watch,
            build_progress=watch,
        )
    return watch.seen


def answer(order: dict[str, Any]) -> dict[str, Any]:
    """Fork, work, and tell how it ended."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(writing, str(work(order)).encode())
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as told:
        events = told.read()
    return {"code": os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), "events": int(events or 0)}


def die_with_workers(source: str, out: str) -> None:
    """Begin a build in several processes, print their ids at the first report, and be killed."""

    def watch(*told: Any) -> None:
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

    cimara.trials.build.CHUNKS_IN_PROCESS = 1
    build_snapshot([source], out, built_at=BUILT_AT, reader=quick_reader, progress=watch)


def main() -> None:
    cimara.trials.build.RECORDS_PER_CHUNK = RECORDS_PER_CHUNK
    cimara.trials.build.CHUNKS_IN_PROCESS = 1000
    # Flushing guards against a power cut, which no test can make; a kill loses nothing that was written.
    cimara.trials.durable.flush = lambda path: None
    with tempfile.TemporaryDirectory() as folder:  # loads every table of words once, before the forks
        build([write_lines(Path(folder) / "a.jsonl", [record()])], Path(folder) / "a.sqlite3")
    for line in sys.stdin:
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    if sys.argv[1:]:
        die_with_workers(*sys.argv[1:])
    main()
