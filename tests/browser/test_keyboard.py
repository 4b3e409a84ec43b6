"""Everything can be done from the keyboard, in reading order, with the focus in view."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import STABLE_LUNG, Portal, answer

pytestmark = pytest.mark.browser

NOTE_FOCUS = """() => { window.focused = []; addEventListener("keyup", () => focused.push((() => {
  const one = document.activeElement;
  if (!one || one === document.body) return null;
  const box = one.getBoundingClientRect(), style = getComputedStyle(one);
  // of a table that scrolls by itself, or a field of many lines, some is in view
  const tall = box.height > innerHeight || one.matches("textarea");
  const at = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height / 2, 12));
  return {
    key: one.id || one.getAttribute("href") || one.name || one.textContent.trim().slice(0, 40),
    place: [...document.querySelectorAll("*")].indexOf(one),
    group: one.type === "radio" ? one.name : "",
    outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inView: tall ? box.top < innerHeight && box.bottom > 0
      : box.top >= 0 && box.bottom <= innerHeight + 1 && box.width > 0,
    uncovered: tall || at === one || one.contains(at) || (at && at.contains(one)),
  };
})())); }"""
"""The page itself notes what has the focus after each key."""

CONTROLS = """() => [
    ...document.querySelectorAll("a[href], button, input:not([type=hidden]), select, summary, [tabindex='0']")
  ]
  .filter(one => one.type !== "radio" || one.checked
    || !document.querySelector(`[name="${one.name}"]:checked`)
      && one === document.querySelector(`[name="${one.name}"]`))
  .filter(one => one.checkVisibility()).length"""


MOST_TABS, TABS_AT_ONCE = 400, 20


def walk(page: Page) -> list[dict[str, object]]:
    """Press Tab until the focus leaves the page."""
    page.evaluate(NOTE_FOCUS)
    for _ in range(MOST_TABS // TABS_AT_ONCE):
        for _ in range(TABS_AT_ONCE):
            page.keyboard.press("Tab")
        seen: list[dict[str, object] | None] = page.evaluate("focused")
        for at, found in enumerate(seen):
            if found is None or (at and seen[0] and found["place"] == seen[0]["place"]):
                return [one for one in seen[:at] if one]
    raise AssertionError("the focus is trapped")


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/find/",
        *(f"/find/q/{step}/" for step in STABLE_LUNG),
        "/find/check/",
        "/find/results/?show=all",
        "/find/keep/",
        "/find/continue/",
        "/trials/",
    ],
)
def test_every_control_is_reached_in_order_and_seen(page: Page, portal: Portal, address: str) -> None:
    if address.startswith("/find/") and address not in ("/find/",):
        answer(page, portal, STABLE_LUNG)
    page.goto(portal.url(address))
    seen = walk(page)
    assert seen[0]["key"] == "#main", "the skip link comes first"
    places = [one["place"] for one in seen]
    assert places == sorted(places), "the focus follows the page"
    for one in seen:
        assert one["outline"], f"no visible focus: {one}"
        assert one["inView"], f"out of view: {one}"
        assert one["uncovered"], f"covered: {one}"
    assert len(seen) == page.evaluate(CONTROLS)


def test_the_skip_link_leads_to_the_main_part(page: Page, portal: Portal) -> None:
    page.goto(portal.url("/find/q/who/"))
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'main'")


def test_the_error_summary_takes_the_focus_and_links_to_the_field(page: Page, portal: Portal) -> None:
    page.goto(portal.url("/find/q/treatment/"))
    page.locator("[name=kinds][value=srs]").check()
    page.locator("[name=year]").fill("19")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.className.includes('error-summary')")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'id_year'")


def test_a_question_is_answered_without_a_mouse(page: Page, portal: Portal) -> None:
    page.goto(portal.url("/find/q/who/"))
    page.locator("[name=who]").first.focus()
    page.keyboard.press("ArrowDown")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert page.url.endswith("/find/q/cancer/")
    assert "their cancer" in page.locator("h1").inner_text()
