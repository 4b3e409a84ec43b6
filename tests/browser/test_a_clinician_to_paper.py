"""A clinician without JavaScript: from the form over the list, the criteria and the CSV to paper."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page

from cimara.cli.trials.registry import default_registry
from cimara.trials.matching import MatchPage, Profile, match_all
from cimara.trials.matching.sites import OPEN_STATUSES
from cimara.trials.snapshot import Snapshot
from cimara.trials.verdict import Criterion, CriterionValue, MatchResult
from cimara_web.finder.outcome import status_of
from tests.browser.conftest import Portal, fill, follow
from tests.browser.paper import printed, run_together

pytestmark = pytest.mark.browser
FORM, LIST = "/clinician/match/", "/clinician/match/results/"
TYPED = {
    "age": "52",
    "sex": "female",
    "ecog": "1",
    "tumour": "her2_breast",
    "biomarkers": "HER2: positive",
    "cns_state": "untreated_asymptomatic",
    "cns_largest_mm": "18",
    "cns_lmd": "no",
    "steroids_drug": "dexamethasone",
    "steroids_mg_per_day": "4",
    "country": "ES",
}
FACTS = {
    "age": 52,
    "sex": "female",
    "ecog": 1,
    "tumour": "her2_breast",
    "biomarkers": [{"gene": "HER2", "result": "positive"}],
    "cns": {"state": "untreated_asymptomatic", "largest_mm": 18, "lmd": "no"},
    "steroids": {"drug": "dexamethasone", "mg_per_day": 4},
    "country": "ES",
}
"""The same, as the library takes it."""
PAGE = 20


@pytest.fixture(scope="module")
def matched() -> MatchPage:
    """The library's own answer."""
    profile = Profile.from_json(FACTS, as_of=date.today())
    with Snapshot.open(default_registry()) as records:
        return match_all(profile, records, own_country_first=True)


def by_number(rows: list[list[str]]) -> dict[str, list[list[str]]]:
    """The rows of a table of criteria, by study, in its order."""
    head, lines = rows[1], rows[2:]
    place = head.index("nct_id")
    found: dict[str, list[list[str]]] = {}
    for line in lines:
        found.setdefault(line[place], []).append(line)
    return found


def assert_criteria(page: Page, result: MatchResult) -> None:
    """One row a criterion; what is against the patient comes first."""
    rows = page.locator("table.criteria tbody tr")
    assert rows.count() == len(result.criteria)
    fails = [one for one in result.criteria if one.value is CriterionValue.FAILS]
    assert page.locator("table.criteria .value-fails").count() == len(fails)


def words_of(criterion: Criterion) -> str:
    """The first words that a criterion quotes."""
    return run_together(criterion.quotes[0].text)[:30] if criterion.quotes else ""


@pytest.mark.parametrize("prefix", ["", "/es"], ids=["en", "es"])
def test_the_list_the_criteria_the_csv_and_the_paper_say_what_the_library_says(
    open_page: Callable[..., Page], portal: Portal, matched: MatchPage, tmp_path: Path, prefix: str
) -> None:
    page = open_page(java_script_enabled=False, viewport={"width": 1280, "height": 800})
    page.goto(portal.url(f"{prefix}/"))
    follow(page.locator(f'a[href="{prefix}{FORM}"]').first)
    fill(page, TYPED)
    with page.expect_navigation():
        page.locator("[name=age]").press("Enter")
    assert page.url.endswith(f"{prefix}{LIST}"), page.locator("main").inner_text()

    open_now = [one for one in matched.results if status_of(one) in OPEN_STATUSES]
    listed = [one.get_attribute("id") for one in page.locator("li.card").all()]
    assert listed == [one.nct_id for one in open_now[:PAGE]]
    for result in open_now[:PAGE]:
        assert page.locator(f"#{result.nct_id} .verdict-{result.verdict}").count() == 1

    with page.expect_download() as saving:
        page.locator('form[action$=".csv"] button').click()
    text = saving.value.path().read_text("utf-8-sig")
    table = by_number(list(csv.reader(io.StringIO(text, newline=""))))
    assert list(table) == [one.nct_id for one in open_now]
    assert [len(rows) for rows in table.values()] == [len(one.criteria) for one in open_now]

    first = open_now[0]
    follow(page.locator(f"#{first.nct_id} h2 a"))
    assert_criteria(page, first)
    pages, paper = printed(page, tmp_path)
    assert pages >= 1
    for text in paper:
        assert first.nct_id in text
        assert all(words_of(one) in text for one in first.criteria if one.value is CriterionValue.FAILS)
    page.emulate_media(media="print")
    assert not page.locator(".site-nav").is_visible()
    assert page.locator("table.criteria").is_visible()
