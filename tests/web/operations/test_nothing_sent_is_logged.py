"""What is typed, uploaded or sent in a header to a page for members is in no log line; nor is an address."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal
from django.core.cache import caches
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from cimara_web.logs import JsonLines
from tests.web.addresses import ACCOUNTS, FOR_MEMBERS, NETWORK
from tests.web.generative.forms_of_pages import FormField, PageForm, forms_of
from tests.web.people import signed_in
from tests.web.walk import stage
from tests.web.world import World

pytestmark = pytest.mark.django_db
CANARY = "canary-5e2d"
WHOLE_ADDRESS = "203.0.113.77"
HEADERS = ("user-agent", "referer", "x-word", "accept-language", "x-request-id", "origin")
SENDERS = ("lead", "coordinator", "office", "member")
FEWEST_LINES = 300
FEWEST_TAKEN = 10


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Everything that the portal's own handler would write, whatever the logger and its level."""
    stream, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    root.addHandler(handler)
    yield stream
    root.removeHandler(handler)


@pytest.fixture
def w(db: None, tmp_path: Path) -> Iterator[World]:
    with stage(tmp_path / "store") as made:
        yield made


class Sender:
    """Somebody whose every word is the canary; whatever a form does is undone."""

    def __init__(self, w: World, name: str) -> None:
        self.client = signed_in(w.accounts[name])
        self.client.raise_request_exception = False
        self._cookies = dict(self.client.cookies.items())
        self.taken = 0

    def ask(self, method: str, address: str, data: Any = None) -> Any:
        for one in portal.CACHES:
            caches[one].clear()
        self.client.cookies.clear()
        self.client.cookies.update(self._cookies)
        headers = dict.fromkeys(HEADERS, CANARY)
        with transaction.atomic():
            ask = self.client.post if method == "post" else self.client.get
            response = ask(address, data, secure=True, headers=headers, REMOTE_ADDR=WHOLE_ADDRESS)
            if response.streaming:
                b"".join(response.streaming_content)
            if response.status_code in (302, 303):
                self.taken += 1
                call_command("tick")
            transaction.set_rollback(True)
        return response


def canaries(form: PageForm, *, sound: bool) -> dict[str, Any]:
    """The canary in every field; with `sound`, in those alone where any text may stand."""
    return {name: _canary(name, one, sound=sound) for name, one in form.fields.items()}


def _canary(name: str, one: FormField, *, sound: bool) -> Any:
    if one.is_file:
        content = f"patient_id,{CANARY}\n{CANARY},{CANARY}\n".encode()
        return SimpleUploadedFile(f"{CANARY}.csv", content, content_type="text/csv")
    if sound and (
        one.is_hidden or len(one.values) > 1 or any(value not in ("", "on") for value in one.values)
    ):
        return next((value for value in one.values if value), "")
    return f"{CANARY}@example.org" if "mail" in name else CANARY


def test_no_form_header_or_upload_reaches_a_log(w: World, lines: io.StringIO) -> None:
    senders = {name: Sender(w, name) for name in SENDERS}
    forms: dict[tuple[object, ...], tuple[Sender, PageForm]] = {}
    for example in {**FOR_MEMBERS, **NETWORK, **ACCOUNTS}.values():
        address = "/" + example.format_map({"nct": "NCT02896335", **w.places})
        for sender in senders.values():
            page = sender.ask("get", address, {CANARY: CANARY, "q": CANARY})
            if page.status_code == 200 and "html" in page.headers["Content-Type"]:
                for form in forms_of(address.lstrip("/"), page.content.decode()):
                    forms.setdefault(form.key, (sender, form))
    for sender, form in forms.values():
        for sound in (False, True):
            sender.ask(form.method, form.action, canaries(form, sound=sound))
    told = lines.getvalue()
    assert told.count("\n") >= FEWEST_LINES
    assert sum(one.taken for one in senders.values()) >= FEWEST_TAKEN, "not all of it was refused"
    found = [line[:300] for line in told.splitlines() if CANARY in line.lower() or WHOLE_ADDRESS in line]
    assert not found


def test_strangers_who_try_to_get_in_leave_nothing_of_themselves(
    w: World, lines: io.StringIO, client: Client
) -> None:
    for address in ("/account/login/", "/account/signup/", "/account/password/reset/", f"/join/{CANARY}/"):
        fields = dict.fromkeys(
            ("login", "email", "password", "password1", "password2"), f"{CANARY}@example.org"
        )
        client.post(f"{address}?next={CANARY}", fields, secure=True, REMOTE_ADDR=WHOLE_ADDRESS)
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    assert {"request"} < {one["event"] for one in told}, "requests, and what went wrong at sign-in"
    assert CANARY not in lines.getvalue()
    assert WHOLE_ADDRESS not in lines.getvalue()
    assert "203.0.113.0" in lines.getvalue()
