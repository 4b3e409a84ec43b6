"""Pages for what went wrong. Each is the same bytes for everyone: none repeats what was asked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from cimara_web.accounts import security_log
from cimara_web.permissions.holder import Refused


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request could not be read."""
    return _page(request, "errors/400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """403: a form that was open too long or came from another site; or what one's roles don't include."""
    if isinstance(exception, Refused):
        security_log.note(request, "refused", route=request.resolver_match and request.resolver_match.route)
        return _page(request, "errors/refused.html", 403, reason=str(exception))
    return _page(request, "errors/403.html", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or one that this visitor may not see; the two are not told apart."""
    return _page(request, "errors/404.html", 404)


def too_many(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """429: more tries than there is a good reason for."""
    security_log.note(request, "limit.hit", route=request.resolver_match and request.resolver_match.route)
    response = _page(request, "errors/429.html", 429)
    response["Retry-After"] = "300"
    return response


BARE_500 = b"<!doctype html><html lang=en><title>Error</title><p>Something went wrong on our side."
"""For a fault in the templates themselves."""


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours; the log has where."""
    try:
        return _page(request, "errors/500.html", 500)
    except Exception:  # the fault that brought us here is logged; a second one must not hide it
        return HttpResponse(BARE_500, status=500)


def _page(request: HttpRequest, template: str, status: int, **context: str) -> HttpResponse:
    request.is_error_page = True
    return render(request, template, context, status=status)
