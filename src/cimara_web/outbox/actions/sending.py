"""Writes around the sending of a mail: take the next one that is due, say what became of it.

Two processes never take the same mail (row lock on PostgreSQL, writer lock on SQLite). One that dies with a
mail in hand leaves it `sending`; after the lease another takes it up, so that a mail may go out twice but is
never lost.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from cimara_web.outbox.models import OutboxMessage
from cimara_web.outbox.schedule import LEASE, WAITING, State, after_failure
from cimara_web.writes import action


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A mail in hand: its row as it was read, and the claim under which it is held."""

    message: OutboxMessage
    claim: UUID


@action
def take_next(*, now: datetime) -> Taken | None:
    """Take the mail that has been due longest; None when none is due."""
    due = OutboxMessage.objects.select_for_update(skip_locked=True).filter(state__in=WAITING, due_at__lte=now)
    message = due.order_by("due_at", "id").first()
    if message is None:
        return None
    message.claim = uuid.uuid4()
    message.state, message.due_at = State.SENDING, now + LEASE
    message.save()
    return Taken(message=message, claim=message.claim)


@action
def mark_sent(*, taken: Taken) -> None:
    """The mail server has it; no word of ours when another process has taken the mail since."""
    _held(taken).update(state=State.SENT, claim=None)


@action
def mark_failed(*, taken: Taken, now: datetime) -> State:
    """It could not be sent: try again later, or give up; returns its new state."""
    failures = taken.message.attempts + 1
    state, due_at = after_failure(failures, now)
    _held(taken).update(state=state, due_at=due_at, attempts=failures, claim=None)
    return state


@action
def mark_unreadable(*, taken: Taken) -> None:
    """It was sealed under another secret, so it can never be sent."""
    _held(taken).update(state=State.DEAD, claim=None)


def _held(taken: Taken) -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(pk=taken.message.pk, claim=taken.claim)
