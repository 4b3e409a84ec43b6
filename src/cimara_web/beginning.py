"""The first person of a new portal's office: an account, a place and a link; nothing exists by default."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from cimara.terms.errors import CimaraError
from cimara_web.accounts.actions.links import operator_link
from cimara_web.accounts.actions.making import appoint_office
from cimara_web.accounts.queries import accounts_with, holder_of
from cimara_web.members.actions.institutions import add_institution
from cimara_web.members.actions.invitations import invite
from cimara_web.members.actions.joining import accept
from cimara_web.members.words import Field, InstitutionKind, Specialty, Visibility
from cimara_web.permissions.roles import Role


class BegunError(CimaraError):
    """There is an office already; whoever holds it appoints others."""


def begin(
    *, email: str, name: str, institution: str, country: str, kind: InstitutionKind, now: datetime
) -> str:
    """Appoint the first office, all or nothing; returns the path of a link that signs it in once.

    Raises
    ------
    BegunError
        When somebody holds the office already.
    """
    with transaction.atomic():
        if accounts_with(Role.OFFICE, now=now):
            raise BegunError(
                "there is an office account already",
                hint="It invites others; `cimara web link` makes a new link for somebody who lost theirs.",
            )
        account = appoint_office(email=email, now=now)
        by = holder_of(account, now=now)
        place = add_institution(by=by, name=institution, country=country, kind=kind, now=now)
        _, token = invite(by=by, email=account.email, institution=place, roles=[Role.MEMBER], now=now)
        accept(
            token=token,
            account=account.pk,
            now=now,
            display_name=name,
            specialties=[Specialty.OTHER],
            visibility=dict.fromkeys(Field, Visibility.MEMBERS),
        )
        link = operator_link(account=account, now=now)
    return reverse("account-once", args=[link])
