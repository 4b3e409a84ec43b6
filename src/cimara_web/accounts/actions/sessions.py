"""Deletes sessions that have ended, and what was kept of them."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from cimara_web.writes import action


@action
def drop_ended_sessions(*, now: datetime) -> int:
    """Sessions past their end, and what was kept of sessions that are no more; returns how many ended."""
    ended = Session.objects.filter(expire_date__lt=now).delete()[0]
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    return ended
