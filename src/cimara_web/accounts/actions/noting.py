"""Leaves the one audit event of what allauth, or a page of one's own, did to an account."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.permissions.holder import Holder
from cimara_web.writes import audited


@audited
def note_change(*, event: Event, account: UUID, now: datetime, kind: str = "") -> None:
    """Somebody changed their own account; `kind` is that of a factor or an identity."""
    context = {"kind": kind} if kind else None
    record(event, by=Holder(account), about=("account", account), now=now, context=context)
