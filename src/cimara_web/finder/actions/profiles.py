"""Writes of a visitor's sealed answers: save one step, keep alive, forget, purge.

They take no `by` and write no audit event: who looked for a trial, and when, is nobody's to know.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from cimara_web.finder.answers import Answers, Given
from cimara_web.finder.models import FinderProfile
from cimara_web.finder.queries import opened
from cimara_web.finder.sealing import row_key, seal
from cimara_web.writes import action

IDLE_LIFE = timedelta(hours=2)


@action
def save_step(*, token: bytes, step: str, given: Given, now: datetime) -> None:
    """Take a step's answer anew; makes the row when there is none, or when its time has passed."""
    key, empty = row_key(token), seal(token, Answers().to_bytes())
    FinderProfile.objects.get_or_create(key=key, defaults={"body": empty, "expires_at": now + IDLE_LIFE})
    row = FinderProfile.objects.select_for_update().get(key=key)
    answers = opened(row, token) if row.expires_at > now else None
    row.body = seal(token, (answers or Answers()).with_step(step, given).to_bytes())
    row.expires_at = now + IDLE_LIFE
    row.save()


@action
def keep_alive(*, token: bytes, now: datetime) -> None:
    """Move the end of life of a row that still lives to two hours from now."""
    FinderProfile.objects.filter(key=row_key(token), expires_at__gt=now).update(expires_at=now + IDLE_LIFE)


@action
def forget(*, token: bytes) -> None:
    """Delete the row at once."""
    FinderProfile.objects.filter(key=row_key(token)).delete()


@action
def purge_expired(*, now: datetime) -> int:
    """Delete every row whose time has passed; returns how many."""
    return FinderProfile.objects.filter(expires_at__lte=now).delete()[0]
