"""Tokens of invitations: 32 random bytes, of which only the hash is kept."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

TOKEN_BYTES = 32
LIFE = timedelta(days=14)
"""An invitation can be accepted for so long."""
KEPT_AFTER = timedelta(days=30)
"""An invitation that ended is deleted after this."""


def new_token() -> str:
    """A token for a new invitation."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
