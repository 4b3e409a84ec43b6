"""Every page for members, as the first person who may see it: no barrier, it fits, all can be reached."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.test_accessibility import assert_no_barrier
from tests.browser.test_keyboard import walk
from tests.browser.test_reflow import OVERFLOW, SMALL
from tests.web.addresses import FOR_MEMBERS
from tests.web.operations.places import a_place
from tests.web.operations.serving import Server
from tests.web.world_things import ROLES, STRANGER
from tools.portal_pages.addresses_by_role import read

pytestmark = pytest.mark.browser
ROOT = Path(__file__).parents[2]
ANSWERS = read((ROOT / "docs" / "reference" / "addresses-by-role.csv").read_text())
PEOPLE = [role for role in ROLES if role != STRANGER]
FILES = (".csv", ".ics", ".json", "/page/", "/00000000/", "documents/{document}/", "figures/")
"""Ends of addresses that give a file, which a browser saves or shows by itself."""
PAGES = {
    pattern: example
    for pattern, example in FOR_MEMBERS.items()
    if not example.endswith(FILES) and "200" in {ANSWERS[pattern, "GET"][one] for one in PEOPLE}
}


@dataclass(frozen=True)
class Served:
    """A portal with a thing of every kind: where it is, what stands for `{study}`, and who is signed in."""

    address: str
    places: dict[str, str]
    cookies: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with a_place(tmp_path_factory.mktemp("members") / "place") as place:
        migrated = place.cimara("migrate")
        assert migrated.returncode == 0, migrated.stderr
        told = place.python("tests.web.operations.content", "everybody")
        assert told.returncode == 0, told.stderr
        found = json.loads(told.stdout.splitlines()[-1])
        server = Server(place)
        server.start()
        yield Served(server.address, found["places"], found["cookies"])
        server.stop()


def assert_usable(page: Page, name: str) -> None:
    """No barrier, nothing wider than 320 px or too small, each control reached in order and in view."""
    assert_no_barrier(page, name)
    assert page.evaluate(OVERFLOW) == [], name
    assert page.evaluate(SMALL) == [], name
    assert page.locator("h1").count() == 1, name
    seen = walk(page)
    places = [one["place"] for one in seen]
    assert places == sorted(places), name
    for place in set(places):  # a date is one control with several stops
        stops = [one for one in seen if one["place"] == place]
        for what in ("outline", "inView"):
            assert any(one[what] for one in stops), (what, name, stops)


@pytest.mark.parametrize("role", PEOPLE)
def test_every_page_can_be_used_by_everybody(
    open_page: Callable[..., Page], served: Served, role: str
) -> None:
    page = open_page(viewport={"width": 320, "height": 900})
    page.context.add_cookies(
        [
            {"name": name, "value": value, "url": "https://127.0.0.1/", "secure": True, "httpOnly": True}
            for name, value in served.cookies[role].items()
        ]
    )
    titles: dict[str, str] = {}
    for pattern, example in PAGES.items():
        if role != next(one for one in PEOPLE if ANSWERS[pattern, "GET"][one] == "200"):
            continue
        address = example.format_map(served.places)
        answer = page.goto(f"{served.address}/{address}")
        assert answer is not None
        assert answer.status == 200, f"{role}: {address}"
        assert_usable(page, f"{role}: {address}")
        assert page.title() not in titles, (address, titles.get(page.title()))
        titles[page.title()] = address
