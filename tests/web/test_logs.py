"""Logs are JSON lines that tell what happened and nothing that a person sent."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from cimara_web.logs import JsonLines
from tests.web.conftest import Visitor

CANARY = "canary-5e2d"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that the portal's own handler would write."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


def events(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.django_db
def test_a_request_is_logged_by_its_route(client: Client, lines: io.StringIO) -> None:
    client.get(f"/find/q/cancer/?{CANARY}=1", secure=True)
    (line,) = (one for one in events(lines) if one["event"] == "request")
    assert line["route"] == "find/q/<slug:step>/"
    assert (line["method"], line["status"]) == ("GET", 200)
    assert line["ms"] > 0
    assert line["queries"] == 0
    assert line["time"].endswith("+00:00")
    assert len(line["request_id"]) == 36


def test_no_canary_of_a_form_a_header_or_an_address_reaches_a_log(
    visitor: Visitor, lines: io.StringIO
) -> None:
    visitor.client.raise_request_exception = False
    headers = dict.fromkeys(("user-agent", "referer", "x-forwarded-for", "accept-language", "cookie"), CANARY)
    for step in ("who", "cancer", "spread", "treatment", "steroids", "about", "markers", "place"):
        fields = dict.fromkeys(
            ("who", "cancer", "other", "kinds", "year", "mg", "age", "found", "place"), CANARY
        )
        visitor.client.post(f"/find/q/{step}/?{CANARY}", fields, secure=True, headers=headers)
    visitor.get(f"/trials/{CANARY}/")
    visitor.get(f"/{CANARY}/", **{CANARY: CANARY})
    visitor.client.get("/", secure=True, headers={"host": f"{CANARY}.example.org"})
    visitor.client.generic(CANARY.upper(), f"/{CANARY}", secure=True)
    Client(enforce_csrf_checks=True).post(f"/find/q/who/?{CANARY}", {"who": CANARY}, secure=True)
    assert len(events(lines)) > 10
    assert CANARY not in lines.getvalue().lower()


@pytest.mark.urls("tests.web.test_headers")
def test_a_fault_is_logged_by_where_it_broke(client: Client, lines: io.StringIO) -> None:
    client.raise_request_exception = False
    client.get("/broken/", secure=True)
    failed = next(one for one in events(lines) if one["event"] == "request.failed")
    request = next(one for one in events(lines) if one["event"] == "request")
    assert failed["error"] == "builtins.RuntimeError"
    assert failed["trace"][-1].endswith(" broken")
    assert failed["request_id"] == request["request_id"]
    assert "a fault in a view" not in lines.getvalue()


def record(logger: str, message: str, **extra: Any) -> dict[str, Any]:
    made = logging.LogRecord(logger, logging.ERROR, __file__, 1, message, (), extra.pop("exc_info", None))
    vars(made).update(extra)
    return json.loads(JsonLines().format(made))


def test_the_message_of_a_foreign_logger_is_dropped() -> None:
    line = record("django.security.DisallowedHost", f"Invalid HTTP_HOST header: {CANARY}")
    assert line["event"] == "django.security.DisallowedHost"
    assert CANARY not in json.dumps(line)


def test_the_server_may_say_where_it_listens() -> None:
    assert (
        record("_granian", "Listening at: http://127.0.0.1:8000")["message"]
        == "Listening at: http://127.0.0.1:8000"
    )


def test_the_value_in_an_error_is_dropped() -> None:
    try:
        int(CANARY)
    except ValueError:
        line = record("cimara_web.x", "x.failed", exc_info=sys.exc_info())
    assert line["error"] == "builtins.ValueError"
    assert CANARY not in json.dumps(line)


def test_line_breaks_and_control_signs_are_escaped() -> None:
    made = logging.LogRecord("cimara_web.x", logging.INFO, __file__, 1, "x", (), None)
    made.fields = {"name": "a\r\nb\x1b[31m\u2028"}
    assert JsonLines().format(made).isascii()
    assert "\n" not in JsonLines().format(made)
