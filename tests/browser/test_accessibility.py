"""No page has a barrier that axe-core knows, in any state (portal.md §11.1).

Spanish pages come of the same templates: each address is tried in both languages, the further states in one.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from cimara.cli.trials.registry import default_registry
from cimara.trials.snapshot import Snapshot
from tests.browser.conftest import STABLE_LUNG, Portal, answer, follow
from tests.web.addresses import EXAMPLES

pytestmark = pytest.mark.browser
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AXE = Axe()
LANGUAGES = ("", "/es")
STATES = (
    "trials/?q=nothing-has-this-word",
    "trials/?brm=no-such-policy",
    "trials/?q=brain&status=any&brm=stable_only",
    "trials/NCT99999999/",
    "trials/no-number/",
    "no/such/page/",
    "survey/?tumour=zebra&from=20",
    "survey/?to=1950",
    "endpoints/?phase=9",
    "endpoints/bipfs/",
    "find/results/?show=all",
    "find/results/?show=soon",
    "find/results/?show=all&page=3",
    "response/workbench/",
)
"""Further states of a page: nothing found, an error, filters in force, later pages."""
READ = """async addresses => Promise.all(addresses.map(async address => {
  const text = await (await fetch(address)).text();
  const page = new DOMParser().parseFromString(text, "text/html");
  return [page.title, page.querySelectorAll("h1").length];
}))"""
"""The title and the number of main headings at each address."""


def assert_no_barrier(page: Page, name: str) -> None:
    """Zero violations; each is shown with the rule and the element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.axe_script)
    options = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    said = [f"{one['id']}: {one['help']}: {node['html'][:200]}" for one in found for node in one["nodes"]]
    assert said == [], name


@pytest.fixture(scope="module")
def nct() -> str:
    with Snapshot.open(default_registry()) as snapshot:
        return next(snapshot.studies()).nct_id


@pytest.mark.parametrize("prefix", LANGUAGES, ids=["en", "es"])
def test_every_address_as_a_new_visitor(page: Page, portal: Portal, prefix: str, nct: str) -> None:
    seen: set[str] = set()
    for address in EXAMPLES.values():
        page.goto(portal.url(f"{prefix}/{address.format(nct=nct)}"))
        if page.url not in seen:  # who has answered nothing is often led to the start
            assert_no_barrier(page, f"{prefix}/{address}")
        seen.add(page.url)
    assert len(seen) > 0.8 * len(EXAMPLES)


def test_every_address_with_answers_and_every_state(page: Page, portal: Portal, nct: str) -> None:
    answer(page, portal, STABLE_LUNG)
    personal = [address for address in EXAMPLES.values() if address.startswith("find/")]
    questions = [f"find/q/{step}/" for step in STABLE_LUNG]
    for address in (*personal, *questions, *STATES):
        page.goto(portal.url(f"/{address.format(nct=nct)}"))
        page.locator("details").evaluate_all("found => found.forEach(one => one.open = true)")
        assert_no_barrier(page, address)


def test_every_question_with_an_error(page: Page, portal: Portal) -> None:
    for step in STABLE_LUNG:
        page.goto(portal.url(f"/find/q/{step}/"))
        follow(page.locator("main button[type=submit]:not([name])"))
        assert page.locator(".error-summary").count() == 1
        assert_no_barrier(page, f"/find/q/{step}/ with an error")


def test_titles_are_unique_and_each_page_has_one_main_heading(page: Page, portal: Portal, nct: str) -> None:
    answer(page, portal, STABLE_LUNG)
    page.goto(portal.url("/clinician/match/"))
    follow(page.locator("main button[type=submit]").first)
    addresses = [*EXAMPLES.values(), "find/q/place/", "trials/NCT99999999/", "no/such/page/"]
    titles: dict[str, str] = {}
    read = page.evaluate(READ, [f"/{one.format(nct=nct)}" for one in addresses])
    for address, (title, main_headings) in zip(addresses, read, strict=True):
        assert main_headings == 1, address
        assert title not in titles, (address, titles.get(title))
        titles[title] = address


@pytest.mark.parametrize("width", [320, 1280])
def test_forced_colours_and_reduced_motion(
    open_page: Callable[..., Page], portal: Portal, width: int
) -> None:
    page = open_page(
        viewport={"width": width, "height": 700}, forced_colors="active", reduced_motion="reduce"
    )
    page.goto(portal.url("/find/q/spread/"))
    borders = page.locator(".choice").evaluate_all(
        "found => found.map(one => getComputedStyle(one).borderTopStyle)"
    )
    assert set(borders) == {"solid"}
    moving = page.locator(".choice").first.evaluate("one => getComputedStyle(one).transitionDuration")
    assert moving == "0s"
