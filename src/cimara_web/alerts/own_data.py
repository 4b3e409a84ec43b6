"""The alerts of somebody with an account: those that go to an address which they proved to be theirs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from cimara_web.accounts.own_data import Owner
from cimara_web.alerts.actions.changing import happen
from cimara_web.alerts.models import Alert
from cimara_web.alerts.queries import address_key
from cimara_web.alerts.states import Happening

TOLD = ("facets", "every", "language", "state", "made_at", "confirmed_at", "last_digest_at")


def exported(owner: Owner) -> list[dict[str, Any]]:
    """What each looks for, and since when."""
    return list(_of(owner).order_by("made_at").values(*TOLD))


def erase(owner: Owner, now: datetime) -> None:
    """Stop them: the address and what was chosen go."""
    for public_id in list(_of(owner).values_list("public_id", flat=True)):
        happen(public_id=public_id, happening=Happening.STOP, now=now)


def _of(owner: Owner) -> QuerySet[Alert]:
    return Alert.objects.filter(address_key__in=[address_key(one) for one in owner.addresses])
