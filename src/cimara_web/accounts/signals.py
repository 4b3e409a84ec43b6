"""What allauth does to an account leaves one audit event; sign-ins and failures go to the security log."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account_signals
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY, get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import signals as factor_signals
from allauth.socialaccount import signals as identity_signals
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import pre_save
from django.http import HttpRequest

from cimara_web import clock
from cimara_web.accounts import security_log, session_life
from cimara_web.accounts.actions.noting import note_change
from cimara_web.accounts.factors import FIRST_STEPS, has_one
from cimara_web.audit.events import Event

ORCID = "orcid"
SIGN_UP = "sign_up"


def connect() -> None:
    """Listen; a receiver is connected once whatever its module is imported from."""
    for signal, receiver in (
        (user_logged_in, signed_in),
        (user_logged_out, signed_out),
        (account_signals.user_signed_up, signed_up),
        (account_signals.password_set, password_changed),
        (account_signals.password_changed, password_changed),
        (account_signals.password_reset, password_changed),
        (account_signals.email_changed, address_changed),
        (factor_signals.authenticator_added, factor_added),
        (factor_signals.authenticator_reset, factor_added),
        (factor_signals.authenticator_removed, factor_removed),
        (factor_signals.authentication_failed, factor_failed),
        (identity_signals.social_account_added, identity_added),
        (identity_signals.social_account_removed, identity_removed),
    ):
        signal.connect(receiver, dispatch_uid=f"cimara {receiver.__name__} {id(signal)}")
    pre_save.connect(keep_network_only, sender=UserSession, dispatch_uid="cimara keep_network_only")


def signed_in(request: HttpRequest, user: Any, **_: Any) -> None:
    """A session begins. allauth records every way in but a sign-up, whose password was chosen just now."""
    session_life.begin(request.session)
    if not get_authentication_records(request, user):
        record_authentication(request, user, SIGN_UP)
    security_log.note(request, "sign_in", account=user.pk, ways=_ways(request, user))


def signed_out(request: HttpRequest, user: Any, **_: Any) -> None:
    """A session ends."""
    if user is not None:
        security_log.note(request, "sign_out", account=user.pk)


def signed_up(request: HttpRequest, user: Any, sociallogin: Any = None, **_: Any) -> None:
    """A new account, and its identity where ORCID vouched for it."""
    note_change(event=Event.ACCOUNT_MADE, account=user.pk, now=clock.now())
    if sociallogin is not None:
        note_change(event=Event.ACCOUNT_IDENTITY_ADDED, account=user.pk, now=clock.now(), kind=ORCID)


def password_changed(user: Any, **_: Any) -> None:
    """Set, changed or reset."""
    note_change(event=Event.ACCOUNT_PASSWORD_CHANGED, account=user.pk, now=clock.now())


def address_changed(user: Any, from_email_address: Any = None, **_: Any) -> None:
    """A new address took the place of an old one; the first address of an account is no change."""
    if from_email_address is not None:
        note_change(event=Event.ACCOUNT_EMAIL_CHANGED, account=user.pk, now=clock.now())


def factor_added(request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    """A factor that was just set up is a factor passed: its code or its key was asked for."""
    kind = str(authenticator.type)
    note_change(event=Event.ACCOUNT_FACTOR_ADDED, account=user.pk, now=clock.now(), kind=kind)
    if kind in FIRST_STEPS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=kind)


def factor_removed(request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    """Whoever has none left has passed none."""
    kind = str(authenticator.type)
    note_change(event=Event.ACCOUNT_FACTOR_REMOVED, account=user.pk, now=clock.now(), kind=kind)
    if not has_one(user):
        records = get_authentication_records(request, user)
        request.session[AUTHENTICATION_METHODS_SESSION_KEY] = [
            one for one in records if one["method"] != "mfa"
        ]


def factor_failed(request: HttpRequest, **_: Any) -> None:
    """A wrong code or key."""
    security_log.note(request, "sign_in.failed", way="second factor")


def identity_added(sociallogin: Any, **_: Any) -> None:
    """An account can be signed in to by ORCID from now on."""
    note_change(event=Event.ACCOUNT_IDENTITY_ADDED, account=sociallogin.user.pk, now=clock.now(), kind=ORCID)


def identity_removed(socialaccount: Any, **_: Any) -> None:
    """No longer."""
    note_change(
        event=Event.ACCOUNT_IDENTITY_REMOVED, account=socialaccount.user_id, now=clock.now(), kind=ORCID
    )


def keep_network_only(instance: UserSession, **_: Any) -> None:
    """A session keeps the network it began in, not the whole address."""
    network = security_log.cut(instance.ip)
    instance.ip = network.partition("/")[0] if network else "0.0.0.0"


def _ways(request: HttpRequest, user: Any) -> list[str]:
    return [one["method"] for one in get_authentication_records(request, user)]
