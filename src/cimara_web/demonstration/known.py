"""Whether the database holds the demonstration: looked up once when a server starts, not for each page."""

from __future__ import annotations

from django.conf import settings
from django.db import DatabaseError

from cimara_web.accounts.queries import has_accounts
from cimara_web.audit.queries import current_head
from cimara_web.demonstration.chapters import played


def holds_demonstration() -> bool:
    """Whether any of it is there: what the audit trail has told once it tells for ever."""
    return bool(played())


def is_empty() -> bool:
    """Whether nothing of a consortium is there: no account, and nothing in the audit trail."""
    return current_head().seq == 0 and not has_accounts()


def look() -> None:
    """Let every page of this process say that its data are a demonstration's, if they are."""
    try:
        settings.DEMONSTRATION = holds_demonstration()
    except DatabaseError:  # the schema is behind, or the database away: pages will say so themselves
        settings.DEMONSTRATION = False
