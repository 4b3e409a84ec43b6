"""Two ticks at once do the work once: each mail is sent, each event stands in one unbroken chain."""

from __future__ import annotations

import json
import re
import subprocess
import sys

from cimara_web import clock
from cimara_web.alerts.actions.asking import ask_for_alert
from cimara_web.alerts.facets import Facets
from cimara_web.alerts.models import Every
from cimara_web.audit.models import AuditEvent
from cimara_web.audit.verifying import verify
from cimara_web.outbox.models import OutboxMessage
from cimara_web.studies.models import Submission
from tests.web.operations.conftest import Another, StandingIn, fill
from tests.web.operations.places import CLI, ROOT, Place

TICKS, MAILS = 3, 12


def at_once(place: Place) -> list[tuple[int, dict[str, int]]]:
    """Several `cimara web tick` started together: exit code, and what each says that it did."""
    running = [
        subprocess.Popen(  # noqa: S603 (our own command)
            [sys.executable, "-c", CLI, "web", "tick"],
            cwd=ROOT,
            env=place.environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(TICKS)
    ]
    told = []
    for one in running:
        out, _ = one.communicate(timeout=120)
        (line,) = (json.loads(line) for line in out.splitlines() if '"event": "tick"' in line)
        told.append((one.returncode, line))
    return told


def test_several_ticks_at_once_do_each_thing_once(another: Another, standing_in: StandingIn) -> None:
    place = another()
    fill(place)
    with standing_in(place):
        for number in range(MAILS):
            ask_for_alert(
                address=f"reader-{number}@example.org",
                facets=Facets(),
                every=Every.DAILY,
                language="en",
                now=clock.now(),
            )
        queued = OutboxMessage.objects.filter(state="queued").count()
        waiting = Submission.objects.filter(state="received").count()
    told = at_once(place)
    assert [code for code, _ in told] == [0] * TICKS
    with standing_in(place):
        made = OutboxMessage.objects.count()
        assert made >= queued >= MAILS
        assert sum(one["mails_sent"] for _, one in told) == made
    mails = "".join(one.read_text() for one in (place.folder / "mail").iterdir())
    named = re.findall(r"^Message-ID: (.+)$", mails, re.MULTILINE)
    assert (len(named), len(set(named))) == (made, made)
    with standing_in(place):
        assert verify().holds
        checked = AuditEvent.objects.filter(event="submission.validated")
        assert checked.count() == waiting - Submission.objects.filter(state="received").count()
        assert checked.values("about_id").distinct().count() == checked.count()
