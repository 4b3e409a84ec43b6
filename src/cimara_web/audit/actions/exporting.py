"""Somebody takes a part of the audit trail away as a table, which the trail tells."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.permissions.holder import Holder, require
from cimara_web.permissions.permission import Permission
from cimara_web.writes import audited

TRAIL = ("audit_trail", UUID(int=0))
"""There is one trail, and it has no id."""


@audited
def export_trail(*, by: Holder, rows: int, now: datetime) -> None:
    """Record that somebody takes this many events away."""
    require(by, Permission.AUDIT_VIEW)
    record(
        Event.DATA_EXPORTED,
        by=by,
        about=TRAIL,
        now=now,
        role=by.role_for(Permission.AUDIT_VIEW),
        context={"kind": "audit", "rows": rows},
    )
