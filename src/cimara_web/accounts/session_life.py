"""How long a session lives: by its last use, and at all (portal.md section 10.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.contrib.sessions.backends.base import SessionBase

from cimara_web import clock

BEGAN, SEEN = "session_began", "session_seen"
WRITTEN_EVERY = timedelta(minutes=1)
"""When a session was last used is written this often, so that a page needn't write."""


@dataclass(frozen=True, slots=True)
class Life:
    """The longest time without use, and the longest time at all."""

    idle: timedelta
    whole: timedelta


USUAL = Life(idle=timedelta(hours=24), whole=timedelta(days=14))
PRIVILEGED = Life(idle=timedelta(hours=1), whole=timedelta(hours=8))


def begin(session: SessionBase) -> None:
    """Somebody has signed in."""
    session[BEGAN] = session[SEEN] = clock.now().timestamp()


def is_over(session: SessionBase, life: Life) -> bool:
    """Whether it ended; a session without its times ended, too."""
    now = clock.now().timestamp()
    began, seen = session.get(BEGAN, 0), session.get(SEEN, 0)
    return now - began >= life.whole.total_seconds() or now - seen >= life.idle.total_seconds()


def use(session: SessionBase) -> None:
    """It is used now."""
    now = clock.now().timestamp()
    if now - session[SEEN] >= WRITTEN_EVERY.total_seconds():
        session[SEEN] = now
