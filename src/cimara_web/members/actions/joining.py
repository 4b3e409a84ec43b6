"""A guest accepts an invitation and is a member."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.translation import gettext as _

from cimara_web.accounts.actions.making import make_account
from cimara_web.accounts.actions.roles import put_role
from cimara_web.accounts.queries import accounts_with, addresses
from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.members.actions.invitations import InvitationError
from cimara_web.members.actions.profile import check_orcid, checked_profile, checked_visibility
from cimara_web.members.links import token_hash
from cimara_web.members.models import Affiliation, Invitation, InvitationState, Member
from cimara_web.members.words import Field, Visibility
from cimara_web.outbox.actions.messages import take_back
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.roles import ROLES, Role
from cimara_web.writes import audited


@audited
def accept(*, token: str, account: UUID, now: datetime, **facts: Any) -> Member:
    """Use up an invitation: its guest becomes a member at its institution, with its roles.

    Parameters
    ----------
    facts
        Those of `members.actions.profile.checked_profile`, and `visibility` and `department`.

    Raises
    ------
    InvitationError
        When the link was used, taken back or is too old; when the account has another address than the one
        that was invited; when who gave a privileged role may no longer do so.
    ProfileError
        As `members.actions.profile.change_profile`.
    """
    invitation = _locked(token, now)
    _check_address(invitation, account)
    return _joined(invitation, account, now, **facts)


@audited
def accept_as_new(
    *, token: str, password: str | None, language: str, now: datetime, **facts: Any
) -> AbstractBaseUser:
    """The same for a guest without an account, which is made with the address that was invited.

    Raises
    ------
    AddressTakenError
        When there is an account with this address.
    InvitationError, ProfileError
        As `accept`.
    """
    invitation = _locked(token, now)
    account = make_account(email=invitation.email, password=password, language=language, now=now)
    _joined(invitation, account.pk, now, **facts)
    return account


def _joined(
    invitation: Invitation,
    account: UUID,
    now: datetime,
    *,
    visibility: Mapping[Field, Visibility],
    department: str = "",
    **facts: Any,
) -> Member:
    member = _member(account, checked_profile(**facts), checked_visibility(visibility), now)
    _affiliate(member, invitation, department)
    _give(invitation, account, now)
    take_back(about=invitation.public_id)
    invitation.state, invitation.email, invitation.expires_at = InvitationState.ACCEPTED, "", now
    invitation.save()
    record(
        Event.INVITATION_ACCEPTED,
        by=Holder(account),
        about=("member", member.public_id),
        now=now,
        context={"roles": invitation.roles},
    )
    return member


def _locked(token: str, now: datetime) -> Invitation:
    row = (
        Invitation.objects.select_for_update()
        .filter(token_hash=token_hash(token), state=InvitationState.SENT, expires_at__gt=now)
        .first()
    )
    if row is None:
        raise InvitationError(_("This link has been used, was taken back, or is too old."))
    return row


def _check_address(invitation: Invitation, account: UUID) -> None:
    address, _known = addresses([account]).get(account, ("", ""))
    if address.casefold() != invitation.email.casefold():
        raise InvitationError(_("This account has another address than the one that was invited."))


def _member(account: UUID, facts: Mapping[str, Any], visibility: dict[str, str], now: datetime) -> Member:
    """A new member; or one who had left, and comes back."""
    row = Member.objects.select_for_update().filter(account=account).first()
    if row is None:
        row = Member(account_id=account, joined=now.date())
    elif row.left is None:
        raise InvitationError(_("You are a member already. There is nothing left to accept."))
    row.left = None
    row.visibility = visibility
    check_orcid(row, facts["orcid"])
    for name, value in facts.items():
        setattr(row, name, value)
    row.save()
    return row


def _affiliate(member: Member, invitation: Invitation, department: str) -> None:
    Affiliation.objects.filter(member=member, primary=True).update(primary=False)
    row = Affiliation.objects.filter(member=member, institution=invitation.institution_id).first()
    row = row or Affiliation(member=member, institution_id=invitation.institution_id)
    row.primary, row.department, row.end = True, department, None
    row.save()


def _give(invitation: Invitation, account: UUID, now: datetime) -> None:
    """Roles are given by whoever invited; a privileged one only while they may still give it."""
    roles = [Role(one) for one in invitation.roles]
    if any(ROLES[one].privileged for one in roles):
        granting = [role for role, rule in ROLES.items() if "role_grant" in rule.permissions]
        if not any(invitation.by in accounts_with(role, now=now) for role in granting):
            raise InvitationError(_("Who invited you left the office since. Ask the office for a new link."))
    for role in roles:
        put_role(account=account, role=role, by=Holder(invitation.by), now=now)
