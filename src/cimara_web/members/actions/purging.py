"""What time ends: invitations that nobody can use any more, and old messages."""

from __future__ import annotations

from datetime import datetime

from cimara_web.members.actions.contact import KEPT, deliver_sent
from cimara_web.members.links import KEPT_AFTER
from cimara_web.members.models import ContactRequest, Invitation
from cimara_web.writes import action


@action
def purge_invitations(*, now: datetime) -> int:
    """Delete invitations 30 days after their link stopped to work; returns how many."""
    return Invitation.objects.filter(expires_at__lte=now - KEPT_AFTER).delete()[0]


@action
def purge_contacts(*, now: datetime) -> int:
    """Delete messages of 90 days; returns how many."""
    return ContactRequest.objects.filter(made_at__lte=now - KEPT).delete()[0]


def age_members(*, now: datetime) -> dict[str, int]:
    """All that the portal's timer does for members, with counts for its log."""
    return {
        "contacts_delivered": deliver_sent(now=now),
        "invitations_purged": purge_invitations(now=now),
        "contacts_purged": purge_contacts(now=now),
    }
