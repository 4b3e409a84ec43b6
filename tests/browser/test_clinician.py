"""A clinician without JavaScript: from an mCODE Bundle with names in it to the criteria and the CSV."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request

from tests.browser.conftest import Portal, follow
from tests.browser.test_accessibility import assert_no_barrier
from tests.browser.test_answers_stay_private import assert_clean, decoded, dump
from tests.browser.test_keyboard import CONTROLS, walk
from tests.browser.test_reflow import CUT, OVERFLOW, SMALL, SPACING
from tests.web.finder.test_clinician_bundle import CANARIES, named_demo

pytestmark = pytest.mark.browser

LANGUAGES = pytest.mark.parametrize("prefix", ["", "/es"], ids=["en", "es"])
FORM, BUNDLE, LIST = "/clinician/match/", "/clinician/match/fhir/", "/clinician/match/results/"
SENT_ONLY = (*CANARIES, "treated_stable", "nsclc", "levetiracetam", "Chattanooga", "37402")
"""What may be in the body of a form and nowhere else: not in an address, a title, a log or the database."""


def read_bundle(page: Page, portal: Portal, prefix: str = "") -> None:
    """Paste the Bundle with names in it and have it read."""
    page.goto(portal.url(f"{prefix}{BUNDLE}"))
    page.locator("#id_bundle").fill(json.dumps(named_demo()))
    follow(page.locator("main button[type=submit]"))


def go_to_list(page: Page, portal: Portal, prefix: str = "") -> None:
    """From the Bundle through the form to the list of every status."""
    read_bundle(page, portal, prefix)
    follow(page.locator(f'main a[href="{prefix}{FORM}"]'))
    page.locator("[name=cns_state]").select_option("treated_stable")
    page.locator("[name=place]").fill("Chattanooga, Tennessee")
    with page.expect_navigation():
        page.locator("[name=age]").press("Enter")
    assert page.url.endswith(f"{prefix}{LIST}")


@LANGUAGES
def test_from_a_bundle_to_the_criteria_and_the_csv(
    open_page: Callable[..., Page], portal: Portal, prefix: str
) -> None:
    page = open_page(java_script_enabled=False, viewport={"width": 1280, "height": 800})
    seen: list[str] = []
    shown: list[str] = []

    def note(request: Request) -> None:
        seen.extend((request.url, request.headers.get("referer", "")))

    page.on("request", note)
    page.on("domcontentloaded", lambda one: shown.append(one.content()))
    go_to_list(page, portal, prefix)
    page.locator("[name=show]").select_option("all")
    follow(page.locator(".filters button"))
    assert page.url.endswith(f"{prefix}{LIST}")
    assert page.locator("li.card").count() >= 10
    assert page.locator("li.card blockquote[lang=en] mark").first.is_visible()

    with page.expect_download() as saving:
        page.locator('form[action$=".csv"] button').click()
    table = saving.value.path().read_text("utf-8")
    assert table.startswith("\ufeff")
    assert len(table.splitlines()) > 50

    follow(page.locator("li.card a").first)
    assert page.locator("table.criteria tbody tr").count() >= 5
    assert page.locator("table.criteria mark").first.is_visible()
    titles = [re.search(r"<title>(.*?)</title>", one, re.S) for one in shown]
    assert len(titles) >= 6

    log, stored = portal.log.read_text(), dump(portal)
    addresses, headings = "\n".join(seen), "\n".join(one[1] for one in titles if one)
    for text, where in (
        (addresses, "an address"),
        (headings, "a title"),
        (log, "the log"),
        (stored, "the database"),
    ):
        assert_clean(text, where, SENT_ONLY)
    for canary in CANARIES:
        assert canary not in table + "".join(shown)
    for cookie in page.context.cookies():
        assert cookie["name"] in ("__Host-finder", "__Host-csrf")
        assert_clean(cookie["value"] + decoded(cookie["value"]), "a cookie", SENT_ONLY)


def test_a_file_over_the_limit_is_answered_in_words(page: Page, portal: Portal) -> None:
    page.goto(portal.url(BUNDLE))
    big = {"name": "big.json", "mimeType": "application/json", "buffer": b" " * 6_000_000}
    page.locator("#id_file").set_input_files([big])  # type: ignore[list-item]
    follow(page.locator("main button[type=submit]"))
    assert "over 2 MB" in page.locator(".error-summary").inner_text()


@LANGUAGES
def test_no_page_has_a_barrier(page: Page, portal: Portal, prefix: str) -> None:
    page.goto(portal.url(f"{prefix}{FORM}"))
    page.locator("[name=age]").fill("580")
    follow(page.locator("main button[type=submit]").first)
    assert_no_barrier(page, "the form with an error")
    page.goto(portal.url(f"{prefix}{BUNDLE}"))
    follow(page.locator("main button[type=submit]"))
    assert_no_barrier(page, "the Bundle's form with an error")
    read_bundle(page, portal, prefix)
    assert_no_barrier(page, "what was read")
    go_to_list(page, portal, prefix)
    assert_no_barrier(page, "the list")
    follow(page.locator("li.card a").last)
    assert_no_barrier(page, "the criteria")


@LANGUAGES
def test_pages_fit_a_narrow_screen(open_page: Callable[..., Page], portal: Portal, prefix: str) -> None:
    page = open_page(viewport={"width": 320, "height": 700})
    read_bundle(page, portal, prefix)
    assert page.evaluate(OVERFLOW) == []
    go_to_list(page, portal, prefix)
    assert page.evaluate(OVERFLOW) == []
    follow(page.locator("li.card a").last)
    assert page.evaluate(OVERFLOW) == []


@pytest.mark.parametrize("style", ["html { font-size: 200% !important; }", SPACING])
def test_larger_text_and_wider_spacing_cut_nothing(
    open_page: Callable[..., Page], portal: Portal, style: str
) -> None:
    page = open_page(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    go_to_list(page, portal)
    number = page.locator("li.card").last.get_attribute("id")
    for address in (FORM, BUNDLE, LIST, f"{LIST}{number}/"):
        page.goto(portal.url(address))
        page.add_style_tag(content=style)
        assert page.evaluate(OVERFLOW) == [], address
        assert page.evaluate(CUT) == [], address


def test_targets_are_large_enough(page: Page, portal: Portal) -> None:
    go_to_list(page, portal)
    number = page.locator("li.card").last.get_attribute("id")
    for address in (FORM, BUNDLE, LIST, f"{LIST}{number}/"):
        page.goto(portal.url(address))
        assert page.evaluate(SMALL) == [], address


def test_every_control_is_reached_in_order_and_seen(page: Page, portal: Portal) -> None:
    go_to_list(page, portal)
    for address in (FORM, BUNDLE, LIST):
        page.goto(portal.url(address))
        steps = walk(page)
        places = [one["place"] for one in steps]
        assert places == sorted(places), address
        bad = [one for one in steps if not (one["outline"] and one["inView"] and one["uncovered"])]
        assert bad == [], address
        assert len(steps) == page.evaluate(CONTROLS) + page.locator("textarea").count(), address
