"""A member leaves: all roles end at once, past studies stay under their name."""

from __future__ import annotations

from datetime import datetime

from cimara_web.accounts.actions.roles import drop_all_roles
from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.members.models import Member
from cimara_web.permissions.holder import Holder, require
from cimara_web.permissions.permission import Permission
from cimara_web.writes import audited


class LeftAlreadyError(ValueError):
    """Somebody who left can't leave again."""


@audited
def leave(*, by: Holder, member: Member, now: datetime) -> Member:
    """Leave the consortium, or, for the office, note that somebody left.

    Raises
    ------
    LeftAlreadyError
        When they left before.
    """
    if by.account is None or by.account != member.account_id:
        require(by, Permission.MEMBER_EDIT)
    row = Member.objects.select_for_update().get(pk=member.pk)
    if row.left is not None:
        raise LeftAlreadyError("This member left already.")
    row.left, row.contactable = now.date(), False
    row.save()
    if row.account_id is not None:
        drop_all_roles(account=row.account_id, now=now)
    record(Event.MEMBER_LEFT, by=by, about=("member", row.public_id), now=now)
    return row
