"""Writes that time brings: the unconfirmed go, the old are warned and then go, ended links go."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from cimara_web.alerts.actions.asking import WITHIN, make_link
from cimara_web.alerts.actions.changing import happen
from cimara_web.alerts.links import stop_token
from cimara_web.alerts.models import Alert, AlertLink, Purpose
from cimara_web.alerts.queries import address_of
from cimara_web.alerts.states import LIFE, NOTICE_AFTER, NOTICE_PERIOD, UNCONFIRMED_LIFE, Happening, State
from cimara_web.outbox.actions.messages import put_in
from cimara_web.sealed import SealedError
from cimara_web.writes import action

IN_FORCE = (State.CONFIRMED, State.PAUSED)


def age_alerts(*, now: datetime) -> dict[str, int]:
    """Do what is due to every alert; each in a transaction of its own."""
    unconfirmed = Alert.objects.filter(state=State.PENDING, made_at__lte=now - UNCONFIRMED_LIFE)
    lapsed = Alert.objects.filter(
        state__in=IN_FORCE, confirmed_at__lte=now - LIFE, noticed_at__lte=now - NOTICE_PERIOD
    )
    ageing = Alert.objects.filter(state__in=IN_FORCE, confirmed_at__lte=now - NOTICE_AFTER, noticed_at=None)
    drop_ended_links(now=now)
    return {
        "alerts_unconfirmed": _each(unconfirmed, Happening.UNCONFIRMED, now),
        "alerts_lapsed": _each(lapsed, Happening.LAPSE, now),
        "alerts_noticed": sum(give_notice(public_id=one, now=now) for one in _ids(ageing)),
    }


@action
def give_notice(*, public_id: UUID, now: datetime) -> bool:
    """Mail that the alert ends soon, with a link that renews it; False when that is no longer so."""
    alert = Alert.objects.select_for_update().filter(public_id=public_id, noticed_at=None).first()
    if alert is None or alert.confirmed_at is None or alert.confirmed_at > now - NOTICE_AFTER:
        return False
    alert.noticed_at = now
    alert.save()
    ends = now + NOTICE_PERIOD
    token = make_link(alert=alert, purpose=Purpose.CONFIRM, now=now, expires_at=ends)
    try:
        address = address_of(alert)
    except SealedError:
        return True  # nobody can be told any more; it ends all the same
    put_in(
        dedupe_key=f"notice:{public_id}:{now.date().isoformat()}",
        about=public_id,
        to=address,
        template="notice",
        language=alert.language,
        context={"token": token, "stop": stop_token(public_id), "ends": ends.date().isoformat()},
        now=now,
    )
    return True


@action
def drop_ended_links(*, now: datetime) -> int:
    """Delete links past their time, a day later: until then they count as mails asked for."""
    return AlertLink.objects.filter(expires_at__lte=now - WITHIN).delete()[0]


def _each(alerts: QuerySet[Alert], happening: Happening, now: datetime) -> int:
    ids = _ids(alerts)
    for one in ids:
        happen(public_id=one, happening=happening, now=now)
    return len(ids)


def _ids(alerts: QuerySet[Alert]) -> list[UUID]:
    return list(alerts.values_list("public_id", flat=True))
