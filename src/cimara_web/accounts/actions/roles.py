"""Gives and ends roles, inside the action of whoever decides on them; that action leaves the audit event."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from cimara_web.accounts.models import RoleGrant
from cimara_web.permissions.holder import Holder, Refused
from cimara_web.permissions.permission import Scope
from cimara_web.permissions.roles import ROLES, Role
from cimara_web.writes import action

LIFE = timedelta(days=365)
"""A privileged role ends after this unless it is renewed."""


@action
def put_role(
    *,
    account: UUID,
    role: Role,
    by: Holder,
    now: datetime,
    study: UUID | None = None,
    site: UUID | None = None,
    ends_at: datetime | None = None,
) -> RoleGrant:
    """Give a role; one that is held already gets the later end.

    Raises
    ------
    Refused
        When somebody would give a privileged role to themselves.
    ValueError
        When the role is held over something else than what is given.
    """
    rule = ROLES[role]
    if rule.privileged and by.account == account:
        raise Refused("Nobody gives a role to themselves; ask somebody else who may give it.")
    _check_scope(rule.scope, study, site)
    ends = ends_at or (now + LIFE if rule.privileged else None)
    held = (
        RoleGrant.objects.select_for_update()
        .filter(account_id=account, role=role, study=study, study_site=site, ended_at=None)
        .first()
    )
    if held is None:
        held = RoleGrant(
            account_id=account,
            role=role.value,
            study=study,
            study_site=site,
            granted_by=by.account,
            granted_at=now,
        )
    held.ends_at = ends
    held.save()
    return held


@action
def drop_role(
    *, account: UUID, role: Role, now: datetime, study: UUID | None = None, site: UUID | None = None
) -> int:
    """End a role; returns how many were held: none or one."""
    held = RoleGrant.objects.filter(
        account_id=account, role=role, study=study, study_site=site, ended_at=None
    )
    return held.update(ended_at=now)


@action
def drop_all_roles(*, account: UUID, now: datetime) -> int:
    """End every role of an account, over studies and their sites as well; returns how many were held."""
    return RoleGrant.objects.filter(account_id=account, ended_at=None).update(ended_at=now)


def _check_scope(scope: Scope, study: UUID | None, site: UUID | None) -> None:
    if scope is Scope.STUDY_SITE and (study is None or site is None):
        raise ValueError("a role over a site names its study and its site")
    if scope is Scope.STUDY and (study is None or site is not None):
        raise ValueError("a role over a study names its study alone")
    if scope is Scope.SITE_WIDE and (study is not None or site is not None):
        raise ValueError("this role is held over everything")
