"""Pages fit 320 pixels, large text, wide spacing and thick fingers (WCAG 1.4.4, 1.4.10, 1.4.12, 2.5.8)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from cimara.cli.trials.registry import default_registry
from cimara.trials.snapshot import Snapshot
from tests.browser.conftest import STABLE_LUNG, Portal, play
from tests.web.addresses import EXAMPLES

pytestmark = pytest.mark.browser

OVERFLOW = """() => document.documentElement.scrollWidth > document.documentElement.clientWidth
  ? [...document.querySelectorAll("main *")].filter(one => one.getBoundingClientRect().right > innerWidth + 1)
      .slice(0, 3).map(one => one.outerHTML.slice(0, 120)).concat("wider than the screen")
  : []"""

CUT = """() => [...document.querySelectorAll("main *")]
  .filter(one => one.children.length === 0 && one.textContent.trim() && one.checkVisibility())
  .filter(one => ["hidden", "clip"].includes(getComputedStyle(one).overflowX))
  .filter(one => one.scrollWidth > one.clientWidth + 1)
  .filter(one => !one.classList.contains("visually-hidden")).map(one => one.outerHTML.slice(0, 120))"""

SMALL = """() => [...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary")]
  .filter(one => one.checkVisibility() && !one.closest("p, li:has(> :not(a)), dd, .error-summary"))
  .filter(one => [one, ...(one.labels || [])].map(part => part.getBoundingClientRect())
    .every(box => box.height < 24 || box.width < 24)).map(one => one.outerHTML.slice(0, 120))"""
"""Targets under 24 pixels; links within a sentence are exempt (2.5.8)."""

SPACING = (
    "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }"
)
ADDRESSES = [
    *EXAMPLES.values(),
    *(f"find/q/{step}/" for step in STABLE_LUNG),
    "find/results/?show=all",
    "trials/NCT99999999/",
]


@pytest.fixture(scope="module")
def nct() -> str:
    with Snapshot.open(default_registry()) as snapshot:
        return max(snapshot.studies(), key=lambda one: len(one.sites)).nct_id


@pytest.mark.parametrize("prefix", ["", "/es"], ids=["en", "es"])
def test_nothing_is_wider_than_320_pixels(
    open_page: Callable[..., Page], portal: Portal, prefix: str, nct: str
) -> None:
    page = open_page(viewport={"width": 320, "height": 700})
    play(page, portal, STABLE_LUNG, prefix)
    for address in ADDRESSES:
        page.goto(portal.url(f"{prefix}/{address.format(nct=nct)}"))
        page.locator("details").evaluate_all("found => found.forEach(one => one.open = true)")
        assert page.evaluate(OVERFLOW) == [], address


def test_text_twice_as_large_is_not_cut(open_page: Callable[..., Page], portal: Portal, nct: str) -> None:
    page = open_page(viewport={"width": 1280, "height": 800}, bypass_csp=True)
    play(page, portal, STABLE_LUNG)
    for address in ADDRESSES:
        page.goto(portal.url(f"/{address.format(nct=nct)}"))
        page.add_style_tag(content="html { font-size: 200% !important; }")
        assert page.evaluate(OVERFLOW) == [], address
        assert page.evaluate(CUT) == [], address


def test_wider_spacing_cuts_nothing(open_page: Callable[..., Page], portal: Portal, nct: str) -> None:
    page = open_page(viewport={"width": 640, "height": 800}, bypass_csp=True)
    play(page, portal, STABLE_LUNG)
    for address in ADDRESSES:
        page.goto(portal.url(f"/{address.format(nct=nct)}"))
        page.add_style_tag(content=SPACING)
        assert page.evaluate(OVERFLOW) == [], address
        assert page.evaluate(CUT) == [], address


def test_targets_are_large_enough(page: Page, portal: Portal, nct: str) -> None:
    play(page, portal, STABLE_LUNG)
    for address in ADDRESSES:
        page.goto(portal.url(f"/{address.format(nct=nct)}"))
        assert page.evaluate(SMALL) == [], address
