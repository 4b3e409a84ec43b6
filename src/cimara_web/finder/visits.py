"""How a request brings a visitor's key, and what every page that depends on answers has in common."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cimara_web.finder.actions.profiles import IDLE_LIFE, keep_alive
from cimara_web.finder.answers import Answers
from cimara_web.finder.queries import Visit, visit_of
from cimara_web.finder.sealing import new_token, token_of_cookie, token_to_cookie

RENEW_AFTER = timedelta(minutes=10)
"""A page seen this soon after the last one doesn't move the end of life: reading rarely writes."""

View = Callable[..., HttpResponse]


def personal(view: View) -> View:
    """A public page that depends on answers: opens them as `request.visit`; browsers store nothing of it."""

    @wraps(view)
    def run(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        now = timezone.now()
        request.visit = visit_of(token=token_of(request), now=now)
        if request.visit and request.visit.expires_at < now + IDLE_LIFE - RENEW_AFTER:
            keep_alive(token=request.visit.token, now=now)
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        return response

    return login_not_required(run)


def token_of(request: HttpRequest) -> bytes | None:
    """The token that the browser keeps; None when it has none of ours."""
    return token_of_cookie(request.COOKIES.get(settings.FINDER_COOKIE_NAME, ""))


def answers_so_far(request: HttpRequest) -> Answers:
    """The visitor's answers; none at all for a new visitor."""
    visit: Visit | None = request.visit
    return visit.answers if visit else Answers()


def token_for_saving(request: HttpRequest) -> bytes:
    """The token of a visit under way, else a new one: a key that once expired is never used again."""
    visit: Visit | None = request.visit
    return visit.token if visit else new_token()


def keep_token(response: HttpResponse, token: bytes) -> None:
    """Hand the token to the browser, until it is closed."""
    response.set_cookie(
        settings.FINDER_COOKIE_NAME,
        token_to_cookie(token),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def drop_token(response: HttpResponse) -> None:
    """Take the token back from the browser. (`delete_cookie` alone would leave out `Secure`.)"""
    response.set_cookie(
        settings.FINDER_COOKIE_NAME,
        "",
        max_age=0,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
