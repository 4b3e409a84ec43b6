"""The demonstration study as a person sees it: wide and narrow, without scripts, in both languages."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from cimara_web.studies.shown import FOLDER
from tests.browser.conftest import Portal, follow
from tests.browser.test_accessibility import assert_no_barrier
from tests.browser.test_reflow import OVERFLOW, SMALL
from tests.shown_study import small_shown_study

pytestmark = pytest.mark.browser

PAGE = "/studies/demonstration/"


@pytest.fixture(scope="module")
def study(portal: Portal, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of three sites where the portal looks for it."""
    target = portal.database.parent / FOLDER
    shutil.copytree(small_shown_study(tmp_path_factory), target)
    return target


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("prefix", ["", "/es"], ids=["en", "es"])
def test_no_barrier_and_nothing_cut_off(
    open_page: Callable[..., Page], portal: Portal, study: Path, prefix: str, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 900})
    page.goto(portal.url(f"{prefix}{PAGE}"))
    assert_no_barrier(page, PAGE)
    assert page.evaluate(OVERFLOW) == []
    assert page.evaluate(SMALL) == []


def test_from_the_home_page_to_the_report_of_a_hospital_without_scripts(
    open_page: Callable[..., Page], portal: Portal, study: Path
) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(portal.url("/"))
    follow(page.locator(f'main a[href="{PAGE}"]'))
    assert page.locator("section[aria-labelledby^=analysis-]").count() == 5
    follow(page.locator("main table a").first)
    assert page.locator("h1").inner_text().startswith("Data check")


def test_the_whole_report_opens_with_its_figures(
    open_page: Callable[..., Page], portal: Portal, study: Path
) -> None:
    page = open_page()
    page.goto(portal.url(PAGE))
    follow(page.locator("#files + ul a").first)
    assert page.locator("svg").count() >= 5
