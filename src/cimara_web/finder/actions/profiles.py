"""Writes of a visitor's sealed answers: save one step or all of them, keep alive, forget, purge.

They take no `by` and write no audit event: who looked for a trial, and when, is nobody's to know.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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
    row = FinderProfile.objects.select_for_update().defer("outcome").get(key=key)
    answers = opened(row, token) if row.expires_at > now else None
    changed = replace((answers or Answers()).with_step(step, given), left_out=False)
    row.body, row.outcome = seal(token, changed.to_bytes()), None
    row.expires_at = now + IDLE_LIFE
    row.save()


@action
def save_clinician(*, token: bytes, clinician: Mapping[str, Given], now: datetime) -> None:
    """Take what was typed on the clinician path anew; a patient's answers in the same browser stay."""
    key = row_key(token)
    row = FinderProfile.objects.select_for_update().defer("outcome").filter(key=key).first()
    answers = opened(row, token) if row and row.expires_at > now else None
    changed = replace(answers or Answers(), clinician=clinician)
    _put(token, changed, now)


@action
def save_all(*, token: bytes, answers: Answers, now: datetime) -> None:
    """Put these answers in the place of all that were given before."""
    _put(token, answers, now)


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


def _put(token: bytes, answers: Answers, now: datetime) -> None:
    """Other answers match other studies: what the old ones came to goes with them."""
    sealed = {"body": seal(token, answers.to_bytes()), "outcome": None, "expires_at": now + IDLE_LIFE}
    FinderProfile.objects.update_or_create(key=row_key(token), defaults=sealed)
