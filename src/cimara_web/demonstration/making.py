"""Fills the database with the demonstration in a process beside the portal; the page says how far it is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

STOP_SECONDS = 10


@contextmanager
def filling(address: str) -> Iterator[None]:
    """The story is told as long as the block runs, from where it was broken off; then links are printed."""
    worker = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "cimara_web.demonstration.making", address],
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield
    finally:
        worker.terminate()
        with suppress(subprocess.TimeoutExpired):
            worker.wait(timeout=STOP_SECONDS)


def main(address: str) -> int:
    """Tell what is left of the story, and say on stderr who is who."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cimara_web.settings")
    django.setup()
    from cimara_web import clock
    from cimara_web.demonstration.links import links
    from cimara_web.demonstration.story import tell

    try:
        tell(clock.now(), lambda words: None)
    except Exception as error:  # the portal is there without it, too
        print(f"cimara: the demonstration is not whole: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print("The demonstration consortium is there. Each link signs in once, today:", file=sys.stderr)
    for name, link in links(address, now=clock.now()):
        print(f"  {name:24}{link}", file=sys.stderr)
    print(f"Or choose on {address}demonstration/", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
