"""What surrounds each request: one log line, and the headers that Django has no setting for."""

from __future__ import annotations

import logging
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve

from cimara_web.audit.request import current_request
from cimara_web.logs import describe_error, event

log = logging.getLogger(__name__)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"})
NO_ROUTE = "-"
STATIC_ROUTE = "static"

PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "encrypted-media",
        "fullscreen",
        "geolocation",
        "gyroscope",
        "hid",
        "identity-credentials-get",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "publickey-credentials-get",
        "screen-wake-lock",
        "serial",
        "usb",
        "web-share",
        "xr-spatial-tracking",
    )
)

GetResponse = Callable[[HttpRequest], HttpResponse]


class QueryCount:
    """Counts the statements that run while it wraps a connection."""

    def __init__(self) -> None:
        self.total = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self.total += 1
        return execute(sql, params, many, context)


class RequestLog:
    """Writes one `request` line: route pattern, never path or query; and the shape of an error, if any."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.id = str(uuid.uuid4())
        current_request.set(uuid.UUID(request.id))
        began, count = time.perf_counter(), QueryCount()
        with ExitStack() as wrapped:
            for alias in connections:
                wrapped.enter_context(connections[alias].execute_wrapper(count))
            response = self.get_response(request)
        event(
            log,
            "request",
            request_id=request.id,
            route=route_of(request),
            method=request.method if request.method in METHODS else "OTHER",
            status=response.status_code,
            ms=round((time.perf_counter() - began) * 1000, 1),
            queries=count.total,
        )
        return response


def route_of(request: HttpRequest) -> str:
    """The pattern that matched, such as `find/q/<slug:step>/`."""
    if request.resolver_match is not None:
        return request.resolver_match.route
    if request.path_info.startswith("/static/"):
        return STATIC_ROUTE
    try:  # middleware answered before the view was looked up
        return resolve(request.path_info).route
    except Resolver404:
        return NO_ROUTE


def log_failure(sender: object, request: HttpRequest | None = None, **_: object) -> None:
    """Receiver of Django's `got_request_exception`: where it broke, without what was in the message."""
    kind, _value, trace = sys.exc_info()
    if kind is not None:
        shape = describe_error(kind, trace)
        event(log, "request.failed", level=logging.ERROR, request_id=getattr(request, "id", None), **shape)


class SecurityHeaders:
    """`Permissions-Policy` with every feature off, on each response."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(
            "Permissions-Policy", PERMISSIONS_POLICY
        )  # pages of passkeys have their own
        return response


class NothingKept:
    """Nobody's browser stores a page that was made for somebody who is signed in."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.user.is_authenticated:
            response["Cache-Control"] = "no-store"
        return response
