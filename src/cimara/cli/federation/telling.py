"""Says what a federated job is doing, and what to do about what went wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from cimara.cli import EXIT_BAD_INPUT, EXIT_FINDINGS, EXIT_OK

if TYPE_CHECKING:
    from pathlib import Path

    from cimara.federation.centre.status import Status

DONE = ("done", "released")


def note(text: str) -> None:
    """A line on stderr."""
    print(f"cimara: {text}", file=sys.stderr)


def told(act: Callable[[], int]) -> int:
    """What `act` returns; a study's faults are printed by line, a refusal with the advice of its code."""
    from cimara.cli.study.faults import print_faults
    from cimara.cohort.study.errors import StudyError
    from cimara.federation.code_words import WORDS
    from cimara.federation.errors import FederationError

    try:
        return act()
    except StudyError as error:
        print_faults(error)
    except FederationError as error:
        note(str(error))
        if not error.hint:
            note(WORDS[error.code].advice)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "nvflare":
            raise
        note("NVFlare is not installed here; `make federation` in a clone of CIMARa installs it")
    return EXIT_BAD_INPUT


def print_job(found: dict[str, Any]) -> None:
    """A job as its `status.json` tells it: state, rounds, each analysis, sites that it waits for."""
    state = str(found.get("state", found.get("nvflare", "unknown"))).replace("_", " ")
    of = f", {found['done']} of {found['planned']} rounds" if "planned" in found else ""
    print(f"job {found.get('job')}: {state}{of}")
    _print_reason("", found)
    for one in found.get("analyses", ()):
        print(f"{one['id']} {str(one['state']).replace('_', ' ')}, round {one['step']}")
        _print_reason("  ", one)
    for site in found.get("sites", ()):
        seen = f"last seen {site['last_seen']}" if site.get("last_seen") else "not seen yet"
        waits = f"; {site['waiting']}" if site.get("waiting") else ""
        print(f"site {site['id']}: {seen}, {site.get('bytes', 0):,} bytes{waits}")


def print_written(folder: Path) -> None:
    """Where results lie, and the report of a study of charts."""
    report = folder / "report" / "report.html"
    print(f"written to {folder}")
    if report.is_file():
        print(f"report: {report}")


def _print_reason(indent: str, one: dict[str, Any]) -> None:
    from cimara.federation.code_words import WORDS
    from cimara.federation.errors import Code

    code, words = str(one.get("code") or ""), str(one.get("words") or "")
    if code:
        print(f"{indent}{code} {words}".rstrip())
    if code in set(Code) and ". " not in words:  # else they say already what to do
        print(f"{indent}{WORDS[Code(code)].advice}")


def exit_code(found: dict[str, Any]) -> int:
    """0 when every analysis came to a result; 1 when one did not, or the job is paused."""
    states = [found.get("state"), *(one.get("state") for one in found.get("analyses", ()))]
    return EXIT_OK if all(one in DONE for one in states) else EXIT_FINDINGS


class Once:
    """Lines on stderr, none of them twice in a row."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, line: str) -> None:
        """Tell a line, unless it was told just now."""
        if line != self._last:
            self._last = line
            note(line)


class Progress:
    """What a coordinator calls at each change: a line on stderr for every round, with the time left."""

    def __init__(self) -> None:
        self._tell = Once()

    def __call__(self, status: Status) -> None:
        """Tell the status."""
        self._tell(status_line(status))


def status_line(status: Status) -> str:
    """A job in a line: its state, its rounds, what it waits for."""
    left = status.seconds_left
    now = [f"{one.id} round {one.step}" for one in status.analyses if one.state == "round"]
    parts = [
        f"job {status.job}: {str(status.state).replace('_', ' ')}",
        f"{status.done} of {status.planned} rounds",
        *now,
        *([f"about {left:.0f} s left"] if left and left >= 1 and status.state == "round" else []),
        *([f"{status.code} {status.words}"] if status.code else []),
    ]
    return ", ".join(parts)
