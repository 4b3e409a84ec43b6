"""Tells the audit trail that the portal was put back to an earlier moment."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cimara_web.audit.actions.recording import SYSTEM, record
from cimara_web.audit.events import Event
from cimara_web.audit.queries import Head
from cimara_web.writes import audited


@audited
def portal_restored(*, backup: UUID, head: Head, made_at: datetime, now: datetime) -> None:
    """What follows in the trail came after the restore; the head says where the backup ended."""
    told = {"seq": head.seq, "hash": head.hash, "made_at": made_at.isoformat()}
    record(Event.PORTAL_RESTORED, by=SYSTEM, about=("backup", backup), now=now, context=told)
