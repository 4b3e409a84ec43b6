"""The printed sheet: two A4 pages for five studies, whatever the registry says about them."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import islice

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from cimara.trials.importers import read_study
from cimara.trials.matching import Profile, match
from cimara.trials.plain import Language, standalone_sheet
from cimara.trials.study import SourceForm, Study
from tests.shared_data import shared_data
from tests.unit.trials.plain.made_sheets import AS_OF, DATA_DATE, longest_study, result, study

pytestmark = pytest.mark.browser
LANGUAGES = tuple(Language)
MOST_PAGES = 2
A4_POINTS = (595, 842)
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture
def printed(browser: Browser) -> Iterator[Callable[[str], bytes]]:
    """A page as Chromium prints it."""
    page = browser.new_page()

    def paper(html: str) -> bytes:
        page.set_content(html)
        return page.pdf(prefer_css_page_size=True)

    yield paper
    page.close()


def pages(pdf: bytes) -> int:
    """Number of page objects of a PDF."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_five_ordinary_studies_take_two_pages(lang: Language, printed: Callable[[str], bytes]) -> None:
    results = [result(number) for number in range(1, 6)]
    studies = [study(number) for number in range(1, 6)]
    assert pages(printed(standalone_sheet(results, studies, lang, DATA_DATE, AS_OF))) <= MOST_PAGES


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("count", [1, 3, 5])
@pytest.mark.parametrize("fill", [0.05, 1.0])
def test_the_longest_records_still_take_two_pages(
    fill: float, count: int, lang: Language, printed: Callable[[str], bytes]
) -> None:
    pairs = [longest_study(number, fill) for number in range(1, count + 1)]
    html = standalone_sheet(
        [one for one, _ in pairs], [one for _, one in pairs], lang, "2020-01-01", date(2026, 3, 1)
    )
    assert pages(printed(html)) <= MOST_PAGES


def test_the_paper_is_a4(printed: Callable[[str], bytes]) -> None:
    pdf = printed(standalone_sheet([result()], [study()], "en", DATA_DATE, AS_OF))
    box = re.search(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)", pdf)
    assert box is not None
    assert (round(float(box.group(1))), round(float(box.group(2)))) == A4_POINTS


@pytest.mark.shared_data
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("state", ["treated_stable", "untreated_asymptomatic", "symptomatic"])
def test_the_five_real_studies_with_the_most_points_take_two_pages(
    studies: list[Study], state: str, lang: Language, printed: Callable[[str], bytes]
) -> None:
    someone = Profile.from_json(
        {"lat": 36.0, "lon": -78.9, "country": "US", "cns": {"state": state}}, as_of=AS_OF
    )
    results = [one for one in (match(someone, made) for made in studies) if one.relevant]
    chosen = sorted(results, key=lambda one: (-len(one.criteria), one.nct_id))[:5]
    html = standalone_sheet(chosen, studies, lang, DATA_DATE, AS_OF, profile=someone)
    assert pages(printed(html)) <= MOST_PAGES


@pytest.fixture(scope="module")
def studies() -> list[Study]:
    """Every fifth study of the shared registry records."""
    with gzip.open(shared_data("trials/studies_v2.jsonl.gz"), "rb") as lines:
        return [read_study(SourceForm.API_V2, line)[0] for line in islice(lines, 0, None, 5)]


def shown(browser: Browser, lang: Language, width: int = 900) -> Page:
    """A sheet of three long studies in a browser window."""
    pairs = [longest_study(number) for number in (1, 2, 3)]
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.set_content(
        standalone_sheet([one for one, _ in pairs], [one for _, one in pairs], lang, DATA_DATE, AS_OF)
    )
    return page


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing(browser: Browser, lang: Language) -> None:
    found = Axe().run(shown(browser, lang), options={"runOnly": AXE_TAGS})
    assert found.violations_count == 0, found.generate_report()


def test_a_narrow_screen_needs_no_sideways_scrolling(browser: Browser) -> None:
    page = shown(browser, Language.EN, width=320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_print_shows_the_quotes(browser: Browser) -> None:
    page = shown(browser, Language.EN)
    page.emulate_media(media="print")
    quotes = page.locator("blockquote").all()
    assert quotes
    assert all(quote.is_visible() for quote in quotes)
