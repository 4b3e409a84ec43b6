"""Parts of the finder without JavaScript: skipping, going back, searching, a full sheet, a file too large."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import STABLE_LUNG, Portal, answer, follow, play

pytestmark = pytest.mark.browser


@pytest.fixture
def quiet_page(open_page: Callable[..., Page]) -> Page:
    """A page with scripts off."""
    return open_page(java_script_enabled=False, viewport={"width": 1280, "height": 800})


@pytest.mark.parametrize(
    ("prefix", "heading", "source"),
    [
        ("", r"\d+ stud(y|ies) to talk about", "From our starter record"),
        ("/es", r"\d+ estudios? de los? que hablar", "De nuestro registro de muestra"),
    ],
    ids=["en", "es"],
)
def test_from_the_start_to_one_study(
    quiet_page: Page, portal: Portal, prefix: str, heading: str, source: str
) -> None:
    play(quiet_page, portal, STABLE_LUNG, prefix)
    follow(quiet_page.locator(f'a[href="{prefix}/find/results/"]'))
    assert re.search(heading, quiet_page.locator("h1").inner_text())
    first = quiet_page.locator("li.card").first
    assert first.locator(".verdict").is_visible()
    assert first.locator("blockquote[lang=en] mark").first.is_visible()
    assert source in first.locator("figcaption").first.inner_text()
    follow(first.locator("h3 a"))
    assert quiet_page.locator(".point").count() >= 4
    follow(quiet_page.locator("main a", has_text=re.compile("whole record|Todo el registro")))
    assert re.search(r"/trials/NCT\d{8}/$", quiet_page.url)


def test_skipping_every_question_also_leads_to_results(quiet_page: Page, portal: Portal) -> None:
    play(quiet_page, portal, {})
    follow(quiet_page.locator('a[href="/find/results/"]'))
    assert quiet_page.locator("li.card").count() > 0


def test_the_browsers_back_button_shows_what_was_answered(quiet_page: Page, portal: Portal) -> None:
    quiet_page.goto(portal.url("/find/q/who/"))
    quiet_page.locator('[name=who][value="other"]').check()
    follow(quiet_page.locator("main button[type=submit]:not([name])"))
    assert "/q/cancer/" in quiet_page.url
    quiet_page.go_back()
    assert quiet_page.locator('[name=who][value="other"]').is_checked()


def test_search_with_filters(quiet_page: Page, portal: Portal) -> None:
    quiet_page.goto(portal.url("/trials/"))
    quiet_page.locator("#brm").select_option("stable_only")
    follow(quiet_page.locator(".filters button"))
    assert "brm=stable_only" in quiet_page.url
    words = quiet_page.locator("li.card .policies").all_inner_texts()
    assert words
    assert all("Treated or stable only" in one for one in words)
    follow(quiet_page.locator("a.chip").first)
    assert "brm" not in quiet_page.url


def test_a_sixth_study_takes_the_place_of_another(quiet_page: Page, portal: Portal) -> None:
    page = quiet_page
    answer(page, portal, STABLE_LUNG)
    page.goto(portal.url("/find/results/?show=all"))
    for _ in range(6):
        follow(page.locator("li.card:visible button[name=put]").first)
    assert page.locator("h1").inner_text() == "Your sheet is full"
    wanted = page.locator("input[name=put]").get_attribute("value")
    gone = page.locator("button[name=take_off]").first.get_attribute("value")
    follow(page.locator("button[name=take_off]").first)
    assert "/find/results/?show=all" in page.url
    page.goto(portal.url("/find/sheet/"))
    numbers = page.locator(".sheet-facts a").all_inner_texts()
    assert len(numbers) == 5
    assert wanted in numbers
    assert gone not in numbers


@pytest.mark.parametrize("kilobytes", [65, 3_000])
def test_a_file_that_is_too_large_is_named(
    quiet_page: Page, portal: Portal, kilobytes: int, tmp_path: Path
) -> None:
    large = tmp_path / "large.json"
    large.write_bytes(b" " * kilobytes * 1024)
    quiet_page.goto(portal.url("/find/continue/"))
    quiet_page.locator("input[type=file]").set_input_files(large)
    follow(quiet_page.locator("main button[type=submit]"))
    assert "too large" in quiet_page.locator(".error-summary").inner_text()
