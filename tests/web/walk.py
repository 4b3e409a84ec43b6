"""Asks every address of the portal as everybody, and keeps what was answered and what was written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from string import Formatter
from typing import Any
from unittest.mock import patch

from django.conf import settings
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client
from django.test.utils import override_settings
from django.urls import reverse

from cimara_web.snapshot import current_snapshot
from tests.web import addresses
from tests.web.people import NOW, TODAY, signed_in
from tests.web.world import World, world

METHODS = ("GET", "POST")
SIGN_IN = "sign in"
"""How the table tells a redirect to the sign-in page from any other."""
SOMEWHERE = "no-such-page/"
QUICK_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
OF_THE_VISIT = frozenset({"django_session", "django_cache", "cimara_cache"})
"""Tables that any visit may write: the session and what is counted against rates."""
_TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]*')
_WRITE = re.compile(r'\s*(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM)\s+"?([\w.]+)', re.IGNORECASE)


@contextmanager
def stage(store: Path) -> Iterator[World]:
    """The small world at a moment that stands still, with a study store, and passwords that cost no time."""
    with (
        override_settings(STUDY_STORE=store, PASSWORD_HASHERS=QUICK_HASHERS),
        patch("cimara_web.clock.now", lambda: NOW),
        patch("cimara_web.clock.today", lambda: TODAY),
    ):
        yield world()


@dataclass(frozen=True)
class Seen:
    """An answer: its status as the table has it, what it said, and the tables that were written."""

    status: str
    body: bytes
    headers: Mapping[str, str]
    location: str
    written: frozenset[str]

    @property
    def is_refused(self) -> bool:
        """Whether nothing of what was asked was done."""
        return self.status in (SIGN_IN, "400", "403", "404", "405")

    def told(self, asked: str = "", instead: str = "") -> tuple[object, ...]:
        """All that somebody learns from it, as if another address had been asked."""
        return self.status, self.location.replace(asked, instead), dict(self.headers), self.body


def examples() -> dict[str, str]:
    """Pattern -> example, of every part of the portal."""
    parts = (
        addresses.EXAMPLES,
        addresses.FILES,
        addresses.LINKS,
        addresses.STUDY_FILES,
        addresses.WITHOUT_LANGUAGE,
        addresses.NETWORK,
        addresses.ACCOUNTS,
        addresses.FOR_MEMBERS,
    )
    return {pattern: example for part in parts for pattern, example in part.items()}


def of_an_object(example: str) -> bool:
    """Whether an example has a place for an id, that of a public record left aside."""
    return bool({name for _, name, _, _ in Formatter().parse(example) if name} - {"nct"})


class Written:
    """Notes the tables that statements write while it wraps a connection."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if match := _WRITE.match(sql):
            self.tables.add(match[1])
        return execute(sql, params, many, context)


class Walker:
    """Somebody of the small world, before every address."""

    def __init__(self, of: World, name: str) -> None:
        self.world = of
        account = of.accounts[name]
        self.client = signed_in(account) if account else Client()
        self.client.raise_request_exception = False
        self._cookies = {key: one.value for key, one in self.client.cookies.items()}
        self._sign_in = reverse(settings.LOGIN_URL)

    def ask(self, method: str, address: str) -> Seen:
        """Ask; whatever it does is undone."""
        for name in settings.CACHES:
            caches[name].clear()
        self.client.cookies = SimpleCookie(self._cookies)
        with transaction.atomic():
            with connection.execute_wrapper(written := Written()):
                response = self.client.generic(
                    method, f"/{address}", content_type="application/x-www-form-urlencoded", secure=True
                )
                body = b"".join(response.streaming_content) if response.streaming else response.content
            transaction.set_rollback(True)
        return Seen(
            self._status(response),
            _TOKEN.sub(rb"\1", body),
            {name: value for name, value in response.headers.items() if name != "Location"},
            response.headers.get("Location", ""),
            frozenset(written.tables) - OF_THE_VISIT,
        )

    def walk(self) -> Iterator[tuple[str, str, Seen]]:
        """Every pattern by every method."""
        for pattern, example in examples().items():
            for method in METHODS:
                yield pattern, method, self.ask(method, self.filled(example))

    def filled(self, example: str) -> str:
        """An address of things that exist."""
        return example.format_map({"nct": next(current_snapshot().studies()).nct_id, **self.world.places})

    def absent(self, example: str) -> str:
        """The same address with the ids of nothing."""
        return example.format_map({"nct": "NCT00000000", **self.world.absent})

    def _status(self, response: object) -> str:
        location = response.headers.get("Location", "")
        is_sign_in = response.status_code == 302 and location.split("?")[0] == self._sign_in
        return SIGN_IN if is_sign_in else str(response.status_code)
