"""The network before a browser: 133 / 62 / 9, a map without a band, and pages that everybody can use."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import httpx
import pytest
from PIL import Image
from playwright.sync_api import Page

from cimara_web.demonstration.people import OFFICE, demo_people
from cimara_web.members.drawing import LAND
from cimara_web.members.projection import on_map
from tests.browser.conftest import Portal
from tests.browser.office import signed_in_page
from tests.browser.test_accessibility import assert_no_barrier
from tests.browser.test_reflow import OVERFLOW, SMALL

pytestmark = pytest.mark.browser
WIDTH = 1000
FOR_ALL = ("/network/", "/es/network/", "/network/institutions/", "/join/no-such-token/")
MINE = ("/me/profile/", "/es/me/visibility/")


def table(portal: Portal, path: str) -> list[list[str]]:
    text = httpx.get(portal.url(path), trust_env=False).content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[1:]


def test_the_page_shows_133_members_at_62_institutions_in_9_countries(page: Page, consortium: Portal) -> None:
    page.goto(consortium.url("/network/"))
    assert "133 members at 62 institutions in 9 countries" in page.locator("main").inner_text()
    assert sum(int(row[1]) for row in table(consortium, "/network/specialties.csv")) == 133
    places = table(consortium, "/network/places.csv")
    assert (sum(int(row[3]) for row in places), len(places), len({row[0] for row in places})) == (133, 62, 9)
    loaded = page.locator("img").evaluate_all("all => all.map(one => one.complete && one.naturalWidth > 0)")
    assert loaded == [True, True]


def test_no_band_crosses_the_pacific(page: Page, consortium: Portal) -> None:
    """Every pixel of the open ocean has one colour; the land beside it has another (portal.md F13)."""
    page.set_viewport_size({"width": WIDTH, "height": 600})
    page.goto(consortium.url("/network/map.svg"))
    drawn = Image.open(io.BytesIO(page.screenshot())).convert("RGB")

    def colour(longitude: float, latitude: float) -> str:
        x, y = on_map(longitude, latitude, WIDTH)
        red, green, blue = drawn.getpixel((round(x), round(y)))
        return f"#{red:02x}{green:02x}{blue:02x}"

    ocean = {
        colour(longitude, latitude) for longitude in range(-178, -130) for latitude in (-40, -30, 5, 30, 45)
    }
    ocean |= {colour(longitude, latitude) for longitude in range(162, 178) for latitude in (15, 30, 45)}
    assert len(ocean) == 1
    assert LAND not in ocean
    assert {colour(*place) for place in ((100, 62), (172, 67), (-60, -10), (20, 5))} == {LAND}


def test_pages_for_everybody(open_page: Callable[..., Page], consortium: Portal) -> None:
    page = open_page(viewport={"width": 320, "height": 800})
    for address in FOR_ALL:
        _usable(page, consortium.url(address))


def test_a_members_own_pages_and_the_search_for_an_idea(
    open_page: Callable[..., Page], consortium: Portal
) -> None:
    email = demo_people()[OFFICE - 1].email
    page = signed_in_page(open_page, consortium, email, viewport={"width": 320, "height": 800})
    for address in MINE:
        _usable(page, consortium.url(address))
    page.goto(consortium.url("/network/idea/"))
    page.locator('[name=tumours][value="breast"]').check()
    page.get_by_role("button", name="Find sites and people").click()
    assert page.locator("#found tbody tr").count() >= 62
    _usable(page, page.url)


def _usable(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("details").evaluate_all("found => found.forEach(one => one.open = true)")
    assert_no_barrier(page, address)
    assert page.evaluate(OVERFLOW) == [], address
    assert page.evaluate(SMALL) == [], address
    assert page.locator("h1").count() == 1, address
