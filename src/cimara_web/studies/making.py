"""Makes the demonstration study in a process beside the portal, once; the page says how far it is."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cimara_web.environment import read_environment
from cimara_web.studies.shown import FAILED, FOLDER, MAKING

STOP_SECONDS = 10


@contextmanager
def making(var: Path) -> Iterator[None]:
    """The study is made in `var` as long as the block runs, if it is not there from an earlier run."""
    if (var / FOLDER).is_dir():
        yield
        return
    (var / FAILED).unlink(missing_ok=True)
    (var / MAKING).touch()
    worker = subprocess.Popen([sys.executable, "-m", "cimara_web.studies.making"], start_new_session=True)
    try:
        yield
    finally:
        worker.terminate()
        with suppress(subprocess.TimeoutExpired):
            worker.wait(timeout=STOP_SECONDS)
        (var / MAKING).unlink(missing_ok=True)


def make(var: Path, *, patients: int = 1700, sites: int = 17) -> bool:
    """Make the study; whether it was made. What went wrong stands in a file beside it and on stderr."""
    from cimara.studies.demonstration.shown import make_shown_demonstration

    try:
        make_shown_demonstration(
            var / FOLDER, now=lambda: dt.datetime.now(dt.UTC), patients=patients, sites=sites
        )
    except Exception as error:  # the portal is there without the study, too
        (var / FAILED).write_text(f"{type(error).__name__}\n", encoding="utf-8")
        print(f"cimara: the demonstration study was not made: {error}", file=sys.stderr)
        return False
    finally:
        (var / MAKING).unlink(missing_ok=True)
    return True


def main() -> int:
    """Make it in the var folder of this portal's settings."""
    made = make(read_environment(os.environ).var)
    if made:
        print("The demonstration study is ready at /studies/demonstration/", file=sys.stderr)
    return 0 if made else 1


if __name__ == "__main__":
    sys.exit(main())
