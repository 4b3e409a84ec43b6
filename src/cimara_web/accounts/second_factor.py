"""Who must have passed a second factor, and what they reach before (portal.md section 10.1)."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.authentication import get_authentication_records
from django.http import HttpRequest

from cimara_web import clock
from cimara_web.accounts.queries import holder, member_since

GRACE = timedelta(days=14)
"""A member without a further role may go this long without a second factor."""
LINK = "link"
"""How allauth's records name a sign-in by an operator's link."""
REACHED_BEFORE = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_add_webauthn",
        "mfa_list_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "account-app-picture",
        "account-again",
        "account_reauthenticate",
        "account_set_password",
        "account_logout",
    }
)
"""Pages that set a factor up, and the way out; public pages besides, which show what strangers see."""


def has_passed(request: HttpRequest) -> bool:
    """Whether a second factor was passed in this session.

    A passkey counts as both. Demonstration accounts sign in by an operator's link, which counts as well.
    """
    ways = {one["method"] for one in get_authentication_records(request, request.user)}
    return "mfa" in ways or (LINK in ways and request.user.is_demonstration)


def must_have(request: HttpRequest) -> bool:
    """Whether the roles of whoever asks call for one: any privileged role, and membership from day 14."""
    who = holder(request)
    if who.is_privileged:
        return True
    if not who.is_member:
        return False
    since = member_since(request.user, now=clock.now())
    return since is not None and clock.now() - since >= GRACE
