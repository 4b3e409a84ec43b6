"""Fixtures of the alerts."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.cache import caches

from cimara_web import clock as portal_clock
from tests.web.alerts.inbox import Clock


@pytest.fixture(autouse=True)
def no_limits_yet() -> None:
    """Nobody has asked for a mail in this hour."""
    caches["limits"].clear()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """A clock that stands still until the test moves it."""
    made: Any = Clock()
    monkeypatch.setattr(portal_clock, "now", made.now)
    return made
