"""Reads of the outbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from cimara_web.outbox.models import OutboxMessage
from cimara_web.outbox.schedule import WAITING, State


def waits_since(before: datetime) -> bool:
    """True when a mail that was due before that time still waits, so that nobody seems to send."""
    return OutboxMessage.objects.filter(state__in=WAITING, due_at__lt=before).exists()


def count_dead() -> int:
    """How many mails were given up."""
    return OutboxMessage.objects.filter(state=State.DEAD).count()


def sent_about(things: Iterable[UUID]) -> frozenset[UUID]:
    """Those of these things of which a mail was handed to the mail server."""
    rows = OutboxMessage.objects.filter(about__in=list(things), state=State.SENT)
    return frozenset(rows.values_list("about", flat=True))
