"""Writes of waiting mails: put one in once, take back what was about something, let old ones go.

They take no `by`: mails are made by the portal itself, in the transaction of the action that asks for them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from cimara_web.outbox.models import OutboxMessage
from cimara_web.outbox.schedule import KEEP_BODY, KEEP_ROW
from cimara_web.sealed import seal
from cimara_web.writes import action

ADDRESS, CONTEXT = "outbox address", "outbox context"
"""What a column is sealed for."""


@action
def put_in(
    *,
    dedupe_key: str,
    about: UUID,
    to: str,
    template: str,
    language: str,
    context: Mapping[str, object],
    now: datetime,
) -> bool:
    """Queue a mail; False when one of this key was made before, whatever became of it."""
    _message, is_new = OutboxMessage.objects.get_or_create(
        dedupe_key=dedupe_key,
        defaults={
            "about": about,
            "to": seal(ADDRESS, to, row=dedupe_key),
            "template": template,
            "language": language,
            "context": seal(CONTEXT, json.dumps(context), row=dedupe_key),
            "due_at": now,
            "made_at": now,
        },
    )
    return is_new


@action
def take_back(*, about: UUID) -> int:
    """Delete every mail about something, sent or not; returns how many."""
    return OutboxMessage.objects.filter(about=about).delete()[0]


@action
def purge_old(*, now: datetime) -> int:
    """Empty mails of 30 days, delete rows of a year; returns how many were emptied."""
    OutboxMessage.objects.filter(made_at__lte=now - KEEP_ROW).delete()
    return (
        OutboxMessage.objects.filter(made_at__lte=now - KEEP_BODY)
        .exclude(context=b"")
        .update(to=b"", context=b"")
    )
