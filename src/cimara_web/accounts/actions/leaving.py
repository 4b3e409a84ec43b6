"""Somebody leaves: they ask, seven days pass in which they can think again, then the account goes."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession

from cimara_web.accounts.models import Account
from cimara_web.accounts.own_data import ERASERS, Owner
from cimara_web.audit.actions.recording import SYSTEM, record
from cimara_web.audit.events import Event
from cimara_web.outbox.actions.messages import put_in, take_back
from cimara_web.permissions.holder import Holder
from cimara_web.writes import audited

WAIT = timedelta(days=7)


class NotLeavingError(ValueError):
    """The account isn't to be deleted, or not yet."""


@audited
def ask_deletion(*, by: Holder, now: datetime, cancel_token: str) -> Account:
    """Set the day; a mail tells it with a link that cancels."""
    account = Account.objects.select_for_update().get(pk=by.account)
    account.deletion_due_at = now + WAIT
    account.save()
    record(Event.ACCOUNT_DELETION_ASKED, by=by, about=("account", account.pk), now=now)
    put_in(
        dedupe_key=f"leaving:{account.pk}:{now.isoformat()}",
        about=account.pk,
        to=account.email,
        template="leaving",
        language=account.language,
        context={"due": account.deletion_due_at.date().isoformat(), "token": cancel_token},
        now=now,
    )
    return account


@audited
def cancel_deletion(*, account: UUID, now: datetime) -> None:
    """They stay.

    Raises
    ------
    NotLeavingError
        When they weren't about to leave, or have left.
    """
    row = Account.objects.select_for_update().filter(pk=account).exclude(deletion_due_at=None).first()
    if row is None:
        raise NotLeavingError("This account is not to be deleted.")
    row.deletion_due_at = None
    row.save()
    record(Event.ACCOUNT_DELETION_CANCELLED, by=Holder(account), about=("account", account), now=now)


def delete_due(now: datetime) -> int:
    """Delete every account whose seven days are over, each in a transaction of its own; returns how many."""
    due = Account.objects.filter(deletion_due_at__lte=now).values_list("pk", flat=True)
    return sum(_is_deleted(account, now) for account in list(due))


@audited
def delete_account(*, account: UUID, now: datetime) -> None:
    """Take the person out of every app, then delete the account with its roles, factors and sessions.

    The audit trail keeps what they did under a UUID that nobody can tell any more.

    Raises
    ------
    NotLeavingError
        When they stay after all, or another process was quicker.
    """
    row = Account.objects.select_for_update().filter(pk=account, deletion_due_at__lte=now).first()
    if row is None:
        raise NotLeavingError("This account is not to be deleted now.")
    owner = owner_of(row)
    for erase in ERASERS.values():
        erase(owner, now)
    take_back(about=account)
    for session in UserSession.objects.filter(user_id=account):
        session.end()
    row.delete()
    record(Event.ACCOUNT_DELETED, by=SYSTEM, about=("account", account), now=now)


def owner_of(account: Account) -> Owner:
    """An account with its confirmed addresses."""
    proven = EmailAddress.objects.filter(user=account, verified=True).order_by("pk")
    return Owner(account.pk, tuple(proven.values_list("email", flat=True)))


def _is_deleted(account: UUID, now: datetime) -> bool:
    try:
        delete_account(account=account, now=now)
    except NotLeavingError:
        return False
    return True
