"""The states of a mail, and when it is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum


class State(StrEnum):
    """Queued, then sending, then sent; a failure leads back to queued, and at last to dead."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"


WAITING = (State.QUEUED, State.SENDING)
"""Both are taken up when due: a mail is due again in `sending` when the process that took it died."""
RETRY_AFTER = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)
LEASE = timedelta(minutes=10)
"""A process has this long to send a mail that it took, many times what a mail server may need."""
KEEP_BODY = timedelta(days=30)
KEEP_ROW = timedelta(days=365)
"""The empty row stays as the proof that this mail was made already."""


def after_failure(failures: int, now: datetime) -> tuple[State, datetime]:
    """State and time of the next try after so many failures."""
    if failures > len(RETRY_AFTER):
        return State.DEAD, now
    return State.QUEUED, now + RETRY_AFTER[failures - 1]
