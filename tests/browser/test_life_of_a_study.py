"""The life of a study, played by four people before four browsers; and an approval that ends in its midst."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page

from cimara_web.demonstration.cast import number_at
from cimara_web.demonstration.people import OFFICE, STUDY_LEAD, demo_people
from tests.browser.conftest import Portal
from tests.browser.office import signed_in_page
from tests.browser.small_study import SITES, SmallStudy, small_study
from tests.browser.study_steps import NEXT_YEAR, Person, Study, agree, approve, invite, propose
from tests.browser.test_accessibility import assert_no_barrier
from tests.browser.test_reflow import OVERFLOW

pytestmark = pytest.mark.browser

PLACES = ("Demo Institution 02", "Demo Institution 03")
SITE_A, SITE_B = number_at(2, 0), number_at(3, 0)
ENDED = date(2025, 6, 30)
FULL = re.compile(r"^/studies/.+/((submissions|analyses|reports)/[0-9a-f-]{36}|completeness)/$")
"""Pages whose content is as long as the data are."""
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{64}")


@pytest.fixture(scope="module")
def sent(tmp_path_factory: pytest.TempPathFactory) -> SmallStudy:
    """What the two sites send."""
    return small_study(tmp_path_factory.mktemp("study"))


Enters = Callable[[int], Person]


@pytest.fixture
def enters(open_page: Callable[..., Page], consortium: Portal) -> Enters:
    """A member, signed in before a browser of their own."""

    def enter(number: int) -> Person:
        one = demo_people()[number - 1]
        return Person(signed_in_page(open_page, consortium, one.email), consortium, one.name)

    return enter


def open_study(lead: Person, study: Study, sent: SmallStudy) -> None:
    """The lead adds protocol and dictionary, and opens the study."""
    study.adds(lead, "protocol", "Study protocol", sent.paper("protocol"))
    study.adds(lead, "dictionary", "Study file", sent.dictionary(study.slug))
    study.moves(lead, "open")


def upload(who: Person, study: Study, site: str, file: Path) -> None:
    """Send a file, and be on the page of the submission once it is checked."""
    who.opens(study.at(f"submissions/new/{ID.search(site)[0]}/"))
    who.sends({}, {"file": file})


def walk(who: Person) -> None:
    """Pages full of data, once a kind, have no barrier and fit 320 pixels."""
    paths = {ID.sub("ID", path): path for path in map(_path, who.seen) if FULL.search(path)}
    assert len(paths) >= 4
    who.page.set_viewport_size({"width": 320, "height": 700})
    for path in paths.values():
        who.page.goto(who.portal.url(path))
        who.page.locator("main details").evaluate_all("all => all.forEach(one => one.open = true)")
        assert_no_barrier(who.page, path)
        assert who.page.evaluate(OVERFLOW) == [], path


def _path(url: str) -> str:
    return "/" + url.split("?")[0].split("/", 3)[-1] if url.startswith("http") else ""


def test_from_a_proposal_to_a_report_that_two_people_released(
    enters: Enters, consortium: Portal, sent: SmallStudy
) -> None:
    office, lead = enters(OFFICE), enters(STUDY_LEAD)
    first, second = enters(SITE_A), enters(SITE_B)

    study = propose(lead, office, "Demo RN Bev", "demo-rn-bev")
    assert "approved" in lead_page(lead, study)

    sites = [
        invite(lead, study, code, place, who)
        for code, place, who in zip(SITES, PLACES, (first, second), strict=True)
    ]
    for who, site in zip((first, second), sites, strict=True):
        approve(who, site)
        agree(lead, who, site, sent.paper("agreement"))
        who.opens(site)
        assert "Data can be sent." in who.says()
    name_statistician(lead, study, second)
    open_study(lead, study, sent)

    exports = sent.exports
    upload(first, study, sites[0], exports[SITES[0]].first)
    assert "needs correction" in first.says()
    assert first.page.locator("main details summary", has_text="rule").count() > 0
    faulty = first.page.url
    upload(first, study, sites[0], exports[SITES[0]].mended)
    assert_waits_for_somebody_else(first)
    accept(second, first.page.url)
    first.page.goto(faulty)
    assert "superseded" in first.says()
    upload(second, study, sites[1], exports[SITES[1]].mended)
    accept(lead, second.page.url)
    lead.opens(study.at("completeness/"))
    assert all(code in lead.says() for code in SITES)

    study.moves(lead, "lock-data")
    study.moves(lead, "start-analysis")
    analysis = plan(second, study)
    approve_plan(second, lead, analysis)
    second.opens(analysis)
    second.presses("Start with the accepted data")
    bundle = sent.analysed(consortium.database.parent / "studies" / "store")
    second.opens(f"{analysis}results/")
    second.sends({}, {"bundle": bundle})
    assert "results held" in second.says()

    second.presses("See the results")
    report = _path(second.page.url)
    assert second.page.get_by_role("button", name="Sign for release").count() == 0
    for who in (lead, first):
        who.opens(report)
        assert "released" not in who.page.locator("main .state").first.inner_text()
        who.presses("Sign for release")
    assert "released" in first.says()
    study.moves(lead, "publish-report")
    assert "reported" in lead_page(lead, study)
    walk(lead)


def lead_page(lead: Person, study: Study) -> str:
    """The words of the overview."""
    lead.opens(study.at())
    return lead.says()


def name_statistician(lead: Person, study: Study, who: Person) -> None:
    """Give the role over the whole study."""
    lead.opens(study.at("team/new/"))
    lead.chooses("account", who.name)
    lead.sends({"role": "statistician"})


def assert_waits_for_somebody_else(who: Person) -> None:
    """A clean submission has no button for who uploaded it."""
    assert "valid" in who.page.locator("main .state").first.inner_text()
    assert who.page.get_by_role("button", name="Accept", exact=True).count() == 0


def accept(who: Person, submission: str) -> None:
    """Somebody else accepts."""
    who.page.goto(submission)
    who.presses("Accept")
    assert "accepted" in who.says()


def plan(who: Person, study: Study) -> str:
    """Plan an analysis by the protocol; its address."""
    who.opens(study.at("analyses/new/"))
    who.chooses("plan", "Study protocol")
    who.sends({"title": "Survival from the first dose", "code_version": "cimara", "mode": "pooled"})
    return _path(who.page.url)


def approve_plan(statistician: Person, lead: Person, analysis: str) -> None:
    """One signature is not enough; two are."""
    for who, state in ((statistician, "planned"), (lead, "approved")):
        who.opens(analysis)
        who.presses("Approve the plan")
        assert state in who.page.locator("main .state").first.inner_text()


def test_an_approval_that_has_ended_blocks_an_upload_until_it_is_renewed(
    enters: Enters, sent: SmallStudy
) -> None:
    office, lead, first = enters(OFFICE), enters(STUDY_LEAD), enters(SITE_A)
    study = propose(lead, office, "Demo approval that ends", "demo-approval-that-ends")
    site = invite(lead, study, SITES[0], PLACES[0], first)
    open_study(lead, study, sent)
    agree(lead, first, site, sent.paper("agreement"))
    approve(first, site, until=ENDED, decided=ENDED - timedelta(days=300))

    words = "Ethics approval ended on 30 June 2025. Add the renewal to go on."
    first.opens(study.at(f"submissions/new/{ID.search(site)[0]}/"))
    assert words in first.says()
    assert first.page.locator("input[type=file]").count() == 0
    for who in (first, lead):
        who.opens("/studies/")
        assert "Renew the ethics approval of DA01" in who.says()

    first.opens(f"{site}ethics/renew/")
    first.sends({"valid_until": NEXT_YEAR.isoformat()}, {"file": sent.paper("renewal")})
    upload(first, study, site, sent.exports[SITES[0]].mended)
    assert "valid" in first.page.locator("main .state").first.inner_text()
