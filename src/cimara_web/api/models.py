"""Tokens of the API: what a program shows to be counted by itself instead of by its address."""

from __future__ import annotations

import uuid

from django.db import models

from cimara_web.writes import GuardedModel


class ApiToken(GuardedModel):
    """One token; its secret is stored as a hash only, and was shown once."""

    public_id = models.UUIDField(unique=True, default=uuid.uuid4)
    name = models.CharField(max_length=60, unique=True)
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Privacy:
        """What each column holds, and for how long."""

        id = "internal"
        public_id = "internal"
        name = "internal"
        secret_hash = "secret"
        scopes = "internal"
        made_at = "internal"
        expires_at = "internal"
        retention = "until `cimara web token revoke`; of no use after at most a year"
