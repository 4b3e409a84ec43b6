"""Answers of one visitor, unreadable without the cookie in that visitor's browser."""

from __future__ import annotations

from django.db import models

from cimara_web.writes import GuardedModel


class FinderProfile(GuardedModel):
    """One visitor's answers, and what they match, each sealed; see `sealing.py`."""

    key = models.CharField(primary_key=True, max_length=64)
    body = models.BinaryField()
    outcome = models.BinaryField(null=True, default=None)
    expires_at = models.DateTimeField(db_index=True)

    class Privacy:
        """What each column holds, and for how long."""

        key = "internal"
        body = "health"
        outcome = "health"
        expires_at = "internal"
        retention = "2 hours after the last page, then purged by `cimara web tick`; at once by /find/forget/"
