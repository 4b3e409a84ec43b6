"""The filled sheet as a page of the portal: no barrier, no sideways scrolling, two A4 pages on paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

import cimara_web
from cimara.trials.plain import Language, sheet_html
from tests.browser.conftest import STABLE_LUNG, Portal, answer, follow
from tests.browser.test_accessibility import assert_no_barrier
from tests.browser.test_reflow import OVERFLOW, SMALL
from tests.browser.test_sheet_pages import MOST_PAGES, pages
from tests.unit.trials.plain.made_sheets import AS_OF, DATA_DATE, longest_study, result, study

pytestmark = pytest.mark.browser
STYLE = (Path(cimara_web.__file__).parent / "static/cimara/portal.css").read_text()


def sixth(page: Page, portal: Portal, prefix: str) -> None:
    """Put five studies on the sheet and try a sixth."""
    answer(page, portal, STABLE_LUNG)
    page.goto(portal.url(f"{prefix}/find/results/?show=all"))
    for _ in range(6):
        follow(page.locator("li.card:visible button[name=put]").first)


@pytest.mark.parametrize("prefix", ["", "/es"], ids=["en", "es"])
def test_no_barrier_and_nothing_cut_in_any_state(page: Page, portal: Portal, prefix: str) -> None:
    def check(name: str) -> None:
        for width in (320, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert_no_barrier(page, f"{name}, {width} wide")
            assert page.evaluate(OVERFLOW) == [], name
            assert page.evaluate(SMALL) == [], name

    sixth(page, portal, prefix)
    check("the full sheet")
    for address in ("find/sheet/", "find/results/?show=all", "find/keep/"):
        page.goto(portal.url(f"{prefix}/{address}"))
        check(address)
    page.goto(portal.url(f"{prefix}/find/continue/"))
    follow(page.locator("main button[type=submit]"))
    check("a missing file")
    wrong = b'{"format": "cimara-answers", "version": 1, "more": 1, "answers": {"cancer": {"cancer": "x"}}}'
    sent = {"name": "mine.json", "mimeType": "application/json", "buffer": wrong}
    page.locator("input[type=file]").set_input_files([sent])  # type: ignore[list-item]
    follow(page.locator("main button[type=submit]"))
    assert page.locator("main .note-warm").is_visible()
    check("a file that was read in part")


@pytest.mark.parametrize("lang", list(Language))
@pytest.mark.parametrize("count", [1, 3, 5])
@pytest.mark.parametrize("fill", [0.05, 1.0])
def test_the_longest_records_take_two_pages_in_the_portals_style(
    page: Page, fill: float, count: int, lang: Language
) -> None:
    pairs = [longest_study(number, fill) for number in range(1, count + 1)]
    assert (
        pages(printed(page, sheet_html(*zip(*pairs, strict=True), lang, "2020-01-01", AS_OF))) <= MOST_PAGES
    )


@pytest.mark.parametrize("lang", list(Language))
def test_five_ordinary_studies_take_two_pages_in_the_portals_style(page: Page, lang: Language) -> None:
    numbers = range(1, 6)
    sheet = sheet_html([result(n) for n in numbers], [study(n) for n in numbers], lang, DATA_DATE, AS_OF)
    assert pages(printed(page, sheet)) <= MOST_PAGES


def printed(page: Page, sheet: str) -> bytes:
    """A page of the portal with this sheet, as PDF."""
    page.set_content(
        f'<!doctype html><html lang="en"><style>{STYLE}</style><body><header class="site-header"></header>'
        f'<main><div class="wrap">{sheet}</div></main><footer class="site-footer">.</footer></body></html>'
    )
    return page.pdf(prefer_css_page_size=True)
