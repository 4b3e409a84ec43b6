"""The head of the chain stands in the log once a day."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.cache import cache

from cimara_web.audit.daily import log_head
from cimara_web.audit.verifying import current_head
from cimara_web.management.commands.tick import PARTS
from tests.web.audit.trail import events
from tests.web.people import NOW


@pytest.fixture(autouse=True)
def nothing_logged_yet(db: None) -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_the_first_tick_of_a_day_logs_it_and_the_next_ones_do_not(caplog: pytest.LogCaptureFixture) -> None:
    events(2)
    with caplog.at_level(logging.INFO, "cimara_web.audit"):
        for later in (0, 5, 60):
            assert log_head(now=NOW + timedelta(minutes=later)) == {"audit_events": 2}
        assert len(caplog.records) == 1
        log_head(now=NOW + timedelta(days=1))
    assert len(caplog.records) == 2
    assert caplog.records[0].fields == {"seq": 2, "hash": current_head().hash}


def test_tick_does_it() -> None:
    events(3)
    assert PARTS["audit"]() == {"audit_events": 3}
