"""Fixtures of the directory."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from cimara_web import clock as portal_clock
from cimara_web.permissions.holder import Holder
from cimara_web.permissions.roles import Role
from tests.web import people
from tests.web.people import NOW


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    """Every test here reads and writes."""


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The portal's clock stands at the moment of the people of the tests."""
    monkeypatch.setattr(portal_clock, "now", lambda: NOW)
    monkeypatch.setattr(portal_clock, "today", lambda: NOW.date())


@pytest.fixture
def officer() -> Any:
    """Somebody of the office, with a profile."""
    made = people.account(Role.OFFICE)
    people.member(made, display_name="Demo Officer")
    return made


@pytest.fixture
def office(officer: Any) -> Holder:
    """The same with their roles."""
    return people.acting(officer)


@pytest.fixture
def office_browser(officer: Any) -> Client:
    """A browser in which they are signed in."""
    return people.signed_in(officer)
