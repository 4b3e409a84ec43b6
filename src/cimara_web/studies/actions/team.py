"""Writes of a study's team: who leads, who counts, who answers for a site, and until when."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from cimara_web.accounts.actions.roles import drop_role, put_role
from cimara_web.accounts.queries import accounts_with
from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.machines import NotNowError
from cimara_web.permissions.holder import Holder, Refused, require
from cimara_web.permissions.permission import Permission, Scope
from cimara_web.permissions.roles import ROLES, Role
from cimara_web.studies.actions.study import locked_study
from cimara_web.studies.field_error import FieldError
from cimara_web.studies.models import Study, StudySite
from cimara_web.writes import audited

TEAM_ROLES = (Role.STUDY_LEAD, Role.STATISTICIAN, Role.SITE_LEAD, Role.COORDINATOR)


@audited
def give_study_role(
    *,
    by: Holder,
    study: Study,
    account: UUID,
    role: Role | str,
    now: datetime,
    site: StudySite | None = None,
    ends_at: datetime | None = None,
) -> None:
    """Give a role over the study or one of its sites; given again, it gets the new end.

    The office (ROLE_GRANT) names a lead where a study has lost its own.

    Raises
    ------
    Refused
        When somebody would give a role to themselves.
    FieldError
        When the account is no member's, or the role wants a site, or none.
    """
    what = Role(role)
    acting = _require_giving(by, study, what, now)
    locked_study(study)
    _check(what, study, site, ends_at, now)
    if account not in accounts_with(Role.MEMBER, now=now):
        raise FieldError("account", "Only a member of the consortium takes a role in a study.")
    own = site.public_id if site else None
    grant = put_role(
        account=account,
        role=what,
        by=by,
        now=now,
        study=study.public_id,
        site=own,
        ends_at=ends_at,
    )
    told = {"role": what.value, "to": str(account)}
    told |= {"site": str(own)} if own else {}
    told |= {"ends": grant.ends_at.date().isoformat()} if grant.ends_at else {}
    _record(Event.ROLE_GRANTED, by, study, grant.public_id, now, acting, told)


@audited
def end_study_role(
    *,
    by: Holder,
    study: Study,
    account: UUID,
    role: Role | str,
    now: datetime,
    site: StudySite | None = None,
) -> None:
    """End a role at once. A study keeps a lead: the last one names another first.

    Raises
    ------
    NotNowError
        When the role isn't held, or is the last lead's.
    """
    what = Role(role)
    require(by, Permission.TEAM_EDIT, study=study.public_id)
    locked_study(study)
    leads = accounts_with(Role.STUDY_LEAD, study=study.public_id, now=now)
    if what is Role.STUDY_LEAD and leads <= {account}:
        raise NotNowError("This is the only lead. Name another lead first.")
    own = site.public_id if site else None
    if not drop_role(account=account, role=what, now=now, study=study.public_id, site=own):
        raise NotNowError("This role is not held any more.")
    told = {"role": what.value, "to": str(account)}
    acting = by.role_for(Permission.TEAM_EDIT, study=study.public_id)
    _record(Event.ROLE_ENDED, by, study, study.public_id, now, acting, told)


def _require_giving(by: Holder, study: Study, role: Role, now: datetime) -> Role | None:
    """The role in which somebody gives this one."""
    own = by.role_for(Permission.TEAM_EDIT, study=study.public_id)
    if own is None and role is Role.STUDY_LEAD and by.may(Permission.ROLE_GRANT):
        if accounts_with(Role.STUDY_LEAD, study=study.public_id, now=now):
            raise Refused("This study has a lead, who names the others.")
        return by.role_for(Permission.ROLE_GRANT)
    require(by, Permission.TEAM_EDIT, study=study.public_id)
    return own


def _check(role: Role, study: Study, site: StudySite | None, ends_at: datetime | None, now: datetime) -> None:
    if role not in TEAM_ROLES:
        raise FieldError("role", "Choose a role of a study.")
    if ROLES[role].scope is Scope.STUDY_SITE and site is None:
        raise FieldError("site", "Choose the site that this role is for.")
    if ROLES[role].scope is Scope.STUDY and site is not None:
        raise FieldError("site", "This role is held over the whole study; choose no site.")
    if site is not None and site.study_id != study.public_id:
        raise FieldError("site", "This site belongs to another study.")
    if ends_at is not None and ends_at <= now:
        raise FieldError("ends", "Give a day that is still to come.")


def _record(
    event: Event,
    by: Holder,
    study: Study,
    about: UUID,
    now: datetime,
    acting: Role | None,
    context: dict[str, str],
) -> None:
    own = study.public_id
    record(event, by=by, about=("role", about), now=now, study=own, role=acting, context=context)
