"""What waits for the consortium office."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from cimara_web import clock
from cimara_web.accounts.queries import site_wide
from cimara_web.members.models import InvitationState
from cimara_web.members.queries import institutions, members, names_of, visible_invitations
from cimara_web.members.views.office.frame import officer, tabs
from cimara_web.outbox.queries import count_dead
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission
from cimara_web.permissions.roles import ROLES, Role
from cimara_web.studies.queries import visible_studies

SOON = timedelta(days=30)
ENDS_SOON = timedelta(days=3)


@dataclass(frozen=True, slots=True)
class Task:
    """Something that waits, and where it is done."""

    words: str
    href: str
    due: str = ""
    is_late: bool = False


@require_safe
def office(request: HttpRequest) -> HttpResponse:
    """What waits, and the parts of the office."""
    by = officer(request, Permission.MEMBER_INVITE)
    context = {
        "tabs": tabs(by),
        "waiting": list(_waiting(by)),
        "members": members().count(),
        "institutions": institutions().count(),
        "is_demonstration": institutions().filter(is_demonstration=True).exists(),
        "dead_mails": count_dead(),
    }
    return render(request, "office/office.html", context)


def _waiting(by: Holder) -> Iterator[Task]:
    yield from _proposals(by)
    yield from _invitations(by)
    yield from _roles(by)


def _proposals(by: Holder) -> Iterator[Task]:
    if by.may(Permission.STUDY_DECIDE):
        for study in visible_studies(by).filter(state="proposed").order_by("moved_at"):
            since = f"since {study.moved_at:%-d %b %Y}"
            yield Task(f"Decide on the proposal “{study.title}”", reverse("study", args=[study.slug]), since)


def _invitations(by: Holder) -> Iterator[Task]:
    sent = visible_invitations(by).filter(state=InvitationState.SENT)
    address = reverse("office-invitations")
    ended = sent.filter(expires_at__lte=clock.now()).count()
    if ended:
        yield Task(f"Send again or forget: invitations that ended unanswered ({ended})", address)
    soon = sent.filter(expires_at__gt=clock.now(), expires_at__lte=clock.now() + ENDS_SOON).count()
    if soon:
        yield Task(f"Invitations that end within 3 days ({soon})", address)


def _roles(by: Holder) -> Iterator[Task]:
    if not by.may(Permission.ROLE_GRANT):
        return
    ends_by = clock.now() + SOON
    ending = [one for one in site_wide(Role, now=clock.now()) if one.ends_at and one.ends_at <= ends_by]
    names = names_of(one.account for one in ending)
    for one in ending:
        words = (
            f"Renew or end: {ROLES[one.role].name} of {names.get(one.account, 'an account without a name')}"
        )
        yield Task(words, reverse("roles"), f"ends {one.ends_at:%-d %b %Y}")
