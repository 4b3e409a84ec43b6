"""The head of the chain in the log once a day, so that a cut tail shows to whoever keeps the log."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.core.cache import cache

from cimara_web.audit.verifying import current_head
from cimara_web.logs import event

log = logging.getLogger("cimara_web.audit")
LONGER_THAN_A_DAY = timedelta(hours=25).total_seconds()


def log_head(*, now: datetime) -> Mapping[str, int]:
    """Write the number and the hash of the last event, the first time that this is called on a day."""
    head = current_head()
    if cache.add(f"audit-head-of-{now:%Y-%m-%d}", head.seq, LONGER_THAN_A_DAY):
        event(log, "audit.head", seq=head.seq, hash=head.hash)
    return {"audit_events": head.seq}
