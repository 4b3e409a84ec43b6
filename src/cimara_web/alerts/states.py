"""The life of an alert: its states, what happens to it, and where that leads."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum


class State(StrEnum):
    """An alert that isn't confirmed is sent nothing but the question whether it is wanted."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    PAUSED = "paused"


class Happening(StrEnum):
    """What can happen to an alert."""

    CONFIRM = "confirm"
    PAUSE = "pause"
    RESUME = "resume"
    RENEW = "renew"
    STOP = "stop"
    UNCONFIRMED = "7 days without confirmation"
    LAPSE = "12 months without renewal"


GONE = None
"""The row is deleted, and with it the address, what was chosen, every link and every mail."""

TRANSITIONS: dict[tuple[State, Happening], State | None] = {
    (State.PENDING, Happening.CONFIRM): State.CONFIRMED,
    (State.PENDING, Happening.STOP): GONE,
    (State.PENDING, Happening.UNCONFIRMED): GONE,
    (State.CONFIRMED, Happening.CONFIRM): State.CONFIRMED,
    (State.CONFIRMED, Happening.PAUSE): State.PAUSED,
    (State.CONFIRMED, Happening.RENEW): State.CONFIRMED,
    (State.CONFIRMED, Happening.STOP): GONE,
    (State.CONFIRMED, Happening.LAPSE): GONE,
    (State.PAUSED, Happening.CONFIRM): State.PAUSED,
    (State.PAUSED, Happening.RESUME): State.CONFIRMED,
    (State.PAUSED, Happening.RENEW): State.PAUSED,
    (State.PAUSED, Happening.STOP): GONE,
    (State.PAUSED, Happening.LAPSE): GONE,
}
"""Whatever isn't here changes nothing."""

UNCONFIRMED_LIFE = timedelta(days=7)
NOTICE_AFTER = timedelta(days=335)
LIFE = timedelta(days=365)
NOTICE_PERIOD = LIFE - NOTICE_AFTER
"""No alert ends sooner than this after its notice, even when the notice came late."""


def leads_to(state: State, happening: Happening) -> State | None:
    """The state after; the same one when this can't happen to it.

    >>> leads_to(State.PENDING, Happening.PAUSE)
    <State.PENDING: 'pending'>
    """
    return TRANSITIONS.get((state, happening), state)
