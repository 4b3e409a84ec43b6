"""Many processes at the outbox at once, and processes that are killed: each mail once, none lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from cimara_web import clock as portal_clock
from cimara_web.outbox.actions.sending import take_next
from cimara_web.outbox.delivery import send_due
from cimara_web.outbox.models import OutboxMessage
from cimara_web.outbox.schedule import LEASE
from tests.web.alerts.inbox import START
from tests.web.alerts.mail_server import MailServer, mail_server
from tests.web.alerts.test_outbox import queue, states, use
from tests.web.conftest import TEST_SECRET

COMMAND = "from cimara.cli import main; raise SystemExit(main())"


def tick_beside(server: MailServer, registry: Path, tmp_path: Path) -> subprocess.Popen[bytes]:
    """`cimara web tick` in a process of its own, on the database under test."""
    database = connection.settings_dict
    url = f"sqlite:///{database['NAME']}"
    if connection.vendor == "postgresql":
        url = f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}"
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CIMARA_", "DATABASE_", "DJANGO"))
    }
    own = {
        "CIMARA_SECRET_KEY": TEST_SECRET,
        "CIMARA_SMTP_URL": f"smtp://127.0.0.1:{server.port}",
        "CIMARA_SNAPSHOT": str(registry),
        "CIMARA_VAR": str(tmp_path),
        "DATABASE_URL": url,
    }
    return subprocess.Popen(  # noqa: S603 (our own command)
        [sys.executable, "-c", COMMAND, "web", "tick"],
        env=kept | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


@pytest.mark.django_db(transaction=True)
def test_many_who_take_at_once_never_take_the_same() -> None:
    for _ in range(120):
        queue()
    start = threading.Barrier(6)

    def drain() -> list[int]:
        start.wait(20)
        found = []
        try:
            while taken := take_next(now=START):
                found.append(taken.message.pk)
        finally:
            connection.close()
        return found

    with ThreadPoolExecutor(6) as pool:
        drained = [one.result(60) for one in [pool.submit(drain) for _ in range(6)]]
    assert sorted(pk for found in drained for pk in found) == sorted(
        OutboxMessage.objects.values_list("pk", flat=True)
    )


@pytest.mark.django_db(transaction=True)
def test_two_at_once_send_each_mail_once(registry: Path, tmp_path: Path) -> None:
    everyone = [f"person{number:02}@example.org" for number in range(40)]
    for to in everyone:
        queue(to)
    with mail_server(seconds_a_mail=0.05) as server:
        both = [tick_beside(server, registry, tmp_path) for _ in range(2)]
        said = [one.communicate(timeout=60)[0].decode() for one in both]
        assert [one.returncode for one in both] == [0, 0], said
        assert server.people() == everyone
    assert states() == {"sent": 40}
    shares = [json.loads(log.splitlines()[-1])["mails_sent"] for log in said]
    assert min(shares) > 0
    assert sum(shares) == 40


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("moment", "copies"), [("greeting", 1), ("before the mail", 1), ("after the mail", 2)]
)
def test_a_kill_at_any_moment_loses_no_mail(
    moment: str, copies: int, registry: Path, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = portal_clock.now
    queue("first@example.org")
    queue("second@example.org", now=START + timedelta(minutes=1))
    with mail_server(hang_at=moment) as server:
        victim = tick_beside(server, registry, tmp_path)
        assert server.is_hanging.wait(60)
        os.kill(victim.pid, signal.SIGKILL)
        victim.wait(timeout=20)
        taken = list(server.received)
    assert states() == {"sending": 1, "queued": 1}
    with mail_server() as server:
        use(server, settings)
        assert send_due() == {"sent": 1}  # the one in the dead one's hand is left until its time has passed
        monkeypatch.setattr(portal_clock, "now", lambda: real() + LEASE)
        assert send_due() == {"sent": 1}
        received = [*taken, *server.received]
    firsts = [one for one in received if one["To"] == "first@example.org"]
    assert len(firsts) == copies
    assert len({one["Message-ID"] for one in firsts}) == 1
    assert [one["To"] for one in received].count("second@example.org") == 1
    assert states() == {"sent": 2}
