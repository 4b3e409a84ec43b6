"""Tokens of mailed links: 32 random bytes, of which only the hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from datetime import timedelta
from uuid import UUID

from cimara_web.alerts.models import Purpose
from cimara_web.alerts.states import UNCONFIRMED_LIFE
from cimara_web.sealed import keyed_hash

TOKEN_BYTES = 32
LIFE: dict[Purpose, timedelta | None] = {
    Purpose.CONFIRM: UNCONFIRMED_LIFE,
    Purpose.MANAGE: timedelta(hours=1),
    Purpose.STOP: None,
}


def new_token() -> str:
    """A token for a new link."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def stop_token(public_id: UUID) -> str:
    """The token that stops an alert: always the same, since every mail carries it and none is kept."""
    return urlsafe_b64encode(keyed_hash("alert stop", str(public_id))).decode().rstrip("=")


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
