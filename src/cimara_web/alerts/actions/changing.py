"""Writes of someone who holds a mailed link: confirm, change, pause, resume, renew, stop."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cimara_web.alerts.facets import Facets
from cimara_web.alerts.models import Alert, Every
from cimara_web.alerts.queries import latest_edition
from cimara_web.alerts.states import GONE, Happening, State, leads_to
from cimara_web.outbox.actions.messages import take_back
from cimara_web.writes import action

RENEWS = (Happening.CONFIRM, Happening.RENEW, Happening.RESUME)


@action
def happen(*, public_id: UUID, happening: Happening, now: datetime) -> State | None:
    """Let something happen to an alert; returns its state after, None when it is gone."""
    alert = Alert.objects.select_for_update().filter(public_id=public_id).first()
    if alert is None:
        return GONE
    before = State(alert.state)
    after = leads_to(before, happening)
    if after is GONE:
        take_back(about=public_id)
        alert.delete()
        return GONE
    if happening in RENEWS and after is not State.PENDING:
        alert.confirmed_at, alert.noticed_at = now, None
    if after is State.CONFIRMED and before is not State.CONFIRMED:
        alert.last_snapshot = latest_edition()  # what came before, or during a pause, is on the page
    alert.state = after
    alert.save()
    return after


@action
def change(*, public_id: UUID, facets: Facets, every: Every, language: str) -> None:
    """Take what was chosen anew; its state stays."""
    alert = Alert.objects.select_for_update().filter(public_id=public_id).first()
    if alert is None:
        return
    alert.facets, alert.every, alert.language = facets.to_row(), every, language
    alert.save()
