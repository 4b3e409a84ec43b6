"""A radiologist without JavaScript: from the empty grid to the printed page, and the RANO-LM form."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Portal, follow
from tests.browser.paper import printed, run_together
from tests.browser.test_accessibility import assert_no_barrier
from tests.browser.test_keyboard import CONTROLS, walk
from tests.browser.test_reflow import CUT, OVERFLOW, SMALL

pytestmark = pytest.mark.browser
GRID = "/response/workbench/"
STATES = (f"{GRID}?example=1", f"{GRID}?example=compare")
VISITS = (
    ("Baseline", "2026-01-05", "STABLE", "STABLE"),
    ("Week 8", "2026-03-02", "STABLE", "DECREASED"),
    ("Week 16", "2026-04-27", "STABLE", "NONE"),
)
LESIONS = (("Frontal", "20 x 14", "12", "17"), ("Parietal", "12 x 9", "8", "8.4"))


@pytest.fixture
def quiet_page(open_page: Callable[..., Page]) -> Page:
    """A page with scripts off."""
    return open_page(java_script_enabled=False, viewport={"width": 1280, "height": 800})


def type_in(page: Page, name: str, value: str) -> None:
    """Fill one field of the grid, a text or a list."""
    control = page.locator(f'[name="{name}"]')
    if control.evaluate("one => one.tagName") == "SELECT":
        control.select_option(value)
    else:
        control.fill(value)


def press(page: Page, value: str) -> None:
    """Press a button of the form and wait for its answer."""
    follow(page.locator(f'button[name=do][value="{value}"]').first)


@pytest.mark.parametrize("prefix", ["", "/es"], ids=["en", "es"])
def test_from_the_empty_grid_to_paper(quiet_page: Page, portal: Portal, prefix: str, tmp_path: Path) -> None:
    page = quiet_page
    page.goto(portal.url(f"{prefix}{GRID}"))
    press(page, "add-visit")
    type_in(page, "start", "2026-01-12")
    type_in(page, "immunotherapy", "no")
    for at, (label, date, clinical, steroids) in enumerate(VISITS):
        for name, value in (("label", label), ("date", date), ("clinical", clinical), ("steroids", steroids)):
            type_in(page, f"visits.{at}.{name}", value)
    for at, (name, *sizes) in enumerate(LESIONS):
        type_in(page, f"lesions.{at}.name", name)
        for to, size in enumerate(sizes):
            type_in(page, f"lesions.{at}.cells.{to}", size)
    press(page, "work")
    rows = page.locator("#result tbody").first.locator("tr")
    assert [rows.nth(n).locator("td").last.inner_text() for n in (1, 2)] == ["PR", "PD"]
    said = page.locator("#result .facts").inner_text()
    assert "lesion Frontal grew 5.0 mm (>= 5.0)" in said
    assert page.locator("#result svg").bounding_box()["width"] > 300  # type: ignore[index]
    assert portal.url(f"{prefix}{GRID}") == page.url.partition("#")[0]
    pages, read = printed(page, tmp_path)
    assert pages == 1
    for paper in read:
        assert run_together("lesion Frontal grew 5.0 mm") in paper
        assert "RBM-T1" in paper
        assert run_together("Lesions and visits") not in paper


def test_enter_in_a_cell_works_it_out(page: Page, portal: Portal) -> None:
    page.goto(portal.url(f"{GRID}?example=1"))
    page.locator('[name="lesions.0.cells.5"]').fill("12")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "#" not in page.url
    assert "lesion Frontal L grew" not in page.locator("#result .facts").inner_text()


def test_the_lm_form_without_scripts_to_its_final_sheet(
    quiet_page: Page, portal: Portal, tmp_path: Path
) -> None:
    page = quiet_page
    page.goto(portal.url("/response/rano-lm/"))
    press(page, "final")
    assert page.locator(".error-summary li").count() == 25
    for name in ("reference_scan_date", "date"):
        type_in(page, name, {"date": "2026-03-02"}.get(name, "2026-01-05"))
    for name in ("last_lumbar_puncture", "treatment_since_reference"):
        type_in(page, name, "none")
    for control in page.locator("select[name$='.reference'], select[name$='.followup']").all():
        control.select_option("0")
    for control in page.locator("select[name$='.change']").all():
        if control.locator('option[value="no change"]').count():
            control.select_option("no change")
    press(page, "final")
    assert "NED" in page.locator("#final-title").inner_text()
    assert all("NED" in paper for paper in printed(page, tmp_path)[1])


@pytest.mark.parametrize("prefix", ["", "/es"], ids=["en", "es"])
def test_results_and_errors_have_no_barrier(page: Page, portal: Portal, prefix: str) -> None:
    for address in STATES:
        page.goto(portal.url(f"{prefix}{address}"))
        assert_no_barrier(page, f"{prefix}{address}")
    page.goto(portal.url(f"{prefix}{GRID}"))
    press(page, "work")
    assert page.locator(".error-summary").count() == 1
    assert_no_barrier(page, "an empty grid, worked out")
    page.goto(portal.url(f"{prefix}/response/rano-lm/"))
    press(page, "final")
    assert_no_barrier(page, "an empty form, made final")


def test_every_control_of_the_workbench_is_reached_in_order_and_seen(page: Page, portal: Portal) -> None:
    page.goto(portal.url(f"{GRID}?example=1"))
    seen = walk(page)
    places = [one["place"] for one in seen]
    assert places == sorted(places)
    assert all(one["outline"] and one["inView"] for one in seen)
    assert len(seen) == page.evaluate(CONTROLS)


def test_an_error_leads_to_its_cell(page: Page, portal: Portal) -> None:
    page.goto(portal.url(f"{GRID}?example=1"))
    page.locator('[name="lesions.1.cells.2"]').fill("twelve")
    press(page, "work")
    page.locator(".error-summary a").click()
    page.wait_for_function("document.activeElement.id === 'lesions.1.cells.2'")


@pytest.mark.parametrize("width", [320, 1280])
def test_both_kinds_of_result_fit_the_screen(
    open_page: Callable[..., Page], portal: Portal, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    for address in STATES:
        page.goto(portal.url(address))
        assert page.evaluate(OVERFLOW) == []
        assert page.evaluate(CUT) == []
        assert page.evaluate(SMALL) == []
