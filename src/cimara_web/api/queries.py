"""Reads of the API's tokens."""

from __future__ import annotations

import hashlib
from datetime import datetime

from django.db.models import QuerySet

from cimara_web.api.models import ApiToken

PREFIX = "cimara_"
"""Each secret begins so, that people and scanners of leaked secrets know what they found."""


def hash_of(secret: str) -> str:
    """What is stored of a secret: it has 256 random bits, so a plain hash can't be turned back."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def token_of_secret(secret: str, *, now: datetime) -> ApiToken | None:
    """The token that a secret opens; None when it is none of ours, or its time has passed."""
    if not secret.startswith(PREFIX):
        return None
    return ApiToken.objects.filter(secret_hash=hash_of(secret), expires_at__gt=now).first()


def all_tokens() -> QuerySet[ApiToken]:
    """Every token, by name."""
    return ApiToken.objects.order_by("name")
