"""An alert, the links that were mailed for it, and what was known of each study when."""

from __future__ import annotations

import uuid
from enum import StrEnum

from django.db import models

from cimara_web.alerts.states import State
from cimara_web.writes import GuardedModel


class Every(StrEnum):
    """How often a digest may come."""

    DAILY = "daily"
    WEEKLY = "weekly"


class Purpose(StrEnum):
    """The one thing that a mailed link does."""

    CONFIRM = "confirm"
    MANAGE = "manage"
    STOP = "stop"


class Alert(GuardedModel):
    """Who wants to hear of which studies. The address is sealed (`cimara_web.sealed`).

    `last_snapshot` is the number of the edition up to which this alert has been told.
    """

    public_id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    address = models.BinaryField()
    address_key = models.CharField(max_length=64, db_index=True)
    language = models.CharField(max_length=5)
    facets = models.JSONField()
    every = models.CharField(max_length=6)
    state = models.CharField(max_length=9, default=State.PENDING.value, db_index=True)
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    noticed_at = models.DateTimeField(null=True)
    last_snapshot = models.IntegerField(null=True)
    last_digest_at = models.DateTimeField(null=True)

    class Privacy:
        """What each column holds, and for how long."""

        public_id = "internal"
        address = "secret"
        address_key = "secret"
        language = "personal"
        facets = "health"
        every = "personal"
        state = "internal"
        made_at = "internal"
        confirmed_at = "internal"
        noticed_at = "internal"
        last_snapshot = "internal"
        last_digest_at = "internal"
        retention = "7 days unconfirmed; 12 months after the last renewal; at once by /alerts/stop/"


class AlertLink(GuardedModel):
    """A mailed link, by the hash of its token; `expires_at` None never ends."""

    token_hash = models.CharField(primary_key=True, max_length=64)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="+")
    purpose = models.CharField(max_length=7)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, db_index=True)

    class Privacy:
        """What each column holds, and for how long."""

        token_hash = "secret"
        alert = "internal"
        purpose = "internal"
        made_at = "internal"
        expires_at = "internal"
        retention = "until it expires, and no longer than its alert"


class Edition(GuardedModel):
    """One snapshot that was in force: editions count up, also when an older snapshot comes back."""

    number = models.AutoField(primary_key=True)
    content_hash = models.CharField(max_length=64)
    recorded_at = models.DateTimeField()

    class Privacy:
        """What each column holds, and for how long."""

        number = "internal"
        content_hash = "internal"
        recorded_at = "internal"
        retention = "as long as the portal; nothing of a person"


class KnownStudy(GuardedModel):
    """A study's mark in the last edition that had it, and the editions in which it came and last changed.

    Kept for all alerts together, so that what is new since any edition is known however many were skipped.
    """

    nct_id = models.CharField(primary_key=True, max_length=11)
    mark = models.CharField(max_length=16)
    added = models.IntegerField()
    changed = models.IntegerField(db_index=True)

    class Privacy:
        """What each column holds, and for how long."""

        nct_id = "public"
        mark = "public"
        added = "public"
        changed = "public"
        retention = "as long as the portal; nothing of a person"
