"""What sign-in adds around each request: ends of sessions, the second factor, and pages that nobody keeps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from cimara_web.accounts import session_life
from cimara_web.accounts.fresh import ask_again
from cimara_web.accounts.queries import holder
from cimara_web.accounts.second_factor import REACHED_BEFORE, has_passed, must_have
from cimara_web.middleware import PERMISSIONS_POLICY
from cimara_web.permissions.holder import Holder

GetResponse = Callable[[HttpRequest], HttpResponse]
OURS = ("allauth.", "cimara_web.accounts.")
WITH_KEYS = frozenset({"account_login", "mfa_authenticate", "mfa_reauthenticate_webauthn"})
"""Pages on which a browser may be asked for a passkey."""


class SessionLife:
    """Signs out whose session has lived too long."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            privileged = holder(request).is_privileged
            if session_life.is_over(
                request.session, session_life.PRIVILEGED if privileged else session_life.USUAL
            ):
                logout(request)
                request._holder = None
            else:
                session_life.use(request.session)
        return self.get_response(request)


class SignInPages:
    """Nobody's browser keeps a page of sign-in; three of them may ask for a passkey."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None and match.func.__module__.startswith(OURS):
            response["Cache-Control"] = "no-store"
            if match.url_name in WITH_KEYS:
                policy = "publickey-credentials-get"
                response["Permissions-Policy"] = PERMISSIONS_POLICY.replace(
                    f"{policy}=()", f"{policy}=(self)"
                )
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Ask who it is before allauth does, whose way would keep cookies and passwords in the session."""
        return ask_again(request) if isinstance(error, ReauthenticationRequired) else None


class SecondFactor:
    """Whoever needs a second factor and hasn't passed one sets it up first; until then no role counts."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: list[Any], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Send those who lack it to the page that sets one up, unless the page is for everyone."""
        if not request.user.is_authenticated or has_passed(request) or not must_have(request):
            return None
        request._holder = Holder(request.user.public_id)
        request.lacks_factor = True
        if not getattr(view, "login_required", True) or request.resolver_match.url_name in REACHED_BEFORE:
            return None
        return HttpResponseRedirect(reverse("mfa_index"), status=303)
