"""What was just done, said once on the next page; kept in the session as a name, never as a text."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

KEY = "notices"
WORDS: dict[str, Any] = {
    "address-sent": _("We have sent a link to that address. It can take a few minutes to arrive."),
    "address-confirmed": _("Your e-mail address is confirmed."),
    "address-not-confirmed": _("This address belongs to another account, so it could not be confirmed."),
    "password-changed": _("Your password is changed. Other devices are signed out."),
    "password-set": _("Your password is set."),
    "app-added": _("Your authenticator app is set up."),
    "app-removed": _("Your authenticator app is removed."),
    "key-added": _("Your key is added."),
    "key-removed": _("Your key is removed."),
    "codes-made": _("You have new recovery codes. We show them once, on this page."),
    "sessions-ended": _("All other devices are signed out."),
    "orcid-added": _("Your ORCID iD is connected. You can sign in with it."),
    "orcid-taken": _("This ORCID iD is connected to another account."),
    "orcid-removed": _("Your ORCID iD is no longer connected."),
    "deletion-cancelled": _("Your account stays. Nothing is deleted."),
    "key-refused": _("That key could not be checked. Try again, or use your password."),
    "too-many": _("Too many tries. Wait five minutes, then try again."),
}
OF_ALLAUTH = {
    "account/messages/email_confirmation_sent.txt": "address-sent",
    "account/messages/email_confirmed.txt": "address-confirmed",
    "account/messages/email_confirmation_failed.txt": "address-not-confirmed",
    "account/messages/password_changed.txt": "password-changed",
    "account/messages/password_set.txt": "password-set",
    "mfa/messages/totp_activated.txt": "app-added",
    "mfa/messages/totp_deactivated.txt": "app-removed",
    "mfa/messages/webauthn_added.txt": "key-added",
    "mfa/messages/webauthn_removed.txt": "key-removed",
    "mfa/messages/recovery_codes_generated.txt": "codes-made",
    "usersessions/messages/sessions_logged_out.txt": "sessions-ended",
    "socialaccount/messages/account_connected.txt": "orcid-added",
    "socialaccount/messages/account_connected_updated.txt": "orcid-added",
    "socialaccount/messages/account_connected_other.txt": "orcid-taken",
    "socialaccount/messages/account_disconnected.txt": "orcid-removed",
}
"""Our names for allauth's messages; the others (signed in, signed out) can be seen."""


def leave(request: HttpRequest, name: str) -> None:
    """Say this on the next page."""
    request.session[KEY] = [*request.session.get(KEY, []), name]


def take(request: HttpRequest) -> list[Any]:
    """What is to be said on this page; it isn't said again."""
    if KEY not in request.session:
        return []
    return [WORDS[name] for name in dict.fromkeys(request.session.pop(KEY)) if name in WORDS]
