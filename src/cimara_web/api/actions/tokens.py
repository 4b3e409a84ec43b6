"""Writes of tokens: make one, take one back.

They take no `by`, since there are no accounts yet: whoever runs commands on the server does it. The log
names the token by its public id.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from cimara_web.api.models import ApiToken
from cimara_web.api.queries import PREFIX, hash_of
from cimara_web.api.scopes import Scope
from cimara_web.logs import event
from cimara_web.writes import action

LONGEST_LIFE = timedelta(days=365)
LONGEST_NAME = 60
SECRET_BYTES = 32
log = logging.getLogger(__name__)


class TokenError(ValueError):
    """A token that can't be made or taken back; the message says what would be right."""


@action
def create_token(*, name: str, scopes: Collection[Scope], life: timedelta, now: datetime) -> str:
    """Make a token; returns its secret, which nobody can read again.

    Raises
    ------
    TokenError
        When the name is empty, long, unprintable or taken, no scope is given, or the life is too long.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        raise TokenError(f"a token's name has 1 to {LONGEST_NAME} printable characters")
    if not scopes:
        raise TokenError(f"a token needs a scope: {', '.join(Scope)}")
    if not timedelta(0) < life <= LONGEST_LIFE:
        raise TokenError(f"a token lives 1 to {LONGEST_LIFE.days} days")
    if ApiToken.objects.filter(name=name).exists():
        raise TokenError("there is a token of this name; revoke it first, or choose another name")
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken(
        name=name,
        secret_hash=hash_of(secret),
        scopes=sorted(map(str, scopes)),
        made_at=now,
        expires_at=now + life,
    )
    token.save()
    event(log, "api_token.created", token=token.public_id, expires_at=token.expires_at)
    return secret


@action
def revoke_token(*, name: str) -> None:
    """Delete a token: from now on it opens nothing.

    Raises
    ------
    TokenError
        When there is no token of that name.
    """
    token = ApiToken.objects.filter(name=name).first()
    if token is None:
        raise TokenError("there is no token of this name; `cimara web token list` shows them")
    public_id = token.public_id
    token.delete()
    event(log, "api_token.revoked", token=public_id)
