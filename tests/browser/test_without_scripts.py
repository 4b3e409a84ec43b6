"""A person without JavaScript goes from the first page to the printed sheet, in English and in Spanish."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import STABLE_LUNG, Portal, follow, play

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


def test_forgetting(quiet_page: Page, portal: Portal) -> None:
    play(quiet_page, portal, STABLE_LUNG)
    follow(quiet_page.locator('main a[href="/find/forget/"]'))
    follow(quiet_page.locator("main button[type=submit]"))
    assert quiet_page.locator("h1").inner_text() == "We hold no answers from you"
    quiet_page.goto(portal.url("/find/results/"))
    assert quiet_page.url.endswith("/find/")


PDF_PAGE = re.compile(rb"/Type\s*/Page\b")


@pytest.mark.parametrize(
    ("prefix", "heading", "questions"),
    [
        ("", "Studies to talk about with your doctor", "Questions for the doctor"),
        ("/es", "Estudios para hablar con su médico", "Preguntas para el médico"),
    ],
    ids=["en", "es"],
)
def test_from_the_first_page_to_the_printed_sheet(
    quiet_page: Page, portal: Portal, prefix: str, heading: str, questions: str
) -> None:
    page = quiet_page
    page.goto(portal.url(f"{prefix}/"))
    follow(page.locator(f'main a[href="{prefix}/find/"]'))
    play(page, portal, STABLE_LUNG, prefix)
    follow(page.locator(f'main a[href="{prefix}/find/results/"]'))
    chosen = []
    for _ in range(4):
        button = page.locator("li.card:visible button[name=put]").first
        chosen.append(button.get_attribute("value"))
        follow(button)
        assert re.search(r"/find/results/#study-\d+$", page.url), "the choice is in no address"
        assert page.locator(f"#{chosen[-1]} button[name=take_off]").is_visible()
    follow(page.locator("li.card:visible:not(:has(button[name=take_off])) h3 a").first)
    chosen.append(page.locator("button[name=put]").get_attribute("value"))
    follow(page.locator("button[name=put]"))
    assert re.search(rf"{prefix}/find/results/NCT\d{{8}}/#sheet$", page.url)

    follow(page.locator(f'main a[href="{prefix}/find/sheet/"]').first)
    assert page.locator("h1").inner_text() == heading
    numbers = page.locator(".sheet-facts a").all_inner_texts()
    assert sorted(numbers) == sorted(chosen)
    pdf = page.pdf(prefer_css_page_size=True)
    assert len(PDF_PAGE.findall(pdf)) <= 2
    page.emulate_media(media="print")
    assert page.locator("main h2", has_text=questions).is_visible()
    assert page.locator(".sheet-line").first.is_visible()
    assert page.locator(".sheet blockquote").first.is_visible()
    for control in page.locator("main button, .site-header, .site-footer, .note").all():
        assert not control.is_visible()


def test_a_sixth_study_takes_the_place_of_another(quiet_page: Page, portal: Portal) -> None:
    page = quiet_page
    play(page, portal, STABLE_LUNG)
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


@pytest.mark.parametrize("prefix", ["", "/es"], ids=["en", "es"])
def test_answers_kept_as_a_file_go_on_in_another_browser(
    open_page: Callable[..., Page], portal: Portal, prefix: str, tmp_path: Path
) -> None:
    page = open_page(java_script_enabled=False)
    play(page, portal, STABLE_LUNG, prefix)
    before = page.locator(".facts").inner_text()
    follow(page.locator(f'main a[href="{prefix}/find/keep/"]'))
    with page.expect_download() as saved:
        page.locator("main button[type=submit]").click()
    assert re.fullmatch(r"cimara-answers-\d{4}-\d\d-\d\d\.json", saved.value.suggested_filename)
    saved.value.save_as(tmp_path / "mine.json")

    other = open_page(java_script_enabled=False)
    other.goto(portal.url(f"{prefix}/find/"))
    follow(other.locator(f'main a[href="{prefix}/find/continue/"]'))
    follow(other.locator("main button[type=submit]"))
    assert other.locator(".error-summary").is_visible()
    other.locator("input[type=file]").set_input_files(tmp_path / "mine.json")
    follow(other.locator("main button[type=submit]"))
    assert other.url == portal.url(f"{prefix}/find/check/")
    assert other.locator(".facts").inner_text() == before


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
