"""Pages fit 320 pixels, large text, wide spacing and thick fingers (WCAG 1.4.4, 1.4.10, 1.4.12, 2.5.8)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from cimara.cli.trials.registry import default_registry
from cimara.trials.snapshot import Snapshot
from tests.browser.conftest import STABLE_LUNG, Portal, answer
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
LARGE = "html { font-size: 200% !important; }"
RESTYLED = f"""style => {{
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  document.adoptedStyleSheets = [sheet];
  return [...({OVERFLOW})(), ...({CUT})()];
}}"""
"""What is too wide or cut off once a style of the reader is in force."""
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
    answer(page, portal, STABLE_LUNG)
    for address in ADDRESSES:
        page.goto(portal.url(f"{prefix}/{address.format(nct=nct)}"))
        page.locator("details").evaluate_all("found => found.forEach(one => one.open = true)")
        assert page.evaluate(OVERFLOW) == [], address


@pytest.fixture(scope="module")
def wide(browser: Browser, portal: Portal, nct: str) -> dict[str, dict[str, list[str]]]:
    """What is too small or cut off on each page of 1280 pixels, as it is, with large text, and wide."""
    page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
    answer(page, portal, STABLE_LUNG)
    found: dict[str, dict[str, list[str]]] = {}
    for address in ADDRESSES:
        page.goto(portal.url(f"/{address.format(nct=nct)}"))
        found[address] = {"small": page.evaluate(SMALL), "large": page.evaluate(RESTYLED, LARGE)}
        page.set_viewport_size({"width": 640, "height": 800})
        found[address]["spaced"] = page.evaluate(RESTYLED, SPACING)
        page.set_viewport_size({"width": 1280, "height": 800})
    page.context.close()
    return found


def test_text_twice_as_large_is_not_cut(wide: dict[str, dict[str, list[str]]]) -> None:
    assert {address: one["large"] for address, one in wide.items() if one["large"]} == {}


def test_wider_spacing_cuts_nothing(wide: dict[str, dict[str, list[str]]]) -> None:
    assert {address: one["spaced"] for address, one in wide.items() if one["spaced"]} == {}


def test_targets_are_large_enough(wide: dict[str, dict[str, list[str]]]) -> None:
    assert {address: one["small"] for address, one in wide.items() if one["small"]} == {}
