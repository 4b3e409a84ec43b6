"""Every page of a restored portal answers as it did before."""

from __future__ import annotations

import json
from pathlib import Path
from unittest.mock import patch

from cimara_web.accounts.models import Account
from cimara_web.backing_up.restoring import restore
from tests.web.operations.conftest import Another, StandingIn
from tests.web.operations.content import PLACES
from tests.web.operations.places import Place
from tests.web.people import NOW, TODAY
from tests.web.walk import Walker, examples
from tests.web.world import World

MANY_PAGES = 30


def answers(name: str, told: dict[str, dict[str, str]]) -> dict[str, str]:
    """Pattern -> status of every page, for somebody."""
    account = Account.objects.get(pk=told["accounts"][name])
    walker = Walker(World(accounts={name: account}, places=told["places"]), name)
    return {
        pattern: walker.ask("GET", walker.filled(example)).status for pattern, example in examples().items()
    }


def test_every_page_is_there(
    filled: Place, full_backup: Path, another: Another, standing_in: StandingIn
) -> None:
    told = json.loads((filled.folder / PLACES).read_text())
    place = another()
    with patch("cimara_web.clock.now", lambda: NOW), patch("cimara_web.clock.today", lambda: TODAY):
        with standing_in(filled):
            before = answers("lead", told)
        with standing_in(place):
            restore(full_backup, now=NOW, replace=False, say=lambda _: None)
            after = answers("lead", told)
    assert after == before
    assert list(after.values()).count("200") >= MANY_PAGES
    assert not [pattern for pattern, status in after.items() if status.startswith("5")]
