"""Fixtures of the accounts."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest
from allauth.mfa.totp.internal import auth

from cimara_web import clock as portal_clock
from tests.web.accounts.entering import Person
from tests.web.alerts.inbox import Clock


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    """Every test of sign-in reads and writes."""


@pytest.fixture(autouse=True)
def _half_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Apps show one code for the whole of a test."""
    at = time.time()
    monkeypatch.setattr(auth, "time", SimpleNamespace(time=lambda: at))


@pytest.fixture
def person() -> Person:
    """Somebody new, in English."""
    return Person()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still until the test moves it."""
    made: Any = Clock()
    monkeypatch.setattr(portal_clock, "now", made.now)
    return made
