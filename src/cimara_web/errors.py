"""Pages for what went wrong. Each is the same bytes for everyone: none repeats what was asked."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request could not be read."""
    return _page(request, "errors/400.html", 400)


def forbidden(request: HttpRequest, exception: Exception | None = None, reason: str = "") -> HttpResponse:
    """403: a form that was open too long, or came from another site."""
    return _page(request, "errors/403.html", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or one that this visitor may not see; the two are not told apart."""
    return _page(request, "errors/404.html", 404)


BARE_500 = b"<!doctype html><html lang=en><title>Error</title><p>Something went wrong on our side."
"""For a fault in the templates themselves."""


def server_error(request: HttpRequest) -> HttpResponse:
    """500: a fault of ours; the log has where."""
    try:
        return _page(request, "errors/500.html", 500)
    except Exception:  # the fault that brought us here is logged; a second one must not hide it
        return HttpResponse(BARE_500, status=500)


def _page(request: HttpRequest, template: str, status: int) -> HttpResponse:
    request.is_error_page = True
    return render(request, template, status=status)
