"""The regular work in a process beside a demonstration or a small portal; elsewhere a timer does this."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import CommandError, call_command

from cimara_web.logs import describe_error, event

log = logging.getLogger("cimara_web.tick")

EVERY_SECONDS = 3.0
EVERY_MINUTE = 60.0
LOOK_SECONDS = 1.0
STOP_SECONDS = 10


@contextmanager
def ticking() -> Iterator[None]:
    """`cimara web tick` every few seconds, as long as the block runs."""
    beside = subprocess.Popen(words(EVERY_SECONDS), stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    try:
        yield
    finally:
        beside.terminate()
        beside.wait(timeout=STOP_SECONDS)


def words(every: float) -> list[str]:
    """The command that ticks every so many seconds."""
    return [sys.executable, "-m", "cimara_web.beside", str(every)]


def main(every: float) -> None:
    """Tick until whoever started this process is gone; a tick that fails keeps the next from nothing."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cimara_web.settings")
    django.setup()
    parent = os.getppid()
    while os.getppid() == parent:
        try:
            call_command("tick")
        except CommandError as error:
            print(f"cimara: {error}", file=sys.stderr)
        except Exception as error:  # the database may be away for a moment
            shape = describe_error(type(error), error.__traceback__)
            event(log, "tick.failed", level=logging.ERROR, part="all", **shape)
        _wait(every, parent)


def _wait(seconds: float, parent: int) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and os.getppid() == parent:
        time.sleep(min(LOOK_SECONDS, seconds))


if __name__ == "__main__":
    main(float(sys.argv[1]))
