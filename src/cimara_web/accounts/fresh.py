"""Whether somebody proved who they are in the last 5 minutes, and how they are asked again."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.exceptions import ReauthenticationRequired
from allauth.core.internal.httpkit import serialize_request
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from cimara_web.accounts.second_factor import LINK
from cimara_web.accounts.sign_in_settings import FIVE_MINUTES

View = Callable[..., HttpResponse]
SECRET_FIELDS = ("password", "code", "credential")
NEEDED = {
    "HTTP_HOST",
    "SERVER_NAME",
    "SERVER_PORT",
    "REMOTE_ADDR",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_PROTO",
    "CONTENT_TYPE",
    "REQUEST_METHOD",
}
"""What a kept form needs of its request. Cookies stay out of the database: one of them opens answers."""


def recently_signed_in(view: View) -> View:
    """A view that asks who it is when that was not proven in the last 5 minutes.

    What a form sent is kept and goes on by itself after the answer, files apart: decorate the page that shows
    the form, too, so that it is asked first.
    """

    @wraps(view)
    def run(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not is_fresh(request):
            raise ReauthenticationRequired
        return view(request, *args, **kwargs)

    return run


def is_fresh(request: HttpRequest) -> bool:
    """Whether the last proof in this session, a sign-in or a later one, is under 5 minutes old.

    A demonstration's invented person has nothing to prove it by, so their link counts as long as the session.
    """
    records = get_authentication_records(request, request.user)
    if records and request.user.is_demonstration and records[0]["method"] == LINK:
        return True
    return bool(records) and time.time() - records[-1]["at"] < FIVE_MINUTES


def ask_again(request: HttpRequest) -> HttpResponse:
    """Go and prove it, then come back here."""
    ways = get_adapter().get_reauthentication_methods(request.user)
    if request.user.is_anonymous:
        target = reverse("account_login")
    else:
        target = ways[0]["url"] if ways else reverse("account-again")
    if request.method == "POST" and not request.FILES and not _holds_secrets(request):
        request.session[STATE_SESSION_KEY] = {"request": _kept(request)}
    return HttpResponseRedirect(f"{target}?{urlencode({'next': request.get_full_path()})}", status=303)


def _holds_secrets(request: HttpRequest) -> bool:
    return any(secret in name for name in request.POST for secret in SECRET_FIELDS)


def _kept(request: HttpRequest) -> str:
    whole = request.META
    request.META = {name: value for name, value in whole.items() if name in NEEDED}
    try:
        return serialize_request(request)
    finally:
        request.META = whole
