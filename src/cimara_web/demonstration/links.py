"""One-time links that sign a newcomer in as the people of the demonstration."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.urls import reverse

from cimara_web.accounts.actions.links import operator_link
from cimara_web.accounts.queries import demonstration_accounts
from cimara_web.demonstration.cast import PARTS

LIFE = timedelta(days=1)


def links(address: str, *, now: datetime) -> Iterator[tuple[str, str]]:
    """For each part its name and its link at the portal with this address."""
    accounts = demonstration_accounts(one.person.email for one in PARTS)
    for part in PARTS:
        token = operator_link(account=accounts[part.person.email], now=now, life=LIFE)
        yield str(part.name), address.rstrip("/") + reverse("account-once", args=[token])
