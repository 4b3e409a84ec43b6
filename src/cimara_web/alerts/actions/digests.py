"""Writes of digests: put one in the outbox and note how far its alert has been told, both or neither."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from cimara_web.alerts.links import stop_token
from cimara_web.alerts.models import Alert
from cimara_web.alerts.queries import address_of
from cimara_web.alerts.states import State
from cimara_web.outbox.actions.messages import put_in
from cimara_web.writes import action


@action
def tell(
    *,
    public_id: UUID,
    told_before: int | None,
    edition: int,
    content_hash: str,
    news: Mapping[str, object] | None,
    now: datetime,
) -> bool:
    """Queue a digest with this news, or just note that there was none; True when one was queued.

    Nothing happens when the alert was told, paused or deleted since the news was gathered. `content_hash` is
    in the key of the mail, so that one snapshot never brings two, even when it goes away and comes back.
    """
    alert = (
        Alert.objects.select_for_update()
        .filter(public_id=public_id, state=State.CONFIRMED, last_snapshot=told_before)
        .first()
    )
    if alert is None:
        return False
    alert.last_snapshot = edition
    is_told = news is not None and put_in(
        dedupe_key=f"digest:{public_id}:{content_hash}",
        about=public_id,
        to=address_of(alert),
        template="digest",
        language=alert.language,
        context={**news, "stop": stop_token(public_id)},
        now=now,
    )
    if is_told:
        alert.last_digest_at = now
    alert.save()
    return is_told
