"""One event of the audit trail, and the head of its chain."""

from __future__ import annotations

from django.db import models

from cimara_web.writes import GuardedModel


class AuditEvent(GuardedModel):
    """What happened. There are no foreign keys, so that it never hinders live data, and no name or address.

    Update, delete and truncate are refused by triggers of the database (migrations of this app).
    """

    seq = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField()
    event = models.CharField(max_length=60, db_index=True)
    actor = models.UUIDField(null=True, db_index=True)
    acting_role = models.CharField(max_length=20, blank=True)
    about_type = models.CharField(max_length=30)
    about_id = models.UUIDField(db_index=True)
    study = models.UUIDField(null=True, db_index=True)
    context = models.JSONField()
    request_id = models.UUIDField(null=True)
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ("seq",)

    class Privacy:
        """What each column holds, and for how long."""

        seq = "internal"
        at = "internal"
        event = "internal"
        actor = "personal"
        acting_role = "internal"
        about_type = "internal"
        about_id = "internal"
        study = "internal"
        context = "internal"
        request_id = "internal"
        prev_hash = "internal"
        hash = "internal"
        retention = (
            "as long as the portal; when somebody's account is erased nobody can tell whose UUID it was"
        )


class ChainHead(GuardedModel):
    """The last event: one row, locked while an event is added, so that `seq` has no gap."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    seq = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64)

    class Privacy:
        """What each column holds, and for how long."""

        id = "internal"
        seq = "internal"
        hash = "internal"
        retention = "as long as the portal"
