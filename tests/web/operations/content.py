"""Fills a place, writes to it, or tells what it holds: `python -m tests.web.operations.content WHAT`."""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any
from uuid import UUID, uuid4

import django

django.setup()

from django.apps import apps  # noqa: E402
from django.conf import settings  # noqa: E402
from django.test import override_settings  # noqa: E402

from cimara_web import clock  # noqa: E402
from cimara_web.audit.actions.recording import SYSTEM, record  # noqa: E402
from cimara_web.audit.events import Event  # noqa: E402
from cimara_web.audit.models import AuditEvent  # noqa: E402
from cimara_web.audit.verifying import verify  # noqa: E402
from cimara_web.finder.actions.profiles import save_step  # noqa: E402
from cimara_web.permissions.roles import Role  # noqa: E402
from cimara_web.studies.kept_bytes import opened  # noqa: E402
from cimara_web.studies.models import Submission  # noqa: E402
from cimara_web.writes import audited  # noqa: E402
from tests.web import people  # noqa: E402
from tests.web.walk import QUICK_HASHERS  # noqa: E402
from tests.web.world import world  # noqa: E402

KEPT_TOKEN = b"c" * 32
EVENTS = 4
ROWS, PAPER = b"patient_id\nDEMO-HOME-accepted\n", b"protocol current"
"""What a site sent, and a document, as `tests/web/world.py` makes them."""
PLACES = "places.json"


def make() -> None:
    """A thing of every kind in every state, some events, and answers of a patient, which no backup holds."""
    with override_settings(PASSWORD_HASHERS=QUICK_HASHERS):
        made = world()
    for number in range(EVENTS):
        note(number, about=made.study.public_id)
    save_step(token=KEPT_TOKEN, step="who", given={"who": "self"}, now=clock.now())
    accounts = {name: str(one.public_id) for name, one in made.accounts.items() if one}
    told = json.dumps({"places": made.places, "accounts": accounts})
    (settings.ENVIRONMENT.var / PLACES).write_text(told)


def everybody() -> None:
    """As `make`, with a browser in which each person is signed in: places and cookies, told as JSON."""
    people.NOW = clock.now()  # the server reads the clock of the machine
    with override_settings(PASSWORD_HASHERS=QUICK_HASHERS):
        made = world()
    cookies = {
        name: {key: one.value for key, one in people.signed_in(account).cookies.items()}
        for name, account in made.accounts.items()
        if account
    }
    print(json.dumps({"places": made.places, "cookies": cookies}))


@audited
def note(number: int, *, about: UUID) -> None:
    """One more institution and one more event."""
    people.institution(name=f"Demo Institution {number}")
    record(Event.INSTITUTION_ADDED, by=SYSTEM, about=("study", about), now=clock.now())


def write() -> None:
    """Write until stopped; says how often now and then, so that a test knows that it is at work."""
    number, about = 0, uuid4()
    while True:
        number += 1
        note(number, about=about)
        print(number, flush=True)


def sites(count: str) -> None:
    """An open study with sites that may upload, each with a coordinator who is signed in; told as JSON."""
    now = clock.now()
    people.NOW = now  # roles end a year after it, and the server reads the clock of the machine
    study = people.study(slug="load", state="open")
    told = []
    for _ in range(int(count)):
        site = people.active_site(study)
        coordinator = people.account(Role.AUDITOR)
        people.member(coordinator)
        people.give(coordinator, Role.COORDINATOR, site=site)
        people.give(coordinator, Role.STUDY_LEAD, study=study)
        cookies = {name: one.value for name, one in people.signed_in(coordinator).cookies.items()}
        told.append({"page": f"/studies/load/submissions/new/{site.public_id}/", "cookies": cookies})
    print(json.dumps(told))


def submissions() -> None:
    """What there is of submissions, as JSON, and what the audit trail's chain says."""
    verdict = verify()
    rows = {
        str(one.public_id): {
            "sha256": one.sha256,
            "size": one.size,
            "state": one.state,
            "whole": _is_whole(one),
        }
        for one in Submission.objects.all()
    }
    told = AuditEvent.objects.filter(event=Event.SUBMISSION_RECEIVED.value).values_list("about_id", flat=True)
    print(json.dumps({"rows": rows, "told": sorted(map(str, told)), "chain": verdict.holds}))


def _is_whole(one: Submission) -> bool:
    with opened(one.sha256) as file:
        content = file.read()
    return (hashlib.sha256(content).hexdigest(), len(content)) == (one.sha256, one.size)


def counts() -> dict[str, int]:
    """Rows by table."""
    return {one._meta.db_table: one._default_manager.count() for one in apps.get_models()}


if __name__ == "__main__":
    WHAT: dict[str, Any] = {
        "make": make,
        "everybody": everybody,
        "write": write,
        "sites": sites,
        "submissions": submissions,
    }
    WHAT[sys.argv[1]](*sys.argv[2:])
