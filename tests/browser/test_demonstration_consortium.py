"""`cimara web demo` on an empty folder: what its tutorial says is there, for each of its people."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import httpx
import pytest
from playwright.sync_api import Page

from cimara.cli.trials.registry import default_registry
from cimara_web.demonstration.cast import PARTS
from tests.browser.conftest import Portal, follow
from tests.browser.test_accessibility import assert_no_barrier
from tests.browser.test_reflow import OVERFLOW

pytestmark = pytest.mark.browser
FILL_SECONDS = 420
LAST_WORDS = "Or choose on"
"""The terminal says so once the story is told and the links are made."""
ROLES = "/demonstration/"
STUDY = "/studies/bevacizumab-for-radiation-necrosis-of-the-brain/"
FEDERATION = "/studies/surgery-or-radiosurgery-of-brain-metastases-with-r/federation/"
ALL_STATES = {"accepted", "needs correction", "superseded", "unreadable", "valid", "withdrawn"}


@pytest.fixture(scope="module")
def consortium(serve: Callable[..., Portal]) -> Portal:
    """The demonstration, once all of it is there."""
    portal = serve(default_registry(), "--without-study")
    end = time.monotonic() + FILL_SECONDS
    while LAST_WORDS not in portal.log.read_text():
        assert time.monotonic() < end, portal.log.read_text()
        time.sleep(0.5)
    assert 'role="status"' not in httpx.get(portal.url(ROLES), trust_env=False).text
    return portal


def look_as(page: Page, portal: Portal, key: str) -> Page:
    """Press the button of a role."""
    page.goto(portal.url(ROLES))
    follow(page.locator(f"main button[value={key}]"))
    return page


def words(page: Page, portal: Portal, path: str) -> str:
    """What a page says."""
    answer = page.goto(portal.url(path))
    assert answer is not None
    assert answer.ok, (path, answer.status)
    return page.locator("main").inner_text()


@pytest.mark.parametrize("width", [1280, 320])
def test_the_page_of_roles_has_no_barrier(
    open_page: Callable[..., Page], consortium: Portal, width: int
) -> None:
    page = open_page(viewport={"width": width, "height": 900})
    for prefix in ("", "/es"):
        page.goto(consortium.url(f"{prefix}{ROLES}"))
        assert_no_barrier(page, f"{prefix}{ROLES}")
        assert page.evaluate(OVERFLOW) == []


def test_the_terminal_has_a_link_for_each_role_that_works_once(page: Page, consortium: Portal) -> None:
    links = re.findall(r"http\S+/account/once/\S+", consortium.log.read_text())
    assert len(links) == len(PARTS)
    page.goto(links[0])
    follow(page.locator("main button[type=submit]"))
    assert page.url.endswith("/me/")
    page.goto(links[0])
    with page.expect_navigation() as second:
        page.locator("main button[type=submit]").click()
    assert second.value is not None
    assert second.value.status == 404


def test_the_network_is_that_of_the_papers_figure(page: Page, consortium: Portal) -> None:
    said = words(page, consortium, "/network/")
    assert "133 members at 62 institutions in 9 countries" in said
    assert page.locator("section.banner", has_text="Demonstration data.").count() == 1


def test_the_lead_is_told_what_waits(page: Page, consortium: Portal) -> None:
    look_as(page, consortium, "study-lead")
    words(page, consortium, STUDY)
    waiting = page.locator("main .to-do").inner_text()
    for told in ("DF06", "DC03", "DD04", "DL12", "all sites active"):
        assert told in waiting


def test_there_is_a_submission_in_every_state_and_a_released_report(page: Page, consortium: Portal) -> None:
    look_as(page, consortium, "study-lead")
    words(page, consortium, f"{STUDY}submissions/")
    assert set(page.locator("main tbody .state").all_inner_texts()) == ALL_STATES
    assert "released" in words(page, consortium, f"{STUDY}reports/")
    follow(page.locator("main tbody a").first)
    assert page.locator("main li a[href*='/figures/']").count() >= 4
    assert "DA01" in words(page, consortium, f"{STUDY}completeness/")


def test_the_coordinator_reads_what_is_wrong(page: Page, consortium: Portal) -> None:
    look_as(page, consortium, "coordinator")
    words(page, consortium, f"{STUDY}submissions/")
    follow(page.locator("main tbody a").first)
    assert page.locator("main details").count() > 5
    assert page.get_by_role("link", name="Upload a new file").count() == 1


def test_the_site_lead_is_told_why_nothing_can_be_sent(page: Page, consortium: Portal) -> None:
    look_as(page, consortium, "site-lead")
    words(page, consortium, f"{STUDY}sites/")
    follow(page.locator("main tbody a", has_text="DF06").first)
    assert "Ethics approval ended on" in page.locator("main").inner_text()


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.key)
def test_every_page_that_a_role_is_led_to_is_there(page: Page, consortium: Portal, part: object) -> None:
    look_as(page, consortium, part.key)
    seen: set[str] = set()
    for address in [page.url, consortium.url(STUDY if part.key != "auditor" else "/audit/")]:
        page.goto(address)
        seen |= set(
            page.locator("main a[href^='/'], header a[href^='/']").evaluate_all("a => a.map(b => b.href)")
        )
    for address in sorted(one.split("#")[0] for one in seen if "/logout" not in one):
        answer = page.request.get(address)
        assert answer.status == 200, address
        assert "/account/login/" not in answer.url, f"{address} sends somebody away who is signed in"


@pytest.mark.parametrize("width", [1280, 320])
def test_the_federated_study_shows_its_sites_a_job_and_what_was_released(
    open_page: Callable[..., Page], consortium: Portal, width: int
) -> None:
    page = look_as(open_page(viewport={"width": width, "height": 900}), consortium, "study-lead")
    told = words(page, consortium, FEDERATION)
    assert "4 of 5 sites are ready" in told
    assert "over four hospitals" in told.partition("Released results")[2]
    assert_no_barrier(page, FEDERATION)
    assert page.evaluate(OVERFLOW) == []
