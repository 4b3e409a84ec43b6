"""What the office's pages share: who may open them, and where they lead."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from cimara_web.accounts.queries import holder
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission


def officer(request: HttpRequest, permission: Permission) -> Holder:
    """Whoever asks, when this part of the office is theirs.

    Raises
    ------
    Http404
        For others: to them there is no office.
    """
    by = holder(request)
    if not by.may(permission):
        raise Http404
    return by


def tabs(by: Holder) -> list[tuple[str, str]]:
    """Words and address of each part of the office that somebody may open."""
    parts = (
        ("Office", "office", Permission.MEMBER_INVITE),
        ("Invitations", "office-invitations", Permission.MEMBER_INVITE),
        ("Members", "office-members", Permission.MEMBER_EDIT),
        ("Institutions", "office-institutions", Permission.INSTITUTION_EDIT),
        ("Roles", "roles", Permission.ROLE_GRANT),
    )
    return [(words, reverse(name)) for words, name, permission in parts if by.may(permission)]


def see(name: str, *args: object, done: str = "") -> HttpResponse:
    """Go and look there, by GET."""
    return HttpResponseRedirect(reverse(name, args=args) + (f"?done={done}" if done else ""), status=303)
