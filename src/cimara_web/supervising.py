"""Two processes under one: the second is started again when it ends, and both end with the first."""

from __future__ import annotations

import logging
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from cimara_web.logs import event

log = logging.getLogger(__name__)
LOOK_SECONDS = 0.2
AGAIN_SECONDS = 5.0
STOP_SECONDS = 30.0


def supervise(main: Sequence[str], *, beside: Sequence[str]) -> int:
    """Run both until the first ends or a signal asks for the end; gives the exit code of the first."""
    with _passing_signals_on(server := subprocess.Popen(main)), _kept_running(beside) as second:  # noqa: S603
        while server.poll() is None:
            second.look()
            time.sleep(LOOK_SECONDS)
    return server.returncode if server.returncode >= 0 else 128 - server.returncode


@contextmanager
def _passing_signals_on(server: subprocess.Popen[bytes]) -> Iterator[None]:
    """Whoever stops this process stops the server, which ends its requests first."""

    def pass_on(number: int, _: FrameType | None) -> None:
        server.send_signal(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        _end(server)
        for number, handler in before.items():
            signal.signal(number, handler)


class _Beside:
    """A process that is started again some seconds after it ended."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._start()

    def _start(self) -> None:
        self._ended = 0.0
        self._process = subprocess.Popen(self._words, start_new_session=True)  # noqa: S603 (our own words)

    def look(self) -> None:
        """Start it again when it is time."""
        if self._process.poll() is None:
            return
        if not self._ended:
            self._ended = time.monotonic()
            event(log, "beside.ended", level=logging.ERROR, exit_code=self._process.returncode)
        elif time.monotonic() - self._ended > AGAIN_SECONDS:
            self._start()

    def end(self) -> None:
        """For good."""
        _end(self._process)


@contextmanager
def _kept_running(words: Sequence[str]) -> Iterator[_Beside]:
    beside = _Beside(words)
    try:
        yield beside
    finally:
        beside.end()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
