"""Makes accounts for people who were invited, for the first office and for demonstrations."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from cimara_web.accounts.actions.roles import put_role
from cimara_web.accounts.models import Account
from cimara_web.audit.actions.recording import SYSTEM, record
from cimara_web.audit.events import Event
from cimara_web.permissions.roles import Role
from cimara_web.writes import action, audited

UNCONFIRMED_LIFE = timedelta(days=7)


class AddressTakenError(ValueError):
    """Somebody uses this address to sign in already; they sign in instead."""


@action
def make_account(
    *,
    email: str,
    now: datetime,
    password: str | None = None,
    language: str = "en",
    is_demonstration: bool = False,
) -> Account:
    """An account on an address that its caller knows to be theirs, so that nobody has to confirm it.

    It leaves no event: the action that calls it does. An account on this address that nobody confirmed within
    a sign-up of its own goes.

    Raises
    ------
    AddressTakenError
        When there is an account with this address.
    """
    address = email.strip().lower()
    drop_unconfirmed(email=address)
    taken = EmailAddress.objects.filter(email=address, verified=True).exists()
    if taken or Account.objects.filter(email__iexact=address).exists():
        raise AddressTakenError("There is an account with this address.")
    account = Account(email=address, joined_at=now, language=language, is_demonstration=is_demonstration)
    if password is None:
        account.set_unusable_password()
    else:
        account.set_password(password)
    account.save()
    EmailAddress.objects.create(user=account, email=address, verified=True, primary=True)
    return account


@audited
def appoint_office(*, email: str, now: datetime) -> Account:
    """The consortium office by the operator's word: an account, made when there is none, with that role.

    It is nobody's sign-up: the operator hands over a one-time link (`links.operator_link`).
    """
    account = Account.objects.select_for_update().filter(email__iexact=email.strip()).first()
    if account is None or not _is_confirmed(account):
        account = make_account(email=email, now=now)
    grant = put_role(account=account.public_id, role=Role.OFFICE, by=SYSTEM, now=now)
    record(
        Event.ROLE_GRANTED,
        by=SYSTEM,
        about=("account", account.public_id),
        now=now,
        context={
            "role": Role.OFFICE.value,
            "to": str(account.public_id),
            "ends": grant.ends_at.date().isoformat(),
        },
    )
    return account


@action
def drop_unconfirmed(*, email: str, keep: UUID | None = None) -> int:
    """Delete accounts on an address that nobody ever confirmed: nothing can be in them."""
    rows = _never_confirmed().filter(email__iexact=email)
    return rows.exclude(public_id=keep).delete()[0]


@action
def drop_unconfirmed_since(*, now: datetime) -> int:
    """Delete accounts of sign-ups that nobody confirmed in a week; returns how many."""
    rows = _never_confirmed().filter(joined_at__lte=now - UNCONFIRMED_LIFE)
    return rows.delete()[1].get("accounts.Account", 0)


def _never_confirmed() -> QuerySet[Account]:
    return Account.objects.filter(last_login=None).exclude(emailaddress__verified=True)


def _is_confirmed(account: Account) -> bool:
    return EmailAddress.objects.filter(user=account, verified=True).exists()
