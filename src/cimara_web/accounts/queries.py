"""Reads of accounts for the other apps: who holds which roles now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db.models import Min, Q, QuerySet
from django.http import HttpRequest

from cimara_web import clock
from cimara_web.accounts.factors import FIRST_STEPS
from cimara_web.accounts.models import Account, RoleGrant
from cimara_web.permissions.holder import STRANGER, Held, Holder
from cimara_web.permissions.roles import Role


@dataclass(frozen=True, slots=True)
class RoleHeld:
    """A role over a study, or over one site of it, as it was given; `is_held`: it still counts."""

    account: UUID
    role: Role
    study: UUID
    site: UUID | None
    ends_at: datetime | None
    is_held: bool


def in_force(now: datetime) -> QuerySet[RoleGrant]:
    """Roles that are held at this moment."""
    return RoleGrant.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), ended_at=None)


def holder_of(account: Account, *, now: datetime) -> Holder:
    """An account with the roles it holds at this moment: one query. An inactive account holds nothing."""
    if not account.is_active:
        return Holder(account.public_id)
    rows = in_force(now).filter(account=account).values_list("role", "study", "study_site")
    return Holder(account.public_id, tuple(Held(Role(role), study, site) for role, study, site in rows))


def holder(request: HttpRequest) -> Holder:
    """Whoever asks, with their roles; read once a request."""
    known = getattr(request, "_holder", None)
    if known is None:
        known = holder_of(request.user, now=clock.now()) if request.user.is_authenticated else STRANGER
        request._holder = known
    return known


def member_since(account: Account, *, now: datetime) -> datetime | None:
    """Since when they have been a member without a break; None for others."""
    rows = in_force(now).filter(account=account, role=Role.MEMBER)
    return rows.aggregate(since=Min("granted_at"))["since"]


def accounts_with(
    role: Role, *, study: UUID | None = None, site: UUID | None = None, now: datetime
) -> frozenset[UUID]:
    """Accounts that hold exactly this role over exactly this study or site."""
    rows = in_force(now).filter(role=role, study=study, study_site=site, account__is_active=True)
    return frozenset(rows.values_list("account_id", flat=True))


def roles_over(study: UUID, *, now: datetime) -> list[tuple[UUID, Role, UUID | None, datetime | None]]:
    """Everybody with a role over a study or its sites: account, role, site, end; one query."""
    rows = in_force(now).filter(study=study).order_by("granted_at")
    return [
        (account, Role(role), site, ends)
        for account, role, site, ends in rows.values_list("account_id", "role", "study_site", "ends_at")
    ]


def roles_of_studies(studies: Iterable[UUID], *, now: datetime) -> list[RoleHeld]:
    """Every role that was ever given over these studies and their sites; one query."""
    rows = RoleGrant.objects.filter(study__in=list(studies)).order_by("granted_at")
    fields = ("account_id", "role", "study", "study_site", "ends_at", "ended_at", "account__is_active")
    return [
        RoleHeld(
            account=account,
            role=Role(role),
            study=study,
            site=site,
            ends_at=ends,
            is_held=is_active and ended is None and (ends is None or ends > now),
        )
        for account, role, study, site, ends, ended, is_active in rows.values_list(*fields)
    ]


def has_second_factor(accounts: Iterable[UUID]) -> frozenset[UUID]:
    """Those of these accounts that have a second factor which stands by itself; one query.

    Invented people count: they sign in by an operator's link alone, which stands for it.
    """
    held = Authenticator.objects.filter(type__in=FIRST_STEPS).values("user")
    rows = Account.objects.filter(Q(public_id__in=held) | Q(is_demonstration=True))
    return frozenset(rows.filter(public_id__in=list(accounts)).values_list("public_id", flat=True))


def addresses(accounts: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """E-mail address and language of accounts, for the outbox only."""
    rows = Account.objects.filter(public_id__in=list(accounts), is_active=True)
    return {one.public_id: (one.email, one.language) for one in rows}


def demonstration_accounts(emails: Iterable[str]) -> dict[str, Account]:
    """Accounts of invented people, by address; nobody else's is found here."""
    rows = Account.objects.filter(email__in=list(emails), is_demonstration=True, is_active=True)
    return {one.email: one for one in rows}


def has_accounts() -> bool:
    """Whether anybody can sign in to this portal."""
    return Account.objects.exists()


@dataclass(frozen=True, slots=True)
class OwnRole:
    """A role that somebody holds, over what, and its end."""

    role: Role
    study: UUID | None
    site: UUID | None
    ends_at: datetime | None


def held_by(account: Account, *, now: datetime) -> list[OwnRole]:
    """The roles of one account with their ends, membership first: one query."""
    rows = in_force(now).filter(account=account).values_list("role", "study", "study_site", "ends_at")
    held = [OwnRole(Role(role), study, site, ends) for role, study, site, ends in rows]
    return sorted(held, key=lambda one: list(Role).index(one.role))


@dataclass(frozen=True, slots=True)
class SiteWide:
    """Somebody's role over the whole portal, for the office."""

    account: UUID
    email: str
    role: Role
    since: datetime
    ends_at: datetime | None


def site_wide(roles: Iterable[Role], *, now: datetime) -> list[SiteWide]:
    """Who holds these roles now: one query."""
    rows = in_force(now).filter(role__in=list(roles), study=None, account__is_active=True)
    told = rows.order_by("role", "account__email").values_list(
        "account_id", "account__email", "role", "granted_at", "ends_at"
    )
    return [SiteWide(account, email, Role(role), since, ends) for account, email, role, since, ends in told]


def account_to_sign_in(email: str) -> Account | None:
    """The active account of an address, for its operator's link."""
    return Account.objects.filter(email__iexact=email.strip(), is_active=True).first()


def account_of(email: str) -> UUID | None:
    """The active account of an address."""
    rows = Account.objects.filter(email__iexact=email.strip(), is_active=True)
    return rows.values_list("pk", flat=True).first()


def had_study_role(account: UUID) -> bool:
    """Whether they ever held a role over a study or a site of one, so that its record names them."""
    return RoleGrant.objects.filter(account_id=account).exclude(study=None).exists()
