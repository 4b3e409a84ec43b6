"""The office gives, renews and ends roles over the whole portal; nobody does so for themselves."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from uuid import UUID

from cimara_web.accounts.actions.roles import drop_role, put_role
from cimara_web.accounts.models import Account, RoleGrant
from cimara_web.accounts.queries import in_force
from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.permissions.holder import Holder, Refused, require
from cimara_web.permissions.permission import Permission, Scope
from cimara_web.permissions.roles import ROLES, Role
from cimara_web.writes import audited

GIVEN_HERE = tuple(role for role in Role if ROLES[role].scope is Scope.SITE_WIDE and ROLES[role].privileged)
"""Membership comes by invitation, roles of a study by its lead."""
LONGEST_DAYS = 366


class RoleError(ValueError):
    """A role that can't be given, renewed or ended so; the message is for the office."""


@audited
def give_role(*, by: Holder, account: UUID, role: Role, until: date, now: datetime) -> RoleGrant:
    """Give somebody a role over the portal until a day.

    Raises
    ------
    Refused
        Without ROLE_GRANT, and for oneself.
    RoleError
        For a role that isn't given here, a day that is past or too far, or a role that is held already.
    """
    _check(by, account, role, until, now)
    if in_force(now).filter(account_id=account, role=role, study=None).exists():
        raise RoleError("They hold this role already. Renew it instead.")
    drop_role(account=account, role=role, now=now)
    grant = put_role(account=account, role=role, by=by, now=now, ends_at=_end_of(until))
    context = {"role": role.value, "to": str(account), "ends": until.isoformat()}
    _record(Event.ROLE_GRANTED, by, account, now, context)
    return grant


@audited
def renew_role(*, by: Holder, account: UUID, role: Role, until: date, now: datetime) -> RoleGrant:
    """Let a role that is held end on another day.

    Raises
    ------
    Refused
        As `give_role`.
    RoleError
        As `give_role`; and when it isn't held.
    """
    _check(by, account, role, until, now)
    if not in_force(now).filter(account_id=account, role=role, study=None).exists():
        raise RoleError("They no longer hold this role. Give it anew.")
    grant = put_role(account=account, role=role, by=by, now=now, ends_at=_end_of(until))
    context = {"role": role.value, "to": str(account), "ends": until.isoformat()}
    _record(Event.ROLE_RENEWED, by, account, now, context)
    return grant


@audited
def end_role(*, by: Holder, account: UUID, role: Role, now: datetime) -> None:
    """End a role now; one may end one's own, unless nobody would be left in the office.

    Raises
    ------
    Refused
        Without ROLE_GRANT.
    RoleError
        When it isn't held, or when it is the last of the office.
    """
    require(by, Permission.ROLE_GRANT)
    _lock(account)
    held = in_force(now).select_for_update().filter(role=role, study=None)
    holders = set(held.values_list("account_id", flat=True))
    if role not in GIVEN_HERE or account not in holders:
        raise RoleError("They no longer hold this role.")
    if role is Role.OFFICE and holders == {account}:
        raise RoleError("This is the last of the office. Give the role to somebody else first.")
    drop_role(account=account, role=role, now=now)
    _record(Event.ROLE_ENDED, by, account, now, {"role": role.value, "to": str(account)})


def _check(by: Holder, account: UUID, role: Role, until: date, now: datetime) -> None:
    require(by, Permission.ROLE_GRANT)
    if by.account == account:
        raise Refused("Nobody gives a role to themselves; ask somebody else of the office.")
    if role not in GIVEN_HERE:
        raise RoleError("This role is not given here.")
    if not 0 < (until - now.date()).days <= LONGEST_DAYS:
        raise RoleError("Choose a day from tomorrow to one year from now.")
    _lock(account)


def _lock(account: UUID) -> None:
    if Account.objects.select_for_update().filter(pk=account, is_active=True).first() is None:
        raise RoleError("There is no such account.")


def _record(event: Event, by: Holder, account: UUID, now: datetime, context: dict[str, str]) -> None:
    role = by.role_for(Permission.ROLE_GRANT)
    record(event, by=by, about=("account", account), now=now, role=role, context=context)


def _end_of(day: date) -> datetime:
    return datetime.combine(day, time.max, tzinfo=UTC)
