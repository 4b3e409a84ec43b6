"""Now is the moment at which the roles of these tests were given."""

from __future__ import annotations

import pytest

from tests.web.people import NOW, TODAY


@pytest.fixture(autouse=True)
def still(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of the portal stands."""
    monkeypatch.setattr("cimara_web.clock.now", lambda: NOW)
    monkeypatch.setattr("cimara_web.clock.today", lambda: TODAY)
