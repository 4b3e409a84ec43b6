"""After a visit no address, title, referrer, log, cookie, browser store or column holds an answer."""

from __future__ import annotations

import base64
import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request

from cimara.cli.trials.registry import default_registry
from tests.browser.conftest import STABLE_LUNG, Portal, answer, follow, play

pytestmark = pytest.mark.browser

CANARIES = ("Chattanooga", "37402")
ANSWERS = STABLE_LUNG | {
    "cancer": {"cancer": "other", "other": "merkel_cell"},
    "spread": {"spread": "lining"},
    "steroids": {"taking": "yes", "drug": "methylprednisolone", "mg": "173.25"},
    "about": {"age": "75-79", "sex": "male", "ability": "3"},
    "place": {"place": "Chattanooga, Tennessee", "reach": "300"},
}
ALL_CANARIES = (
    *CANARIES,
    "Tennessee",
    "merkel",
    "Merkel",
    "lining",
    "methylprednisolone",
    "173.25",
    "75-79",
    "leptomeningeal",
    "EGFR",
)
STORES = """async () => JSON.stringify([
  {...localStorage}, {...sessionStorage}, (await indexedDB.databases()).map(one => one.name),
  await caches.keys(), history.state, window.name,
  (await navigator.serviceWorker.getRegistrations()).length])"""


def assert_clean(text: str, where: str, canaries: tuple[str, ...] = ALL_CANARIES) -> None:
    """No canary stands in the text; digits count as a number of their own only."""
    for canary in canaries:
        found = re.search(
            rf"(?<![0-9A-Za-z]){canary}(?![0-9A-Za-z])" if canary.isdigit() else re.escape(canary), text
        )
        assert not found, f"{canary!r} is in {where}"


def sheet_keep_continue(page: Page, portal: Portal, file: Path) -> None:
    """Put a study on the sheet, save the answers, send a file that isn't one, then the saved one."""
    page.goto(portal.url("/find/results/?show=all"))
    follow(page.locator("li.card button[name=put]:visible").first)
    page.goto(portal.url("/find/sheet/"))
    assert "1" in page.locator(".sheet-study-title").inner_text()
    page.goto(portal.url("/find/keep/"))
    with page.expect_download() as saved:
        page.locator("main button[type=submit]").click()
    assert_clean(saved.value.suggested_filename, "the name of the file")
    assert_clean(saved.value.url, "the address of the file")
    saved.value.save_as(file)
    assert "Chattanooga" in file.read_text()
    page.goto(portal.url("/find/continue/"))
    for name, raw in (("letter.json", b"{}" + file.read_bytes()), ("mine.json", file.read_bytes())):
        sent = {"name": name, "mimeType": "application/json", "buffer": raw}
        page.locator("input[type=file]").set_input_files([sent])  # type: ignore[list-item]
        follow(page.locator("main button[type=submit]"))
    assert page.url.endswith("/find/check/")
    assert "Chattanooga" in page.locator("main").inner_text()


def test_no_answer_leaves_the_page(
    open_page: Callable[..., Page], serve: Callable[[Path], Portal], tmp_path: Path
) -> None:
    portal = serve(default_registry())  # of its own: alerts of other tests keep coarse choices readable
    seen: list[tuple[str, str]] = []
    bodies: list[str] = []

    def note(request: Request) -> None:
        seen.append((request.url, request.headers.get("referer", "")))
        bodies.append(request.post_data or "")

    page = open_page(viewport={"width": 1280, "height": 800})
    page.on("request", note)
    titles = []
    page.on("domcontentloaded", lambda one: titles.append(one.title()))
    play(page, portal, ANSWERS)
    page.goto(portal.url("/find/results/?show=all"))
    follow(page.locator("li.card h3 a").first)
    sheet_keep_continue(page, portal, tmp_path / "mine.json")

    assert any("Chattanooga" in body for body in bodies), "the answers were sent, in bodies only"
    assert len(titles) >= 10
    for url, referrer in seen:
        assert_clean(url, "an address")
        assert_clean(referrer, "a referrer")
    for title in titles:
        assert_clean(title, "a title")
    assert_clean(page.evaluate(STORES), "the browser's stores")
    cookies = page.context.cookies()
    assert {one["name"] for one in cookies} == {"__Host-finder", "__Host-csrf"}
    for cookie in cookies:
        assert_clean(cookie["value"] + decoded(cookie["value"]), "a cookie")
    assert_clean(portal.log.read_text(), "the log")
    token = next(one["value"] for one in cookies if one["name"] == "__Host-finder")
    assert token not in portal.log.read_text()
    assert_clean(dump(portal), "the database")
    assert token not in dump(portal)


def decoded(value: str) -> str:
    """What a cookie would say if it were merely encoded."""
    return base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)).decode("latin-1")


def dump(portal: Portal) -> str:
    """Everything in the database file and in its write-ahead log, as bytes and as SQL."""
    with sqlite3.connect(f"file:{portal.database}?mode=ro", uri=True) as connection:
        tables = "\n".join(connection.iterdump())
    files = (path.read_bytes() for path in portal.database.parent.glob(f"{portal.database.name}*"))
    return tables + "".join(raw.decode("latin-1") for raw in files)


def test_forgetting_leaves_no_row(page: Page, portal: Portal) -> None:
    answer(page, portal, ANSWERS)
    with sqlite3.connect(f"file:{portal.database}?mode=ro", uri=True) as connection:
        before = connection.execute("SELECT count(*) FROM finder_finderprofile").fetchone()[0]
        page.goto(portal.url("/find/forget/"))
        follow(page.locator("main button[type=submit]"))
        after = connection.execute("SELECT count(*) FROM finder_finderprofile").fetchone()[0]
    assert after == before - 1
    assert [one["name"] for one in page.context.cookies()] == ["__Host-csrf"]


def test_a_link_to_the_registry_carries_no_referrer(page: Page, portal: Portal) -> None:
    answer(page, portal, ANSWERS)
    page.goto(portal.url("/find/results/?show=all"))
    follow(page.locator("li.card h3 a").first)
    link = page.locator('a[href^="https://clinicaltrials.gov/"]').first
    assert "noreferrer" in (link.get_attribute("rel") or "")
