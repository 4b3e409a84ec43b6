"""`cimara web run`: the server and the regular work under one process, which ends with the server."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.core.management import CommandError

from cimara_web import supervising
from cimara_web.serving import clear_dead_socket
from cimara_web.supervising import supervise
from tests.web.operations.conftest import Another
from tests.web.operations.serving import Server

NOTE = "import sys; open(sys.argv[1], 'a').write('x')"
WAIT = """
import pathlib, sys, time
notes = pathlib.Path(sys.argv[1])
while not notes.exists() or len(notes.read_text()) < 3:
    time.sleep(0.02)
"""


def python(code: str, *words: str) -> list[str]:
    return [sys.executable, "-S", "-c", code, *words]


def test_the_regular_work_is_started_again_when_it_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "AGAIN_SECONDS", 0.05)
    monkeypatch.setattr(supervising, "LOOK_SECONDS", 0.01)
    notes = tmp_path / "notes"
    assert supervise(python(WAIT, str(notes)), beside=python(NOTE, str(notes))) == 0
    assert len(notes.read_text()) >= 3


def test_the_exit_code_of_the_server_is_told() -> None:
    forever = python("import time; time.sleep(60)")
    assert supervise(python("raise SystemExit(3)"), beside=forever) == 3
    assert supervise(python("import os; os.kill(os.getpid(), 9)"), beside=forever) == 128 + signal.SIGKILL


def test_a_signal_ends_the_server_and_then_the_rest() -> None:
    forever = python("import time; time.sleep(60)")
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGTERM)).start()
    assert supervise(forever, beside=forever) == 128 + signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL, "as it was before"


def test_what_would_not_start_is_refused_before_anything_runs(another: Another) -> None:
    done = another().cimara("run")
    assert (done.returncode, "cimara web migrate" in done.stderr) == (2, True)


def test_a_small_portal_serves_and_ticks_and_leaves_nothing_behind(another: Another) -> None:
    place = another()
    assert place.cimara("migrate").returncode == 0
    server = Server(place, verb="run")
    server.start()
    try:
        end = time.monotonic() + 60
        while '"event": "tick"' not in server.log.read_text() and time.monotonic() < end:
            time.sleep(0.05)
        assert '"event": "tick"' in server.log.read_text()
        assert len(server.children()) == 2
        started = [str(one) for one in server.children()]
    finally:
        server.stop()
    alive = subprocess.run(["ps", "-o", "pid=", "-p", ",".join(started)], capture_output=True, text=True)  # noqa: S603, S607
    assert alive.stdout == ""


def test_the_socket_of_a_killed_server_is_cleared_and_that_of_a_living_one_is_not(tmp_path: Path) -> None:
    file = tmp_path / "web.sock"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(file))
        server.listen()
        with pytest.raises(CommandError, match="a server listens"):
            clear_dead_socket(file)
        assert file.exists()
    assert file.exists(), "a killed server leaves it"
    clear_dead_socket(file)
    assert not file.exists()


def test_a_file_that_is_no_socket_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("mine")
    clear_dead_socket(file)
    assert file.read_text() == "mine"
