"""One-time links that sign somebody in, made by the operator of the portal."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from cimara_web.accounts.models import Account, SignInLink
from cimara_web.audit.actions.recording import SYSTEM, record
from cimara_web.audit.events import Event
from cimara_web.sealed import keyed_hash
from cimara_web.writes import action, audited

TOKEN_BYTES = 32
OPERATOR_LIFE = timedelta(minutes=15)
KEPT = timedelta(days=30)


def link_hash(token: str) -> str:
    """What is kept of a token; a link that was made under another secret is no link here."""
    return keyed_hash("sign-in link", token).hex()


@action
def sign_in_link(*, account: Account, now: datetime, life: timedelta = OPERATOR_LIFE) -> str:
    """The token of a link that signs in once, until `now + life`; its caller leaves the event."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    SignInLink(
        token_hash=link_hash(token), account_id=account.public_id, made_at=now, expires_at=now + life
    ).save()
    return token


@audited
def operator_link(*, account: Account, now: datetime, life: timedelta = OPERATOR_LIFE) -> str:
    """The token of a link that the operator makes by a command."""
    record(Event.ACCOUNT_LINK_MADE, by=SYSTEM, about=("account", account.public_id), now=now)
    return sign_in_link(account=account, now=now, life=life)


@action
def use_link(*, token: str, now: datetime) -> Account | None:
    """Use a link up; None when it was used, has ended or never was."""
    link = SignInLink.objects.select_for_update().filter(token_hash=link_hash(token)).first()
    if link is None or link.used_at is not None or link.expires_at <= now or not link.account.is_active:
        return None
    link.used_at = now
    link.save()
    return link.account


@action
def drop_old_links(*, now: datetime) -> int:
    """Delete links that ended 30 days ago; returns how many."""
    return SignInLink.objects.filter(expires_at__lte=now - KEPT).delete()[0]
