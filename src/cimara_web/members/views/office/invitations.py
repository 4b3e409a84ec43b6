"""The office invites, sends again, takes back."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_POST

from cimara_web import clock
from cimara_web.members.actions.invitations import InvitationError, invite, resend, revoke
from cimara_web.members.forms.office import InviteForm
from cimara_web.members.models import Invitation, InvitationState
from cimara_web.members.queries import institutions, names_of, visible_invitations
from cimara_web.members.views.office.frame import officer, see, tabs
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission
from cimara_web.permissions.roles import ROLES, Role

DONE = {
    "sent": "The invitation is on its way.",
    "again": "A new mail is on its way. The link of the older one no longer works.",
    "revoked": "The invitation is taken back. Its link no longer works.",
    "late": "This invitation was accepted or taken back by now. Nothing was changed.",
}


@require_http_methods(["GET", "HEAD", "POST"])
def invitations(request: HttpRequest) -> HttpResponse:
    """Invitations with their states; POST sends one."""
    by = officer(request, Permission.MEMBER_INVITE)
    form = InviteForm(request.POST or None, places=institutions())
    if request.method == "POST" and form.is_valid():
        try:
            invite(
                by=by,
                email=form.cleaned_data["email"],
                institution=form.place(),
                roles=form.roles_wanted(),
                language=form.cleaned_data["language"],
                now=clock.now(),
            )
        except InvitationError as error:
            form.add_error(None, str(error))
        else:
            return see("office-invitations", done="sent")
    return render(request, "office/invitations.html", {"form": form, **_listed(request, by)})


@require_POST
def invitation(request: HttpRequest, invitation: UUID) -> HttpResponse:
    """One of them, again or no more."""
    by = officer(request, Permission.MEMBER_INVITE)
    row = get_object_or_404(visible_invitations(by), public_id=invitation)
    try:
        if request.POST.get("do") == "revoke":
            revoke(by=by, invitation=row, now=clock.now())
            return see("office-invitations", done="revoked")
        resend(by=by, invitation=row, now=clock.now())
    except InvitationError:
        return see("office-invitations", done="late")
    return see("office-invitations", done="again")


def _listed(request: HttpRequest, by: Holder) -> dict[str, object]:
    rows = list(visible_invitations(by))
    names = names_of({one.by for one in rows})
    return {
        "tabs": tabs(by),
        "rows": [_told(one, names) for one in rows],
        "done": DONE.get(request.GET.get("done", ""), ""),
    }


def _told(row: Invitation, names: dict[UUID, str]) -> dict[str, object]:
    state = InvitationState(row.state)
    if state is InvitationState.SENT and row.expires_at <= clock.now():
        state = InvitationState.EXPIRED
    tones = {
        InvitationState.SENT: "waiting",
        InvitationState.ACCEPTED: "good",
        InvitationState.EXPIRED: "bad",
        InvitationState.REVOKED: "ended",
    }
    return {
        "row": row,
        "state": state.value,
        "tone": tones[state],
        "is_open": state in (InvitationState.SENT, InvitationState.EXPIRED),
        "roles": ", ".join(ROLES[Role(one)].name for one in row.roles),
        "by": names.get(row.by, "the portal"),
    }
