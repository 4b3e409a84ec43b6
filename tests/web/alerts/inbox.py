"""A person with a mailbox, a portal whose time can be set, and registries that follow each other."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.http import HttpResponse

from cimara_web.alerts.facets import Brain, Lining, Opening
from cimara_web.alerts.models import Every
from tests.web.conftest import Visitor

ADDRESS = "someone@example.org"
START = datetime(2026, 3, 1, 8, tzinfo=UTC)
FORM = {
    "address": ADDRESS,
    "tumour": "",
    "brain": Brain.ANY,
    "lining": Lining.ANY,
    "country": "",
    "opening": Opening.OPEN,
    "every": Every.DAILY,
    "language": "en",
}
LINK = re.compile(r"https?://\S+")


class Clock:
    """The portal's clock, moved by the test."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        """What the portal takes for now."""
        return self.at

    def goes(self, **by: float) -> None:
        """Let time pass."""
        self.at += timedelta(**by)


def ask(visitor: Visitor, **changes: Any) -> HttpResponse:
    """Fill in the form of a new alert; the answer must be the page that says to look in the mail."""
    response = visitor.post("/alerts/new/", **(FORM | changes))
    assert response.status_code == 303, response.context
    return response


def tick() -> list[EmailMessage]:
    """The regular work; returns the mails that it sent."""
    before = len(mail.outbox)
    call_command("tick")
    return mail.outbox[before:]


def links(message: EmailMessage) -> dict[str, str]:
    """Kind of link -> path, of those in a mail, such as `confirm` -> `/alerts/confirm/.../`."""
    paths = [urlsplit(found).path for found in LINK.findall(message.body)]
    kinds = [path.removeprefix("/es").split("/")[2] for path in paths if "/alerts/" in path]
    return dict(zip(kinds, [path for path in paths if "/alerts/" in path], strict=True))


def confirmed(visitor: Visitor, **changes: Any) -> EmailMessage:
    """Ask for an alert and say yes; returns the mail that asked."""
    ask(visitor, **changes)
    message = tick()[-1]
    path = links(message)["confirm"]
    assert visitor.client.post(path, secure=True).status_code == 303
    return message
