"""The regular work of a demonstration, in a process beside it; in production a timer does this."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import CommandError, call_command

EVERY_SECONDS = 3.0
STOP_SECONDS = 10


@contextmanager
def ticking() -> Iterator[None]:
    """`cimara web tick` every few seconds, as long as the block runs."""
    beside = subprocess.Popen(
        [sys.executable, "-m", "cimara_web.beside"], stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        beside.terminate()
        beside.wait(timeout=STOP_SECONDS)


def main() -> None:
    """Tick until whoever started this process is gone."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cimara_web.settings")
    django.setup()
    parent = os.getppid()
    while os.getppid() == parent:
        try:
            call_command("tick")
        except CommandError as error:
            print(f"cimara: {error}", file=sys.stderr)
        time.sleep(EVERY_SECONDS)


if __name__ == "__main__":
    main()
