"""Writes on the request of someone whose address isn't proven: nothing happens but a mail to that address."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from cimara_web.alerts.facets import Facets
from cimara_web.alerts.links import LIFE, new_token, stop_token, token_hash
from cimara_web.alerts.models import Alert, AlertLink, Every, Purpose
from cimara_web.alerts.queries import SEALED_FOR, address_key, address_of
from cimara_web.alerts.states import State
from cimara_web.outbox.actions.messages import put_in
from cimara_web.sealed import seal
from cimara_web.writes import action

MOST_ALERTS = 5
"""Alerts of one address."""
MOST_MAILS, WITHIN = 5, timedelta(days=1)
"""Mails that anyone can have sent to one address by filling in our forms."""


@action
def ask_for_alert(*, address: str, facets: Facets, every: Every, language: str, now: datetime) -> None:
    """Mail the question whether this alert is wanted; for one that is in force, the link to change it.

    The caller learns nothing: what happened is told in the mail alone.
    """
    own = list(Alert.objects.select_for_update().filter(address_key=address_key(address)))
    same = next((one for one in own if one.facets == facets.to_row()), None)
    if _asked_too_often(own, now):
        return
    if same is None and len(own) < MOST_ALERTS:
        same = _new(address, facets, now)
    if same is None or same.state != State.PENDING:
        _mail_links(own, now)
        return
    same.every, same.language, same.made_at = every, language, now
    same.save()
    mail_question(alert=same, now=now)


@action
def ask_for_links(*, address: str, now: datetime) -> None:
    """Mail the links that change the alerts of this address; nothing when it has none."""
    own = list(Alert.objects.select_for_update().filter(address_key=address_key(address)))
    if not _asked_too_often(own, now):
        _mail_links(own, now)


@action
def make_link(*, alert: Alert, purpose: Purpose, now: datetime, expires_at: datetime | None = None) -> str:
    """A new link of an alert; returns its token, which is kept nowhere."""
    token, life = new_token(), LIFE[purpose]
    expires = expires_at or (now + life if life else None)
    AlertLink(
        token_hash=token_hash(token), alert=alert, purpose=purpose, made_at=now, expires_at=expires
    ).save()
    return token


@action
def mail_question(*, alert: Alert, now: datetime) -> None:
    """Ask the address whether it wants this alert."""
    token = make_link(alert=alert, purpose=Purpose.CONFIRM, now=now)
    put_in(
        dedupe_key=f"confirm:{token_hash(token)}",
        about=alert.public_id,
        to=address_of(alert),
        template="confirm",
        language=alert.language,
        context={"token": token, "stop": stop_token(alert.public_id), "every": alert.every},
        now=now,
    )


def _new(address: str, facets: Facets, now: datetime) -> Alert:
    public_id = uuid.uuid4()
    alert = Alert(
        public_id=public_id,
        address=seal(SEALED_FOR, address, row=str(public_id)),
        address_key=address_key(address),
        facets=facets.to_row(),
        made_at=now,
    )
    alert.save()
    hashed = token_hash(stop_token(public_id))
    AlertLink(token_hash=hashed, alert=alert, purpose=Purpose.STOP, made_at=now, expires_at=None).save()
    return alert


def _mail_links(own: list[Alert], now: datetime) -> None:
    """One mail with a link for each alert that was confirmed."""
    active = [one for one in own if one.state != State.PENDING]
    if not active:
        return
    tokens = [make_link(alert=one, purpose=Purpose.MANAGE, now=now) for one in active]
    put_in(
        dedupe_key=f"manage:{token_hash(tokens[0])}",
        about=active[0].public_id,
        to=address_of(active[0]),
        template="manage",
        language=active[0].language,
        context={"tokens": tokens},
        now=now,
    )


def _asked_too_often(own: list[Alert], now: datetime) -> bool:
    """True when enough mails went to this address of late.

    Links are counted, so that asking for several alerts counts as well.
    """
    asked = (Purpose.CONFIRM, Purpose.MANAGE)
    made = AlertLink.objects.filter(alert__in=own, purpose__in=asked, made_at__gt=now - WITHIN)
    return made.values("made_at").distinct().count() >= MOST_MAILS
