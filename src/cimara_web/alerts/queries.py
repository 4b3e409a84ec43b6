"""Reads of alerts."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet

from cimara_web.alerts.links import token_hash
from cimara_web.alerts.models import Alert, AlertLink, Edition, Every, KnownStudy, Purpose
from cimara_web.alerts.states import State
from cimara_web.sealed import keyed_hash, unseal

SEALED_FOR = "alert address"
PERIOD = {Every.DAILY: timedelta(days=1), Every.WEEKLY: timedelta(days=7)}


def alert_of(token: str, purpose: Purpose, *, now: datetime) -> Alert | None:
    """The alert that a link leads to; None for a link of another purpose, past its time, or unknown."""
    link = (
        AlertLink.objects.select_related("alert")
        .filter(Q(expires_at=None) | Q(expires_at__gt=now), token_hash=token_hash(token), purpose=purpose)
        .first()
    )
    return None if link is None else link.alert


def address_key(address: str) -> str:
    """What alerts of an address are found by; capitals don't tell addresses apart."""
    return keyed_hash("alert address key", address.strip().lower()).hex()


def address_of(alert: Alert) -> str:
    """The address, opened.

    Raises
    ------
    SealedError
        When it was sealed under another secret.
    """
    return unseal(SEALED_FOR, alert.address, row=str(alert.public_id))


def latest_edition() -> int | None:
    """The number of the edition recorded last; None before the first."""
    return Edition.objects.order_by("-number").values_list("number", flat=True).first()


def due_for_digest(edition: int, *, now: datetime) -> list[UUID]:
    """Confirmed alerts not yet told of this edition, whose last digest is long enough ago."""
    rested = Q(last_digest_at=None)
    for every, period in PERIOD.items():
        rested |= Q(every=every, last_digest_at__lte=now - period)
    untold = Q(last_snapshot=None) | Q(last_snapshot__lt=edition)
    found: QuerySet[Alert] = Alert.objects.filter(rested, untold, state=State.CONFIRMED)
    return list(found.order_by("made_at", "public_id").values_list("public_id", flat=True))


def changed_since(edition: int) -> dict[str, bool]:
    """Numbers of studies that came or changed after an edition; True for those that came."""
    rows = KnownStudy.objects.filter(changed__gt=edition).values_list("nct_id", "added")
    return {number: added > edition for number, added in rows}
