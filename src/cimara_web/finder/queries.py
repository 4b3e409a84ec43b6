"""Reads of the finder's own rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cimara_web.finder.answers import Answers
from cimara_web.finder.models import FinderProfile
from cimara_web.finder.outcome import Outcome
from cimara_web.finder.sealing import OUTCOME, SealError, row_key, unseal


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A visitor's token, the answers it opens, and when they go."""

    token: bytes
    answers: Answers
    expires_at: datetime


def visit_of(*, token: bytes | None, now: datetime) -> Visit | None:
    """The visit that the token opens; None without a token, without a row, or past its time."""
    if token is None:
        return None
    row = FinderProfile.objects.filter(key=row_key(token), expires_at__gt=now).defer("outcome").first()
    answers = None if row is None else opened(row, token)
    return None if answers is None else Visit(token=token, answers=answers, expires_at=row.expires_at)


def opened(row: FinderProfile, token: bytes) -> Answers | None:
    """The answers in a row; None when its body was changed, so that nothing in it can be trusted."""
    try:
        return Answers.of_bytes(unseal(token, bytes(row.body)))
    except SealError:
        return None


def outcome_of(*, token: bytes, key: bytes) -> Outcome | None:
    """What was kept under the key; None when that is of other answers or records, or was changed."""
    sealed = FinderProfile.objects.filter(key=row_key(token)).values_list("outcome", flat=True).first()
    if sealed is None:
        return None
    try:
        return Outcome.of_bytes(unseal(token, bytes(sealed), OUTCOME), key)
    except SealError:
        return None
