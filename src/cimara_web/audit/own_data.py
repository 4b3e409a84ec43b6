"""What the audit trail keeps of a person: what was done with their account, under its number."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from cimara_web.accounts.own_data import Owner
from cimara_web.audit.models import AuditEvent
from cimara_web.audit.shown import told


def exported(owner: Owner) -> list[dict[str, Any]]:
    """Their events, the first ones first."""
    rows = AuditEvent.objects.filter(actor=owner.account).order_by("seq")
    return [
        {
            "number": row.seq,
            "at": row.at,
            "event": row.event,
            "acting_as": row.acting_role,
            "about": f"{row.about_type} {row.about_id}",
            "told": told(row.context),
        }
        for row in rows.iterator()
    ]


def staying(owner: Owner) -> list[str]:
    """All of it stays: the trail is append-only, and holds no name."""
    if not AuditEvent.objects.filter(actor=owner.account).exists():
        return []
    return [
        _(
            "What was done with your account, in the audit trail, under a number. When your name is gone, "
            "nobody can tell whose number it was."
        )
    ]
