"""What time brings to accounts: those that leave go, so do dead sign-ups, ended links and sessions."""

from __future__ import annotations

from datetime import datetime

from cimara_web.accounts.actions.leaving import delete_due
from cimara_web.accounts.actions.links import drop_old_links
from cimara_web.accounts.actions.making import drop_unconfirmed_since
from cimara_web.accounts.actions.sessions import drop_ended_sessions


def tend_accounts(now: datetime) -> dict[str, int]:
    """Do what is due; safe to run twice at once."""
    return {
        "accounts_deleted": delete_due(now),
        "accounts_unconfirmed": drop_unconfirmed_since(now=now),
        "sign_in_links_dropped": drop_old_links(now=now),
        "sessions_dropped": drop_ended_sessions(now=now),
    }
