"""An alert from the search to its end, as people meet it: real pages, real mails in a folder, no scripts."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Portal, follow
from tests.browser.test_accessibility import assert_no_barrier
from tests.browser.test_reflow import OVERFLOW, SMALL

pytestmark = pytest.mark.browser
MAIL_SECONDS = 30
TOKEN = r"[\w-]{43}"


def mailed(portal: Portal, address: str, kind: str) -> str:
    """The newest link of a kind that was mailed to an address, as the demonstration keeps its mails."""
    end = time.monotonic() + MAIL_SECONDS
    while time.monotonic() < end:
        files = sorted(portal.database.parent.glob("mail/*.log"), key=lambda file: file.stat().st_mtime)
        mails = [one for file in files for one in file.read_text().split("-" * 79) if f"To: {address}" in one]
        found = [link for one in mails for link in re.findall(rf"http\S+/alerts/{kind}/{TOKEN}/", one)]
        if found:
            return found[-1]
        time.sleep(0.2)
    raise AssertionError(f"no mail with a link to {kind}")


def look(page: Page, name: str) -> None:
    """The page has no barrier, and fits a small screen."""
    assert_no_barrier(page, name)
    page.set_viewport_size({"width": 320, "height": 700})
    assert page.evaluate(OVERFLOW) == [], name
    assert page.evaluate(SMALL) == [], name
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.locator("h1").count() == 1


@pytest.mark.parametrize("prefix", ["", "/es"], ids=["en", "es"])
def test_from_the_search_to_the_end_of_an_alert(
    open_page: Callable[..., Page], portal: Portal, prefix: str
) -> None:
    page = open_page(viewport={"width": 1280, "height": 800})
    address = f"someone{prefix.strip('/')}@example.org"
    page.goto(portal.url(f"{prefix}/trials/?tumour=breast"))
    follow(page.locator('form[action$="/alerts/new/"] button'))
    assert page.locator("[name=tumour]").input_value() == "breast"
    look(page, "the form, filled in from a search")
    follow(page.locator("main button[type=submit]"))
    assert page.locator(".error-summary").count() == 1
    look(page, "the form with an error")
    page.locator("[name=address]").fill(address)
    follow(page.locator("main button[type=submit]"))
    assert page.url.endswith(f"{prefix}/alerts/new/?sent=1")
    look(page, "look in your mail")

    page.goto(mailed(portal, address, "confirm"))
    look(page, "the question")
    follow(page.locator("main button[type=submit]"))
    look(page, "confirmed")

    page.goto(portal.url(f"{prefix}/alerts/manage/"))
    page.locator("[name=address]").fill(address)
    follow(page.locator("main button[type=submit]"))
    page.goto(mailed(portal, address, "manage"))
    look(page, "the page that manages")
    follow(page.locator("button[value=pause]"))
    assert page.locator("[role=status]").count() == 1
    look(page, "paused")

    stop = mailed(portal, address, "stop")
    page.goto(stop)
    look(page, "the page that stops")
    follow(page.locator("main button[type=submit]"))
    look(page, "stopped")
    page.goto(stop)
    look(page, "a link that has ended")
