"""Which people and places somebody may see: every list and page starts here, in this app and in others."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Prefetch, Q, QuerySet

from cimara_web.members.models import (
    Affiliation,
    Capability,
    ContactRequest,
    Institution,
    Invitation,
    InvitationState,
    Member,
)
from cimara_web.members.seeing import seen
from cimara_web.members.words import Field
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.permission import Permission

COUNTED = Q(affiliations__primary=True, affiliations__member__left=None)
"""Each member is counted once, at the institution of their primary affiliation."""


def institutions() -> QuerySet[Institution]:
    """Institutions of the network now, by name."""
    return Institution.objects.filter(active=True, merged_into=None).order_by("name", "pk")


def countries() -> list[str]:
    """ISO codes of the countries of the network."""
    return list(institutions().order_by().values_list("country", flat=True).distinct())


def visible_institutions(by: Holder) -> QuerySet[Institution]:
    """Institutions that somebody sees: those of the network; the office sees those that ended as well."""
    if by.may(Permission.INSTITUTION_EDIT):
        return Institution.objects.filter(merged_into=None).order_by("name", "pk")
    return institutions()


def with_members_counted(rows: QuerySet[Institution]) -> QuerySet[Institution]:
    """The same institutions, each with `members`: how many are there, whatever they show of themselves."""
    return rows.annotate(members=Count("affiliations", filter=COUNTED, distinct=True))


def members() -> QuerySet[Member]:
    """Everybody of the consortium now, to be counted and not to be shown."""
    return Member.objects.filter(left=None)


def visible_members(by: Holder) -> QuerySet[Member]:
    """People whose name somebody may see, by name; the office sees those who left as well."""
    everybody = by.may(Permission.MEMBER_EDIT)
    rows = Member.objects.all() if everybody else members().filter(seen(by, Field.NAME))
    return rows.order_by("display_name", "pk").prefetch_related(_affiliations())


def visible_capabilities(by: Holder) -> QuerySet[Capability]:
    """What the places that somebody sees can do."""
    return Capability.objects.filter(institution__in=visible_institutions(by)).order_by("kind")


def visible_invitations(by: Holder) -> QuerySet[Invitation]:
    """Invitations, for the office alone."""
    rows = Invitation.objects.select_related("institution").order_by("-made_at")
    return rows if by.may(Permission.MEMBER_INVITE) else rows.none()


def visible_contacts(by: Holder) -> QuerySet[ContactRequest]:
    """Messages that somebody got or sent."""
    if by.account is None:
        return ContactRequest.objects.none()
    own = Q(sender__account=by.account) | Q(receiver__account=by.account)
    return ContactRequest.objects.filter(own).select_related("sender", "receiver").order_by("-made_at")


def member_of(account: UUID | None) -> Member | None:
    """The member behind an account, also one who left; None when there is none."""
    if account is None:
        return None
    return Member.objects.filter(account=account).prefetch_related(_affiliations()).first()


def names_of(accounts: Iterable[UUID]) -> dict[UUID, str]:
    """Names of the people one works with in a study, which they see whatever the directory shows."""
    wanted = list(accounts)
    rows = Member.objects.filter(Q(account__in=wanted) | Q(former_account__in=wanted))
    told = rows.values_list("account_id", "former_account", "display_name")
    return {account or former: name for account, former, name in told}


def accounts_of_members() -> list[tuple[UUID, str]]:
    """Accounts of today's members with their names, by name: whom a role can be given to."""
    rows = members().exclude(account=None).order_by("display_name")
    return list(rows.values_list("account_id", "display_name"))


def institution_names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of institutions by public id; a merged duplicate bears the name of the one that stays."""
    rows = Institution.objects.filter(public_id__in=list(ids)).select_related("merged_into")
    return {one.public_id: (one.merged_into or one).name for one in rows}


def open_invitations(now: datetime) -> QuerySet[Invitation]:
    """Invitations that their guests can still accept."""
    return Invitation.objects.filter(state=InvitationState.SENT, expires_at__gt=now)


def _affiliations() -> Prefetch:
    rows = Affiliation.objects.select_related("institution").order_by("-primary", "institution__name")
    return Prefetch("affiliations", queryset=rows)
