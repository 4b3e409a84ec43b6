"""Three people without JavaScript, from the first page to the printed sheet, their file, and the way back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from cimara.cli.trials.registry import default_registry
from cimara.trials.plain import questions_for_doctor, verdict_words
from cimara.trials.snapshot import Snapshot
from tests.browser.conftest import Portal, follow, play
from tests.browser.paper import printed, run_together
from tests.browser.people import PEOPLE, Invented
from tests.many import MANY

pytestmark = pytest.mark.browser
HEADINGS = {"en": "Studies to talk about with your doctor", "es": "Estudios para hablar con su médico"}
FORGOTTEN = {"en": "We hold no answers from you", "es": "No tenemos respuestas suyas"}
MOST_CHOSEN, MOST_PAGES = 3, 2
WALKS = [(who, prefix) for who in PEOPLE for prefix in ("", "/es")]
if not MANY:  # every person, and every language
    WALKS = [("lung", ""), ("breast", "/es"), ("melanoma", "")]


@pytest.fixture(scope="module")
def records() -> Iterator[Snapshot]:
    """The registry that the portal reads."""
    with Snapshot.open(default_registry()) as opened:
        yield opened


def assert_verdicts(page: Page, records: Snapshot, person: Invented, lang: str) -> None:
    """Each listed study has the library's verdict for the same facts."""
    cards = page.locator("li.card").all()
    assert cards
    for card in cards:
        number = card.get_attribute("id")
        assert number is not None
        allowed = {verdict_words(one, lang) for one in person.verdicts(records.study(number))}
        assert card.locator(".verdict").first.text_content().strip() in allowed, number


def assert_one_study(page: Page, records: Snapshot, person: Invented) -> None:
    """The page of the first study in view has every point that the library compares."""
    link = page.locator("li.card:visible h3 a").first
    follow(link)
    found = re.search(r"/find/results/(NCT\d{8})/$", page.url)
    assert found is not None
    numbers = {len(one.criteria) for one in person.results(records.study(found[1]))}
    assert page.locator(".point").count() in numbers
    assert page.locator(".point blockquote[lang=en]").first.is_visible()
    page.go_back()


def choose(page: Page) -> list[str]:
    """Put the first studies in view on the sheet, the last one from its own page; returns their numbers."""
    chosen = []
    for _ in range(MOST_CHOSEN - 1):
        button = page.locator("li.card:visible button[name=put]").first
        chosen.append(button.get_attribute("value") or "")
        follow(button)
        assert re.search(r"/find/results/(\?show=all)?#study-\d+$", page.url), "the choice is in no address"
        assert page.locator(f"#{chosen[-1]} button[name=take_off]").is_visible()
    follow(page.locator("li.card:visible:not(:has(button[name=take_off])) h3 a").first)
    chosen.append(page.locator("button[name=put]").get_attribute("value") or "")
    follow(page.locator("button[name=put]"))
    return chosen


def assert_paper(page: Page, records: Snapshot, person: Invented, chosen: list[str], folder: Path) -> None:
    """On two pages at most: the numbers, what the records say, and the questions for the doctor."""
    quotes = [one.text_content() or "" for one in page.locator(".sheet blockquote").all()]
    lang = page.locator("html").get_attribute("lang") or ""
    assert page.locator("h1").inner_text() == HEADINGS[lang]
    assert sorted(page.locator(".sheet-facts a").all_inner_texts()) == sorted(chosen)
    texts = "".join(run_together(records.study(one).criteria) for one in chosen)
    for quote in quotes:
        for part in re.split(r"[…“”]|\[.*?\]", quote):
            assert run_together(part) in texts
    pages, paper = printed(page, folder)
    assert 1 <= pages <= MOST_PAGES
    fixed = _questions_of_everyone(records, person, chosen, lang)
    for text in paper:
        for wanted in (*chosen, *fixed):
            assert run_together(wanted) in text
        for quote in quotes:
            assert run_together(quote)[:60] in text
    page.emulate_media(media="print")
    for control in page.locator("main button, .site-header, .site-footer, .note").all():
        assert not control.is_visible()
    page.emulate_media(media="screen")


def _questions_of_everyone(records: Snapshot, person: Invented, chosen: list[str], lang: str) -> set[str]:
    """The questions that come with every chosen study, whatever age the person has in the band."""
    asked = [
        set(questions_for_doctor(one, lang))
        for number in chosen
        for one in person.results(records.study(number))
    ]
    return set.intersection(*asked)


def kept_file(page: Page, prefix: str, folder: Path) -> Path:
    """The answers as a file of the person's own."""
    follow(page.locator(f'main a[href="{prefix}/find/keep/"]').first)
    with page.expect_download() as saved:
        page.locator("main button[type=submit]").click()
    assert re.fullmatch(r"cimara-answers-\d{4}-\d\d-\d\d\.json", saved.value.suggested_filename)
    saved.value.save_as(folder / "mine.json")
    return folder / "mine.json"


@pytest.mark.parametrize(("who", "prefix"), WALKS, ids=lambda one: one.strip("/") or "en")
def test_from_the_first_page_to_paper_and_back_from_a_file(
    open_page: Callable[..., Page], portal: Portal, records: Snapshot, tmp_path: Path, who: str, prefix: str
) -> None:
    person, lang = PEOPLE[who], "es" if prefix else "en"
    page = open_page(java_script_enabled=False, viewport={"width": 1280, "height": 800})
    page.goto(portal.url(f"{prefix}/"))
    follow(page.locator(f'main a[href="{prefix}/find/"]'))
    play(page, portal, person.answers, prefix)
    answered = page.locator(".facts").inner_text()

    follow(page.locator(f'main a[href="{prefix}/find/results/"]'))
    assert_verdicts(page, records, person, lang)
    if page.locator("li.card:visible button[name=put]").count() < MOST_CHOSEN:
        follow(page.locator('a.chip[href$="show=all"]'))
    assert_one_study(page, records, person)
    chosen = choose(page)
    follow(page.locator(f'main a[href="{prefix}/find/sheet/"]').first)
    assert_paper(page, records, person, chosen, tmp_path)

    mine = kept_file(page, prefix, tmp_path)
    page.goto(portal.url(f"{prefix}/find/forget/"))
    follow(page.locator("main button[type=submit]"))
    assert page.locator("h1").inner_text() == FORGOTTEN[lang]
    page.goto(portal.url(f"{prefix}/find/results/"))
    assert page.url.endswith(f"{prefix}/find/"), "nothing is left to list studies for"

    follow(page.locator(f'main a[href="{prefix}/find/continue/"]'))
    follow(page.locator("main button[type=submit]"))
    assert page.locator(".error-summary").is_visible()
    page.locator("input[type=file]").set_input_files(mine)
    follow(page.locator("main button[type=submit]"))
    assert page.url == portal.url(f"{prefix}/find/check/")
    assert page.locator(".facts").inner_text() == answered
    page.goto(portal.url(f"{prefix}/find/sheet/"))
    assert sorted(page.locator(".sheet-facts a").all_inner_texts()) == sorted(chosen)
