"""Invites guests by a one-time link, sends it again, takes it back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from cimara_web.audit.actions.recording import record
from cimara_web.audit.events import Event
from cimara_web.members.links import LIFE, new_token, token_hash
from cimara_web.members.models import Institution, Invitation, InvitationState
from cimara_web.outbox.actions.messages import put_in, take_back
from cimara_web.permissions.holder import Holder, Refused, require
from cimara_web.permissions.permission import Permission, Scope
from cimara_web.permissions.roles import ROLES, Role
from cimara_web.writes import audited

INVITABLE = tuple(role for role, rule in ROLES.items() if rule.scope is Scope.SITE_WIDE)
"""Roles that a guest can get at once; those over a study are given by its lead."""
MOST_A_DAY = 200
"""Invitations that one person may send: a whole consortium in a day, and no more."""


class InvitationError(ValueError):
    """An invitation can't be sent, taken back or accepted; the message says why and what to do."""


@audited
def invite(
    *,
    by: Holder,
    email: str,
    institution: Institution,
    roles: Iterable[Role],
    now: datetime,
    language: str = "en",
) -> tuple[Invitation, str]:
    """Mail a guest a link that works for 14 days; returns the invitation and the link's token.

    An earlier invitation of the same address is revoked.

    Raises
    ------
    InvitationError
        For a role over a study, or after too many invitations in a day.
    Refused
        When a privileged role is asked for by somebody who may give none.
    """
    require(by, Permission.MEMBER_INVITE)
    wanted = _roles(by, roles)
    if _sent_today(by, now) >= MOST_A_DAY:
        raise InvitationError(f"At most {MOST_A_DAY} invitations a day can be sent. Go on tomorrow.")
    earlier = _revoke_earlier(email, now)
    made, token = _made(by, email, institution, wanted, now)
    _post(made, token, language)
    record(
        Event.INVITATION_SENT,
        by=by,
        about=("invitation", made.public_id),
        now=now,
        context={"roles": made.roles, "replaces": earlier},
    )
    return made, token


@audited
def resend(
    *, by: Holder, invitation: Invitation, now: datetime, language: str = "en"
) -> tuple[Invitation, str]:
    """Mail a new link in the place of an older one, which no longer works.

    Raises
    ------
    InvitationError
        When it was accepted or revoked.
    """
    require(by, Permission.MEMBER_INVITE)
    row = Invitation.objects.select_for_update().select_related("institution").get(pk=invitation.pk)
    _check_open(row)
    wanted = _roles(by, row.roles)
    earlier = _revoke_earlier(row.email, now)
    made, token = _made(by, row.email, row.institution, wanted, now)
    _post(made, token, language)
    record(
        Event.INVITATION_SENT,
        by=by,
        about=("invitation", made.public_id),
        now=now,
        context={"roles": made.roles, "replaces": earlier},
    )
    return made, token


@audited
def revoke(*, by: Holder, invitation: Invitation, now: datetime) -> None:
    """Take an invitation back; its link no longer works, and its mail isn't sent if it still waits.

    Raises
    ------
    InvitationError
        When it was accepted or revoked.
    """
    require(by, Permission.MEMBER_INVITE)
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    _check_open(row)
    row.state, row.expires_at = InvitationState.REVOKED, now
    row.save()
    take_back(about=row.public_id)
    record(Event.INVITATION_REVOKED, by=by, about=("invitation", row.public_id), now=now)


def _roles(by: Holder, roles: Iterable[Role]) -> list[str]:
    wanted = {Role(one) for one in roles} | {Role.MEMBER}
    if stray := wanted - set(INVITABLE):
        raise InvitationError(f"{', '.join(sorted(stray))}: such a role is given within a study.")
    if any(ROLES[one].privileged for one in wanted) and not by.may(Permission.ROLE_GRANT):
        raise Refused("Your roles don't include giving such a role.")
    return [one.value for one in Role if one in wanted]


def _sent_today(by: Holder, now: datetime) -> int:
    return Invitation.objects.filter(by=by.account, made_at__gt=now - timedelta(days=1)).count()


def _revoke_earlier(email: str, now: datetime) -> int:
    """Sent invitations of an address; returns how many there were."""
    earlier = Invitation.objects.select_for_update().filter(email__iexact=email, state=InvitationState.SENT)
    ids = list(earlier.values_list("public_id", flat=True))
    for one in ids:
        take_back(about=one)
    still_open = Invitation.objects.filter(pk__in=ids, expires_at__gt=now)
    still_open.update(expires_at=now)
    return Invitation.objects.filter(pk__in=ids).update(state=InvitationState.REVOKED)


def _made(
    by: Holder, email: str, institution: Institution, roles: list[str], now: datetime
) -> tuple[Invitation, str]:
    token = new_token()
    made = Invitation(
        email=email,
        institution=institution,
        roles=roles,
        by=by.account,
        token_hash=token_hash(token),
        made_at=now,
        expires_at=now + LIFE,
    )
    made.save(force_insert=True)
    return made, token


def _post(made: Invitation, token: str, language: str) -> None:
    put_in(
        dedupe_key=f"invitation:{made.public_id}",
        about=made.public_id,
        to=made.email,
        template="invitation",
        language=language,
        context={
            "token": token,
            "institution": made.institution.name,
            "ends": made.expires_at.date().isoformat(),
        },
        now=made.made_at,
    )


def _check_open(row: Invitation) -> None:
    if row.state != InvitationState.SENT:
        raise InvitationError(f"This invitation was {row.state} already. Nothing was changed.")
